"""Children's social care hands a family back. It holds the case until a named lead professional has taken over."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from cases.actions.lead import change_lead, lock_case
from cases.actions.meeting import arrange_meeting
from cases.actions.notes import write_event
from cases.actions.open import opening
from cases.actions.plan import add_action
from cases.actions.team import add_to_team
from cases.agenda import draft_agenda
from cases.models import (
    Case,
    CaseStatus,
    LawfulShare,
    Meeting,
    MeetingKind,
    Person,
    RequestStatus,
    SocialCareClosure,
    StepDown,
    StepDownStatus,
    TeamMember,
)
from cases.rules.steps import (
    check_can_answer_step_down_for_hub,
    check_can_close_for_social_care,
    check_can_step_down,
    check_can_take_over,
    check_can_withdraw_step_down,
)
from cases.states import check_can_become
from cases.steps_told import tell_step_down, tell_step_down_answered
from earlyhelp.access import Actor
from earlyhelp.audit import record_change
from earlyhelp.web.workdays import add_working_days
from hubs.models import Hub, Membership

HANDOVER_MEETING = dt.timedelta(hours=1)


@transaction.atomic
def propose_step_down(
    *,
    case: Case,
    reason: str,
    outstanding: str = "",
    family_agrees: bool,
    agreed_on: dt.date | None = None,
    family_said: str = "",
    to_hub: Hub | None = None,
    final_meeting_at: dt.datetime | None = None,
    final_meeting_place: str = "",
    proposed_lead: Membership | None = None,
    by: Actor,
) -> StepDown:
    """Ask the hub to take a family back into early help.

    Args:
        outstanding: what still has to be done, one thing a line; each line becomes an action of the plan.
        family_agrees: early help needs the family's agreement (domain.md 2.2); `agreed_on` today when not given.
        final_meeting_at: the last child in need meeting. When somebody takes over before it, it becomes the hand-over
            meeting here (domain.md 2.2: the hand-over form states its date, time and venue).
        to_hub: the case's own hub when not given.
        proposed_lead: who is to lead, if known; they join the team so that they can read the record first.

    Raises cases.rules.NotAllowed, also when the lead's agency is not covered, and ValueError when the family does
    not agree.
    """
    case = lock_case(case)
    check_can_step_down(by, case)
    if not family_agrees:
        raise ValueError("Early help needs the family’s agreement. Ask them before you hand over.")
    if not reason.strip():
        raise ValueError("Say why early help is now enough.")
    agreed_on = agreed_on or timezone.localdate()
    if agreed_on > timezone.localdate():
        raise ValueError("The day the family agreed cannot lie ahead.")
    if proposed_lead:
        add_to_team(case=case, membership=proposed_lead, by=by)
    step_down = StepDown.objects.create(
        case=case,
        agency=by.agency,
        to_hub=to_hub or case.hub,
        reason=reason,
        outstanding=outstanding,
        final_meeting_at=final_meeting_at,
        final_meeting_place=final_meeting_place,
        family_agrees=family_agrees,
        agreed_on=agreed_on,
        family_said=family_said,
        proposed_lead=proposed_lead,
        proposed_by=by.membership,
        hand_over_by=add_working_days(
            timezone.localdate(), settings.EARLY_HELP["STEP_DOWN_HANDOVER_WORKING_DAYS"]
        ),
    )
    record_change(by, "Proposed a step-down", case=case, obj=step_down)
    write_event(case=case, title=f"{by.agency.name} asked to hand the family back to early help", by=by)
    tell_step_down(step_down)
    return step_down


@transaction.atomic
def accept_for_hub(*, step_down: StepDown, lead: Membership, by: Actor) -> StepDown:
    """The hub agrees, and names who is to lead. Nothing changes for the family until that person accepts.

    Raises cases.rules.NotAllowed, with what is missing when the lead's agency is not covered.
    """
    step_down = _locked(step_down)
    check_can_answer_step_down_for_hub(by, step_down)
    if step_down.status != StepDownStatus.ACCEPTED:
        check_can_become(step_down, StepDownStatus.ACCEPTED)
    add_to_team(case=step_down.case, membership=lead, by=by)
    step_down.status, step_down.proposed_lead = StepDownStatus.ACCEPTED, lead
    step_down.hub_accepted_by, step_down.hub_accepted_at = by.membership, timezone.now()
    step_down.save(update_fields=["status", "proposed_lead", "hub_accepted_by", "hub_accepted_at"])
    record_change(by, "Named a lead for a step-down", case=step_down.case, obj=step_down, membership=lead.pk)
    write_event(case=step_down.case, title=f"The hub named a lead professional at {lead.agency.name}", by=by)
    tell_step_down(step_down)
    return step_down


@transaction.atomic
def return_step_down(*, step_down: StepDown, reason: str, by: Actor) -> StepDown:
    """The hub sends it back with a reason; children's social care still holds the case.

    Raises cases.rules.NotAllowed, or ValueError without a reason.
    """
    step_down = _locked(step_down)
    check_can_answer_step_down_for_hub(by, step_down)
    if not reason.strip():
        raise ValueError("Give the reason. It goes back to children’s social care.")
    _end(step_down, StepDownStatus.DECLINED, reason, by)
    write_event(case=step_down.case, title="The hub returned the step-down with a reason", body=reason, by=by)
    tell_step_down_answered(step_down)
    return step_down


@transaction.atomic
def take_over(*, step_down: StepDown, by: Actor) -> StepDown:
    """The named lead professional accepts: they lead from this instant, early help holds the case again.

    What was outstanding becomes actions of the plan, theirs until they give them to others; the last child in need
    meeting, if it is still to come, becomes the hand-over meeting that they chair. Raises cases.rules.NotAllowed.
    """
    step_down = _locked(step_down)
    check_can_take_over(by, step_down)
    check_can_become(step_down, StepDownStatus.FINISHED)
    case = step_down.case
    for request in case.lead_requests.filter(status=RequestStatus.WAITING):
        request.status, request.answered_at = RequestStatus.CANCELLED, timezone.now()
        request.answer_reason = "Children’s social care handed the family over."
        request.save(update_fields=["status", "answered_at", "answer_reason"])
    change_lead(case=case, membership=by.membership, by=by)
    case.next_review_on = timezone.localdate() + dt.timedelta(days=settings.EARLY_HELP["REVIEW_DAYS"])
    if case.status == CaseStatus.STEPPED_UP:
        check_can_become(case, CaseStatus.OPEN)
        case.status = CaseStatus.OPEN
    case.save(update_fields=["status", "next_review_on"])
    due = add_working_days(timezone.localdate(), settings.EARLY_HELP["STEP_DOWN_HANDOVER_WORKING_DAYS"])
    for line in filter(None, (line.strip(" -•\t") for line in step_down.outstanding.splitlines())):
        add_action(case=case, what=line[:200], owner=by.membership, due_on=due, by=by)
    step_down.meeting = _carry_over_meeting(step_down, by)
    step_down.save(update_fields=["meeting"])
    write_event(case=case, title="Stepped down: early help leads again", by=by)
    _end(step_down, StepDownStatus.FINISHED, "", by)
    tell_step_down_answered(step_down)
    _let_social_care_go(step_down)
    return step_down


def _carry_over_meeting(step_down: StepDown, by: Actor) -> Meeting | None:
    """The last child in need meeting as the hand-over meeting here, with team and family; None when it is over."""
    starts_at = step_down.final_meeting_at
    if starts_at is None or starts_at <= timezone.now():
        return None
    case = step_down.case
    team = [member.membership for member in case.team.current().with_people()]
    return arrange_meeting(
        case=case,
        title="Hand-over from children’s social care",
        kind=MeetingKind.HANDOVER,
        purpose="The last child in need meeting, and the first of the team without social care.",
        starts_at=starts_at,
        ends_at=starts_at + HANDOVER_MEETING,
        chair=by.membership,
        place=step_down.final_meeting_place,
        invite=[*team, *Person.objects.filter(family=case.family_id)],
        agenda=draft_agenda(case),
        by=by,
    )


@transaction.atomic
def close_for_social_care(*, step_down: StepDown, code: str, by: Actor) -> StepDown:
    """Say that social care has closed its own case, "stepping across to Early Help" (domain.md 2.2).

    Args:
        code: of SocialCareClosure, RC9 as a rule.

    Raises cases.rules.NotAllowed, until a named lead professional has accepted; ValueError for no code.
    """
    step_down = _locked(step_down)
    check_can_close_for_social_care(by, step_down)
    if code not in SocialCareClosure.values:
        raise ValueError("Select why social care’s case was closed.")
    step_down.closure_code = code
    step_down.closed_by, step_down.closed_at = by.membership, timezone.now()
    step_down.save(update_fields=["closure_code", "closed_by", "closed_at"])
    record_change(
        by, "Closed social care's case after a step-down", case=step_down.case, obj=step_down, code=code
    )
    words = (
        "stepping across to early help" if code == SocialCareClosure.STEPPED_ACROSS else "with another reason"
    )
    write_event(case=step_down.case, title=f"{by.agency.name} closed its case ({code}): {words}", by=by)
    return step_down


def _let_social_care_go(step_down: StepDown) -> None:
    """Social care reads on for FORMER_LEAD_DAYS, as a former lead does; then its places and lawful share have ended."""
    today = timezone.localdate()
    lasts = today + dt.timedelta(days=settings.EARLY_HELP["FORMER_LEAD_DAYS"])
    ends_later = Q(ends_on__isnull=True) | Q(ends_on__gt=lasts)
    with opening(step_down.case.pk):
        LawfulShare.objects.filter(ends_later, case=step_down.case, agency=step_down.agency).update(
            ends_on=lasts
        )
        TeamMember.objects.filter(
            ends_later, case=step_down.case, membership__agency=step_down.agency
        ).update(ends_on=lasts, end_reason="Stepped down to early help")


@transaction.atomic
def decline_to_take_over(*, step_down: StepDown, reason: str, by: Actor) -> StepDown:
    """The named lead cannot do it: back to the hub, which names somebody else. Social care still holds the case.

    Raises cases.rules.NotAllowed, or ValueError without a reason.
    """
    step_down = _locked(step_down)
    check_can_take_over(by, step_down)
    if not reason.strip():
        raise ValueError("Say why you cannot lead.")
    if step_down.status != StepDownStatus.PROPOSED:
        check_can_become(step_down, StepDownStatus.PROPOSED)
    record_change(by, "Declined to take a family over", case=step_down.case, obj=step_down)
    write_event(
        case=step_down.case,
        title=f"{by.agency.name} could not take the lead; the hub names somebody else",
        body=reason,
        by=by,
    )
    step_down.status, step_down.proposed_lead = StepDownStatus.PROPOSED, None
    step_down.save(update_fields=["status", "proposed_lead"])
    tell_step_down(step_down)
    return step_down


@transaction.atomic
def withdraw_step_down(*, step_down: StepDown, by: Actor) -> StepDown:
    """Children's social care takes a hand-back back and goes on holding the case. Raises cases.rules.NotAllowed."""
    step_down = _locked(step_down)
    check_can_withdraw_step_down(by, step_down)
    _end(step_down, StepDownStatus.WITHDRAWN, "", by)
    write_event(case=step_down.case, title="Children’s social care took the step-down back", by=by)
    return step_down


def _locked(step_down: StepDown) -> StepDown:
    lock_case(step_down.case)
    return StepDown.objects.select_related("case", "to_hub", "proposed_lead__agency").get(pk=step_down.pk)


def _end(step_down: StepDown, status: str, reason: str, by: Actor) -> None:
    check_can_become(step_down, status)
    step_down.status, step_down.answer_reason = status, reason
    step_down.ended_by, step_down.ended_at = by.membership, timezone.now()
    step_down.save(update_fields=["status", "answer_reason", "ended_by", "ended_at"])
    record_change(by, "Ended a step-down", case=step_down.case, obj=step_down, status=status)
