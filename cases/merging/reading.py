"""What the pages about duplicates read: pairs that are alike, links, and what a merge would change, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection

from cases.matching import Match, candidate_of, compare
from cases.models import Case, Family, LinkVerdict, Merge, Person, RecordLink
from earlyhelp.access import Actor
from earlyhelp.web.dates import day
from hubs.models import Agency, Category, Hub, Membership

# Pairs fetched, and pairs shown.
COMPARED, SHOWN = 300, 25
# Suggested from these points on: below are twins, and brothers and sisters of one name.
SUGGESTED_FROM = 11.0
# What tables hold, where their own name says little; the rows of the families themselves are said in words above them.
KINDS = {
    "assessments_section": "pages of assessments",
    "cases_casenote": "timeline entries",
    "cases_decidesforself": "notes on deciding for themself",
    "cases_guest": "guests",
    "cases_person": "details of people",
    "cases_recordlink": "links between records",
    "cases_staffrelation": "colleagues who are close to somebody",
    "reporting_possibleduplicate": "pairs of a register",
    "reporting_registerrow": "lines of a register",
    "reporting_retentionhold": "holds on disposal",
    "reporting_retentionreview": "decisions on keeping the record",
}
NOT_SAID = {"cases_family"}
# What can be taken from the record that goes: the field, its words, and what goes with it.
FIELDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "first_name": ("First names", ()),
    "last_name": ("Family name", ()),
    "known_as": ("Known as", ()),
    "born_on": ("Date of birth", ("born_on_is_estimate", "due_on")),
    "sex": ("Sex", ()),
    "ethnicity": ("Ethnicity", ()),
    "language": ("First language", ()),
    "interpreter_needed": ("Interpreter needed", ()),
    "nhs_number": ("NHS number", ("nhs_number_warning",)),
    "upn": ("Unique pupil number", ("upn_warning",)),
    "is_child": ("Child or adult", ()),
    "lives_with_family": ("Lives with the family", ()),
    "role_in_household": ("Relationship to the children", ()),
    "phone": ("Telephone", ()),
    "contact_advice": ("Advice on contact", ()),
    "school": ("School, nursery or college", ()),
}
FAMILY_FIELDS = {"name": "Name of the family", "strengths": "What is going well"}


@dataclass(frozen=True)
class Alike:
    """Two people who may be one, and why."""

    one: Person
    other: Person
    match: Match


@dataclass(frozen=True)
class Difference:
    """One value that two records do not share, as shown. `name` is the field."""

    name: str
    label: str
    kept: str
    gone: str
    is_gone_better: bool


@dataclass
class Sight:
    """Somebody who would see more or less, and of what, in words."""

    who: str
    gains: list[str] = field(default_factory=list)
    loses: list[str] = field(default_factory=list)


def people_in_sight(ids: Iterable[Any], actor: Actor) -> dict[UUID, Person]:
    """People with what a comparison needs, of those in sight. Each has `reference`, its newest record's."""
    found = {
        person.pk: person
        for person in Person.objects.visible_to(actor)
        .filter(pk__in=list(ids))
        .select_related("family__hub")
        .prefetch_related("family__addresses", "family__cases")
    }
    for person in found.values():
        cases = sorted(person.family.cases.all(), key=lambda case: case.opened_on)
        person.reference = cases[-1].reference if cases else ""
    return found


def alike(actor: Actor) -> list[Alike]:
    """Pairs that are likely to be one person, among people whom this person sees; the likeliest first."""
    with connection.cursor() as cursor:
        cursor.execute("select one, other from app.alike_pairs(%s)", [COMPARED])
        pairs = cursor.fetchall()
    people = people_in_sight({pk for pair in pairs for pk in pair}, actor)
    found = [_alike(people[a], people[b]) for a, b in pairs if a in people and b in people]
    return sorted(
        (each for each in found if each.match.is_likely or each.match.points >= SUGGESTED_FROM),
        key=lambda each: -each.match.points,
    )[:SHOWN]


