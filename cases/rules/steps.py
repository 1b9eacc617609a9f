"""Who may step a case up to children's social care, decide that, step it down again, and ask a service to step in."""

from __future__ import annotations

from cases.models import (
    Case,
    CaseStatus,
    Consent,
    Restriction,
    StepDown,
    StepDownStatus,
    StepIn,
    StepUp,
    StepUpBasis,
    StepUpKind,
    StepUpStatus,
)
from cases.rules import NotAllowed, answered
from cases.rules.case import check_can_write
from cases.rules.plan import is_on_team, leads, runs_hub_of
from cases.rules.sharing import missing_to_share_with
from earlyhelp.access import Actor, Permission, Role
from hubs.models import Agency, AgencyKind, Membership


def check_can_step_up(actor: Actor, case: Case) -> None:
    """Persons who may ask children's social care to take a case on, as a planned escalation:

    - anybody who may write in the record (domain.md 2.2),
    - while early help holds the case and no other planned step-up waits for its decision.
    """
    check_can_tell_incident(actor, case)
    if case.status == CaseStatus.STEPPED_UP:
        raise NotAllowed("Children’s social care holds this case already. Ring them with anything new.")
    if case.step_ups.waiting().filter(kind=StepUpKind.PLANNED).exists():
        raise NotAllowed(
            "A step-up is waiting for its decision. If something has happened since, tell children’s social care "
            "at once."
        )


def check_can_tell_incident(actor: Actor, case: Case) -> None:
    """Persons who may tell children's social care of an incident:

    - anybody who may write in the record: nothing may delay telling them of a child at risk (domain.md 2.2),
    - at any time while the case is not closed, whatever else waits or has been decided.
    """
    check_can_write(actor, case)
    if case.status == CaseStatus.CLOSED:
        raise NotAllowed(
            "This record is closed. Ring children’s social care if you are worried about a child."
        )


def check_can_acknowledge(actor: Actor, step_up: StepUp) -> None:
    """Persons who may say that a decision was read: those of the agency that sent it who may write in the record."""
    check_can_write(actor, step_up.case)
    if step_up.agency_id != actor.agency.pk:
        raise NotAllowed("Only the agency that sent it can say so.")
    if step_up.status not in (StepUpStatus.ACCEPTED, StepUpStatus.DECLINED):
        raise NotAllowed("There is no decision yet.")
    if step_up.acknowledged_at:
        raise NotAllowed("Somebody has said already that the decision was read.")


def missing_to_step_up(case: Case, agency: Agency, basis: str) -> list[str]:
    """What stands in the way of sending a case to `agency`, as sentences that say how to put it right."""
    missing = []
    if agency.kind != AgencyKind.COUNCIL_SOCIAL_CARE:
        missing.append(f"{agency.name} is not a children’s social care service.")
    if not Agency.objects.covered().filter(pk=agency.pk).exists():
        missing.append(
            f"{agency.name} has no live signature on the information sharing agreement. Ring them, and ask the "
            "information governance lead to have it signed."
        )
    if deciding_member(agency, case) is None:
        missing.append(f"Nobody at {agency.name} can receive this here yet. Ring them.")
    if basis == StepUpBasis.CONSENT:
        agreed = Consent.objects.in_force().filter(case=case, agency=agency, answer="given").exists()
        if not agreed:
            missing.append(
                f"The family’s agreement to share with {agency.name} is not recorded. Record it first."
            )
    return missing


def deciding_member(agency: Agency, case: Case) -> Membership | None:
    """Who at `agency` takes a place on the team so that its leads see the case: one of those leads.

    In a restricted case only somebody whom the restriction names.
    """
    people = Membership.objects.live().for_agency(agency).with_role(Role.AGENCY_LEAD).with_people()
    restriction = Restriction.objects.filter(case=case, lifted_at__isnull=True).first()
    if restriction:
        people = people.filter(pk__in=restriction.names.values("membership_id"))
    return people.order_by("pk").first()


def check_can_decide_step_up(actor: Actor, step_up: StepUp) -> None:
    """Persons who may accept or return a step-up: the leads of the agency it was sent to."""
    actor.require(Permission.STEP_DECIDE)
    if step_up.to_agency_id != actor.agency.pk:
        raise NotAllowed("Only the agency it was sent to can decide.")


def check_can_withdraw_step_up(actor: Actor, step_up: StepUp) -> None:
    """Persons who may take a step-up back: those of the agency that sent it who may write in the record."""
    check_can_write(actor, step_up.case)
    if step_up.agency_id != actor.agency.pk:
        raise NotAllowed("Only the agency that sent it can take it back.")


def check_can_step_down(actor: Actor, case: Case) -> None:
    """Persons who may hand a family back to early help:

    - social care staff who may write in the record (domain.md 2.2: decided by the social worker's manager),
    - when social care holds the case, or leads a case it opened itself to hand over,
    - and no other hand-back is open.
    """
    if actor.agency.kind != AgencyKind.COUNCIL_SOCIAL_CARE:
        raise NotAllowed("Only children’s social care can hand a family back to early help.")
    check_can_write(actor, case)
    held = case.status == CaseStatus.STEPPED_UP or (
        case.status == CaseStatus.OPEN
        and case.leads.filter(
            until_at__isnull=True, membership__agency__kind=AgencyKind.COUNCIL_SOCIAL_CARE
        ).exists()
    )
    if not held:
        raise NotAllowed("Children’s social care does not hold this case.")
    if case.step_downs.open().exists():
        raise NotAllowed("This family is being handed back already.")


