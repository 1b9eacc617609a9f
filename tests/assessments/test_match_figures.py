"""How often the check for an existing record finds somebody who was typed with slips, among ten thousand people.

Each search goes the whole way: what was typed, `app.match_people` in the database, the score, and the list that the page
would show.

**Recall**: of all searches, the share whose list (twenty people at most) holds the person meant.
**Precision at 5**: of the people shown in the first five places, the share who are the person meant, for each search that
shows anybody, averaged over those searches. There is one right answer a search, so one needless name beside it makes 0.5.
Searches that show nobody are misses of recall and do not count here.

The suite asks 300 times; `EH_MATCH_ALL=1` asks 2,000 times and prints what the decision record states.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from django.db import connection

from assessments.matching import Asked, look
from cases.models import Address, Case, Family, Person
from earlyhelp.access.context import as_system
from reporting.demo.bulk import Heap
from tests.assessments.invented import Somebody, families, with_slips

pytestmark = pytest.mark.django_db

PEOPLE = 10_000
SEARCHES = 2_000 if os.environ.get("EH_MATCH_ALL") else 300


@dataclass
class Recorded:
    """Ten thousand people on record in one hub, each with the id they have there."""

    people: list[tuple[str, Somebody]] = field(default_factory=list)


def record(hub, count: int = PEOPLE, seed: int = 4) -> Recorded:
    """Write families, one open case each, and work out who sees them."""
    rng = random.Random(seed)
    recorded = Recorded()
    heaps = {
        "families": Heap(Family, "id", "name", "hub_id"),
        "people": Heap(
            Person, "id", "family_id", "first_name", "last_name", "born_on", "is_child", "nhs_number"
        ),
        "addresses": Heap(Address, "id", "family_id", "lines", "postcode"),
        "cases": Heap(Case, "id", "reference", "family_id", "hub_id", "opened_on"),
    }
    ids = (str(UUID(int=rng.getrandbits(128), version=4)) for _ in iter(int, 1))
    for number, members in enumerate(families(count, rng)):
        family = next(ids)
        heaps["families"].add(family, members[0].last_name, hub.pk)
        heaps["cases"].add(
            next(ids), f"FG-{number}", family, hub.pk, members[0].born_on.replace(year=2025, day=1)
        )
        heaps["addresses"].add(next(ids), family, members[0].lines, members[0].postcode)
        for person in members:
            pk = next(ids)
            heaps["people"].add(
                pk,
                family,
                person.first_name,
                person.last_name,
                person.born_on,
                person.is_child,
                person.nhs_number,
            )
            recorded.people.append((pk, person))
    with as_system(), connection.cursor() as cursor:
        cursor.execute("select set_config('app.opening', 'bulk', true)")
        for heap in heaps.values():
            heap.write()
        cursor.execute("select set_config('app.opening', '', true)")
        cursor.execute("select app.project_all()")
        cursor.execute("analyze cases_person, cases_family, cases_address, cases_case")
    return recorded


def asked_for(person: Somebody) -> Asked:
    """What somebody types who has no number at hand."""
    return Asked(
        first_name=person.first_name,
        last_name=person.last_name,
        born_on=person.born_on,
        postcode=person.postcode,
    )


@dataclass
class Figures:
    searches: int = 0
    found: int = 0
    precision: list[float] = field(default_factory=list)
    first: int = 0
    seconds: list[float] = field(default_factory=list)
    missed: Counter = field(default_factory=Counter)
    by_slip: Counter = field(default_factory=Counter)
    hub_told: int = 0

    @property
    def recall(self) -> float:
        return self.found / self.searches

    @property
    def precision_at_5(self) -> float:
        return statistics.mean(self.precision)

    def __str__(self) -> str:
        milliseconds = sorted(1000 * each for each in self.seconds)
        return (
            f"{self.searches} searches among {PEOPLE} people: recall {self.recall:.4f},"
            f" first in the list {self.first / self.searches:.4f}, precision at 5 {self.precision_at_5:.4f},"
            f" ms a search: median {statistics.median(milliseconds):.1f},"
            f" 95th {milliseconds[int(0.95 * len(milliseconds))]:.1f}; missed {dict(self.missed)};"
            f" hub told to those who see nobody {self.hub_told / self.searches:.4f}"
        )


@pytest.mark.slow
def test_recall_and_precision(world, people, seen_by):
    hub = world.hub("Figures")
    coordinator = world.member(people.coordinator.agency, "hub_coordinator", hub=hub)
    recorded = record(hub)
    rng = random.Random(2026)
    figures = Figures()
    wanted = [(pk, *with_slips(person, rng)) for pk, person in rng.sample(recorded.people, SEARCHES)]
    seen_by(coordinator)
    for pk, slip, copy in wanted:
        began = time.perf_counter()
        found, hubs = look(asked_for(copy))
        figures.seconds.append(time.perf_counter() - began)
        shown = [str(each.person.pk) for each in found]
        figures.searches += 1
        figures.by_slip[slip] += 1
        if pk in shown:
            figures.found += 1
            figures.first += shown[0] == pk
        else:
            figures.missed[slip] += 1
        if shown:
            figures.precision.append((pk in shown[:5]) / len(shown[:5]))
        assert hubs == []
    seen_by(people.charlie)
    for _, _, copy in wanted:
        found, hubs = look(asked_for(copy))
        # Whoever sees nobody is told a hub, and nothing else.
        assert found == [] and hubs in ([], [hub.pk])
        figures.hub_told += bool(hubs)
    sys.stdout.write(f"{figures}\n")
    assert figures.recall >= 0.99
    assert figures.precision_at_5 >= 0.9
