"""Who can see this record, and why: the grants of one case in words.

The answer comes from `app.who_can_see`, the same SQL that writes the grants, so the page cannot say something that the
database does not do.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from cases.answers import Answers
from cases.models import Case, TeamMember, TeamPlace
from cases.preview import matrix_of
from earlyhelp.access import Role
from earlyhelp.web.dates import day
from hubs.models import Agency, AgencyKind, Agreement, Category, Membership, Signature


@dataclass(frozen=True)
class Grant:
    """One row of app.who_can_see: category 0 is seeing the record at all."""

    group_id: int | None
    membership_id: int | None
    category: int
    basis: str
    valid_until: date | None


@dataclass
class Cell:
    """Whether an agency sees one category, and the reason in two or three words."""

    sees: bool
    why: str
    topic: str = ""


@dataclass
class Who:
    """One person who sees the record, and why they do."""

    membership: Membership
    why: str

    @property
    def user(self):
        return self.membership.user

    @property
    def job_title(self) -> str:
        return self.membership.job_title

    @property
    def pk(self) -> int:
        return self.membership.pk


@dataclass
class AgencyLine:
    """One agency (or the hub) with what it sees, of whom, and who there sees it."""

    name: str
    agency: Agency | None
    people: list[Who]
    cells: list[Cell]
    ends: date | None
    ends_why: str
    about: list[str] = field(default_factory=list)
    not_about: list[str] = field(default_factory=list)
    may_have: list[int] = field(default_factory=list)  # what the agreement gives it at most
    only_by_law: bool = False  # nobody agreed: it sees the record because of sharing without agreement

    @property
    def sees_something(self) -> bool:
        return any(cell.sees for cell in self.cells)

    @property
    def ends_soon(self) -> bool:
        return self.ends is not None and (self.ends - timezone.localdate()).days <= 30

    @property
    def seen(self) -> list[str]:
        return [cell.topic for cell in self.cells if cell.sees]

    @property
    def seen_why(self) -> list[tuple[str, list[str]]]:
        """Why topics are seen: (reason, topics), so that the same reason is said once."""
        return self._by_reason(sees=True)

    @property
    def unseen(self) -> list[tuple[str, list[str]]]:
        """Why some topics are not seen: (reason, topics)."""
        return self._by_reason(sees=False)

    def _by_reason(self, *, sees: bool) -> list[tuple[str, list[str]]]:
        reasons: dict[str, list[str]] = defaultdict(list)
        for cell in self.cells:
            if cell.sees == sees:
                reasons[cell.why].append(cell.topic)
        return list(reasons.items())

    @property
    def everyone_here(self) -> bool:
        return self.agency is not None and self.agency.everyone_sees_team_cases


WHY = {
    "hub": "Hub duty",
    "consent": "The family agreed",
    "lawful": "To keep somebody safe",
    "named": "Named on the restriction",
    "emergency": "Emergency access",
}
NO_END = "While the record is open"


def grants_of(case: Case) -> list[Grant]:
    """The grants of a case today."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select group_id, membership_id, category, basis, valid_until from app.who_can_see(%s)", [case.pk]
        )
        return [Grant(*row) for row in cursor.fetchall()]


@dataclass
class Explained:
    """What the page about one record shows: the agencies' lines and the version they rest on."""

    lines: list[AgencyLine]
    agreement: Agreement | None

    @property
    def seeing(self) -> list[AgencyLine]:
        return [line for line in self.lines if line.sees_something]


def explain(case: Case, answers: Answers) -> Explained:
    """One line for each agency that sees the case, is on its team or was asked about; the hub last.

    As many queries for fifty agencies as for five.
    """
    by_group: dict[int, dict[int, Grant]] = defaultdict(dict)
    for grant in grants_of(case):
        if grant.group_id:
            by_group[grant.group_id][grant.category] = grant
    places = case.team.current().select_related("membership", "covers_for__user")
    # Of two places the wider one explains: whoever is on the team sees the record whether or not they cover.
    order = {TeamPlace.PROFESSIONAL: 2, TeamPlace.COVER: 1}
    by_width = sorted(places, key=lambda each: (not each.reads_only, order.get(each.place, 0)))
    team = {member.membership_id: member for member in by_width}
    on_team = {member.membership.agency_id for member in team.values()}
    live = Agreement.objects.live()
    counting = Signature.objects.counting().filter(agency=OuterRef("pk"), agreement=live)
    agencies = list(
        Agency.objects.filter(Q(pk__in=on_team | answers.agency_ids) | Q(group_id__in=list(by_group)))
        .annotate(is_covered=Exists(counting))
        .order_by("name")
    )
    covered = {agency.pk for agency in agencies if agency.is_covered}
    matrix = matrix_of(live)
    staff = _staff(case, agencies, team)
    lines = []
    for agency in agencies:
        has = by_group.get(agency.group_id, {})
        facts = _Facts(agency, has, agency.pk in covered, matrix, agency.pk in on_team, answers)
        cells = [facts.cell(category) for category in Category]
        if getattr(case, "restricted_now", False):
            cells = [Cell(False, "Restricted to named people", cell.topic) for cell in cells]
        line = AgencyLine(
            agency.name,
            agency,
            staff[agency.pk] if agency.pk in covered else [],
            cells,
            *_end_of(has, live if agency.pk in covered else None),
        )
        line.only_by_law = 0 in has and has[0].basis == "lawful"
        if agency.pk in covered:
            line.may_have = [category.value for category in Category if (agency.kind, category) in matrix]
        if line.sees_something:
            line.about, line.not_about = answers.known_to(agency)
        lines.append(line)
    hub = _hub_line(case, by_group, matrix, staff[None])
    if hub and hub[0].name in {line.name for line in lines}:
        hub[0].name += " (coordinates)"  # an agency on the team may be called like the hub
    return Explained([*lines, *hub], live)


