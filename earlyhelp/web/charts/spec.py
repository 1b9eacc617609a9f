"""What a chart is given: names, values, and values that may not be shown."""

import math
import re
from dataclasses import dataclass

from django.utils.safestring import SafeString

from earlyhelp.web.tables import Table

STEPS = [lead * 10**power for power in range(12) for lead in (1, 2, 5)]
NOT_COUNTED = "not counted"


@dataclass(frozen=True)
class Hidden:
    """A figure that exists and is not shown. words: what stands in its place, "fewer than 5" or "hidden"."""

    words: str = "hidden"

    def __str__(self):
        return self.words


HIDDEN = Hidden()
FEWER = Hidden("fewer than 5")


@dataclass(frozen=True)
class Series:
    """A named row of values, as many as the chart has labels: numbers, None (not counted) or Hidden."""

    name: str
    values: list


def is_number(value):
    return isinstance(value, int | float) and not isinstance(value, bool)


def words(value, unit=""):
    """Return a value as it is printed: "1,204", "71%", "2.5", "hidden", "not counted"."""
    if value is None:
        return NOT_COUNTED
    if not is_number(value):
        return str(value)
    number = f"{value:,.1f}".removesuffix(".0") if isinstance(value, float) else f"{value:,}"
    return f"{number}{unit}" if unit in ("", "%") else f"{number} {unit}"


def label_words(label):
    """Return a label as one line: ("Oct to Dec", "2025") -> "Oct to Dec 2025"."""
    return label if isinstance(label, str) else " ".join(label)


def scale_top(values):
    """Return (top of the axis, step between grid lines) so that whole numbers divide it into at most 5 parts."""
    highest = max([value for value in values if is_number(value)], default=0)
    if highest <= 0:
        return 5, 1
    step = next(step for step in STEPS if highest <= 5 * step)
    return step * math.ceil(highest / step), step


class Chart:
    """What all charts share: an id, a title, a description, drawing at two widths, and the table of the same data.

    WIDE and NARROW are in pixels; CSS shows one of them, so that text stays at reading size on a phone.
    """

    WIDE, NARROW = 720, 320
    id: str
    title: str
    unit: str = ""
    description: str = ""
    first_heading: str = ""

    def _check(self, allowed, series):
        if not re.fullmatch(r"[a-z][a-z0-9-]*", self.id):
            raise ValueError(f"A chart's id is lower case letters, numbers and hyphens, not “{self.id}”.")
        if not 1 <= len(series) <= allowed:
            raise ValueError(
                f"“{self.title}” has {len(series)} series; this kind of chart takes 1 to {allowed}."
            )

    def _check_lengths(self, labels, series):
        for each in series:
            if len(each.values) != len(labels):
                raise ValueError(f"“{each.name}” has {len(each.values)} values for {len(labels)} labels.")

    def draw(self, width):
        """Return a Drawing of this chart at a width."""
        raise NotImplementedError

    def data(self):
        """Return (headings of the columns, rows of label and printed values) for the table and the description."""
        raise NotImplementedError

    def describe(self):
        """Return the data as sentences, for people who hear the chart."""
        heads, rows = self.data()
        lines = [
            f"{row[0]}: "
            + ", ".join(
                f"{head} {cell}" if len(heads) > 2 else cell
                for head, cell in zip(heads[1:], row[1:], strict=True)
            )
            for row in rows
        ]
        return self.description or ("; ".join(lines) + "." if lines else "There is no data.")

    def table(self, hide_caption=False):
        """Return the Table of the same data."""
        heads, rows = self.data()
        return Table(
            self.title,
            heads,
            rows,
            hide_caption=hide_caption,
            numeric=tuple(range(1, len(heads))),
            stack=False,
        )

    def svg(self):
        """Return both drawings, wide and narrow, as one SafeString."""
        return SafeString(
            "".join(
                self.draw(width).svg(f"{self.id}-{kind}", f"app-chart__{kind}", self.title, self.describe())
                for kind, width in (("wide", self.WIDE), ("narrow", self.NARROW))
            )
        )

    def svg_wide(self):
        """Return the wide drawing alone."""
        return self.draw(self.WIDE).svg(f"{self.id}-wide", "app-chart__wide", self.title, self.describe())
