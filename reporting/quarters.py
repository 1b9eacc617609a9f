"""Quarters of the United Kingdom financial year, the periods a highlight report speaks of.

The financial year runs from 1 April to 31 March. "2015-Q1" is April to June 2015 and "2015-Q4" is January to March
2016: the year in a code is the year in which the financial year began (domain.md, 5.6).
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from earlyhelp.web.dates import MONTHS

FIRST_MONTH_OF_YEAR = 4
_CODE = re.compile(r"(\d{4})-Q([1-4])", re.IGNORECASE)


@dataclass(frozen=True, order=True)
class Quarter:
    """One quarter of a financial year: ``Quarter(2015, 3)`` is October to December 2015."""

    year: int
    number: int

    def __post_init__(self) -> None:
        if self.number not in (1, 2, 3, 4):
            raise ValueError("A quarter is numbered 1 to 4.")
        if not 1900 <= self.year <= 9000:
            raise ValueError("The year of a quarter must have four digits.")

    @classmethod
    def parse(cls, code: str) -> Quarter:
        """Read a code such as "2015-Q3". Raises ValueError with words that say how to write it."""
        found = _CODE.fullmatch((code or "").strip())
        if not found:
            raise ValueError("Write the quarter like 2015-Q3 (October to December 2015).")
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def containing(cls, day: dt.date) -> Quarter:
        """The quarter in which a day falls; a datetime counts by its own date."""
        months_in = (day.month - FIRST_MONTH_OF_YEAR) % 12
        return cls(day.year - (day.month < FIRST_MONTH_OF_YEAR), months_in // 3 + 1)

    @property
    def starts_on(self) -> dt.date:
        month = FIRST_MONTH_OF_YEAR + 3 * (self.number - 1)
        return dt.date(self.year + (month > 12), (month - 1) % 12 + 1, 1)

    @property
    def ends_on(self) -> dt.date:
        """The last day of the quarter, which belongs to it."""
        return self.next().starts_on - dt.timedelta(days=1)

    @property
    def code(self) -> str:
        return f"{self.year}-Q{self.number}"

    @property
    def label(self) -> str:
        """ "October to December 2015": how people say it."""
        return f"{MONTHS[self.starts_on.month - 1]} to {MONTHS[self.ends_on.month - 1]} {self.ends_on.year}"

    @property
    def months(self) -> str:
        """ "Oct to Dec": for the axis of a chart, with ``calendar_year`` under it."""
        return f"{MONTHS[self.starts_on.month - 1][:3]} to {MONTHS[self.ends_on.month - 1][:3]}"

    @property
    def short_label(self) -> str:
        """ "Oct to Dec 2015": for table heads and chart axes."""
        return f"{self.months} {self.calendar_year}"

    @property
    def calendar_year(self) -> int:
        return self.ends_on.year

    @property
    def year_label(self) -> str:
        """ "Quarter 3 of 2015 to 2016": the place of the quarter in its financial year."""
        return f"Quarter {self.number} of {self.year} to {self.year + 1}"

    def shift(self, count: int) -> Quarter:
        """The quarter so many quarters later (earlier when negative)."""
        index = self.year * 4 + self.number - 1 + count
        return Quarter(index // 4, index % 4 + 1)

    def next(self) -> Quarter:
        return self.shift(1)

    def previous(self, count: int = 1) -> list[Quarter]:
        """The ``count`` quarters before this one, oldest first."""
        return [self.shift(-back) for back in range(count, 0, -1)]

    def is_over(self, today: dt.date) -> bool:
        return today > self.ends_on

    def __contains__(self, day: dt.date) -> bool:
        return self.starts_on <= day <= self.ends_on

    def __str__(self) -> str:
        return self.code
