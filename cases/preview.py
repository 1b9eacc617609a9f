"""What a change of answers would do: who gains and who loses sight, of which topics and of whom, before it is saved.

The answer comes from `app.sharing_if`: it makes the change, asks the rule that writes the grants, and undoes it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection
from django.db.models import Q

from cases.models import Case, Consent, LawfulShare, Person
from earlyhelp.access import Role
from earlyhelp.web.templatetags.eh import join_words
from hubs.models import Agency, AgencyKind, Agreement, AgreementCategory, Category, Membership, Purpose


@dataclass
class Change:
    """What would be changed. Nothing of it is written."""

    end: list[UUID] = field(default_factory=list)
    add: list[dict] = field(default_factory=list)
    decides: list[dict] = field(default_factory=list)
    end_lawful: list[UUID] = field(default_factory=list)
    lawful: list[dict] = field(default_factory=list)

    @classmethod
    def ending(cls, consents: Iterable[Consent]) -> Change:
        """These answers are taken back, or not followed."""
        return cls(end=[each.pk for each in consents])

    @classmethod
    def answering(
        cls, *, replaced, young, people, agency: Agency, given, refused, given_by, given_on, valid_until
    ) -> Change:
        """Somebody gives an answer; see cases.actions.sharing.record_answer."""
        add = [
            {
                "person": person.pk,
                "agency": agency.pk,
                "category": category,
                "answer": answer,
                "given_by": given_by.pk if given_by and given_by.pk != person.pk else None,
                "given_on": given_on,
                "valid_until": valid_until if answer == "given" else None,
            }
            for person in people
            for answer, categories in (("given", given), ("refused", refused))
            for category in categories
        ]
        deciding = [{"person": person.pk, "able": True} for person in young]
        return cls(end=[each.pk for each in replaced], add=add, decides=deciding)

    @classmethod
    def deciding(cls, person: Person, able: bool | None) -> Change:
        """A child decides for themself, or does not; None: the note is taken back."""
        return cls(decides=[{"person": person.pk, "able": able}])

    @classmethod
    def ending_lawful(cls, share: LawfulShare) -> Change:
        return cls(end_lawful=[share.pk])

    @classmethod
    def sharing_lawfully(cls, agency: Agency, categories, ends_on: dt.date | None) -> Change:
        return cls(lawful=[{"agency": agency.pk, "categories": list(categories), "ends_on": ends_on}])


@dataclass
class Sight:
    """What each agency (by its group) sees: categories, 0 for the record itself; and whose acl has which tokens."""

    categories: dict[int, set[int]]
    people: dict[UUID, set[int]]


@dataclass
class AgencyEffect:
    """One agency (or the hub), and what changes for it."""

    name: str
    people: list[Membership]
    gains_sight: bool = False
    loses_sight: bool = False
    gains: list[str] = field(default_factory=list)
    loses: list[str] = field(default_factory=list)
    gains_people: list[str] = field(default_factory=list)
    loses_people: list[str] = field(default_factory=list)

    @property
    def is_worse_off(self) -> bool:
        return self.loses_sight or bool(self.loses or self.loses_people)

    @property
    def is_better_off(self) -> bool:
        return self.gains_sight or bool(self.gains or self.gains_people)


@dataclass
class Effect:
    """What a change would do, before it is saved."""

    agencies: list[AgencyEffect]
    keep: list[str]

    @property
    def gaining(self) -> list[AgencyEffect]:
        return [each for each in self.agencies if each.is_better_off]

    @property
    def losing(self) -> list[AgencyEffect]:
        return [each for each in self.agencies if each.is_worse_off]

    @property
    def people_count(self) -> int:
        """How many people lose sight of the record altogether."""
        return len({who.pk for each in self.agencies if each.loses_sight for who in each.people})


def effect_of(case: Case, change: Change) -> Effect:
    """What would change for whom, in a fixed number of queries. Only people whom the asker may see are named."""
    before, after = ask_database(case, Change()), ask_database(case, change)
    groups = set(before.categories) | set(after.categories)
    agencies = list(Agency.objects.filter(group_id__in=groups).order_by("name"))
    allowed = allowed_categories(agencies)
    family = {person.pk: person for person in Person.objects.filter(family=case.family_id)}
    staff = _staff_of(case, agencies)
    effects: list[AgencyEffect] = []
    same: list[str] = []
    for agency in agencies:
        was = before.categories.get(agency.group_id, set()) & allowed[agency.pk]
        will = after.categories.get(agency.group_id, set()) & allowed[agency.pk]
        if 0 not in was and 0 not in will:
            continue
        token = agency.pk * 8 + 1
        knew = {pk for pk, acl in before.people.items() if token in acl and 0 in was}
        knows = {pk for pk, acl in after.people.items() if token in acl and 0 in will}
        effect = AgencyEffect(
            agency.name,
            staff[agency.pk],
            gains_sight=0 not in was,
            loses_sight=0 not in will,
            gains=_labels(will - was),
            loses=_labels(was - will) if 0 in will else [],
            gains_people=_names(knows - knew, family),
            loses_people=_names(knew - knows, family) if 0 in will else [],
        )
        if effect.is_better_off or effect.is_worse_off:
            effects.append(effect)
        elif will:
            same.append(agency.name)
    if case.hub.group_id in before.categories:
        same.append(f"the {case.hub.name} hub")
    words = join_words(same)
    sees = "sees what it sees" if len(same) == 1 else "see what they see"
    return Effect(effects, [f"{words[:1].upper()}{words[1:]} {sees} now."] if same else [])


def ask_database(case: Case, change: Change) -> Sight:
    """Who would see what after this change; nothing to somebody who does not see the case."""
    as_json = json.dumps(
        {
            "end": change.end,
            "add": change.add,
            "decides": change.decides,
            "end_lawful": change.end_lawful,
            "lawful": change.lawful,
        },
        default=str,
    )
    with connection.cursor() as cursor:
        cursor.execute("select app.sharing_if(%s, %s::jsonb)", [case.pk, as_json])
        found = cursor.fetchone()[0]
    found = json.loads(found) if isinstance(found, str) else found or {"grants": [], "people": {}}
    categories: dict[int, set[int]] = defaultdict(set)
    for grant in found["grants"]:
        if grant["group_id"]:
            categories[grant["group_id"]].add(grant["category"])
    return Sight(categories, {UUID(pk): set(acl) for pk, acl in found["people"].items()})


def allowed_categories(agencies: Iterable[Agency]) -> dict[int, set[int]]:
    """For each agency the categories that the agreement in force gives it to help families (0: the record itself).

    Empty without a live signature. Two queries.
    """
    agencies = list(agencies)
    live = Agreement.objects.live()
    covered = set(
        Agency.objects.covered(live).filter(pk__in=[a.pk for a in agencies]).values_list("pk", flat=True)
    )
    given: dict[str, set[int]] = defaultdict(set)
    for kind, category in matrix_of(live):
        given[kind].add(category)
    return {
        agency.pk: {0} | given[agency.kind] if agency.pk in covered and given[agency.kind] else set()
        for agency in agencies
    }


def matrix_of(agreement: Agreement | None) -> set[tuple[str, int]]:
    """The cells (kind of agency, category) of a version that let somebody open a record to help a family."""
    if agreement is None:
        return set()
    cells = AgreementCategory.objects.filter(agreement=agreement, purposes__contains=[Purpose.SUPPORT])
    return {
        (AgencyKind(kind).value, category) for kind, category in cells.values_list("agency_kind", "category")
    }


def _staff_of(case: Case, agencies: list[Agency]) -> dict[int, list[Membership]]:
    """Who of each agency would see the record: those on the team and its leads, or everybody where it chose so."""
    everyone = [agency.pk for agency in agencies if agency.everyone_sees_team_cases]
    members = (
        Membership.objects.live()
        .with_people()
        .filter(agency__in=agencies)
        .filter(
            Q(pk__in=case.team.current().values("membership"))
            | Q(roles__contains=[Role.AGENCY_LEAD.value])
            | Q(agency__in=everyone)
        )
    )
    staff: dict[int, list[Membership]] = defaultdict(list)
    for membership in members:
        staff[membership.agency_id].append(membership)
    return staff


def _labels(categories: set[int]) -> list[str]:
    return [Category(category).label for category in sorted(categories - {0})]


def _names(ids: set[UUID], family: dict[UUID, Person]) -> list[str]:
    return [person.called for pk, person in family.items() if pk in ids]
