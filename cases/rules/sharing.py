"""Who may record what a family agreed to, and whom a team can take in."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from cases.models import Case, LawfulShare
from cases.rules import NotAllowed, answered
from cases.rules.case import check_can_read, check_is_not_only_to_read
from earlyhelp.access import Actor, Permission
from hubs.models import Agency
from hubs.querysets import in_force


def check_can_change_sharing(actor: Actor, case: Case) -> None:
    """Persons who may record or withdraw consent:

    - anybody doing casework who can see the record: a family may tell whomever it likes,
    - at any time: a withdrawal is never refused because a record is closed,
    - but not through emergency access, which is read-only.
    """
    if not actor.may(Permission.SHARING_CHANGE):
        raise NotAllowed("Your role does not record consent.")
    check_can_read(actor, case)
    check_is_not_only_to_read(actor, case)


def missing_to_share(case: Case, agencies: Iterable[Agency]) -> dict[Agency, list[str]]:
    """For each agency what is still missing before it can see the case, as sentences that say how to put it right.

    An agency is covered by a live signature and by consent or a lawful basis (access.md, "The rule, in words"). Three
    queries, however many agencies.
    """
    agencies = list(agencies)
    ids = [agency.pk for agency in agencies]
    signed = set(Agency.objects.covered().filter(pk__in=ids).values_list("pk", flat=True))
    agreed = agencies_agreed_to(case)
    agreed |= set(LawfulShare.objects.filter(in_force(), case=case).values_list("agency_id", flat=True))
    return {agency: _lacks(agency, agency.pk in signed, agency.pk in agreed) for agency in agencies}


def agencies_agreed_to(case: Case) -> set[int]:
    """Agencies for which somebody's yes counts today, as the database counts them (cases/sql/grants)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct agency_id from app.answers_that_count() where case_id = %s and answer = 'given'",
            [case.pk],
        )
        return {agency for (agency,) in cursor.fetchall()}


def _lacks(agency: Agency, is_signed: bool, is_agreed: bool) -> list[str]:
    lacks = []
    if not is_signed:
        lacks.append(
            f"{agency.name} has no live signature on the information sharing agreement. "
            "Its lead can sign with the information governance lead."
        )
    if not is_agreed:
        lacks.append(
            f"The family has not agreed to share with {agency.name}. Ask them and record their answer."
        )
    return lacks


def missing_to_share_with(case: Case, agency: Agency) -> list[str]:
    """What is still missing before `agency` can see the case; see missing_to_share."""
    return missing_to_share(case, [agency])[agency]


def check_can_add_to_team(actor: Actor, case: Case, agency: Agency) -> None:
    """Persons who may add somebody to the team: anybody who may record consent; agencies that are covered only."""
    check_can_change_sharing(actor, case)
    missing = missing_to_share_with(case, agency)
    if missing:
        raise NotAllowed(" ".join(missing))


can_change_sharing = answered(check_can_change_sharing)
can_add_to_team = answered(check_can_add_to_team)
