"""Stepping a case up to children's social care: sent with a frozen pack, decided against a clock, and answered."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from cases.actions.lead import lock_case
from cases.actions.notes import write_event
from cases.actions.open import opening
from cases.actions.team import add_to_team
from cases.models import (
    Case,
    CaseStatus,
    LawfulBasis,
    LawfulShare,
    StepUp,
    StepUpBasis,
    StepUpKind,
    StepUpStatus,
    TeamMember,
)
from cases.pack import pack_of
from cases.rules import NotAllowed
from cases.rules.steps import (
    check_can_decide_step_up,
    check_can_step_up,
    check_can_withdraw_step_up,
    deciding_member,
    missing_to_step_up,
)
from cases.states import check_can_become
from earlyhelp.access import Actor
from earlyhelp.audit import record_change
from earlyhelp.web.workdays import add_working_days
from hubs.models import Agency, Category

CLOSE_OF_DAY = dt.time(17)  # a decision "within one working day" is due by the end of the next working day


def decision_due(sent_at: dt.datetime) -> dt.datetime:
    """When a step-up sent at `sent_at` must be decided: STEP_UP_DECISION_WORKING_DAYS later, at 5pm.

    Source: one working day (domain.md 2.2). What is sent outside office hours counts from the next working day.
    """
    sent_on = timezone.localtime(sent_at).date()
    due = add_working_days(sent_on, settings.EARLY_HELP["STEP_UP_DECISION_WORKING_DAYS"])
    return timezone.make_aware(dt.datetime.combine(due, CLOSE_OF_DAY))


@transaction.atomic
def send_step_up(
    *,
    case: Case,
    to_agency: Agency,
    reason: str,
    threshold: list[str],
    basis: str,
    kind: str = StepUpKind.PLANNED,
    working_well: str = "",
    tried: str = "",
    family_told: bool = True,
    why_family_not_told: str = "",
    danger_told: bool = False,
    by: Actor,
) -> StepUp:
    """Send a case to children's social care. Its leads see the record from now on; the team and the lead stay.

    Args:
        threshold: codes of Threshold.
        basis: consent (recorded for that agency) or risk of harm (recorded here as a lawful share, domain.md 6.1).
        danger_told: the sender has read that a child in immediate danger needs 999.

    Raises cases.rules.NotAllowed, or ValueError naming what is missing.
    """
    case = lock_case(case)
    check_can_step_up(by, case)
    if not danger_told:
        raise ValueError("Read first what to do when a child is in immediate danger.")
    if not reason.strip() or not threshold:
        raise ValueError("Say what you are worried about.")
    if not family_told and not why_family_not_told.strip():
        raise ValueError("Say why the family has not been told.")
    member = deciding_member(to_agency, case)
    missing = missing_to_step_up(case, to_agency, basis)
    if missing or member is None:
        raise ValueError(" ".join(missing))
    share = None
    if basis == StepUpBasis.RISK_OF_HARM:
        share = LawfulShare.objects.create(
            case=case,
            agency=to_agency,
            basis=LawfulBasis.RISK_OF_HARM,
            reason=reason,
            family_told=family_told,
            starts_on=timezone.localdate(),
            recorded_by=by.membership,
        )
    already = TeamMember.objects.current().filter(case=case, membership=member).exists()
    seat = add_to_team(case=case, membership=member, helps_with="Decides on the step-up", by=by)
    sent_at = timezone.now()
    step_up = StepUp.objects.create(
        case=case,
        agency=by.agency,
        to_agency=to_agency,
        kind=kind,
        threshold=list(threshold),
        reason=reason,
        working_well=working_well,
        tried=tried,
        is_immediate_danger_told=danger_told,
        basis=basis,
        family_told=family_told,
        why_family_not_told=why_family_not_told,
        pack=pack_of(case),
        lawful_share=share,
        seat=None if already else seat,
        sent_by=by.membership,
        sent_at=sent_at,
        decide_by=decision_due(sent_at),
    )
    record_change(by, "Stepped up to children's social care", case=case, obj=step_up, basis=basis, kind=kind)
    write_event(case=case, title=f"Stepped up to {to_agency.name}: waiting for a decision", by=by)
    return step_up


@transaction.atomic
def accept_step_up(*, step_up: StepUp, reason: str, by: Actor) -> StepUp:
    """Take the case on. Children's social care holds it; the team and the lead stay until it says otherwise.

    Raises cases.rules.NotAllowed, or ValueError without a reason.
    """
    step_up = _decide(step_up, StepUpStatus.ACCEPTED, reason, by)
    case = step_up.case
    check_can_become(case, CaseStatus.STEPPED_UP)
    case.status = CaseStatus.STEPPED_UP
    case.save(update_fields=["status"])
    write_event(case=case, title=f"{by.agency.name} accepted the step-up", by=by)
    _write_reason(step_up, by)
    return step_up


@transaction.atomic
def return_step_up(*, step_up: StepUp, reason: str, by: Actor) -> StepUp:
    """Return it to the sender with the reason. Early help goes on; the deciding agency keeps only what was sent to it.

    Raises cases.rules.NotAllowed, or ValueError without a reason.
    """
    step_up = _decide(step_up, StepUpStatus.DECLINED, reason, by)
    write_event(case=step_up.case, title=f"{by.agency.name} returned the step-up with a reason", by=by)
    _write_reason(step_up, by)
    _end_sight(step_up)
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
    if not Case.objects.filter(pk=step_up.case_id).exists():  # restricted, or no longer shared with the agency
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
    """End the share and the place on the team that came with a step-up, together: either alone would blind the writer.

    Both end yesterday, since a last day counts whole: sight ends at once.
    """
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    with opening(step_up.case.pk):
        if share := step_up.lawful_share:
            share.starts_on, share.ends_on = min(share.starts_on, yesterday), yesterday
            share.save(update_fields=["starts_on", "ends_on"])
        if seat := step_up.seat:
            seat.starts_on, seat.ends_on = min(seat.starts_on, yesterday), yesterday
            seat.end_reason = "Step-up not taken on"
            seat.save(update_fields=["starts_on", "ends_on", "end_reason"])
