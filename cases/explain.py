"""Who can see this record, and why: the grants of one case in words, and what a withdrawal would change.

The answer comes from `app.who_can_see`, the same SQL that writes the grants, so the page cannot say something that the
database does not do.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from cases.models import Case, Consent, Person
from earlyhelp.access import Role
from hubs.models import Agency, Agreement, AgreementCategory, Category, Membership


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


@dataclass
class AgencyLine:
    """One agency (or the hub) with what it sees."""

    name: str
    agency: Agency | None
    people: list[Membership]
    cells: list[Cell]
    ends: date | None
    ends_why: str
    missing: list[str] = field(default_factory=list)

    @property
    def sees_something(self) -> bool:
        return any(cell.sees for cell in self.cells)

    @property
    def ends_soon(self) -> bool:
        return self.ends is not None and (self.ends - timezone.localdate()).days <= 30


WHY = {
    "hub": "Hub duty",
    "consent": "The family agreed",
    "lawful": "Lawful basis recorded",
    "named": "Named on the restriction",
    "emergency": "Emergency access",
}


def grants_of(case: Case, without: list[UUID] | None = None) -> list[Grant]:
    """The grants of a case today; with `without`, as they would be if those consents ended."""
    with connection.cursor() as cursor:
        if without is None:
            cursor.execute(
                "select group_id, membership_id, category, basis, valid_until from app.who_can_see(%s)",
                [case.pk],
            )
        else:
            cursor.execute(
                "select group_id, membership_id, category, basis, valid_until from app.who_would_see(%s, %s::uuid[])",
                [case.pk, [str(pk) for pk in without]],
            )
        return [Grant(*row) for row in cursor.fetchall()]


def explain(case: Case) -> list[AgencyLine]:
    """One line for each agency that sees the case, is on its team or was asked about; the hub last."""
    grants = grants_of(case)
    by_group: dict[int, dict[int, Grant]] = defaultdict(dict)
    for grant in grants:
        if grant.group_id:
            by_group[grant.group_id][grant.category] = grant
    named = {grant.membership_id for grant in grants if grant.membership_id}
    on_team = set(case.team.current().values_list("membership__agency_id", flat=True))
    asked, refused = _asked_and_refused(case)

    agencies = list(
        Agency.objects.filter(Q(pk__in=on_team | asked) | Q(group_id__in=list(by_group))).order_by("name")
    )
    people = _people_of(agencies, named)
    live = Agreement.objects.live()
    covered = set(
        Agency.objects.covered(live).filter(pk__in=[a.pk for a in agencies]).values_list("pk", flat=True)
    )
    matrix = (
        set(AgreementCategory.objects.filter(agreement=live).values_list("agency_kind", "category"))
        if live
        else set()
    )

    lines = []
    for agency in agencies:
        has = by_group.get(agency.group_id, {})
        is_covered = agency.pk in covered
        cells = [_cell(agency, category, has, is_covered, matrix, on_team, refused) for category in Category]
        ends, why = _end_of(has, live if is_covered else None)
        if getattr(case, "restricted_now", False):
            cells = [Cell(False, "Restricted to named people") for _ in cells]
        lines.append(AgencyLine(agency.name, agency, people[agency.pk], cells, ends, why))
    return [*lines, *_hub_line(case, by_group, matrix)]


def _cell(agency, category, has, is_covered, matrix, on_team, refused) -> Cell:
    if not is_covered:
        return Cell(False, "Agreement not signed")
    if agency.pk not in on_team:
        return Cell(False, "Not in the team")
    if category in refused.get(agency.pk, ()):
        if category not in has:
            return Cell(False, "The family refused")
    if category not in has:
        return Cell(False, "Not asked")
    if (agency.kind, category) not in matrix:
        return Cell(False, "Agreement does not give it")
    return Cell(True, WHY[has[category].basis])


def _asked_and_refused(case: Case) -> tuple[set[int], dict[int, set[int]]]:
    """Agencies that somebody was ever asked about, and the categories refused to each today."""
    refused: dict[int, set[int]] = defaultdict(set)
    asked = set()
    for consent in Consent.objects.filter(case=case).only(
        "agency_id", "category", "answer", "ended_at", "valid_until"
    ):
        asked.add(consent.agency_id)
        if consent.status == "refused" and consent.category:
            refused[consent.agency_id].add(consent.category)
    return asked, refused


def _end_of(has: dict[int, Grant], agreement: Agreement | None) -> tuple[date | None, str]:
    ends = [grant.valid_until for grant in has.values() if grant.valid_until]
    if ends and (agreement is None or agreement.ends_on is None or min(ends) <= agreement.ends_on):
        return min(ends), "consent or place on the team ends"
    if has and agreement and agreement.ends_on:
        return agreement.ends_on, "agreement ends"
    return None, "While the record is open" if has else ""


def _hub_line(case: Case, by_group, matrix) -> list[AgencyLine]:
    hub = case.hub
    has = by_group.get(hub.group_id)
    if not has:
        return []
    cells = [
        Cell(True, WHY["hub"])
        if ("council_early_help", category) in matrix or category == Category.FAMILY
        else Cell(False, "Agreement does not give it")
        for category in Category
    ]
    staff = list(
        Membership.objects.live()
        .with_people()
        .filter(
            Q(hub=hub, roles__overlap=[Role.HUB_COORDINATOR.value, Role.HUB_MANAGER.value])
            | Q(hub__isnull=True, roles__contains=[Role.HUB_MANAGER.value])
        )
    )
    return [AgencyLine(f"{hub.name} hub", None, staff, cells, None, "While the record is kept")]


def _people_of(agencies, named: set[int]) -> dict[int, list[Membership]]:
    """Who in each agency sees the case by name: those on the team, and the agency's leads (or everybody)."""
    everyone = [agency.pk for agency in agencies if agency.everyone_sees_team_cases]
    members = (
        Membership.objects.live()
        .with_people()
        .filter(agency__in=agencies)
        .filter(Q(pk__in=named) | Q(roles__contains=[Role.AGENCY_LEAD.value]) | Q(agency__in=everyone))
    )
    people: dict[int, list[Membership]] = defaultdict(list)
    for membership in members:
        people[membership.agency_id].append(membership)
    return people


