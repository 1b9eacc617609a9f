"""The figures of a quarter, counted over de-identified rows. Not yet safe to show: see protection.py."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.conf import settings
from django.db import connection

from earlyhelp.access.context import as_role
from earlyhelp.web.workdays import add_working_days
from reporting.indicators import COUNT_OF, COUNTS, Count
from reporting.measures import all_counts, medians
from reporting.quarters import Quarter


@dataclass
class Tally:
    """One count in one quarter: in all, for each hub (by id), for each group, for each hub and group together."""

    total: int = 0
    by_hub: dict[int, int] = field(default_factory=dict)
    by_group: dict[str, int] = field(default_factory=dict)
    grid: dict[tuple[int, str], int] = field(default_factory=dict)

    def take(self, count: Count, hub: int | None, group: str | None, number: int) -> None:
        """Add one row of the answer to the parts that this count is broken down by."""
        self.total += number
        if count.by_hub and hub is not None:
            self.by_hub[hub] = self.by_hub.get(hub, 0) + number
        if count.group and group is not None:
            self.by_group[group] = self.by_group.get(group, 0) + number
        if count.crossed and hub is not None and group is not None:
            self.grid[hub, group] = self.grid.get((hub, group), 0) + number


@dataclass
class QuarterFigures:
    """All counts of one quarter, and the median days in all (None) and for each hub."""

    quarter: Quarter
    tallies: dict[str, Tally]
    median_days: dict[int | None, float] = field(default_factory=dict)


@contextmanager
def reading_figures() -> Iterator[None]:
    """Read as eh_report, which sees the de-identified report views and nothing else, until the block ends."""
    with as_role("eh_report"), connection.cursor() as cursor:
        # Every figure reads whole tables. Right after a large import the planner still believes them to be empty and
        # would join them row by row, for minutes instead of a second.
        cursor.execute("set local enable_nestloop = off")
        yield
        cursor.execute("set local enable_nestloop = on")


def count_quarter(quarter: Quarter) -> QuarterFigures:
    """Count everything for one quarter, as of one moment."""
    figures = QuarterFigures(quarter, {count.code: Tally() for count in COUNTS})
    values = _parameters(quarter)
    with reading_figures(), connection.cursor() as cursor:
        cursor.execute(all_counts(), values)
        for code, hub, group, number in cursor.fetchall():
            figures.tallies[code].take(COUNT_OF[code], hub, group, number)
        cursor.execute(medians(), values)
        figures.median_days = {hub: float(days) for hub, days in cursor.fetchall() if days is not None}
    return figures


def _parameters(quarter: Quarter) -> dict[str, object]:
    """What the statements need: the quarter, and the last day in time for each day something may have begun on."""
    working_days = settings.EARLY_HELP["ASSESSMENT_WORKING_DAYS"]
    # A working week, its weekend and the longest run of holidays: nothing begun earlier can be in time.
    before = 2 * working_days + 21
    length = (quarter.ends_on - quarter.starts_on).days + 1
    days = [quarter.starts_on + dt.timedelta(days=n) for n in range(-before, length)]
    return {
        "starts_on": quarter.starts_on,
        "ends_on": quarter.ends_on,
        "rereferral_months": settings.EARLY_HELP["REREFERRAL_MONTHS"],
        "due_from": days,
        "due_on": [add_working_days(day, working_days) for day in days],
    }
