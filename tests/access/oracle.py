"""Who may see what, worked out from the facts in plain Python: the rule of access.md, written a second time on purpose.

Nothing here reads a grant, an acl or a policy. Where this and the database differ, one of them is wrong.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field


@dataclass
class Member:
    id: int
    user: int
    agency: int
    roles: set[str]
    hub: int | None = None
    starts: dt.date = dt.date.min
    ends: dt.date = dt.date.max


@dataclass
class Agency:
    id: int
    kind: str
    everyone: bool = False
    active: bool = True


@dataclass
class Agreement:
    """One version: when it is in force, which purposes a kind of agency has a category for, and who has signed."""

    version: int
    cells: dict[tuple[str, int], set[str]]
    signed: dict[int, bool]
    ends: dt.date = dt.date.max
    activated: bool = True


@dataclass
class Answer:
    case: str
    person: str
    agency: int
    category: int | None
    given: bool
    until: dt.date | None = None
    giver: str | None = None  # None: the person themself
    id: str = ""
    starts: dt.date = dt.date.min


@dataclass
class Lawful:
    case: str
    agency: int
    starts: dt.date
    until: dt.date | None = None
    categories: tuple[int, ...] = ()
    id: str = ""


@dataclass
class Place:
    """A place on a team."""

    case: str
    member: int
    starts: dt.date
    ends: dt.date | None = None
    id: str = ""
    reads_only: bool = False  # somebody who led and handed over: reads, and keeps nobody else of their agency in


@dataclass
class Row:
    """Something written under a category: a note, or a row of another table that obeys the same rule."""

    table: str
    id: str
    case: str
    category: int
    agency: int
    about: str | None = None
    author: int | None = None
    not_for: tuple[int, ...] = ()
    not_for_members: tuple[int, ...] = ()
    under: str | None = None  # an action's outcome
    owner: int | None = None  # whoever has to do an action
    audience: str = "all"  # whom an item of an agenda is for: all, professionals, or the people and agencies chosen
    chosen: tuple[int, ...] = ()
    chosen_agencies: tuple[int, ...] = ()


@dataclass
class Guest:
    id: int
    case: str
    categories: tuple[int, ...]
    invited_by: int
    agreed_by: str
    confirmed: bool = True
    ended: bool = False
    expired: bool = False


@dataclass
class Facts:
    """Everything the rule depends on, on one day."""

    today: dt.date
    agreements: list[Agreement] = field(default_factory=list)
    members: dict[int, Member] = field(default_factory=dict)
    agencies: dict[int, Agency] = field(default_factory=dict)
    inactive_users: set[int] = field(default_factory=set)
    hub_of_case: dict[str, int] = field(default_factory=dict)
    family_of_case: dict[str, str] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    people: dict[str, list[str]] = field(default_factory=dict)  # family -> persons
    recorded_by: dict[str, int | None] = field(default_factory=dict)  # person -> agency
    team: list[Place] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    deciders: set[str] = field(default_factory=set)
    lawful: list[Lawful] = field(default_factory=list)
    named: dict[str, set[int]] = field(default_factory=dict)  # restricted case -> members
    emergencies: set[tuple[str, int]] = field(default_factory=set)
    relations: set[tuple[int, str]] = field(default_factory=set)  # (user, person)
    # address -> family, whose it is alone, hidden from
    addresses: dict[str, tuple[str, str | None, str | None]] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    guests: dict[int, Guest] = field(default_factory=dict)

    # -- Agencies and people who work there -----------------------------------------------------------------------

    def is_live(self, member: Member) -> bool:
        return (
            member.starts <= self.today <= member.ends
            and self.agencies[member.agency].active
            and member.user not in self.inactive_users
        )

    def given(self, agency_id: int) -> set[int]:
        """Categories that the live version gives the agency to support a family; none without a live signature."""
        live = [a for a in self.agreements if a.activated and self.today <= a.ends]
        if not live:
            return set()
        newest = max(live, key=lambda a: a.version)
        if not newest.signed.get(agency_id):
            return set()
        kind = self.agencies[agency_id].kind
        return {category for (k, category), purposes in newest.cells.items() if k == kind and "support" in purposes}

    def stands(self, member: Member) -> bool:
        """Whether names and emergencies count at all: a live signature, or a hub to run."""
        runs_a_hub = "hub_manager" in member.roles or ("hub_coordinator" in member.roles and member.hub is not None)
        return bool(self.given(member.agency)) or runs_a_hub

    # -- What the family and the law say --------------------------------------------------------------------------

    def counting(self, case: str, agency: int) -> list[Answer]:
        """Answers that count today: a child who decides answers alone, and somebody else's full refusal stops a yes."""
        heard = [
            a
            for a in self.answers
            if (a.case, a.agency) == (case, agency)
            and a.starts <= self.today
            and (a.until is None or a.until >= self.today)
            and (a.giver is None or a.person not in self.deciders)
        ]
        return [
            a
            for a in heard
            if not a.given
            or not any(
                not no.given and no.category is None and no.person == a.person and no.giver != a.giver for no in heard
            )
        ]

    def lawfully(self, case: str, agency: int, category: int | None) -> bool:
        return any(
            (share.case, share.agency) == (case, agency)
            and share.starts <= self.today
            and (share.until is None or share.until >= self.today)
            and (category is None or not share.categories or category in share.categories)
            for share in self.lawful
        )

    def covers(self, case: str, agency: int, category: int | None) -> bool:
        """Whether consent or a lawful basis gives `agency` the category of the case (None: the case at all)."""
        if self.lawfully(case, agency, category):
            return True
        mine = self.counting(case, agency)
        if category is None:
            return any(a.given for a in mine)
        if any(not a.given and a.category == category for a in mine):
            return False
        return any(a.given and a.category in (None, category) for a in mine)

    # -- Ways to a case -------------------------------------------------------------------------------------------

    def kept_from(self, user: int, family: str) -> bool:
        return any((user, person) in self.relations for person in self.people[family])

    def runs_hub(self, member: Member, case: str) -> bool:
        if member.roles & {"hub_manager"} and member.hub is None:
            return True
        return bool(member.roles & {"hub_manager", "hub_coordinator"}) and member.hub == self.hub_of_case[case]

    def places(self, case: str, *, reads_only: bool = False) -> set[int]:
        """Who is on the team today and still works where they did; or who has a place there for reading only."""
        return {
            place.member
            for place in self.team
            if place.case == case
            and place.reads_only == reads_only
            and place.starts <= self.today
            and (place.ends is None or place.ends >= self.today)
            and self.members[place.member].starts <= self.today <= self.members[place.member].ends
        }

    def shares_with(self, member: Member, case: str, category: int | None) -> bool:
        """Whether the member sees the case (or the category) because it is shared with their agency."""
        agency, given, team = self.agencies[member.agency], self.given(member.agency), self.places(case)
        if case in self.named or not given or not self.covers(case, agency.id, category):
            return False
        is_volunteer = "volunteer" in member.roles
        if category is not None and (category not in given or (is_volunteer and category != 1)):
            return False
        if member.id in team or member.id in self.places(case, reads_only=True):
            return True
        if is_volunteer or not any(self.members[m].agency == agency.id for m in team):
            return False
        return agency.everyone or "agency_lead" in member.roles

    def by_name(self, member: Member, case: str) -> bool:
        """An emergency, or a name on the restriction."""
        return ((case, member.id) in self.emergencies or member.id in self.named.get(case, ())) and self.stands(member)

    def by_hub(self, member: Member, case: str) -> bool:
        return case not in self.named and self.runs_hub(member, case)

    def may_see_any(self, member: Member, case: str) -> bool:
        return self.is_live(member) and not self.kept_from(member.user, self.family_of_case[case])

    def sees_case(self, member_id: int, case: str) -> bool:
        member = self.members[member_id]
        return self.may_see_any(member, case) and (
            self.by_name(member, case) or self.by_hub(member, case) or self.shares_with(member, case, None)
        )

    def sees_category(self, member_id: int, case: str, category: int) -> bool:
        member = self.members[member_id]
        if not self.may_see_any(member, case):
            return False
        if self.by_name(member, case):
            return True
        if self.by_hub(member, case) and (category == 1 or category in self.given(member.agency)):
            return True
        return self.shares_with(member, case, category)

    # -- Rows -----------------------------------------------------------------------------------------------------

    def cases_of(self, family: str) -> list[str]:
        return [case for case, its in self.family_of_case.items() if its == family]

    def sees_family(self, member_id: int, family: str) -> bool:
        return any(self.sees_case(member_id, case) for case in self.cases_of(family))

    def sees_person(self, member_id: int, family: str, person: str) -> bool:
        """By one of the family's cases: everybody of it for the hub, names and emergencies; else those who said yes."""
        member = self.members[member_id]
        for case in self.cases_of(family):
            if not self.sees_case(member_id, case):
                continue
            if self.by_name(member, case) or self.by_hub(member, case):
                return True
            if self.recorded_by.get(person) == member.agency or self.lawfully(case, member.agency, None):
                return True
            if any(a.given and a.person == person for a in self.counting(case, member.agency)):
                return True
        return False

    def sees_address(self, member_id: int, address: str) -> bool:
        family, person, hidden_from = self.addresses[address]
        member = self.members[member_id]
        if (member.user, hidden_from) in self.relations or not self.sees_family(member_id, family):
            return False
        if hidden_from and "volunteer" in member.roles:
            return False
        return person is None or self.sees_person(member_id, family, person)

    def sees_row(self, member_id: int, row: Row, seen: set[str]) -> bool:
        """A note, an outcome, an action... `seen`: ids of outcomes that the same person sees."""
        member = self.members[member_id]
        if not self.sees_case(member_id, row.case):
            return False
        if "volunteer" in member.roles and not self.is_for_volunteers(member_id, row):
            return False
        if row.audience == "chosen" and not (member_id in row.chosen or member.agency in row.chosen_agencies):
            return False
        if row.owner == member_id:
            return True
        ours = {m.id for m in self.members.values() if m.user == member.user}
        if ours & set(row.not_for_members) and row.author not in ours:
            return False
        if row.under is not None and row.under not in seen:
            return False
        if row.agency == member.agency:
            return True
        if member.agency in row.not_for or not self.sees_category(member_id, row.case, row.category):
            return False
        return row.about is None or self.sees_person(member_id, self.family_of_case[row.case], row.about)

    def is_for_volunteers(self, member_id: int, row: Row) -> bool:
        """Of what is written: their own tasks, and notes about the family and how to reach it."""
        if row.table == "cases_action":
            return row.owner == member_id
        return row.table == "cases_casenote" and row.category == 1

    # -- Guests ---------------------------------------------------------------------------------------------------

    def guest_looks(self, guest: Guest) -> bool:
        """Whether a guest sees the case: never more than whoever invited them, by hub or sharing, at this moment."""
        inviter = self.members[guest.invited_by]
        return (
            guest.confirmed
            and not guest.ended
            and not guest.expired
            and guest.case not in self.closed | set(self.named)
            and self.may_see_any(inviter, guest.case)
            and bool(self.given(inviter.agency))
            and (self.by_hub(inviter, guest.case) or self.shares_with(inviter, guest.case, None))
            and self.guest_knows(guest, guest.agreed_by)
        )

    def guest_knows(self, guest: Guest, person: str) -> bool:
        agency = self.members[guest.invited_by].agency
        return any(a.given and a.person == person for a in self.counting(guest.case, agency))

    def guest_reads(self, guest: Guest, category: int) -> bool:
        inviter = self.members[guest.invited_by]
        if category not in guest.categories or category not in self.given(inviter.agency):
            return False
        return self.by_hub(inviter, guest.case) or self.shares_with(inviter, guest.case, category)

    def guest_sees_row(self, guest: Guest, row: Row, seen: set[str]) -> bool:
        if row.table == "cases_document" or row.case != guest.case or not self.guest_looks(guest):
            return False
        if row.audience != "all":
            return False
        if row.not_for or row.not_for_members or not self.guest_reads(guest, row.category):
            return False
        if row.under is not None and row.under not in seen:
            return False
        return row.about is None or self.guest_knows(guest, row.about)

    # -- Everything, for one pair of eyes -------------------------------------------------------------------------

    def seen_by_member(self, member_id: int) -> dict[str, set[str]]:
        """Ids of rows by table that this person sees."""
        families = set(self.family_of_case.values())
        found = {
            "cases_case": {case for case in self.hub_of_case if self.sees_case(member_id, case)},
            "cases_family": {family for family in families if self.sees_family(member_id, family)},
            "cases_person": {
                person for family in families for person in self.people[family] if self.sees_person(member_id, family, person)
            },
            "cases_address": {address for address in self.addresses if self.sees_address(member_id, address)},
        }
        return self._with_rows(found, lambda row, seen: self.sees_row(member_id, row, seen))

    def seen_by_guest(self, guest_id: int) -> dict[str, set[str]]:
        guest = self.guests[guest_id]
        looks = self.guest_looks(guest)
        family = self.family_of_case[guest.case]
        found = {
            "cases_case": {guest.case} if looks else set(),
            "cases_family": {family} if looks else set(),
            "cases_person": {p for p in self.people[family] if looks and self.guest_knows(guest, p)},
            "cases_address": set(),
        }
        return self._with_rows(found, lambda row, seen: self.guest_sees_row(guest, row, seen))

    def _with_rows(self, found, sees) -> dict[str, set[str]]:
        seen: set[str] = set()
        for row in self.rows:  # outcomes stand before the actions under them
            if sees(row, seen):
                found.setdefault(row.table, set()).add(row.id)
                seen.add(row.id)
        return found