def alike_in(one: Case, other: Case, actor: Actor) -> list[Alike]:
    """The pairs of two records, or of one, that are nearest; unlike ones too, as somebody asked for them."""
    ids = Person.objects.visible_to(actor).filter(family__in=[one.family_id, other.family_id])
    people = people_in_sight(ids.values_list("pk", flat=True), actor)
    ones = [person for person in people.values() if person.family_id == one.family_id]
    others = [person for person in people.values() if person.family_id == other.family_id]
    pairs = {frozenset((a.pk, b.pk)): _alike(a, b) for a in ones for b in others if a.pk != b.pk}
    return sorted(pairs.values(), key=lambda each: -each.match.points)[:10]


def _alike(one: Person, other: Person) -> Alike:
    return Alike(one, other, compare(candidate_of(one), candidate_of(other)))


def other_pairs(kept: Person, gone: Person, actor: Actor) -> list[tuple[Person, Person]]:
    """Others of two families who are likely to be one person too: each person once, the likeliest first."""
    if kept.family_id == gone.family_id:
        return []
    people = people_in_sight(
        Person.objects.filter(family__in=[kept.family_id, gone.family_id]).values_list("pk", flat=True), actor
    )
    ones = [each for each in people.values() if each.family_id == kept.family_id and each.pk != kept.pk]
    others = [each for each in people.values() if each.family_id == gone.family_id and each.pk != gone.pk]
    found = sorted(
        (each for a in ones for b in others if (each := _alike(a, b)).match.is_possible),
        key=lambda each: -each.match.points,
    )
    used: set[UUID] = set()
    chosen = []
    for each in found:
        if not {each.one.pk, each.other.pk} & used:
            used |= {each.one.pk, each.other.pk}
            chosen.append((each.one, each.other))
    return chosen


def shown(record: Any, name: str) -> str:
    """A field's value as a page shows it."""
    if name == "born_on" and record.born_on is None and record.due_on:
        return f"due {day(record.due_on)}"
    value = getattr(record, name)
    if name == "is_child":
        return "Child" if value else "Adult"
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if name == "born_on" and value:
        return day(value) + (", estimated" if record.born_on_is_estimate else "")
    if hasattr(record, f"get_{name}_display"):
        return getattr(record, f"get_{name}_display")()
    return str(value or "")


def side_by_side(one: Person, other: Person) -> list[tuple[str, str, str]]:
    """Every value of two people: (words, one's, the other's). Nothing recorded in either is left out."""
    rows = [(label, shown(one, name), shown(other, name)) for name, (label, _) in FIELDS.items()]
    return [row for row in rows if row[1] or row[2]]


def differences(kept: Person | Family, gone: Person | Family) -> list[Difference]:
    """What two records say differently."""
    labels = (
        {name: label for name, (label, _) in FIELDS.items()} if isinstance(kept, Person) else FAMILY_FIELDS
    )
    rows = []
    for name, label in labels.items():
        left, right = shown(kept, name), shown(gone, name)
        if left != right and right:
            is_better = not left or left in ("Not known", "Not yet asked")
            rows.append(Difference(name, label, left or "Nothing recorded", right, is_better))
    return rows


def with_companions(names: Iterable[str]) -> list[str]:
    """Fields of a person with those that go with them, for the database."""
    return [each for name in names for each in (name, *FIELDS[name][1])]


def links_of(family: Family | UUID) -> list[RecordLink]:
    """Links that stand of a family and of its people, to records that the reader sees too (the database's policy)."""
    links = RecordLink.objects.standing().of_family(family)
    return list(
        links.select_related(
            "one_person", "other_person", "one_family", "other_family", "made_by__user"
        ).prefetch_related(
            "one_person__family__cases",
            "other_person__family__cases",
            "one_family__cases",
            "other_family__cases",
        )
    )


@dataclass(frozen=True)
class Told:
    """A link as one record's page tells it: who here, who there, and in which record."""

    link: RecordLink
    here: Person | Family
    there: Person | Family
    reference: str

    @property
    def is_sure(self) -> bool:
        return self.link.verdict == LinkVerdict.SAME


def told_links(case: Case) -> list[Told]:
    """The links of a record, from its own side."""
    told = []
    for link in links_of(case.family_id):
        one, other = link.records
        if _family_of(other) == case.family_id and _family_of(one) != case.family_id:
            one, other = other, one
        family = other.family if isinstance(other, Person) else other
        cases: list[Case] = sorted(family.cases.all(), key=lambda each: each.opened_on)
        told.append(Told(link, one, other, cases[-1].reference if cases else ""))
    return told