@dataclass
class Effect:
    """What a withdrawal would do, before it is saved."""

    lose: list[tuple[str, list[Membership]]]
    lose_topics: list[tuple[str, list[str]]]
    keep: list[str]

    @property
    def people_count(self) -> int:
        return sum(len(people) for _name, people in self.lose)


def effect_of_ending(case: Case, consents: list[Consent]) -> Effect:
    """Who would lose sight of the case, or of some categories of it, if these answers ended now."""
    before = _seen_by_group(grants_of(case))
    after = _seen_by_group(grants_of(case, without=[consent.pk for consent in consents]))
    lines = {line.agency.group_id: line for line in explain(case) if line.agency}
    lose, topics, keep = [], [], []
    for group, seen in before.items():
        line = lines.get(group)
        if line is None:
            keep.append(f"{case.hub.name} hub coordinates this family and keeps sight.")
        elif not line.sees_something:
            continue
        elif 0 not in after.get(group, set()):
            lose.append((line.name, line.people))
        elif gone := seen - after[group]:
            topics.append((line.name, [Category(category).label for category in sorted(gone)]))
        else:
            keep.append(
                f"{line.name} keeps sight: others in the family agreed, or a lawful basis is recorded."
            )
    return Effect(lose, topics, keep)


def _seen_by_group(grants: list[Grant]) -> dict[int, set[int]]:
    seen: dict[int, set[int]] = defaultdict(set)
    for grant in grants:
        if grant.group_id:
            seen[grant.group_id].add(grant.category)
    return seen


@dataclass
class PersonLine:
    """What one person of the family agreed to."""

    person: Person
    consents: list[Consent]
    sentences: list[str] = field(default_factory=list)

    @property
    def given(self) -> list[Consent]:
        return [consent for consent in self.consents if consent.status == "given"]

    @property
    def status(self) -> str:
        statuses = {consent.status for consent in self.consents if not consent.ended_at}
        if "given" in statuses:
            by_another = self.given and all(consent.given_by_id for consent in self.given)
            return "Given by a parent or carer" if by_another else "Given"
        if "refused" in statuses:
            return "Refused"
        if "expired" in statuses:
            return "Run out"
        if any(consent.end_reason == "withdrawn" for consent in self.consents):
            return "Withdrawn"
        return "Not asked"

    @property
    def part_refused(self) -> bool:
        return bool(self.given) and any(consent.status == "refused" for consent in self.consents)

    def covers(self) -> list[str]:
        """A sentence for each agency: what it may have and what was refused."""
        by_agency: dict[str, list[Consent]] = defaultdict(list)
        for consent in self.consents:
            if consent.status in ("given", "refused"):
                by_agency[consent.agency.name].append(consent)
        return [f"{name}: {_words_of(answers)}" for name, answers in sorted(by_agency.items())]


def _words_of(answers: list[Consent]) -> str:
    answers = sorted(answers, key=lambda answer: answer.category or 0)
    given = [
        answer.get_category_display().lower() if answer.category else "everything the agreement allows"
        for answer in answers
        if answer.answer == "given"
    ]
    refused = [
        answer.get_category_display().lower() if answer.category else "anything"
        for answer in answers
        if answer.answer == "refused"
    ]
    parts = [", ".join(given)] if given else []
    if refused:
        parts.append(("but not " if given else "not ") + ", ".join(refused))
    return ", ".join(parts)


def answers_of(case: Case) -> list[PersonLine]:
    """Every person of the family that the reader may see, with their answers, newest first."""
    consents: dict = defaultdict(list)
    for consent in (
        Consent.objects.filter(case=case).select_related("agency", "given_by").order_by("-recorded_at")
    ):
        consents[consent.person_id].append(consent)
    people = Person.objects.filter(family=case.family_id).order_by(
        "is_child", "-lives_with_family", "born_on", "id"
    )
    lines = [PersonLine(person, consents[person.pk]) for person in people]
    said: dict[tuple[str, ...], str] = {}
    for line in lines:
        sentences = tuple(line.covers())
        line.sentences = (
            [f"The same as {said[sentences]}"] if sentences and sentences in said else list(sentences)
        )
        said.setdefault(sentences, line.person.called)
    return lines
