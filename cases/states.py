"""When one may: every legal change of status, in one table. What is not here cannot happen."""

from __future__ import annotations

from cases.models import (
    ActionStatus,
    CaseStatus,
    ConsultationStatus,
    CoverStatus,
    DocumentStatus,
    MeetingStatus,
    OutcomeStatus,
    PanelOfferStatus,
    PanelRequestStatus,
    RequestStatus,
    SittingStatus,
    StepDownStatus,
    StepInStatus,
    StepUpStatus,
)
from cases.rules import NotAllowed

TRANSITIONS: dict[str, dict[str, set[str]]] = {
    "cases.Case": {
        CaseStatus.OPEN: {CaseStatus.STEPPED_UP, CaseStatus.CLOSED},
        CaseStatus.STEPPED_UP: {CaseStatus.OPEN, CaseStatus.CLOSED},
        CaseStatus.CLOSED: set(),
    },
    "cases.Outcome": {
        OutcomeStatus.OPEN: {OutcomeStatus.MET, OutcomeStatus.NOT_MET, OutcomeStatus.STOPPED},
        OutcomeStatus.MET: {OutcomeStatus.OPEN},
        OutcomeStatus.NOT_MET: {OutcomeStatus.OPEN},
        OutcomeStatus.STOPPED: {OutcomeStatus.OPEN},
    },
    "cases.Action": {
        ActionStatus.NOT_STARTED: {ActionStatus.STARTED, ActionStatus.DONE, ActionStatus.NOT_DONE},
        ActionStatus.STARTED: {ActionStatus.DONE, ActionStatus.NOT_DONE},
        ActionStatus.DONE: set(),
        ActionStatus.NOT_DONE: set(),
    },
    # The scanner's answer, given by the database to a job (app.settle_scan).
    "cases.Document": {
        DocumentStatus.QUARANTINED: {DocumentStatus.CLEAN, DocumentStatus.REFUSED},
        DocumentStatus.NOT_SCANNED: {DocumentStatus.CLEAN, DocumentStatus.REFUSED},
        DocumentStatus.CLEAN: set(),
        DocumentStatus.REFUSED: set(),
    },
    "cases.Meeting": {
        MeetingStatus.PROPOSED: {MeetingStatus.PLANNED, MeetingStatus.CANCELLED},
        MeetingStatus.PLANNED: {MeetingStatus.HELD, MeetingStatus.CANCELLED},
        MeetingStatus.HELD: {MeetingStatus.SIGNED_OFF},
        MeetingStatus.SIGNED_OFF: set(),
        MeetingStatus.CANCELLED: set(),
    },
    "cases.LeadRequest": {
        RequestStatus.WAITING: {RequestStatus.ACCEPTED, RequestStatus.DECLINED, RequestStatus.CANCELLED},
        RequestStatus.ACCEPTED: set(),
        RequestStatus.DECLINED: set(),
        RequestStatus.CANCELLED: set(),
    },
    "cases.Sitting": {
        SittingStatus.PLANNED: {SittingStatus.HELD, SittingStatus.CANCELLED},
        SittingStatus.HELD: set(),
        SittingStatus.CANCELLED: set(),
    },
    # What a panel is asked: "no offer" also when every agency took its offer back before the family answered.
    "cases.PanelRequest": {
        PanelRequestStatus.WAITING: {
            PanelRequestStatus.OFFERED,
            PanelRequestStatus.NO_OFFER,
            PanelRequestStatus.WITHDRAWN,
        },
        PanelRequestStatus.OFFERED: {
            PanelRequestStatus.ANSWERED,
            PanelRequestStatus.NO_OFFER,
            PanelRequestStatus.WITHDRAWN,
        },
        PanelRequestStatus.ANSWERED: set(),
        PanelRequestStatus.NO_OFFER: set(),
        PanelRequestStatus.WITHDRAWN: set(),
    },
    "cases.PanelOffer": {
        PanelOfferStatus.WAITING: {
            PanelOfferStatus.ACCEPTED,
            PanelOfferStatus.DECLINED,
            PanelOfferStatus.OTHER,
            PanelOfferStatus.TAKEN_BACK,
        },
        PanelOfferStatus.CANNOT: set(),
        PanelOfferStatus.ACCEPTED: set(),
        PanelOfferStatus.DECLINED: set(),
        PanelOfferStatus.OTHER: set(),
        PanelOfferStatus.TAKEN_BACK: set(),
    },
    "cases.JoinRequest": {
        RequestStatus.WAITING: {RequestStatus.ACCEPTED, RequestStatus.DECLINED, RequestStatus.CANCELLED},
        RequestStatus.ACCEPTED: set(),
        RequestStatus.DECLINED: set(),
        RequestStatus.CANCELLED: set(),
    },
    "cases.Cover": {
        CoverStatus.WAITING: {CoverStatus.ACCEPTED, CoverStatus.DECLINED, CoverStatus.CANCELLED},
        CoverStatus.ACCEPTED: {CoverStatus.ENDED},
        CoverStatus.DECLINED: set(),
        CoverStatus.CANCELLED: set(),
        CoverStatus.ENDED: set(),
    },
    "cases.StepUp": {
        StepUpStatus.SENT: {StepUpStatus.ACCEPTED, StepUpStatus.DECLINED, StepUpStatus.WITHDRAWN},
        StepUpStatus.ACCEPTED: set(),
        StepUpStatus.DECLINED: set(),
        StepUpStatus.WITHDRAWN: set(),
    },
    # What was done about advice is said once.
    "cases.Consultation": {
        ConsultationStatus.ADVISED: {
            ConsultationStatus.FOLLOWED,
            ConsultationStatus.PARTLY,
            ConsultationStatus.NOT_FOLLOWED,
        },
        ConsultationStatus.FOLLOWED: set(),
        ConsultationStatus.PARTLY: set(),
        ConsultationStatus.NOT_FOLLOWED: set(),
    },
    "cases.StepIn": {
        StepInStatus.ASKED: {
            StepInStatus.ACCEPTED,
            StepInStatus.DECLINED,
            StepInStatus.OFFERED,
            StepInStatus.WITHDRAWN,
        },
        StepInStatus.ACCEPTED: set(),
        StepInStatus.DECLINED: set(),
        StepInStatus.OFFERED: set(),
        StepInStatus.WITHDRAWN: set(),
    },
    "cases.StepDown": {
        StepDownStatus.PROPOSED: {
            StepDownStatus.ACCEPTED,
            StepDownStatus.DECLINED,
            StepDownStatus.WITHDRAWN,
            StepDownStatus.FINISHED,
        },
        # Back to "proposed" when the lead professional who was named declines: the hub names somebody else.
        StepDownStatus.ACCEPTED: {
            StepDownStatus.PROPOSED,
            StepDownStatus.DECLINED,
            StepDownStatus.WITHDRAWN,
            StepDownStatus.FINISHED,
        },
        StepDownStatus.DECLINED: set(),
        StepDownStatus.WITHDRAWN: set(),
        StepDownStatus.FINISHED: set(),
    },
}


def check_can_become(thing, status: str) -> None:
    """Raise NotAllowed, with words for the reader, unless `thing` may change from its status to `status`.

    `thing` is an instance of a model named in TRANSITIONS, freshly read under a lock.
    """
    if status not in TRANSITIONS[thing._meta.label][thing.status]:
        raise NotAllowed(
            f"This has changed since you opened the page: it is now “{thing.get_status_display().lower()}”. "
            "Go back and look again."
        )


def can_become(thing, status: str) -> bool:
    """Whether check_can_become would pass."""
    return status in TRANSITIONS[thing._meta.label][thing.status]
