"""How each figure is counted, for those who ask: definition, numerator, denominator, source and moment."""

from __future__ import annotations

from dataclasses import dataclass

from reporting.document import Document
from reporting.indicators import ALL, Count, Indicator, Median, Rate


@dataclass(frozen=True)
class Definition:
    """One indicator explained. The figures are this report's own; empty without a report."""

    code: str
    title: str
    meaning: str
    numerator: str
    numerator_figure: str
    denominator: str
    denominator_figure: str
    figure: str
    polarity: str
    source: str
    target: str


def definitions(doc: Document) -> list[Definition]:
    """Every indicator, with the figures of this report."""
    return [_definition(doc, indicator) for indicator in ALL.values()]


def _definition(doc: Document, indicator: Indicator) -> Definition:
    top = bottom = ""
    unit = ""
    if isinstance(indicator, Rate):
        top, bottom, unit = doc.words(doc.total(indicator.top)), doc.words(doc.total(indicator.bottom)), "%"
    elif isinstance(indicator, Median):
        bottom = doc.words(doc.total(indicator.of))
    has_total = not isinstance(indicator, Count) or indicator.adds_up
    target = doc.target(indicator.code)
    return Definition(
        code=indicator.code,
        title=doc.clock_words(indicator.title),
        meaning=doc.clock_words(indicator.definition),
        numerator=doc.clock_words(indicator.numerator),
        numerator_figure=top,
        denominator=doc.clock_words(indicator.denominator),
        denominator_figure=bottom,
        figure=doc.words(doc.total(indicator.code), unit) if has_total else "",
        polarity=indicator.polarity.value,
        source=indicator.source,
        target=f"{target}%" if target is not None else "",
    )
