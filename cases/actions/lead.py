"""The lead professional: exactly one at every moment. The lead changes in one instant, when the new one accepts."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from cases.actions.hooks import tell_lead_changed
from cases.actions.notes import write_event
from cases.actions.team import add_to_team
from cases.models import Case, LeadProfessional, LeadRequest, RequestStatus, TeamMember
from cases.rules.lead import (
    check_can_answer_lead_request,
    check_can_ask_to_lead,
    check_can_assign_lead,
    check_can_take_back_lead_request,
)
from cases.states import check_can_become
from earlyhelp.access import Actor
from earlyhelp.audit import record_change
from hubs.models import Membership


def lock_case(case: Case) -> Case:
    """The case, freshly read and locked until the transaction ends: what is decided about it is decided in turn."""
    return Case.objects.select_for_update(of=("self",)).get(pk=case.pk)


def change_lead(
    *, case: Case, membership: Membership, former_stays: bool = True, by: Actor
) -> LeadProfessional:
    """Let `membership` lead from this instant; whoever led stops at the same instant.

    For actions that have checked their own rule and locked the case. With `former_stays` false the former lead's place
    on the team ends after FORMER_LEAD_DAYS, so that questions can still be answered.
    """
    now = timezone.now()
    former = case.leads.filter(until_at__isnull=True).first()
    if former and former.membership_id == membership.pk:
        return former
    if former:
        former.until_at = now
        former.save(update_fields=["until_at"])
    lead = LeadProfessional.objects.create(case=case, membership=membership, from_at=now)
    places = TeamMember.objects.current().filter(case=case, membership=membership)
    if not places.filter(ends_on__isnull=True).exists():
        # A place that was to end goes on for somebody who leads.
        places.update(ends_on=None, end_reason="")
    record_change(
        by,
        "Changed the lead professional",
        case=case,
        obj=lead,
        membership=membership.pk,
        former=former.membership_id if former else None,
    )
    write_event(case=case, title=f"The lead is now with {membership.agency.name}", by=by)
    tell_lead_changed(lead, by)
    if former and not former_stays:
        lasts = timezone.localdate() + dt.timedelta(days=settings.EARLY_HELP["FORMER_LEAD_DAYS"])
        TeamMember.objects.current().filter(case=case, membership=former.membership_id).update(
            ends_on=lasts, end_reason="Handed over the lead"
        )
    return lead


@transaction.atomic
def assign_lead(*, case: Case, membership: Membership, by: Actor) -> LeadProfessional:
    """Say who leads a family that nobody leads.

    Raises cases.rules.NotAllowed, or ValueError when that person is not on the team.
    """
    check_can_assign_lead(by, case, membership)
    case = lock_case(case)
    check_can_assign_lead(by, case, membership)
    if not TeamMember.objects.current().filter(case=case, membership=membership).exists():
        raise ValueError("Only somebody on the team can lead. Add them to the team first.")
    return change_lead(case=case, membership=membership, by=by)


@transaction.atomic
def ask_to_lead(
    *,
    case: Case,
    membership: Membership,
    note: str,
    family_agrees: bool,
    former_lead_stays: bool = True,
    answer_by: dt.date | None = None,
    by: Actor,
) -> LeadRequest:
    """Ask somebody to lead. They join the team so that they can read the record first; the lead stays as it is.

    Args:
        note: what the next lead needs to know.
        family_agrees: whether the family was asked and agrees (domain.md 7.2: the family is asked whom they want).
        answer_by: when an answer is needed.

    Raises cases.rules.NotAllowed with what is missing when the agreement or consent does not cover their agency, or
    ValueError when they lead already or the family has not agreed.
    """
    case = lock_case(case)
    check_can_ask_to_lead(by, case)
    if case.leads.filter(membership=membership, until_at__isnull=True).exists():
        raise ValueError("That person leads this family already.")
    if not family_agrees:
        raise ValueError("Ask the family first. They have a say in who leads.")
    add_to_team(case=case, membership=membership, by=by)
    request = LeadRequest.objects.create(
        case=case,
        to_membership=membership,
        from_membership=by.membership,
        note=note,
        family_agrees=family_agrees,
        former_lead_stays=former_lead_stays,
        answer_by=answer_by,
    )
    record_change(by, "Asked somebody to lead", case=case, obj=request, membership=membership.pk)
    write_event(case=case, title=f"Somebody at {membership.agency.name} was asked to lead", by=by)
    return request


@transaction.atomic
def accept_lead(*, request: LeadRequest, by: Actor) -> LeadProfessional:
    """Accept: from this instant the person asked leads. Raises cases.rules.NotAllowed, also when it is too late."""
    request = _locked(request)
    check_can_become(request, RequestStatus.ACCEPTED)
    check_can_answer_lead_request(by, request)
    _answer(request, RequestStatus.ACCEPTED, "")
    record_change(by, "Accepted the lead", case=request.case, obj=request)
    return change_lead(
        case=request.case, membership=request.to_membership, former_stays=request.former_lead_stays, by=by
    )


@transaction.atomic
def decline_lead(*, request: LeadRequest, reason: str, by: Actor) -> LeadRequest:
    """Decline with a reason, which goes back to whoever asked. The lead stays as it is.

    Raises cases.rules.NotAllowed, or ValueError without a reason.
    """
    request = _locked(request)
    check_can_become(request, RequestStatus.DECLINED)
    check_can_answer_lead_request(by, request)
    if not reason.strip():
        raise ValueError("Say why you cannot lead.")
    _answer(request, RequestStatus.DECLINED, reason)
    record_change(by, "Declined the lead", case=request.case, obj=request)
    write_event(case=request.case, title=f"{by.agency.name} could not take the lead", by=by)
    return request


@transaction.atomic
def take_back_lead_request(*, request: LeadRequest, by: Actor) -> LeadRequest:
    """Take a request back before it is answered. Raises cases.rules.NotAllowed."""
    request = _locked(request)
    check_can_become(request, RequestStatus.CANCELLED)
    check_can_take_back_lead_request(by, request)
    _answer(request, RequestStatus.CANCELLED, "")
    record_change(by, "Took back a request to lead", case=request.case, obj=request)
    return request


def workload_of(memberships) -> dict[int, int]:
    """How many families each of these memberships leads now, by their ids; 0 where none."""
    ids = [getattr(membership, "pk", membership) for membership in memberships]
    with connection.cursor() as cursor:
        cursor.execute("select membership_id, families from app.lead_workload(%s)", [ids])
        return dict.fromkeys(ids, 0) | dict(cursor.fetchall())


def _locked(request: LeadRequest) -> LeadRequest:
    lock_case(request.case)
    return LeadRequest.objects.select_related("case", "to_membership__agency").get(pk=request.pk)


def _answer(request: LeadRequest, status: str, reason: str) -> None:
    request.status, request.answered_at, request.answer_reason = status, timezone.now(), reason
    request.save(update_fields=["status", "answered_at", "answer_reason"])