def check_can_answer_step_down_for_hub(actor: Actor, step_down: StepDown) -> None:
    """Persons who may accept, name the lead professional or return it: the hub's coordinators and managers."""
    actor.require(Permission.HUB_QUEUE)
    if step_down.to_hub_id not in actor.hub_ids:
        raise NotAllowed("Only the hub it was sent to can do this.")


def check_can_take_over(actor: Actor, step_down: StepDown) -> None:
    """Persons who may take the family over: the named lead professional, who by that leads."""
    if step_down.proposed_lead_id != actor.membership.pk:
        raise NotAllowed("Only the lead professional who was named can answer.")
    check_can_write(actor, step_down.case)
    if not is_on_team(actor, step_down.case):
        raise NotAllowed("You are no longer on this family’s team. Ask the hub to add you.")


def check_can_withdraw_step_down(actor: Actor, step_down: StepDown) -> None:
    """Persons who may take a hand-back back: those of the agency that proposed it who may write in the record."""
    check_can_write(actor, step_down.case)
    if step_down.agency_id != actor.agency.pk:
        raise NotAllowed("Only the agency that handed the family back can take it back.")


def check_can_close_for_social_care(actor: Actor, step_down: StepDown) -> None:
    """Persons who may say that social care has closed its own case: its staff who may write in the record.

    Only once a named lead professional has accepted (domain.md 2.2: the case stays open to social care until then).
    """
    check_can_write(actor, step_down.case)
    if step_down.agency_id != actor.agency.pk:
        raise NotAllowed("Only the agency that handed the family back can close its case.")
    if step_down.status != StepDownStatus.FINISHED:
        raise NotAllowed("Children’s social care holds the case until a lead professional accepts.")
    if step_down.closed_at:
        raise NotAllowed("That is recorded already.")


def check_can_ask_to_step_in(actor: Actor, case: Case) -> None:
    """Persons who may ask a service to join: anybody who may write in the record, while the case is open."""
    check_can_write(actor, case)
    if case.status == CaseStatus.CLOSED:
        raise NotAllowed("This record is closed, so nobody can join.")
    if Restriction.objects.filter(case=case, lifted_at__isnull=True).exists():
        raise NotAllowed("Only named people see this record. Ask whoever looks after the restriction.")


def missing_to_step_in(case: Case, agency: Agency) -> list[str]:
    """What stands in the way of asking `agency` to join, as sentences that say how to put it right."""
    missing = list(missing_to_share_with(case, agency))
    if not Membership.objects.live().for_agency(agency).with_role(Role.AGENCY_LEAD).exists():
        missing.append(f"Nobody at {agency.name} can answer here yet. Ring {agency.phone or 'them'}.")
    return missing


def check_can_answer_step_in(actor: Actor, step_in: StepIn) -> None:
    """Persons who may answer for the service that is asked: its leads."""
    actor.require(Permission.STEP_DECIDE)
    if step_in.to_agency_id != actor.agency.pk:
        raise NotAllowed("Only the service that was asked can answer.")


def check_can_take_back_step_in(actor: Actor, step_in: StepIn) -> None:
    """Persons who may take a request back: the agency that asked, the lead professional and the hub."""
    case = step_in.case
    check_can_write(actor, case)
    if step_in.agency_id != actor.agency.pk and not leads(actor, case) and not runs_hub_of(actor, case):
        raise NotAllowed("Only whoever asked, the lead professional or the hub can take it back.")


can_step_up = answered(check_can_step_up)
can_tell_incident = answered(check_can_tell_incident)
can_acknowledge = answered(check_can_acknowledge)
can_close_for_social_care = answered(check_can_close_for_social_care)
can_ask_to_step_in = answered(check_can_ask_to_step_in)
can_take_back_step_in = answered(check_can_take_back_step_in)
can_step_down = answered(check_can_step_down)
can_withdraw_step_up = answered(check_can_withdraw_step_up)
can_withdraw_step_down = answered(check_can_withdraw_step_down)


def can_decide_step_up(actor: Actor, step_up: StepUp) -> bool:
    """Whether check_can_decide_step_up would pass."""
    return actor.may(Permission.STEP_DECIDE) and step_up.to_agency_id == actor.agency.pk


def can_answer_step_in(actor: Actor, step_in: StepIn) -> bool:
    """Whether check_can_answer_step_in would pass."""
    return actor.may(Permission.STEP_DECIDE) and step_in.to_agency_id == actor.agency.pk


def can_answer_step_down_for_hub(actor: Actor, step_down: StepDown) -> bool:
    """Whether check_can_answer_step_down_for_hub would pass."""
    return actor.may(Permission.HUB_QUEUE) and step_down.to_hub_id in actor.hub_ids


can_take_over = answered(check_can_take_over)
