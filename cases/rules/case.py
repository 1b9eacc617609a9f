"""Who may register a family, write in its record and close it."""

from __future__ import annotations

from django.db import connection
from django.db.models import Q

from cases.models import Case, CaseStatus, CaseUserPermission, TeamMember, TeamPlace
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
    - but not through emergency access, nor by a place kept after handing over: both are read-only,
    - and not once it is closed (the hub can still correct it).
    """
    if not actor.may(Permission.CASE_WRITE):
        raise NotAllowed("Your role reads records and does not write in them.")
    check_can_read(actor, case)
    if case.status == CaseStatus.CLOSED and case.hub_id not in actor.hub_ids:
        raise NotAllowed("This record is closed. Ask the hub if something in it must be put right.")
    check_is_not_only_to_read(actor, case)


def check_is_not_only_to_read(actor: Actor, case: Case) -> None:
    """Raise NotAllowed for somebody who sees the case by an emergency or a place for reading, and by nothing else."""
    why = _only_to_read(actor, case)
    if GrantBasis.EMERGENCY in why:
        raise NotAllowed("Emergency access is for reading only.")
    if why:
        raise NotAllowed("You handed this family over. You can still read the record, and not write in it.")


def is_only_by_emergency(actor: Actor, case: Case) -> bool:
    """Whether nothing but an emergency access lets this person see the case. Asked once for each fetched case."""
    return _only_to_read(actor, case) == {GrantBasis.EMERGENCY}


def is_only_to_read(actor: Actor, case: Case) -> bool:
    """Whether this person sees the case to read it and no more. Asked once for each fetched case."""
    return bool(_only_to_read(actor, case))


def _only_to_read(actor: Actor, case: Case) -> set[str]:
    """The grounds on which this person may read and not write; empty for somebody who may do both, or neither."""
    known = getattr(case, "only_to_read_for", {})
    if actor.membership.pk not in known:
        known = known | {actor.membership.pk: _find_out(actor, case)}
        case.only_to_read_for = known  # type: ignore[attr-defined]
    return known[actor.membership.pk]


def _find_out(actor: Actor, case: Case) -> set[str]:
    grants = CaseUserPermission.objects.filter(content_object=case, membership=actor.membership)
    bases = set(grants.values_list("basis", flat=True))
    if not actor.is_covered:
        bases &= {GrantBasis.NAMED, GrantBasis.EMERGENCY}
    if not bases or bases - {GrantBasis.EMERGENCY, GrantBasis.READS}:
        return set()
    return set() if case.group_grants.filter(group_id__in=actor.group_ids).exists() else bases


def check_can_close(actor: Actor, case: Case) -> None:
    """Persons who may close a case: its lead professional, or who covers for them; the hub's staff."""
    check_can_write(actor, case)
    if case.status == CaseStatus.CLOSED:
        raise NotAllowed("This record is closed already.")
    if not leads(actor, case) and not _runs_hub(actor, case):
        raise NotAllowed("Only the lead professional or the hub can close this record.")


def check_nothing_is_awaited(case: Case) -> None:
    """When a case may be closed: once no step up or step down waits for an answer, or the family is left in between.

    Asked past row-level security: a step-up waits for those, too, who may not read it. The database refuses it as well
    (cases/sql/steps_v1).
    """
    with connection.cursor() as cursor:
        cursor.execute("select app.step_is_awaited(%s)", [case.pk])
        is_awaited = cursor.fetchone()[0]
    if is_awaited:
        raise NotAllowed("A step up or step down still waits for its answer. Close the record after that.")


def _runs_hub(actor: Actor, case: Case) -> bool:
    return case.hub_id in actor.hub_ids and (
        actor.has_role(Role.HUB_COORDINATOR) or actor.has_role(Role.HUB_MANAGER)
    )


def leads(actor: Actor, case: Case) -> bool:
    """Whether this person is the case's lead professional now, or covers today for whoever is. One query."""
    covers_for = (
        TeamMember.objects.current()
        .filter(case=case, membership=actor.membership, place=TeamPlace.COVER)
        .values("covers_for")
    )
    now = case.leads.filter(until_at__isnull=True)
    return now.filter(Q(membership=actor.membership) | Q(membership__in=covers_for)).exists()


can_register = answered(check_can_register)
can_read = answered(check_can_read)
can_write = answered(check_can_write)
can_close = answered(check_can_close)
