"""Charts drawn on the server: a spec in, the same SVG in a page and in a PDF.

Rules (how our charts are drawn): line for change over time, grouped bars to compare places, target bars for a share
against a goal; no pie, no 3D. Series differ by shape or pattern as well as colour. Axes start at 0. Every value is
printed on the chart or, where there is no room, in the table that always stands beside it. A hidden figure leaves a gap
marked in words and is never drawn as 0. Nothing here uses `style`, so a strict content security policy holds.
"""

from .bars import Bars, GroupedBars, StackedBars, TargetBars
from .line import LineChart
from .spec import FEWER, HIDDEN, Hidden, Series

__all__ = [
    "FEWER",
    "HIDDEN",
    "Bars",
    "GroupedBars",
    "Hidden",
    "LineChart",
    "Series",
    "StackedBars",
    "TargetBars",
]
