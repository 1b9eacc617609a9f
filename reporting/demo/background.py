"""The rest of the demonstration county: families made up from the phrase library, so that lists and reports are full."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import timedelta

from assessments.models import FormVersion
from reporting.demo.casework import CaseMaker
from reporting.demo.cast import CAST
from reporting.demo.heaps import Heaps
from reporting.demo.helping import JOINS, days_open, lifetime
from reporting.demo.maker import CHILDREN, FamilyMaker, Frame, Workplace
from reporting.demo.numbers import keep_assessment_numbers
from reporting.demo.places import SUSPENDED_AGENCY, hub_named
from reporting.demo.world import World

FIRST_REFERENCE = 18_000
TWO_YEARS = 820
DAYS_BETWEEN_NOTES = 16
# People whose lists the stories fill; the made-up families are other people's work.
BUSY_WITH_STORIES = {"priya", "helen", "yasmin", "owen"}
BEGIN_NUMBERS_AT = 100  # so that the stories' assessments keep the first numbers of a year
HOME_SHARE = 0.4  # families of the district that most visitors sign in to


def background(world: World, rng: random.Random, families: int) -> None:
    """Make up `families` families of the last two years. Must run as the system role."""
    frame, heaps = _frame(world), Heaps()
    people, cases = FamilyMaker(frame, rng, heaps), CaseMaker(frame, rng, heaps)
    codes = list(world.hubs)
    sizes, shares = zip(*CHILDREN, strict=True)
    for _ in range(families):
        hub = codes[0] if rng.random() < HOME_SHARE else rng.choice(codes[1:])
        lives = lifetime(rng, 2 if rng.random() < 0.12 else 1, TWO_YEARS)
        opened = world.today - timedelta(days=lives[0][0])
        household = people.household(hub, rng.choices(sizes, shares)[0], opened)
        previous = None
        for life in lives:
            notes = max(2, round(days_open(life) / DAYS_BETWEEN_NOTES * rng.uniform(0.6, 1.5)))
            previous = cases.case(household, life, notes, previous)
    heaps.write()
    keep_assessment_numbers(frame)


def _frame(world: World) -> Frame:
    """Every agency of the county that has staff, by the district it works in."""
    staff = defaultdict(list)
    for member in CAST:
        if member.key not in BUSY_WITH_STORIES and set(member.roles) & {"practitioner", "agency_lead"}:
            staff[member.agency].append(world.staff[member.key].pk)
    workplaces: dict[tuple[str, str], list[Workplace]] = {(code, k): [] for code in world.hubs for k in JOINS}
    for key, agency in world.agencies.items():
        if not staff[key] or key == SUSPENDED_AGENCY:
            continue
        place = Workplace(agency.pk, agency.name, agency.kind, tuple(staff[key]))
        for code, hub in world.hubs.items():
            if agency.hub_id in (None, hub.pk):
                workplaces[code, agency.kind].append(place)
    for kind in JOINS:
        everywhere = [place for code in world.hubs for place in workplaces[code, kind]]
        for code in world.hubs:
            workplaces[code, kind] = workplaces[code, kind] or everywhere
    return Frame(
        today=world.today,
        hubs={code: (hub.pk, hub_named(code)) for code, hub in world.hubs.items()},
        workplaces=workplaces,
        levels={number: level.pk for number, level in world.levels.items()},
        form_version=FormVersion.objects.filter(status="published")
        .order_by("-version")
        .values_list("pk", flat=True)[0],
        next_reference=FIRST_REFERENCE,
        first_number=BEGIN_NUMBERS_AT,
    )
