"""Who may ask somebody to lead, and who may answer."""

from __future__ import annotations

from cases.models import Case, CaseStatus, LeadProfessional, LeadRequest
from cases.rules import NotAllowed, answered
from cases.rules.case import check_can_write
from cases.rules.plan import is_on_team, leads, runs_hub_of
from earlyhelp.access import Actor, Role
from hubs.models import Membership


def check_can_ask_to_lead(actor: Actor, case: Case) -> None:
    """Persons who may ask somebody to become lead professional:

    - the lead professional, or who covers for them,
    - a lead (manager) of the lead professional's agency, when that person is away or has left,
    - the hub's coordinators and managers,
    - while the case is not closed and nobody has been asked already.
    """
    check_can_write(actor, case)
    if case.status == CaseStatus.CLOSED:
        raise NotAllowed("This record is closed.")
    if not (leads(actor, case) or runs_hub_of(actor, case) or _manages_lead(actor, case)):
        raise NotAllowed(
            "Only the lead professional, their manager or the hub can ask somebody else to lead."
        )
    if case.lead_requests.filter(status="waiting").exists():
        raise NotAllowed("Somebody has been asked to lead already. Take that request back first.")


def _manages_lead(actor: Actor, case: Case) -> bool:
    return (
        actor.has_role(Role.AGENCY_LEAD)
        and case.leads.filter(until_at__isnull=True, membership__agency=actor.agency).exists()
    )


def check_can_assign_lead(actor: Actor, case: Case, membership: Membership) -> None:
    """Persons who may say who leads when nobody does:

    - the hub's coordinators and managers, anybody on the team,
    - anybody on the team, themselves.
    """
    check_can_write(actor, case)
    if case.status == CaseStatus.CLOSED:
        raise NotAllowed("This record is closed.")
    if case.leads.filter(until_at__isnull=True).exists():
        raise NotAllowed("This family has a lead professional. Ask them, or the hub, to hand over.")
    if not runs_hub_of(actor, case) and membership.pk != actor.membership.pk:
        raise NotAllowed("You can take the lead yourself. Only the hub can name somebody else.")


def check_can_answer_lead_request(actor: Actor, request: LeadRequest) -> None:
    """Persons who may accept or decline: the one who was asked, for the agency they were asked in."""
    if request.to_membership_id != actor.membership.pk:
        raise NotAllowed("Only the person who was asked can answer.")
    check_can_write(actor, request.case)
    if not is_on_team(actor, request.case):
        raise NotAllowed("You are no longer on this family’s team. Ask the lead professional to add you.")


def check_can_take_back_lead_request(actor: Actor, request: LeadRequest) -> None:
    """Persons who may take a request back: whoever made it; the lead professional or their cover; the hub."""
    check_can_write(actor, request.case)
    if request.from_membership_id == actor.membership.pk:
        return
    if not leads(actor, request.case) and not runs_hub_of(actor, request.case):
        raise NotAllowed("Only the person who asked, the lead professional or the hub can take this back.")


def check_can_acknowledge_lead(actor: Actor, lead: LeadProfessional) -> None:
    """Persons who may say that the plan and the hand-over note were read: the new lead themself, while they lead."""
    check_can_write(actor, lead.case)
    if lead.membership_id != actor.membership.pk or lead.until_at is not None:
        raise NotAllowed("Only the person who leads now can say that they have read the hand-over.")


can_acknowledge_lead = answered(check_can_acknowledge_lead)
can_ask_to_lead = answered(check_can_ask_to_lead)
can_assign_lead = answered(check_can_assign_lead)
can_answer_lead_request = answered(check_can_answer_lead_request)
can_take_back_lead_request = answered(check_can_take_back_lead_request)
