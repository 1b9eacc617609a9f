"""Families by the hundred: who is in them and where they live. Their cases are `casework`'s.

The same maker fills the demonstration's background and the county that is measured. Everything it leaves to chance
comes from one random generator, so that a seed gives the same county again on the same day.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from reporting.demo import names
from reporting.demo.bulk import Ids
from reporting.demo.heaps import Heaps
from reporting.demo.identifiers import mobile, nhs_number, postcode, upn
from reporting.demo.places import Place, street

CHILDREN = (
    (1, 30),
    (2, 37),
    (3, 20),
    (4, 9),
    (5, 3),
    (6, 1),
)  # children, and how many in 100 families have so many
Life = tuple[int, int | None]  # days ago that a case began, and ended


@dataclass(frozen=True)
class Workplace:
    """An agency as the maker needs it; `staff` are memberships."""

    id: int
    name: str
    kind: str
    staff: tuple[int, ...]


@dataclass
class Frame:
    """The county that families are put into. `workplaces` is by district code and kind of agency."""

    today: date
    hubs: dict[str, tuple[int, Place]]
    workplaces: dict[tuple[str, str], list[Workplace]]
    levels: dict[int, int]
    form_version: int
    next_reference: int
    first_number: int = 1
    assessment_numbers: dict[int, int] = field(default_factory=dict)

    def reference(self) -> str:
        """The next case reference."""
        self.next_reference += 1
        return f"WM-{self.next_reference:05d}"

    def assessment_reference(self, year: int) -> str:
        """The next assessment reference of a year."""
        self.assessment_numbers[year] = self.assessment_numbers.get(year, self.first_number - 1) + 1
        return f"WM/{year}/{self.assessment_numbers[year]:04d}"

    @property
    def now(self) -> datetime:
        """The end of what has happened: just after midnight of today."""
        return datetime(self.today.year, self.today.month, self.today.day, 0, 5, tzinfo=UTC)


@dataclass
class Somebody:
    """A person of the family being made."""

    id: str
    first: str
    last: str
    sex: str
    born: date
    is_child: bool
    school: str = ""


@dataclass
class Household:
    """A family being made."""

    id: str
    hub: str
    children: list[Somebody]
    parents: list[Somebody]
    school: Workplace
    created: datetime


class FamilyMaker:
    """Makes families and gathers their rows in `heaps`."""

    def __init__(self, frame: Frame, rng: random.Random, heaps: Heaps) -> None:
        self.frame, self.rng, self.heaps, self.ids = frame, rng, heaps, Ids(rng)
        self.people_made = 0

    def household(self, hub: str, children: int, opened: date) -> Household:
        """Make one family of a district, as it was on the day its first case opened."""
        rng = self.rng
        heritage = names.heritage(rng)
        last = names.surname(rng, heritage)
        hub_id, place = self.frame.hubs[hub]
        school = rng.choice(self.frame.workplaces[hub, "school"])
        created = in_office_hours(opened, rng, self.frame.now)
        eldest = rng.triangular(1, 17.5, 9)
        ages = [eldest] + [max(0.1, eldest - rng.uniform(1, 11)) for _ in range(children - 1)]
        kids = [self._somebody(heritage, last, age, created, "", school.name) for age in ages]
        parents = [self._somebody(heritage, last, eldest + rng.triangular(17, 40, 24), created, "F")]
        if rng.random() < 0.68:
            surname = last if rng.random() < 0.55 else names.surname(rng, names.heritage(rng))
            parents.append(
                self._somebody(heritage, surname, eldest + rng.triangular(18, 46, 27), created, "M")
            )
        household = Household(self.ids.at(created.timestamp()), hub, kids, parents, school, created)
        self.heaps.families.add(household.id, last, hub_id, "", school.id, created)
        language = "English" if heritage.code == "WBRI" else rng.choice(heritage.languages)
        for person in kids + parents:
            is_home = person.is_child or person.sex == "F" or rng.random() < 0.6
            self._add(household, person, heritage.code, language, is_home)
        for parent in parents:
            for child in kids:
                self.heaps.relationships.add(
                    self.ids.at(created.timestamp()), parent.id, child.id, "parent", True
                )
        town, district = rng.choice(list(place.towns.items()))
        self.heaps.addresses.add(
            self.ids.at(created.timestamp()), household.id, f"{street(rng)}, {town}", postcode(rng, district),
            rng.random() < 0.03, opened - timedelta(days=rng.randint(60, 3000)),
        )  # fmt: skip
        return household

    def _somebody(
        self, heritage, last: str, age: float, when: datetime, sex: str, school: str = ""
    ) -> Somebody:
        """A person who was `age` years old when help began; a child when no sex is given."""
        is_child = not sex
        sex = sex or self.rng.choice("MF")
        first = (names.child_name if is_child else names.adult_name)(self.rng, heritage, sex)
        born = when.date() - timedelta(days=int(age * 365.25))
        return Somebody(
            self.ids.at(when.timestamp()), first, last, sex, born, is_child, school if age > 2.7 else ""
        )

    def _add(
        self, household: Household, person: Somebody, ethnicity: str, language: str, is_home: bool
    ) -> None:
        rng, number = self.rng, self.people_made
        self.people_made += 1
        self.heaps.people.add(
            person.id, household.id, person.first, person.last, person.born, person.sex, ethnicity, language,
            language != "English" and not person.is_child and rng.random() < 0.3,
            nhs_number(rng, number * 199 % 10**8) if rng.random() < 0.8 else "",
            upn(1 + number % 999, person.born.year + 5, number // 7) if person.school else "",
            person.is_child, is_home, "" if person.is_child else "Mother" if person.sex == "F" else "Father",
            "" if person.is_child else mobile(rng.randrange(1000)), person.school, household.school.id,
            household.created,
        )  # fmt: skip


def in_office_hours(day: date, rng: random.Random, latest: datetime) -> datetime:
    """Draw a time in office hours of that day, or of the Friday before a weekend; never past `latest`."""
    if day.weekday() > 4:
        day -= timedelta(days=day.weekday() - 4)
    moment = datetime(day.year, day.month, day.day, 8, 30, tzinfo=UTC) + timedelta(minutes=rng.randrange(510))
    return min(moment, latest)
