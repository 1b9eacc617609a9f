"""Stepping a case up to children's social care: sent with a frozen pack, decided against a clock, and answered.

Two flows (domain.md 2.2). A planned one comes out of an escalation meeting, or says why there was none, and what was
tried. An incident waits for nothing: what happened, when, who is safe now, and social care is told at once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from cases.actions.ending import end_at_once
from cases.actions.lead import lock_case
from cases.actions.notes import write_event
from cases.actions.open import opening
from cases.actions.team import add_to_team
from cases.models import (
    Case,
    CaseStatus,
    LawfulBasis,
    LawfulShare,
    Meeting,
    StepUp,
    StepUpBasis,
    StepUpKind,
    StepUpPack,
    StepUpStatus,
    TeamMember,
)
from cases.pack import choose, fingerprint, pack_of, request_of, what_they_may_have
from cases.rules import NotAllowed
from cases.rules.steps import (
    check_can_acknowledge,
    check_can_decide_step_up,
    check_can_step_up,
    check_can_tell_incident,
    check_can_withdraw_step_up,
    deciding_member,
    missing_to_step_up,
)
from cases.states import check_can_become
from cases.steps_told import tell_decided, tell_sent
from earlyhelp.access import Actor
from earlyhelp.audit import record_change
from earlyhelp.web.dates import moment_from
from earlyhelp.web.workdays import add_working_days
from hubs.models import Agency, Category

CLOSE_OF_DAY = dt.time(17)  # a decision "within one working day" is due by the end of the next working day


def decision_due(sent_at: dt.datetime) -> dt.datetime:
    """When a step-up sent at `sent_at` must be decided: STEP_UP_DECISION_WORKING_DAYS later, at 5pm.

    Source: one working day (domain.md 2.2). What is sent outside office hours counts from the next working day.
    """
    sent_on = timezone.localtime(sent_at).date()
    due = add_working_days(sent_on, settings.EARLY_HELP["STEP_UP_DECISION_WORKING_DAYS"])
    return moment_from(due, CLOSE_OF_DAY)


@transaction.atomic
def send_step_up(
    *,
    case: Case,
    to_agency: Agency,
    reason: str,
    threshold: list[str],
    basis: str,
    tried: str,
    meeting: Meeting | None = None,
    why_no_meeting: str = "",
    working_well: str = "",
    family_told: bool = True,
    why_family_not_told: str = "",
    categories: Iterable[int] | None = None,
    danger_told: bool = False,
    by: Actor,
) -> StepUp:
    """A planned escalation to children's social care. Its leads see the record from now on; the team and the lead stay.

    Args:
        threshold: codes of Threshold.
        basis: consent (recorded for that agency) or risk of harm (recorded here as a lawful share, domain.md 6.1).
        tried: the plan that was tried, and what came of it.
        meeting: where it was talked over; without one `why_no_meeting` says why.
        categories: what goes into the pack, beside family and safeguarding; everything that may go when None.
        danger_told: the sender has read that a child in immediate danger needs 999.

    Raises cases.rules.NotAllowed, or ValueError naming what is missing.
    """
    case = lock_case(case)
    check_can_step_up(by, case)
    if not danger_told:
        raise ValueError("Read first what to do when a child is in immediate danger.")
    if not threshold:
        raise ValueError("Say what you are worried about.")
    if not tried.strip():
        raise ValueError("Say what has been tried, and what came of it.")
    if meeting is None and not why_no_meeting.strip():
        raise ValueError("Name the meeting where this was talked over, or say why there was none.")
    if meeting is not None and meeting.case_id != case.pk:
        raise ValueError("That meeting is not one of this family’s.")
    step_up = StepUp(
        case=case,
        kind=StepUpKind.PLANNED,
        threshold=list(threshold),
        reason=reason,
        working_well=working_well,
        tried=tried,
        meeting=meeting,
        why_no_meeting="" if meeting else why_no_meeting,
        basis=basis,
        family_told=family_told,
        why_family_not_told=why_family_not_told,
    )
    return _send(step_up, to_agency, categories, by)


@transaction.atomic
def tell_incident(
    *,
    case: Case,
    to_agency: Agency,
    reason: str,
    happened_at: dt.datetime,
    safe_now: str,
    threshold: Iterable[str] = (),
    family_told: bool = True,
    why_family_not_told: str = "",
    rang_at: dt.datetime | None = None,
    rang_whom: str = "",
    by: Actor,
) -> StepUp:
    """Tell children's social care at once that something has happened. Nothing has to be ready first.

    No meeting, no assessment, no agreement: it goes because a child may be at risk of harm, with everything that social
    care may have. It does not wait for another step-up to be decided either. The same words sent twice are sent once.

    Args:
        reason: what happened.
        safe_now: who is safe now, and where; "I do not know" is an answer.
        rang_at, rang_whom: when they were told by phone, and whom, if they were.

    Raises cases.rules.NotAllowed, or ValueError naming what is missing.
    """
    case = lock_case(case)
    check_can_tell_incident(by, case)
    if not safe_now.strip():
        raise ValueError("Say who is safe now. If you do not know, say so.")
    if happened_at > timezone.now():
        raise ValueError("The incident cannot lie ahead.")
    facts = {"kind": StepUpKind.INCIDENT, "reason": reason, "happened_at": happened_at}
    already = case.step_ups.waiting().filter(to_agency=to_agency, sent_by=by.membership, **facts).first()
    if already:
        return already
    step_up = StepUp(
        case=case,
        threshold=list(threshold),
        safe_now=safe_now,
        rang_at=rang_at,
        rang_whom=rang_whom,
        basis=StepUpBasis.RISK_OF_HARM,
        family_told=family_told,
        why_family_not_told=why_family_not_told,
        **facts,
    )
    return _send(step_up, to_agency, None, by)


def _send(step_up: StepUp, to_agency: Agency, categories: Iterable[int] | None, by: Actor) -> StepUp:
    """What both flows do: basis for sharing, sight for those who decide, the frozen pack, the clock, the messages."""
    case = step_up.case
    if not step_up.reason.strip():
        raise ValueError("Say what you are worried about.")
    if not step_up.family_told and not step_up.why_family_not_told.strip():
        raise ValueError("Say why the family has not been told.")
    member = deciding_member(to_agency, case)
    missing = missing_to_step_up(case, to_agency, step_up.basis)
    if missing or member is None:
        raise ValueError(" ".join(missing))
    going, left_out = choose(categories, what_they_may_have(case, to_agency, step_up.basis))
    if step_up.basis == StepUpBasis.RISK_OF_HARM:
        step_up.lawful_share = LawfulShare.objects.create(
            case=case,
            agency=to_agency,
            basis=LawfulBasis.RISK_OF_HARM,
            reason=step_up.reason,
            categories=sorted(going) if left_out else [],
            family_told=step_up.family_told,
            told_why_not=step_up.why_family_not_told,
            starts_on=timezone.localdate(),
            recorded_by=by.membership,
        )
    already = TeamMember.objects.current().filter(case=case, membership=member).exists()
    seat = add_to_team(case=case, membership=member, helps_with="Decides on the step-up", by=by)
    step_up.seat = None if already else seat
    step_up.agency, step_up.to_agency, step_up.sent_by = by.agency, to_agency, by.membership
    step_up.is_immediate_danger_told = True
    step_up.sent_at = timezone.now()
    step_up.decide_by = decision_due(step_up.sent_at)
    step_up.save(force_insert=True)
    content = pack_of(case, going) | {"left_out": left_out, "request": request_of(step_up, by.membership)}
    StepUpPack.objects.create(
        step_up=step_up,
        case=case,
        agency=by.agency,
        to_agency=to_agency,
        sent_by=by.membership,
        content=content,
        sha256=fingerprint(content),
        sent_at=step_up.sent_at,
    )
    record_change(
        by,
        "Stepped up to children's social care",
        case=case,
        obj=step_up,
        basis=step_up.basis,
        kind=step_up.kind,
    )
    words = (
        "was told of an incident" if step_up.kind == StepUpKind.INCIDENT else "was asked to take the case on"
    )
    write_event(case=case, title=f"{to_agency.name} {words}: waiting for a decision", by=by)
    tell_sent(step_up)
    return step_up


@transaction.atomic
def accept_step_up(*, step_up: StepUp, reason: str, by: Actor) -> StepUp:
    """Take the case on. Children's social care holds it; the team and the lead stay until it says otherwise.

    Raises cases.rules.NotAllowed, or ValueError without a reason.
    """
    step_up = _decide(step_up, StepUpStatus.ACCEPTED, reason, by)
    case = step_up.case
    if case.status != CaseStatus.STEPPED_UP:  # an incident in a case that they hold already changes nothing
        check_can_become(case, CaseStatus.STEPPED_UP)
        case.status = CaseStatus.STEPPED_UP
        case.save(update_fields=["status"])
    write_event(case=case, title=f"{by.agency.name} accepted the step-up", by=by)
    _write_reason(step_up, by)
    tell_decided(step_up)
    return step_up


@transaction.atomic
def return_step_up(*, step_up: StepUp, reason: str, by: Actor) -> StepUp:
    """Return it to the sender with the reason. Early help goes on; the deciding agency keeps only what was sent to it.

    Raises cases.rules.NotAllowed, or ValueError without a reason.
    """
    step_up = _decide(step_up, StepUpStatus.DECLINED, reason, by)
    write_event(case=step_up.case, title=f"{by.agency.name} returned the step-up with a reason", by=by)
    _write_reason(step_up, by)
    tell_decided(step_up)
    _end_sight(step_up)
    return step_up


@transaction.atomic
def acknowledge_step_up(*, step_up: StepUp, by: Actor) -> StepUp:
    """Say that the decision has been read. It leaves My work; nothing else changes. Raises cases.rules.NotAllowed."""
    step_up = _locked(step_up)
    check_can_acknowledge(by, step_up)
    step_up.acknowledged_by, step_up.acknowledged_at = by.membership, timezone.now()
    step_up.save(update_fields=["acknowledged_by", "acknowledged_at"])
    record_change(by, "Acknowledged the decision on a step-up", case=step_up.case, obj=step_up)
    return step_up


@transaction.atomic
def withdraw_step_up(*, step_up: StepUp, by: Actor) -> StepUp:
    """Take a step-up back before it is decided. Raises cases.rules.NotAllowed."""
    step_up = _locked(step_up)
    check_can_become(step_up, StepUpStatus.WITHDRAWN)
    check_can_withdraw_step_up(by, step_up)
    step_up.status, step_up.decided_at, step_up.decided_by = (
        StepUpStatus.WITHDRAWN,
        timezone.now(),
        by.membership,
    )
    step_up.save(update_fields=["status", "decided_at", "decided_by"])
    record_change(by, "Took back a step-up", case=step_up.case, obj=step_up)
    write_event(case=step_up.case, title="The step-up was taken back", by=by)
    _end_sight(step_up)
    return step_up


def _locked(step_up: StepUp) -> StepUp:
    if not Case.objects.filter(
        pk=step_up.case_id
    ).exists():  # restricted, or no longer shared with the agency
        raise NotAllowed("Your agency does not see this record any more. Ask the early help hub.")
    lock_case(step_up.case)
    return StepUp.objects.select_related("case", "to_agency", "lawful_share", "seat").get(pk=step_up.pk)


def _decide(step_up: StepUp, status: str, reason: str, by: Actor) -> StepUp:
    check_can_decide_step_up(by, step_up)
    step_up = _locked(step_up)
    check_can_become(step_up, status)
    if not reason.strip():
        raise ValueError("Give the reason. It goes back to the sender.")
    step_up.status, step_up.decision_reason = status, reason
    step_up.decided_by, step_up.decided_at = by.membership, timezone.now()
    step_up.save(update_fields=["status", "decision_reason", "decided_by", "decided_at"])
    record_change(by, "Decided a step-up", case=step_up.case, obj=step_up, status=status)
    return step_up


def _write_reason(step_up: StepUp, by: Actor) -> None:
    """The reason stands on the timeline for those who may read safeguarding information."""
    write_event(
        case=step_up.case,
        title="Reason given for the decision on the step-up",
        body=step_up.decision_reason,
        category=Category.SAFEGUARDING,
        by=by,
    )


def _end_sight(step_up: StepUp) -> None:
    """End the shares and places on the team that came with a step-up, together: either alone would blind the writer.

    Both end yesterday, since a last day counts whole: sight ends at once. While another step-up of the case waits with
    the same agency, or it holds the case, nothing ends; what came with this one then ends with the last.
    """
    sent = list(
        StepUp.objects.filter(case=step_up.case, to_agency=step_up.to_agency).select_related(
            "lawful_share", "seat"
        )
    )
    if any(each.status in (StepUpStatus.SENT, StepUpStatus.ACCEPTED) for each in sent):
        return
    with opening(step_up.case.pk):
        for each in sent:
            if (share := each.lawful_share) and share.ends_on is None:
                end_at_once(share)
            if (seat := each.seat) and seat.ends_on is None:
                end_at_once(seat, end_reason="Step-up not taken on")