@dataclass
class _Facts:
    """What decides whether one agency sees a category."""

    agency: Agency
    has: dict[int, Grant]
    is_covered: bool
    matrix: set[tuple[str, int]]
    is_on_team: bool
    answers: Answers

    def cell(self, category: Category) -> Cell:
        return Cell(*self._answer(category), topic=str(category.label))

    def _answer(self, category: int) -> tuple[bool, str]:
        if not self.is_covered:
            return False, "Agreement not signed"
        if not self.is_on_team:
            return False, "Not in the team"
        if (self.agency.kind, category) not in self.matrix:
            return False, "Agreement does not give it"
        if category not in self.has:
            is_by_law = bool(self.has) and self.has[0].basis == "lawful"
            return False, "Not needed" if is_by_law else self.answers.why_not(self.agency.pk, category)
        return True, WHY[self.has[category].basis]


def _end_of(has: dict[int, Grant], agreement: Agreement | None) -> tuple[date | None, str]:
    ends = [grant.valid_until for grant in has.values() if grant.valid_until]
    if ends and (agreement is None or agreement.ends_on is None or min(ends) <= agreement.ends_on):
        return min(ends), "an answer or a place on the team ends"
    if has and agreement and agreement.ends_on:
        return agreement.ends_on, "the agreement ends"
    return None, NO_END if has else ""


def _hub_line(case: Case, by_group, matrix, staff: list[Who]) -> list[AgencyLine]:
    if not by_group.get(case.hub.group_id):
        return []
    cells = [
        Cell(True, WHY["hub"], str(category.label))
        if (AgencyKind.COUNCIL_EARLY_HELP.value, category) in matrix or category == Category.FAMILY
        else Cell(False, "Agreement does not give it", str(category.label))
        for category in Category
    ]
    return [AgencyLine(f"{case.hub.name} hub", None, staff, cells, None, "While the record is kept")]


def _why_on_team(member: TeamMember) -> str:
    """Why somebody named on the team sees the record, in the words of the page."""
    if member.place == TeamPlace.COVER:
        return f"covers for {member.covers_for.user.full_name} until {day(member.ends_on)}"
    if member.reads_only:
        return f"led before, and reads without writing until {day(member.ends_on)}"
    if member.place == TeamPlace.VOLUNTEER:
        return "volunteer: sees their own tasks, names and contact, and no documents, plan or assessments"
    return f"on the team: {member.helps_with}" if member.helps_with else "on the team"


def _staff(case: Case, agencies: list[Agency], team: dict[int, TeamMember]) -> dict[int | None, list[Who]]:
    """Who sees the case by name, with the reason: by agency, and under None the hub's own. One query."""
    everyone = {agency.pk for agency in agencies if agency.everyone_sees_team_cases}
    of_hub = Q(hub=case.hub_id, roles__overlap=[Role.HUB_COORDINATOR.value, Role.HUB_MANAGER.value])
    of_hubs = Q(hub__isnull=True, roles__contains=[Role.HUB_MANAGER.value])
    of_agency = Q(agency__in=agencies) & (
        Q(pk__in=list(team)) | Q(roles__contains=[Role.AGENCY_LEAD.value]) | Q(agency__in=everyone)
    )
    members = Membership.objects.live().with_people().filter(of_agency | of_hub | of_hubs)
    staff: dict[int | None, list[Who]] = defaultdict(list)
    for membership in members:
        roles = set(membership.roles)
        if Role.HUB_MANAGER.value in roles and membership.hub_id in (None, case.hub_id):
            staff[None].append(Who(membership, "manages the hub"))
        elif Role.HUB_COORDINATOR.value in roles and membership.hub_id == case.hub_id:
            staff[None].append(Who(membership, "coordinates the hub"))
        if membership.pk in team:
            why = _why_on_team(team[membership.pk])
            staff[membership.agency_id].append(Who(membership, why))
        elif Role.AGENCY_LEAD.value in roles:
            staff[membership.agency_id].append(Who(membership, "leads this agency"))
        elif membership.agency_id in everyone:
            staff[membership.agency_id].append(Who(membership, "works here, where everyone sees it"))
    return staff
