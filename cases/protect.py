"""What is known about emergency access and restrictions: lists for those who check them, and one record's own."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils import timezone

from cases.models import Case, EmergencyAccess, Restriction, RestrictionReason, StaffRelation
from cases.rules.emergency import can_see_checks
from earlyhelp.access import Actor
from earlyhelp.web.workdays import add_working_days
from hubs.models import Membership


@dataclass
class ToCheck:
    """One emergency access that nobody has signed off yet."""

    id: int
    reference: str
    membership_id: int
    reason: str
    starts_at: dt.datetime
    expires_at: dt.datetime
    who: Membership | None = None
    name: str = ""
    agency: str = ""

    @property
    def due_on(self) -> dt.date:
        """Working days from the day it was used; our own choice (docs/decisions/0011)."""
        days = settings.EARLY_HELP["EMERGENCY_CHECK_WORKING_DAYS"]
        return add_working_days(timezone.localdate(self.starts_at), days)

    @property
    def is_overdue(self) -> bool:
        return timezone.localdate() > self.due_on

    @property
    def is_running(self) -> bool:
        return self.expires_at > timezone.now()


@dataclass
class SecondLooks:
    """What waits for a second pair of eyes, as My work says it."""

    emergencies: list[ToCheck]
    lifts: int
    reviews_late: int


@dataclass
class InForce:
    """One restriction, as those who look after it see it, named or not."""

    id: UUID
    case_id: UUID
    reference: str
    reason: str
    starts_at: dt.datetime
    review_on: dt.date
    restricted_by_id: int | None
    named_ids: list[int]
    working: int
    lift_asked_by_id: int | None
    lift_asked_at: dt.datetime | None
    lift_reason: str
    is_mine: bool
    named: list[Membership] = field(default_factory=list)
    lift_asked_by: Membership | None = None

    @property
    def is_overdue(self) -> bool:
        return timezone.localdate() > self.review_on

    @property
    def reason_words(self) -> str:
        return str(RestrictionReason(self.reason).label)


_SECOND_LOOKS = """
select e.id, e.reference, e.membership_id, e.reason, e.starts_at, e.expires_at,
       btrim(u.first_name || ' ' || u.last_name) as name, coalesce(a.name, '') as agency, false, false
  from app.emergencies_to_check() e join hubs_membership m on m.id = e.membership_id
  join accounts_user u on u.id = m.user_id left join hubs_agency a on a.id = m.agency_id
union all
select null, null, null, null, null, null, null, null, r.lift_asked_at is not null, r.review_on < %s or r.working = 0
  from app.restrictions_in_force() r
order by starts_at
"""


def second_looks(actor: Actor) -> SecondLooks:
    """What My work says of emergencies and restrictions, oldest first. One query; for those who check nothing none."""
    if not can_see_checks(actor):
        return SecondLooks([], 0, 0)
    with connection.cursor() as cursor:
        cursor.execute(_SECOND_LOOKS, [timezone.localdate()])
        rows = cursor.fetchall()
    emergencies = [ToCheck(*row[:6], name=row[6], agency=row[7]) for row in rows if row[0] is not None]
    return SecondLooks(emergencies, sum(bool(row[8]) for row in rows), sum(bool(row[9]) for row in rows))


def emergencies_to_check(actor: Actor) -> list[ToCheck]:
    """What waits for this person, oldest first. One query for those who check nothing: none."""
    if not can_see_checks(actor):
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "select id, reference, membership_id, reason, starts_at, expires_at from app.emergencies_to_check()"
        )
        found = [ToCheck(*row) for row in cursor.fetchall()]
    people = _people([each.membership_id for each in found])
    for each in found:
        each.who = people.get(each.membership_id)
    return found


def restrictions_in_force(actor: Actor) -> list[InForce]:
    """Restrictions this person looks after, the next review first."""
    if not can_see_checks(actor):
        return []
    with connection.cursor() as cursor:
        cursor.execute("select * from app.restrictions_in_force()")
        found = [InForce(*row) for row in cursor.fetchall()]
    people = _people([pk for each in found for pk in [*each.named_ids, each.lift_asked_by_id]])
    for each in found:
        each.named = [people[pk] for pk in each.named_ids if pk in people]
        each.lift_asked_by = people.get(each.lift_asked_by_id)
    return found


def _people(ids) -> dict[int, Membership]:
    wanted = {pk for pk in ids if pk}
    return Membership.objects.with_people().in_bulk(list(wanted)) if wanted else {}


@dataclass
class Protection:
    """What the record's own pages say about who is kept out and who came in."""

    restriction: Restriction | None
    named: list[Membership]
    emergencies: list[EmergencyAccess]
    relations: list[StaffRelation]


def protection_of(case: Case) -> Protection:
    """A case's restriction in force, and its emergency accesses, newest first. At most four queries."""
    restriction = None
    # get_case_for has asked already whether there is one at all.
    if getattr(case, "restricted_now", True):
        restriction = (
            case.restrictions.filter(lifted_at__isnull=True)
            .select_related("restricted_by__user", "lift_asked_by__user")
            .first()
        )
    named = []
    if restriction:
        named = list(Membership.objects.with_people().filter(pk__in=restriction.names.values("membership")))
    emergencies = []
    if getattr(case, "had_emergency", True):
        emergencies = list(
            case.emergencies.select_related("membership__user", "membership__agency", "reviewed_by__user")
        )
    relations = []
    if restriction:
        relations = list(
            StaffRelation.objects.filter(person__family=case.family_id).select_related(
                "membership__user", "person"
            )
        )
    return Protection(restriction, named, emergencies, relations)
