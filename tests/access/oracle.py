"""Who may see what, worked out from the facts in plain Python: the rule of access.md, written a second time on purpose.

Nothing here reads a grant, an acl or a policy. Where this and the database differ, one of them is wrong.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field


@dataclass
class Member:
    id: int
    agency: int
    roles: set[str]
    hub: int | None = None
    left: bool = False


@dataclass
class Agency:
    id: int
    kind: str
    signed: bool = True
    everyone: bool = False


@dataclass
class Answer:
    case: str
    person: str
    agency: int
    category: int | None
    given: bool
    until: dt.date | None = None


@dataclass
class Note:
    id: str
    case: str
    category: int
    agency: int
    about: str | None = None
    not_for: tuple[int, ...] = ()


@dataclass
class Facts:
    """Everything the rule depends on, on one day."""

    today: dt.date
    matrix: dict[str, set[int]]
    members: dict[int, Member] = field(default_factory=dict)
    agencies: dict[int, Agency] = field(default_factory=dict)
    hub_of_case: dict[str, int] = field(default_factory=dict)
    people: dict[str, list[str]] = field(default_factory=dict)  # case -> persons
    recorded_by: dict[str, int | None] = field(default_factory=dict)  # person -> agency
    team: set[tuple[str, int]] = field(default_factory=set)  # (case, member)
    answers: list[Answer] = field(default_factory=list)
    lawful: dict[tuple[str, int], dt.date | None] = field(default_factory=dict)  # (case, agency) -> last day
    named: dict[str, set[int]] = field(default_factory=dict)  # restricted case -> members
    emergencies: set[tuple[str, int]] = field(default_factory=set)
    notes: list[Note] = field(default_factory=list)

    def _in_force(self, answer: Answer) -> bool:
        return answer.until is None or answer.until >= self.today

    def covers(self, case: str, agency: int, category: int | None) -> bool:
        """Whether consent or a lawful basis gives `agency` the category of the case (None: the case at all)."""
        last = self.lawful.get((case, agency), "none")
        if last != "none" and (last is None or last >= self.today):
            return True
        mine = [a for a in self.answers if (a.case, a.agency) == (case, agency) and self._in_force(a)]
        if category is None:
            return any(a.given for a in mine)
        if any(not a.given and a.category == category for a in mine):
            return False
        return any(a.given and a.category in (None, category) for a in mine)

    def runs_hub(self, member: Member, case: str) -> bool:
        if member.roles & {"hub_manager"} and member.hub is None:
            return True
        return bool(member.roles & {"hub_manager", "hub_coordinator"}) and member.hub == self.hub_of_case[case]

    def on_team(self, agency: int, case: str) -> bool:
        return any(c == case and self.members[m].agency == agency and not self.members[m].left for c, m in self.team)

    def shares_with(self, member: Member, case: str, category: int | None) -> bool:
        """Whether the member sees the case (or the category) because it is shared with their agency."""
        agency = self.agencies[member.agency]
        if not agency.signed or not self.covers(case, agency.id, category) or not self.on_team(agency.id, case):
            return False
        if category is not None and category not in self.matrix.get(agency.kind, set()):
            return False
        by_name = (case, member.id) in self.team
        return by_name or agency.everyone or "agency_lead" in member.roles

    def stands(self, member: Member) -> bool:
        """Whether names and emergencies count at all: a live signature, or a hub to run."""
        runs_a_hub = "hub_manager" in member.roles or ("hub_coordinator" in member.roles and member.hub is not None)
        return self.agencies[member.agency].signed or runs_a_hub

    def sees_case(self, member_id: int, case: str) -> bool:
        member = self.members[member_id]
        if member.left:
            return False
        if (case, member_id) in self.emergencies and self.stands(member):
            return True
        if case in self.named:
            return member_id in self.named[case] and self.stands(member)
        return self.runs_hub(member, case) or self.shares_with(member, case, None)

    def sees_category(self, member_id: int, case: str, category: int) -> bool:
        member = self.members[member_id]
        if (case, member_id) in self.emergencies or member_id in self.named.get(case, ()):
            return self.stands(member)
        if case in self.named:
            return False
        if self.runs_hub(member, case):
            agency = self.agencies[member.agency]
            if category == 1 or (agency.signed and category in self.matrix.get(agency.kind, set())):
                return True
        return self.shares_with(member, case, category)

    def sees_person(self, member_id: int, case: str, person: str) -> bool:
        if not self.sees_case(member_id, case):
            return False
        member = self.members[member_id]
        if (case, member_id) in self.emergencies or member_id in self.named.get(case, ()) or self.runs_hub(member, case):
            return True
        if self.recorded_by.get(person) == member.agency:
            return True
        last = self.lawful.get((case, member.agency), "none")
        if last != "none" and (last is None or last >= self.today):
            return True
        return any(
            a.given and (a.case, a.person, a.agency) == (case, person, member.agency) and self._in_force(a)
            for a in self.answers
        )

    def sees_note(self, member_id: int, note: Note) -> bool:
        member = self.members[member_id]
        if not self.sees_case(member_id, note.case):
            return False
        if note.agency == member.agency:
            return True
        if member.agency in note.not_for or not self.sees_category(member_id, note.case, note.category):
            return False
        return note.about is None or self.sees_person(member_id, note.case, note.about)
