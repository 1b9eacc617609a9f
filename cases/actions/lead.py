"""The lead professional: exactly one at every moment. The lead changes in one instant, when the new one accepts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from cases.actions.hooks import tell_lead_changed
from cases.actions.notes import write_event
from cases.actions.team import add_to_team
from cases.models import Case, LeadProfessional, LeadRequest, RequestStatus, TeamMember, TeamPlace
from cases.rules.lead import (
    check_can_acknowledge_lead,
    check_can_answer_lead_request,
    check_can_ask_to_lead,
    check_can_assign_lead,
    check_can_take_back_lead_request,
)
from cases.states import check_can_become
from earlyhelp.access import Actor
from earlyhelp.audit import record_change
from earlyhelp.web.workdays import add_working_days
from hubs.models import Membership


def lock_case(case: Case) -> Case:
    """The case, freshly read and locked until the transaction ends: what is decided about it is decided in turn."""
    return Case.objects.select_for_update(of=("self",)).get(pk=case.pk)


@dataclass(frozen=True)
class Agreed:
    """How and when the family said that it wants this lead: a code of AgreedHow, and a day that is not ahead."""

    how: str
    on: dt.date


def change_lead(
    *,
    case: Case,
    membership: Membership,
    former_stays: bool = True,
    agreed: Agreed | None = None,
    asked: LeadRequest | None = None,
    by: Actor,
) -> LeadProfessional:
    """Let `membership` lead from this instant; whoever led stops at the same instant.

    For actions that have checked their own rule and locked the case. With `former_stays` false the former lead's place
    on the team becomes one for reading only and ends after FORMER_LEAD_DAYS. The new lead has LEAD_READ_WORKING_DAYS
    to say that they have read the plan and the hand-over note (acknowledge_lead).

    Args:
        asked: the request that was accepted, whose note is the hand-over note.
    """
    now = timezone.now()
    former = case.leads.filter(until_at__isnull=True).first()
    if former and former.membership_id == membership.pk:
        return former
    if former:
        former.until_at = now
        former.save(update_fields=["until_at"])
    reading = settings.EARLY_HELP["LEAD_READ_WORKING_DAYS"]
    lead = LeadProfessional.objects.create(
        case=case,
        membership=membership,
        from_at=now,
        asked=asked,
        read_by=add_working_days(timezone.localdate(), reading),
        **({"agreed_how": agreed.how, "agreed_on": agreed.on} if agreed else {}),
    )
    _keep_on_team(case, membership, by)
    record_change(
        by,
        "Changed the lead professional",
        case=case,
        obj=lead,
        membership=membership.pk,
        former=former.membership_id if former else None,
        agreed_how=agreed.how if agreed else "",
    )
    write_event(case=case, title=f"The lead is now with {membership.agency.name}", by=by)
    tell_lead_changed(lead, by)
    if former and not former_stays:
        lasts = timezone.localdate() + dt.timedelta(days=settings.EARLY_HELP["FORMER_LEAD_DAYS"])
        TeamMember.objects.current().filter(case=case, membership=former.membership_id).exclude(
            place=TeamPlace.COVER
        ).update(ends_on=lasts, end_reason="Handed over the lead", reads_only=True)
    return lead


def _keep_on_team(case: Case, membership: Membership, by: Actor) -> None:
    """Whoever leads has a place of their own without an end: one that was to end goes on. Cover is none."""
    own = TeamMember.objects.current().filter(case=case, membership=membership).exclude(place=TeamPlace.COVER)
    if own.filter(ends_on__isnull=True).exists():
        return
    place = own.first()
    if place is None:
        today = timezone.localdate()
        TeamMember.objects.create(case=case, membership=membership, starts_on=today, added_by=by.membership)
        return
    place.place, place.reads_only, place.ends_on, place.end_reason = TeamPlace.PROFESSIONAL, False, None, ""
    place.save(update_fields=["place", "reads_only", "ends_on", "end_reason"])


@transaction.atomic
def assign_lead(
    *, case: Case, membership: Membership, agreed: Agreed | None = None, by: Actor
) -> LeadProfessional:
    """Say who leads a family that nobody leads, and how and when the family agreed.

    Raises cases.rules.NotAllowed, or ValueError when that person is not on the team.
    """
    check_can_assign_lead(by, case, membership)
    case = lock_case(case)
    check_can_assign_lead(by, case, membership)
    if not TeamMember.objects.current().filter(case=case, membership=membership).exists():
        raise ValueError("Only somebody on the team can lead. Add them to the team first.")
    check_agreed(agreed)
    return change_lead(case=case, membership=membership, agreed=agreed, by=by)


def check_agreed(agreed: Agreed | None) -> None:
    """Raise ValueError for a family's agreement on a day that is still ahead."""
    if agreed and agreed.on > timezone.localdate():
        raise ValueError("The day the family agreed cannot be ahead.")


@transaction.atomic
def ask_to_lead(
    *,
    case: Case,
    membership: Membership,
    note: str,
    family_agrees: bool,
    agreed: Agreed | None = None,
    former_lead_stays: bool = True,
    answer_by: dt.date | None = None,
    by: Actor,
) -> LeadRequest:
    """Ask somebody to lead. They join the team so that they can read the record first; the lead stays as it is.

    Args:
        note: what the next lead needs to know.
        family_agrees: whether the family was asked and agrees (domain.md 7.2: the family is asked whom they want).
        agreed: how and when they said so.
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
    check_agreed(agreed)
    add_to_team(case=case, membership=membership, by=by)
    request = LeadRequest.objects.create(
        case=case,
        to_membership=membership,
        from_membership=by.membership,
        note=note,
        family_agrees=family_agrees,
        **({"agreed_how": agreed.how, "agreed_on": agreed.on} if agreed else {}),
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
        case=request.case,
        membership=request.to_membership,
        former_stays=request.former_lead_stays,
        agreed=Agreed(request.agreed_how, request.agreed_on) if request.agreed_on else None,
        asked=request,
        by=by,
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


@transaction.atomic
def acknowledge_lead(*, lead: LeadProfessional, by: Actor) -> LeadProfessional:
    """Record that the new lead has read the plan and the hand-over note. Said already: nothing changes.

    Raises cases.rules.NotAllowed for anybody but whoever leads now.
    """
    lock_case(lead.case)
    lead = LeadProfessional.objects.select_related("case").get(pk=lead.pk)
    check_can_acknowledge_lead(by, lead)
    if lead.read_at is None:
        lead.read_at = timezone.now()
        lead.save(update_fields=["read_at"])
        record_change(by, "Confirmed having read the plan and hand-over note", case=lead.case, obj=lead)
    return lead


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
