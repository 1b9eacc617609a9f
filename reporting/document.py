"""A report's stored figures, and the words for them. What page, PDF and spreadsheet are all drawn from.

The figures are already protected (protection.py): a value is a number, "fewer", "hidden", or None when there was
nothing to count. This module only reads them; it never turns two shown numbers into one that was hidden.

    {"quarter": "2015-Q3", "threshold": 5, "clocks": {...}, "targets": {...},
     "quarters": {"2015-Q2": {"counted_at": "...", "figures": {...}}, "2015-Q3": ...}}
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from assessments.domains import NEEDS
from cases.models import ClosureReason
from earlyhelp.web.charts import Hidden
from hubs.models import AgencyKind
from reporting.indicators import ALL, Count, Group, Indicator, Median, Rate
from reporting.quarters import Quarter

Stored = int | float | str | None

ANSWERS = {
    "given": "Agreed to share",
    "refused": "Did not agree",
    "withdrawn": "Took their agreement back",
    "lawful": "Shared on a lawful basis without agreement",
}
NOT_RECORDED = {"none": "No lead recorded", "unknown": "Not recorded"}
LABELS: dict[Group, dict[str, str]] = {
    Group.AGENCY_KIND: {**dict(AgencyKind.choices), **NOT_RECORDED},
    Group.LEAD_AGENCY_KIND: {**dict(AgencyKind.choices), **NOT_RECORDED},
    Group.REASON: dict(ClosureReason.choices),
    Group.NEED: dict(NEEDS),
    Group.ANSWER: ANSWERS,
}
GROUP_HEADS = {
    Group.AGENCY_KIND: "Kind of agency",
    Group.LEAD_AGENCY_KIND: "Lead's kind of agency",
    Group.REASON: "Reason",
    Group.NEED: "Need",
    Group.ANSWER: "Answer",
}


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def share(part: Stored, whole: Stored) -> Stored:
    """`part` of `whole` in whole per cent, halves up. Hidden when either is; None with nothing to divide by."""
    if whole in (0, None) or part is None:
        return None
    if not is_number(part) or not is_number(whole):
        return "hidden"
    return (200 * part + whole) // (2 * whole)


@dataclass(frozen=True)
class Line:
    """One figure with all that tells it apart, as the spreadsheet has it."""

    quarter: Quarter
    indicator: Indicator
    breakdown: str
    district: str
    group: str
    value: Stored


class Document:
    """One report's figures."""

    def __init__(self, figures: dict) -> None:
        self.figures = figures
        self.quarter = Quarter.parse(figures["quarter"])
        self.threshold = figures["threshold"]
        self.quarters = sorted(Quarter.parse(code) for code in figures["quarters"])

    @property
    def most_hidden(self) -> int:
        """The largest count that is too small to show."""
        return self.threshold - 1

    @property
    def before(self) -> Quarter | None:
        """The quarter just before, when the report has it."""
        last = self.quarter.shift(-1)
        return last if last in self.quarters else None

    @property
    def counted_at(self) -> dt.datetime:
        """The moment at which this quarter's figures were counted."""
        return self.counted_at_of(self.quarter)

    def counted_at_of(self, quarter: Quarter) -> dt.datetime:
        return dt.datetime.fromisoformat(self.figures["quarters"][quarter.code]["counted_at"])

    @property
    def hubs(self) -> list[str]:
        return sorted(self.part("assessments_initiated", "by_hub"))

    def target(self, code: str) -> int | None:
        return self.figures["targets"].get(code)

    def clock_words(self, text: str) -> str:
        """`text` with the clocks that were in force when the report was counted in place of {NAMES}."""
        return text.format(**self.figures["clocks"])

    def title(self, code: str) -> str:
        return self.clock_words(ALL[code].title)

    # -- Values --------------------------------------------------------------------------------------------------------

    def total(self, code: str, quarter: Quarter | None = None) -> Stored:
        return self._figure(code, quarter).get("total")

    def part(self, code: str, breakdown: str, quarter: Quarter | None = None) -> dict:
        """A breakdown such as "by_hub"; empty when that quarter has none."""
        return self._figure(code, quarter).get(breakdown, {})

    def series(self, code: str) -> list[Stored]:
        """The total in each quarter of the report, oldest first."""
        return [self.total(code, quarter) for quarter in self.quarters]

    def _figure(self, code: str, quarter: Quarter | None) -> dict:
        stored = self.figures["quarters"].get((quarter or self.quarter).code)
        return stored["figures"].get(code, {}) if stored else {}

    # -- Words ---------------------------------------------------------------------------------------------------------

    def words(self, value: Stored, unit: str = "") -> str:
        """A value as it is printed."""
        if value is None:
            return "none counted"
        if is_number(value):
            number = f"{value:,.1f}".removesuffix(".0") if isinstance(value, float) else f"{value:,}"
            return f"{number}{unit}"
        return self._symbol(value)

    def mark(self, value: Stored) -> int | float | Hidden | None:
        """A value as a chart takes it."""
        return value if value is None or is_number(value) else Hidden(self._symbol(value))

    def _symbol(self, value: Stored) -> str:
        return f"fewer than {self.threshold}" if value == "fewer" else "hidden"

    def change(self, now: Stored, before: Stored, unit: str = "") -> str:
        """ "Up 56", "Down 3 points", "No change"; "hidden" when either number is."""
        if now is None or before is None:
            return "no comparison"
        if not is_number(now) or not is_number(before):
            return "hidden"
        if now == before:
            return "No change"
        size = self.words(abs(round(now - before, 1)))
        points = (" point" if size == "1" else " points") if unit == "%" else ""
        return f"{'Up' if now > before else 'Down'} {size}{points}"

    def change_since(self, now: Stored, before: Stored, unit: str = "") -> str:
        """ "Up 56 from 198 last quarter": the sentence under a headline figure."""
        words = self.change(now, before, unit)
        if words == "no comparison":
            return "No earlier quarter to compare with"
        if words == "hidden":
            return "The change is hidden"
        if words == "No change":
            return "The same as last quarter"
        return f"{words} from {self.words(before, unit)} last quarter"

    # -- Everything ----------------------------------------------------------------------------------------------------

    def lines(self) -> Iterator[Line]:
        """Every figure of this quarter, and of the quarters before it what the report shows: totals and districts."""
        for quarter in reversed(self.quarters):
            for indicator in ALL.values():
                figure = self._figure(indicator.code, quarter)
                if "total" in figure:
                    yield Line(quarter, indicator, "County", "", "", figure["total"])
                for hub, value in sorted(figure.get("by_hub", {}).items()):
                    yield Line(quarter, indicator, "District", hub, "", value)
                if quarter == self.quarter and isinstance(indicator, Count) and indicator.group:
                    yield from self._grouped_lines(quarter, indicator, figure)

    def _grouped_lines(self, quarter: Quarter, count: Count, figure: dict) -> Iterator[Line]:
        labels, head = LABELS[count.group], GROUP_HEADS[count.group]
        for code, value in sorted(figure.get(f"by_{count.group}", {}).items()):
            yield Line(quarter, count, head, "", labels.get(code, code), value)
        for hub, values in sorted(figure.get(f"by_hub_and_{count.group}", {}).items()):
            for code, value in sorted(values.items()):
                yield Line(quarter, count, f"District and {head.lower()}", hub, labels.get(code, code), value)

    def unit(self, indicator: Indicator) -> str:
        """What a value of this indicator is counted in."""
        if isinstance(indicator, Rate):
            return "per cent"
        return "days" if isinstance(indicator, Median) else "number"


def group_rows(document: Document, count: Count) -> list[tuple[str, str, Stored]]:
    """(code, label, value) of a breakdown, largest first, hidden ones last, names in alphabetical order."""
    values = document.part(count.code, f"by_{count.group}")
    labels = LABELS[count.group]
    rows = [(code, labels.get(code, code), value) for code, value in values.items()]
    # Hidden values are ordered by name: their place in the list must not tell their size.
    return sorted(rows, key=lambda row: (not is_number(row[2]), -row[2] if is_number(row[2]) else 0, row[1]))
