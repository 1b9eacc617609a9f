"""What sections of a report are built from: blocks of a chart and its table, and sentences about change.

Every sentence with a number in it is written from shown numbers alone; where one is hidden the sentence is left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.conf import settings
from django.utils.html import format_html

from earlyhelp.web.charts import Bars, LineChart, Series
from earlyhelp.web.tables import Table
from reporting.document import NOT_RECORDED, Document, Stored, group_rows, is_number, share
from reporting.indicators import COUNT_OF


@dataclass(frozen=True)
class Block:
    """A chart with its finding and table, or a table alone."""

    table: Table
    chart: object | None = None
    finding: str = ""
    note: str = ""
    is_stacked: bool = False  # on paper, the table under the chart: its words need room

    PAPER_WIDTH = 430  # pixels that are drawn to the width of a chart with its table beside it

    @property
    def stands_above(self) -> bool:
        """Whether the chart stands above its table on paper: five columns do not fit beside it."""
        return self.is_stacked or len(self.table.heads) > 4

    @property
    def is_wide(self) -> bool:
        """Whether the table needs the whole width."""
        return len(self.table.heads) > 5

    @property
    def fits_paper(self) -> bool:
        """Whether words such as "fewer than 5" fit on one line in every column of a printed page."""
        return len(self.table.heads) <= 7

    @property
    def svg_on_paper(self) -> str:
        """The chart drawn for the column of a printed page, so that its text is of reading size there."""
        chart = self.chart
        drawing = chart.draw(self.PAPER_WIDTH)
        return drawing.svg(f"{chart.id}-paper", "app-chart__wide", chart.title, chart.describe())


@dataclass(frozen=True)
class Section:
    id: str
    heading: str
    codes: tuple[str, ...]
    blocks: list[Block] = field(default_factory=list)
    note: str = ""


def axis(doc: Document) -> list[tuple[str, str]]:
    return [(quarter.months, str(quarter.calendar_year)) for quarter in doc.quarters]


def over_time(doc: Document, caption: str, columns: list[tuple[str, str, str]]) -> Table:
    """A row for each quarter. columns: (heading, code, unit)."""
    rows = [
        [
            format_html('<span class="app-nowrap">{}</span>', q.short_label),
            *(doc.words(doc.total(code, q), unit) for _heading, code, unit in columns),
        ]
        for q in doc.quarters
    ]
    heads = ["Quarter", *(heading for heading, _code, _unit in columns)]
    return Table(caption, heads, rows, numeric=tuple(range(1, len(heads))), stack=False)


def line(
    doc: Document, name: str, title: str, lines: list[tuple[str, str]], unit: str = ""
) -> LineChart | None:
    """Totals over the quarters; None when every one is 0, which needs no picture."""
    series = [Series(words, [doc.mark(value) for value in doc.series(code)]) for words, code in lines]
    if not any(value for each in series for value in each.values):
        return None
    return LineChart(name, title, axis(doc), series=series, unit=unit, first_heading="Quarter")


def growth(doc: Document, code: str, words: str) -> str:
    """ "Started rose by 28% in a quarter." Only from numbers of 20 or more: below that a percentage says little."""
    now, before = doc.total(code), doc.total(code, doc.quarter.shift(-1))
    if not is_number(now) or not is_number(before):
        return ""
    if now == before:
        return f"{words} stayed at {doc.words(now)}."
    if before < 20:
        return f"{words} went from {doc.words(before)} to {doc.words(now)}."
    return (
        f"{words} {'rose' if now > before else 'fell'} by {share(abs(now - before), before)}% in a quarter."
    )


def all_districts() -> str:
    return f"All of {settings.EARLY_HELP['COUNTY']}"


def largest(rows: list[tuple[str, str, Stored]]) -> str:
    """The label of the largest; empty when a hidden value could be larger, or nobody recorded what it is."""
    if not rows or not is_number(rows[0][2]) or rows[0][0] in NOT_RECORDED:
        return ""
    return rows[0][1] if "hidden" not in [row[2] for row in rows] else ""


def group_block(
    doc: Document, code: str, name: str, title: str, heads: tuple[str, ...], finding: str, whole: str = ""
) -> Block:
    """Bars and a table of one breakdown, with each part's share of the whole when there is one."""
    rows = group_rows(doc, COUNT_OF[code])
    chart = Bars(
        name, title, [(label, doc.mark(value)) for _code, label, value in rows], first_heading=heads[0]
    )
    all_of_them = doc.total(whole) if whole else None
    cells = [
        [label, doc.words(value), *([doc.words(share(value, all_of_them), "%")] if whole else [])]
        for _code, label, value in rows
    ]
    table = Table(title, list(heads), cells, numeric=tuple(range(1, len(heads))), stack=False)
    top = largest(rows)
    return Block(table, chart if rows else None, finding.format(largest=top) if top else "")
