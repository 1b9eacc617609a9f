"""A small county whose facts are written twice, into the database and into the oracle; then both are asked about every row.

`Changes` (changes.py) changes one fact in both. A check compares, for everybody: what the oracle says, SQL as the
application's role, `visible_to`, the grants (`granted_to`), and for some pairs the status of the record's page.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Iterable, Iterator

from django.db import ProgrammingError, connection, transaction
from django.urls import reverse

from cases.models import Address, Case, Family, Person
from earlyhelp.access import Role
from earlyhelp.access.context import as_system, begin_guest, begin_request, clear_request
from hubs.actors import actor_for
from hubs.models import AgencyKind, Membership
from tests.access.changes import Changes
from tests.access.oracle import Agency, Agreement, Facts, Member
from tests.fixtures.world import MATRIX

# Tables that the oracle knows row by row.
TABLES = (
    "cases_case",
    "cases_family",
    "cases_person",
    "cases_address",
    "cases_casenote",
    "cases_outcome",
    "cases_action",
    "cases_document",
    "cases_agendaitem",
)
ROWS = " union all ".join(f"select '{table}', id::text from {table}" for table in TABLES)
NOT_THEIRS = {"42501"}


class History(Changes):
    def __init__(self, world):
        self.world = world
        self.compared = 0
        with connection.cursor() as cursor:
            # The transaction's beginning is the database's present until its end, however long a history takes.
            cursor.execute("select now()")
            self.now = cursor.fetchone()[0]
        self.facts = Facts(world.today)
        self.hubs = [world.hub(), world.hub()]
        kinds = [AgencyKind.SCHOOL, AgencyKind.HEALTH, AgencyKind.POLICE, AgencyKind.COUNCIL_EARLY_HELP]
        self.agencies = [world.agency(kind) for kind in kinds]
        self.live_agreement = world.agreement()
        self.members: list[Membership] = []
        self._people_who_work()
        self._tell_of_the_agreement()
        families = [world.family(self.hubs[n]) for n in (0, 1, 1)]
        # The first family is helped twice: what is seen of its people is seen by either case.
        self.cases = [world.case(hub, family=families[n]) for hub, n in zip((*self.hubs, self.hubs[1], self.hubs[1]), (0, 1, 2, 0), strict=True)]
        with as_system():
            for family in families:
                self._tell_of_family(family)
            for case in self.cases:
                self.facts.hub_of_case[str(case.pk)] = case.hub_id
                self.facts.family_of_case[str(case.pk)] = str(case.family_id)
            self.a_meeting_in_every_case()

    def _people_who_work(self) -> None:
        school, health, police, council = self.agencies
        for agency in (school, health, police):
            for roles in ([Role.PRACTITIONER], [Role.PRACTITIONER], [Role.AGENCY_LEAD]):
                self._member(agency, roles)
        self._member(council, [Role.HUB_COORDINATOR], hub=self.hubs[0])
        self._member(council, [Role.HUB_MANAGER])
        self._member(council, [Role.PRACTITIONER])
        # The school's first practitioner works for the police too.
        self._member(police, [Role.PRACTITIONER], user=self.members[0].user)

    def _member(self, agency, roles, hub=None, user=None) -> None:
        for fact in (agency,):
            self.facts.agencies.setdefault(fact.pk, Agency(fact.pk, str(fact.kind)))
        member = self.world.member(agency, *roles, hub=hub, user=user)
        self.members.append(member)
        self.facts.members[member.pk] = Member(
            member.pk, member.user_id, agency.pk, {str(r) for r in roles}, hub and hub.pk, starts=member.starts_on
        )

    def _tell_of_the_agreement(self) -> None:
        cells = {(str(kind), int(c)): {"support"} for kind, categories in MATRIX.items() for c in categories}
        signed = {agency.pk: True for agency in self.agencies}
        self.facts.agreements.append(Agreement(self.live_agreement.version, cells, signed))
        self.versions = {self.live_agreement.version: self.live_agreement.pk}

    def _tell_of_family(self, family: Family) -> None:
        people = [str(pk) for pk in family.people.order_by("is_child", "pk").values_list("pk", flat=True)]
        self.facts.people[str(family.pk)] = people
        self.facts.recorded_by.update(dict.fromkeys(people))
        # The family's home, and where one of them stays.
        for person in (None, people[-1]):
            address = Address.objects.create(
                family=family, person_id=person, lines="4 Safe Street", postcode="WM1 1AA"
            )
            self.facts.addresses[str(address.pk)] = (str(family.pk), person, None)

    # -- Starting again ------------------------------------------------------------------------------------------------

    def remember(self) -> tuple[str, Facts]:
        """A point to come back to: the database's savepoint and the facts."""
        return transaction.savepoint(), copy.deepcopy((self.facts, self.versions))

    def go_back(self, point) -> None:
        savepoint, facts = point
        transaction.savepoint_rollback(savepoint)
        self.facts, self.versions = copy.deepcopy(facts)

    # -- Asking --------------------------------------------------------------------------------------------------------

    def wrong(self, members: Iterable[Membership] | None = None) -> list[str]:
        """Every row that the oracle and the database do not agree on, for everybody."""
        return [line for lines in self._each(members) for line in lines]

    def is_wrong(self) -> bool:
        """Whether there is any such row. Stops at the first."""
        return any(self._each(None))

    def _each(self, members) -> Iterator[list[str]]:
        for guest in self.facts.guests if members is None else ():
            seen = self._sql() if _takes(lambda guest=guest: begin_guest(guest)) else {}
            yield self._compare(f"guest {guest}", self.facts.seen_by_guest(guest), seen, TABLES)
        for member in self.members if members is None else members:
            yield self._wrong_for_member(member)
        with transaction.atomic():
            clear_request()

    def _wrong_for_member(self, member: Membership) -> list[str]:
        wanted = self.facts.seen_by_member(member.pk)
        may = _takes(lambda: begin_request(member.user_id, member.pk))
        found = self._compare(f"{member.pk}", wanted, self._sql() if may else {}, TABLES)
        try:
            actor = actor_for(member.pk)
        except Membership.DoesNotExist:
            actor = None
        shown = {
            "cases_case": _ids(Case.objects.visible_to(actor)),
            "cases_person": _ids(Person.objects.visible_to(actor)),
        }
        found += self._compare(f"{member.pk} visible_to", wanted, shown, shown)
        granted = {"cases_case": _ids(Case.objects.granted_to(actor))}
        return found + self._compare(f"{member.pk} granted_to", wanted, granted, granted)

    def _compare(self, who: str, wanted: dict, seen: dict, tables: Iterable[str]) -> list[str]:
        every = self._every()
        found = []
        for table in tables:
            ours, theirs = wanted.get(table, set()), seen.get(table, set())
            self.compared += len(every[table])
            found += [f"{who} {table} {key}: oracle {key in ours}" for key in sorted(ours ^ theirs)]
        return found

    def _every(self) -> dict[str, set[str]]:
        facts = self.facts
        every = {table: set() for table in TABLES}
        every["cases_case"] = set(facts.hub_of_case)
        every["cases_family"] = set(facts.people)
        every["cases_person"] = set(facts.recorded_by)
        every["cases_address"] = set(facts.addresses)
        for row in facts.rows:
            every[row.table].add(row.id)
        return every

    def _sql(self) -> dict[str, set[str]]:
        every, seen = self._every(), {}
        with connection.cursor() as cursor:
            cursor.execute(ROWS)
            for table, key in cursor.fetchall():
                if key in every[table]:
                    seen.setdefault(table, set()).add(key)
        return seen

    def wrong_pages(self, signed_in_as, pairs: Iterable[tuple[Membership, Case]]) -> list[str]:
        """Records whose page answers other than the oracle says: 200, 404, or away from here for who may not come in."""
        found = []
        for member, case in pairs:
            status = signed_in_as(member).get(reverse("record-overview", args=[case.reference])).status_code
            acting = self._acting(member)
            wanted = 302 if acting is None else 200 if self.facts.sees_case(acting, str(case.pk)) else 404
            if acting is not None and set(self.facts.members[acting].roles) == {Role.VOLUNTEER}:
                wanted = 403  # volunteers have pages of their own; for them every record answers like this one
            self.compared += 1
            if status != wanted:
                found.append(f"{member.pk} page of {case.pk}: {status}, not {wanted}")
        return found

    def _acting(self, member: Membership) -> int | None:
        """Whom a session acts for: the membership chosen, else the only live one of the same person."""
        live = [m.id for m in self.facts.members.values() if m.user == member.user_id and self.facts.is_live(m)]
        return member.pk if member.pk in live else live[0] if len(live) == 1 else None

    def all_pairs(self):
        return [(member, case) for member in self.members for case in self.cases]

    def faults(self) -> list[tuple]:
        """Rows whose projection is not what the grants say, or whose grants are not what the facts say."""
        with as_system(), connection.cursor() as cursor:
            cursor.execute("select * from app.projection_faults()")
            return cursor.fetchall()

    def step(self, draw: random.Random) -> str:
        """One random change of one fact, in both worlds."""
        return self.change(draw.choice(self.CHANGES), draw)

    def change(self, name: str, draw: random.Random) -> str:
        with as_system():
            getattr(self, name)(draw, draw.choice(self.cases))
        return name


def _takes(begin) -> bool:
    """Whether the database gives these eyes. What it refuses sees nothing."""
    try:
        with transaction.atomic():
            begin()
    except ProgrammingError as refused:
        if refused.__cause__.pgcode not in NOT_THEIRS:
            raise
        with transaction.atomic():
            clear_request()
        return False
    return True


def _ids(queryset) -> set[str]:
    return {str(pk) for pk in queryset.order_by().values_list("pk", flat=True)}