def _family_of(record: Person | Family) -> UUID:
    return record.family_id if isinstance(record, Person) else record.pk


def rows_in_words(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """How many rows of each kind: ("consents", 3), the most first."""
    names = {model._meta.db_table: str(model._meta.verbose_name_plural) for model in apps.get_models()}
    return sorted(
        ((names.get(table, table), n) for table, n in counts.items()), key=lambda row: (-row[1], row[0])
    )


def sight_in_words(
    told: Mapping[str, Any], kept: Family, gone: Family | None, pairs: Sequence[tuple[Person, Person]]
) -> list[Sight]:
    """Who would see more, and who less, than before: from what `app.merge_preview` gave.

    Whoever saw one record of a person and not the other gains what the other says.
    """
    before = {thing: set(who) for thing, who in told["before"].items()}
    after = {thing: set(who) for thing, who in told["after"].items()}
    changes: list[tuple[str, set[str], set[str]]] = []
    done = set()
    joined: list[tuple[str, str, str]] = [
        (f"person:{a.pk}", f"person:{b.pk}", f"both records’ details of {a.called}") for a, b in pairs
    ]
    if gone is not None:
        joined.append(
            (f"family:{kept.pk}", f"family:{gone.pk}", "the name, strengths and addresses of both families")
        )
    for stays, goes, words in joined:
        one, other, now = before.get(stays, set()), before.get(goes, set()), after.get(stays, set())
        changes.append((words, now - (one & other), (one | other) - now))
        done |= {stays, goes}
    names = _things(set(before) | set(after))
    for thing in sorted((set(before) | set(after)) - done):
        if thing in names:
            was, now = before.get(thing, set()), after.get(thing, set())
            changes.append((names[thing], now - was, was - now))
    people = _names({who for _, more, less in changes for who in more | less})
    found: dict[str, Sight] = {}
    for words, more, less in changes:
        for who in more:
            found.setdefault(who, Sight(people[who])).gains.append(words)
        for who in less:
            found.setdefault(who, Sight(people[who])).loses.append(words)
    return sorted(found.values(), key=lambda sight: sight.who)


def _things(things: Iterable[str]) -> dict[str, str]:
    """What the preview names, in words; what the reader does not see is left out, as they see all of both."""
    split = [(thing, *thing.split(":")) for thing in things]
    people = Person.objects.in_bulk([pk for _, kind, pk, *_ in split if kind == "person"])
    cases = Case.objects.in_bulk([pk for _, kind, pk, *_ in split if kind == "case"])
    words = {}
    for thing, kind, pk, *rest in split:
        if kind == "person" and UUID(pk) in people:
            words[thing] = f"details of {people[UUID(pk)].called}"
        elif kind == "case" and UUID(pk) in cases:
            words[thing] = f"{Category(int(rest[0])).label.lower()} in record {cases[UUID(pk)].reference}"
    return words


def _names(keys: Iterable[str]) -> dict[str, str]:
    """Hubs, agencies, people who work there and guests, by the key the database gives them."""
    ids: dict[str, list[int]] = {}
    for key in keys:
        kind, number = key.split(":")
        ids.setdefault(kind, []).append(int(number))
    hubs = Hub.objects.in_bulk(ids.get("hub", []))
    agencies = Agency.objects.in_bulk(ids.get("agency", []))
    members = Membership.objects.select_related("user", "agency").in_bulk(ids.get("member", []))
    names = {f"hub:{pk}": f"{hub.name} hub" for pk, hub in hubs.items()}
    names |= {f"agency:{pk}": f"{agency.name} (its leads)" for pk, agency in agencies.items()}
    names |= {f"member:{pk}": f"{each.user.full_name}, {each.agency.name}" for pk, each in members.items()}
    names |= {f"guest:{pk}": "A guest of the family" for pk in ids.get("guest", [])}
    names |= {f"emergency:{pk}": "Somebody with emergency access" for pk in ids.get("emergency", [])}
    return names


def merges_of(actor: Actor) -> tuple[list[Merge], list[Merge]]:
    """Proposals that wait, and the newest that were done, among families whom this person sees."""
    merges = Merge.objects.with_people()
    waiting = list(merges.proposed())
    return waiting, list(merges.exclude(status="proposed")[:10])
