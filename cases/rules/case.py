"""Who may register a family, write in its record and close it."""

from __future__ import annotations

from cases.models import Case, CaseStatus, CaseUserPermission
from cases.models.sharing import GrantBasis
from cases.rules import NotAllowed, answered
from earlyhelp.access import Actor, Permission, Role


def check_can_register(actor: Actor) -> None:
    """Persons who may register a family:

    - practitioners, agency leads and hub staff,
    - of an agency with a live signature on the live agreement (domain.md 6.2: no partner until it has signed).
    """
    if not actor.may(Permission.CASE_REGISTER):
        raise NotAllowed("Your role does not register families. Ask a practitioner of your agency.")
    if not actor.is_covered:
        raise NotAllowed(
            f"{actor.agency.name} has no live signature on the information sharing agreement, so it cannot register "
            "families. Ask the information governance lead."
        )


def check_can_read(actor: Actor, case: Case) -> None:
    """Persons who may read a case: those with a grant in force (cases/sql/grants), whatever their title.

    A case fetched by get_case_for in this request was just found to be granted: the question is not asked twice.
    """
    if getattr(case, "found_for_membership", None) == actor.membership.pk:
        return
    if not Case.objects.granted_to(actor).filter(pk=case.pk).exists():
        raise NotAllowed("You cannot see this record.")


def check_can_write(actor: Actor, case: Case) -> None:
    """Persons who may add to a record:

    - anybody who can see it and does casework,
    - but not through emergency access, which is read-only,
    - and not once it is closed (the hub can still correct it).
    """
    if not actor.may(Permission.CASE_WRITE):
        raise NotAllowed("Your role reads records and does not write in them.")
    check_can_read(actor, case)
    if case.status == CaseStatus.CLOSED and case.hub_id not in actor.hub_ids:
        raise NotAllowed("This record is closed. Ask the hub if something in it must be put right.")
    if is_only_by_emergency(actor, case):
        raise NotAllowed("Emergency access is for reading only.")


def is_only_by_emergency(actor: Actor, case: Case) -> bool:
    """Whether nothing but an emergency access lets this person see the case. Asked once for each fetched case."""
    known = getattr(case, "only_by_emergency_for", {})
    if actor.membership.pk not in known:
        known = known | {actor.membership.pk: _find_out(actor, case)}
        case.only_by_emergency_for = known  # type: ignore[attr-defined]
    return known[actor.membership.pk]


def _find_out(actor: Actor, case: Case) -> bool:
    grants = CaseUserPermission.objects.filter(content_object=case, membership=actor.membership)
    bases = set(grants.values_list("basis", flat=True))
    if not actor.is_covered:
        bases &= {GrantBasis.NAMED, GrantBasis.EMERGENCY}
    return (
        bases == {GrantBasis.EMERGENCY}
        and not case.group_grants.filter(group_id__in=actor.group_ids).exists()
    )


def check_can_close(actor: Actor, case: Case) -> None:
    """Persons who may close a case: its lead professional; the hub's coordinators and managers."""
    check_can_write(actor, case)
    if case.status == CaseStatus.CLOSED:
        raise NotAllowed("This record is closed already.")
    is_lead = case.leads.filter(membership=actor.membership, until_at__isnull=True).exists()
    if not is_lead and not _runs_hub(actor, case):
        raise NotAllowed("Only the lead professional or the hub can close this record.")


def check_nothing_is_awaited(case: Case) -> None:
    """When a case may be closed: once no step up or step down waits for an answer, or the family is left in between."""
    if case.step_ups.waiting().exists() or case.step_downs.open().exists():
        raise NotAllowed("A step up or step down still waits for its answer. Close the record after that.")


def _runs_hub(actor: Actor, case: Case) -> bool:
    return case.hub_id in actor.hub_ids and (
        actor.has_role(Role.HUB_COORDINATOR) or actor.has_role(Role.HUB_MANAGER)
    )


can_register = answered(check_can_register)
can_read = answered(check_can_read)
can_write = answered(check_can_write)
can_close = answered(check_can_close)
