"""What a birth date can be."""

from __future__ import annotations

import datetime as dt

from earlyhelp.web.dates import years_old

EARLIEST_BIRTH = dt.date(1900, 1, 1)
YOUNGEST_ADULT_YEARS = 10  # below it, a child was put among the adults; a young parent was not
OLDEST_CHILD_YEARS = 25  # help for a young person with special needs can last as long
TOO_OLD = f"Enter a date of birth in the last {OLDEST_CHILD_YEARS} years, or add this person as an adult"
TOO_YOUNG = f"Enter a date of birth more than {YOUNGEST_ADULT_YEARS} years ago, or add this person as a child"


def is_too_young(born_on: dt.date) -> bool:
    """Whether somebody born on this day cannot be the adult they were entered as."""
    return years_old(born_on) < YOUNGEST_ADULT_YEARS


def is_too_old(born_on: dt.date) -> bool:
    """Whether somebody born on this day cannot be the child they were entered as."""
    return years_old(born_on) > OLDEST_CHILD_YEARS
