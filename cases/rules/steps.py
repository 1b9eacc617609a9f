"""Who may step a case up to children's social care, decide that, and step it down again."""

from __future__ import annotations

from cases.models import Case, CaseStatus, Consent, Restriction, StepDown, StepUp, StepUpBasis
from cases.rules import NotAllowed, answered
from cases.rules.case import check_can_write
from cases.rules.plan import is_on_team
from earlyhelp.access import Actor, Permission, Role
from hubs.models import Agency, AgencyKind, Membership


def check_can_step_up(actor: Actor, case: Case) -> None:
    """Persons who may send a case to children's social care:

    - anybody who may write in the record: nothing may delay telling them of a child at risk (domain.md 2.2),
    - while early help holds the case and no other step-up waits for its decision.
    """
    check_can_write(actor, case)
    if case.status == CaseStatus.CLOSED:
        raise NotAllowed(
            "This record is closed. Ring children’s social care if you are worried about a child."
        )
    if case.status == CaseStatus.STEPPED_UP:
        raise NotAllowed("Children’s social care holds this case already. Ring them with anything new.")
    if case.step_ups.waiting().exists():
        raise NotAllowed(
            "A step-up is waiting for its decision. Ring children’s social care with anything new."
        )


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


can_step_up = answered(check_can_step_up)
can_step_down = answered(check_can_step_down)
can_withdraw_step_up = answered(check_can_withdraw_step_up)
can_withdraw_step_down = answered(check_can_withdraw_step_down)


def can_decide_step_up(actor: Actor, step_up: StepUp) -> bool:
    """Whether check_can_decide_step_up would pass."""
    return actor.may(Permission.STEP_DECIDE) and step_up.to_agency_id == actor.agency.pk


def can_answer_step_down_for_hub(actor: Actor, step_down: StepDown) -> bool:
    """Whether check_can_answer_step_down_for_hub would pass."""
    return actor.may(Permission.HUB_QUEUE) and step_down.to_hub_id in actor.hub_ids


can_take_over = answered(check_can_take_over)
