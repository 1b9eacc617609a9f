"""Restricting a record to named people, looking at it again, and lifting it: which takes two people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from cases.actions.notes import write_event
from cases.models import Case, Person, Restriction, RestrictionReason, StaffRelation
from cases.rules import NotAllowed
from cases.rules.restriction import check_can_restrict
from earlyhelp.access import Actor, Role
from earlyhelp.access.permissions import Permission, permissions_of
from earlyhelp.audit import record_change
from hubs.models import Membership

NOT_YOURS = "Somebody has answered this already, or it is not yours to answer."


@transaction.atomic
def restrict(
    *, case: Case, reason: str, note: str, named: Iterable[Membership], by: Actor
) -> Restriction | None:
    """Restrict a record to the people named, or change who is named; the others lose sight in the same moment.

    Args:
        reason: a code of RestrictionReason (the four of Nottingham's policy, domain.md 6.5).
        note: why, for those who look at it again.

    Gives the restriction, or None when its writer (a hub manager who is not named) does not see it any more. Raises
    cases.rules.NotAllowed, or ValueError with a sentence when the names will not do.
    """
    check_can_restrict(by, case)
    RestrictionReason(reason)
    ids = sorted({membership.pk for membership in named})
    _check_names(case, ids, by)
    before = sorted(
        case.restrictions.filter(lifted_at__isnull=True).values_list("names__membership", flat=True)
    )
    review_on = timezone.localdate() + dt.timedelta(days=settings.EARLY_HELP["RESTRICTION_REVIEW_DAYS"])
    title = "Who may see this restricted record was changed" if before else "This record was restricted"
    verb = "Changed who may see a restricted record" if before else "Restricted a record"
    # Written first: the writer may be somebody who loses sight by it.
    record_change(by, verb, case=case, reason=reason, named=ids, before=before)
    write_event(case=case, title=title, by=by)
    with connection.cursor() as cursor:
        cursor.execute(
            "select app.restrict_case(%s, %s, %s, %s, %s)", [case.pk, reason, note, review_on, ids]
        )
    return Restriction.objects.filter(case=case, lifted_at__isnull=True).first()


def _check_names(case: Case, ids: list[int], by: Actor) -> None:
    members = list(Membership.objects.live().filter(pk__in=ids))
    if not any(Permission.CASE_READ in permissions_of(member.roles) for member in members):
        raise ValueError("Choose at least one person who works with families and is still here.")
    if by.membership.pk not in ids and not by.has_role(Role.HUB_MANAGER):
        raise ValueError("Choose yourself too: whoever restricts a record is named on it.")
    users = set(members and [member.user_id for member in members])
    related = StaffRelation.objects.filter(person__family=case.family_id, membership__user__in=users)
    if related.exists():
        raise ValueError("Somebody you chose is recorded as a relative, so they cannot be named.")


@transaction.atomic
def record_relation(*, case: Case, person: Person, membership: Membership, by: Actor) -> StaffRelation:
    """Record that somebody who works here is `person` or their relative: the family's records are kept from them.

    Raises cases.rules.NotAllowed, or ValueError when they are the writer, lead the case, or are known already.
    """
    check_can_restrict(by, case)
    if membership.user_id == by.user.pk:
        raise ValueError("Ask somebody else to record this: you would lose the record before it is saved.")
    if case.leads.filter(membership__user=membership.user_id, until_at__isnull=True).exists():
        raise ValueError("They lead this family’s support. Ask somebody else to lead first.")
    if StaffRelation.objects.filter(
        person__family=case.family_id, membership__user=membership.user_id
    ).exists():
        raise ValueError("This is recorded already.")
    named = case.restrictions.filter(lifted_at__isnull=True, names__membership__user=membership.user_id)
    if named.exists():
        raise ValueError("They are named on the restriction. Take them off it first.")
    relation = StaffRelation.objects.create(person=person, membership=membership, recorded_by=by.membership)
    record_change(by, "Recorded a relative among staff", case=case, obj=relation, membership=membership.pk)
    return relation


@transaction.atomic
def keep_restriction(*, restriction: UUID, by: Actor) -> None:
    """Look at a restriction again and keep it until the next review. Raises cases.rules.NotAllowed."""
    until = timezone.localdate() + dt.timedelta(days=settings.EARLY_HELP["RESTRICTION_REVIEW_DAYS"])
    case = _call("select app.keep_restriction(%s, %s)", restriction, until)
    record_change(
        by, "Kept a restriction", case=case, obj=Restriction(pk=restriction), until=until.isoformat()
    )


@transaction.atomic
def ask_to_lift(*, restriction: UUID, why: str, by: Actor) -> None:
    """Ask that a restriction be lifted: another person answers. Raises cases.rules.NotAllowed or ValueError."""
    if not why.strip():
        raise ValueError("Say why the restriction is not needed any more.")
    case = _call("select app.ask_to_lift(%s, %s)", restriction, why)
    record_change(by, "Asked to lift a restriction", case=case, obj=Restriction(pk=restriction))


@transaction.atomic
def answer_lift(*, restriction: UUID, is_agreed: bool, by: Actor) -> None:
    """Lift a restriction that somebody else asked to lift, or leave it as it is. Raises cases.rules.NotAllowed."""
    case = _call("select app.answer_lift(%s, %s)", restriction, is_agreed)
    verb = "Lifted a restriction" if is_agreed else "Did not lift a restriction"
    record_change(by, verb, case=case, obj=Restriction(pk=restriction))


def _call(sql: str, *values) -> Case:
    """The case of the restriction that the database's function changed; none when this person may not."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        case = cursor.fetchone()[0]
    if case is None:
        raise NotAllowed(NOT_YOURS)
    return Case(pk=case)
