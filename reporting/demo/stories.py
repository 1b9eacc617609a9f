"""Families written by hand, one file each in `data/stories/`, so that every state of a case can be seen in the demo.

A story is plain TOML. Days are counted from today (-3 is three days ago), so that the county always looks current;
people, staff and agencies are named by their keys (`cast.CAST`, `places.AGENCIES`).
"""

import functools
import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from cases.models import Case

FIRST_REFERENCE, STEP = 20418, 17
FOLDER = Path(__file__).parent / "data" / "stories"
Story = dict[str, Any]
LISTS = (
    "person",
    "team",
    "consent",
    "decides",
    "share",
    "guest",
    "outcome",
    "meeting",
    "finding",
    "series",
    "review",
    "note",
)


@functools.cache
def stories() -> tuple[Story, ...]:
    """Return the stories in the order of their file names, each with every list present and its people by key."""
    found = []
    for path in sorted(FOLDER.glob("*.toml")):
        story = tomllib.loads(path.read_text(encoding="utf-8"))
        for name in LISTS:
            story.setdefault(name, [])
        found.append(story)
    return tuple(found)


def reference_of(number: int) -> str:
    """The reference of the record of story `number`, counted from 0."""
    return f"WM-{FIRST_REFERENCE + number * STEP}"


def case_of(family: str) -> Case:
    """The record of the story of this family: families that were made up may have its name. Raises ValueError for none."""
    number = [story["name"] for story in stories()].index(family)
    return Case.objects.select_related("family", "hub").get(reference=reference_of(number))


def born(age: list[int], today: date) -> date:
    """Return a birth date for an age of [years, months]: mid-month, but never so that today is the birthday."""
    months = today.year * 12 + today.month - 1 - age[0] * 12 - age[1]
    day = min(today.day, 28)
    return date(months // 12, months % 12 + 1, day) - timedelta(days=9)


def working_day(today: date, offset: int) -> date:
    """Return the day `offset` days from today, moved off a weekend: back when it is past, on when it is to come."""
    day = today + timedelta(days=offset)
    if offset == 0 or day.weekday() < 5:
        return day
    step = 4 - day.weekday() if offset < 0 else 7 - day.weekday()
    return day + timedelta(days=step)
