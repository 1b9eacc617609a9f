"""Figures out of many runs: medians, 95th percentiles, ratios, and the table that people read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from statistics import median


@dataclass
class Cell:
    """One page for one person. Times in milliseconds; ratios are of medians taken in one run.

    `times_uncontrolled` leaves out statements that only count rows (a list's total); `times_with_count` has them.
    """

    who: str
    page: str
    requests_per_second: float
    median_ms: float
    p95_ms: float
    queries: int
    times_nothing: float
    most_times_nothing: float | None
    sql_ms: float
    times_uncontrolled: float
    times_with_count: float
    most_times_uncontrolled: float | None
    status: int
    kilobytes: float
    buffers: int | None = None
    buffers_uncontrolled: int | None = None

    @property
    def falls_short(self) -> bool:
        """Whether a goal is missed."""
        return _over(self.times_nothing, self.most_times_nothing) or _over(
            self.times_uncontrolled, self.most_times_uncontrolled
        )

    def as_json(self) -> dict:
        """The cell as it is written to bench.json."""
        return {key: round(v, 3) if isinstance(v, float) else v for key, v in asdict(self).items()}


def _over(value: float, most: float | None) -> bool:
    return most is not None and value > most


def percentile(values: Iterable[float], share: float) -> float:
    """The value below which `share` (0 to 1) of them lie, by nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def ratio_of(values: list[float], others: list[float]) -> float:
    """Median over median; 0 when there is nothing to divide by."""
    return median(values) / median(others) if values and others and median(others) else 0.0


def table(cells: list[Cell]) -> str:
    """The cells as text: goals stand beside the values, and a missed one is marked."""
    head = (
        f"{'who':<20} {'page':<14} {'req/s':>6} {'median':>8} {'p95':>8} {'SQL':>3} {'(a) x nothing':>15} "
        f"{'(b) x no control':>18} {'with count':>11} {'buffers':>13}"
    )
    lines = [head, "-" * len(head)]
    for cell in cells:
        blocks = "" if cell.buffers is None else f"{cell.buffers}/{cell.buffers_uncontrolled}"
        lines.append(
            f"{cell.who:<20} {cell.page:<14} {cell.requests_per_second:>6.0f} {cell.median_ms:>6.1f}ms {cell.p95_ms:>6.1f}ms "
            f"{cell.queries:>3} {_beside(cell.times_nothing, cell.most_times_nothing):>15} "
            f"{_beside(cell.times_uncontrolled, cell.most_times_uncontrolled):>18} {cell.times_with_count:>11.2f} {blocks:>13}"
            + ("" if cell.status == 200 else f"  answered {cell.status}")
        )
    return "\n".join(lines)


def _beside(value: float, most: float | None) -> str:
    """ "3.21 (4.5)" with the goal beside the value, and a mark when it is missed."""
    if most is None:
        return f"{value:.2f}"
    return f"{'!' if value > most else ''}{value:.2f} ({most:g})"
