"""School years of England, and whether one can be right for a child born on a day.

A child starts Reception in the September after their fourth birthday (School Admissions Code 2021, 2.16), and moves
up a year each September. Some are taught a year ahead or behind their age group, few more than that.
"""

from __future__ import annotations

import datetime as dt

from earlyhelp.web.dates import years_old

NURSERY, RECEPTION, NONE = "nursery", "reception", "none"
CHOICES = (
    (NURSERY, "Nursery or pre-school"),
    (RECEPTION, "Reception"),
    *((str(number), f"Year {number}") for number in range(1, 14)),
    (NONE, "Not in a school year"),
)
LABELS = dict(CHOICES)
STARTS_IN = 9  # September
FIRST_AGE = 4  # of Reception, on 31 August before it
MOST_YEARS_APART = 2


def number_for(born_on: dt.date, on: dt.date) -> int:
    """The number of the school year by age: 0 is Reception, below it nursery, above 13 school is over."""
    starts = on.year if on.month >= STARTS_IN else on.year - 1
    age = starts - born_on.year - ((born_on.month, born_on.day) > (8, 31))
    return age - FIRST_AGE


def problem_with(value: str, born_on: dt.date | None, on: dt.date, name: str) -> str:
    """A sentence when a child born on this day cannot be in this school year; "" when they can, or nobody knows.

    Args:
        value: one of CHOICES. name: what the child is called in the sentence.
    """
    if born_on is None or value in ("", NONE):
        return ""
    usual = number_for(born_on, on)
    if value == NURSERY:
        is_apart = usual > MOST_YEARS_APART - 1
    else:
        is_apart = abs(usual - (0 if value == RECEPTION else int(value))) > MOST_YEARS_APART
    if not is_apart:
        return ""
    years = years_old(born_on, on)
    return f"{LABELS[value]} does not fit: {name} is {years}. Check the school year, or the date of birth on the record"
