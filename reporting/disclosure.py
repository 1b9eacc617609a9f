"""Disclosure control: which counts of a report may be shown, so that no family can be recognised in it.

The rule (domain.md, 5.5): a count of 1 to 4 is never shown; a true 0 is; and so many other counts are hidden with it
that nobody can work a hidden one out from totals, from another table of the same report, or from a percentage.

How it is guaranteed. The counts of one quarter are joined by sums ("all hubs" is the sum of the hubs, and so on). A
hidden count is safe when another set of whole numbers would give exactly the same published report. For every small
count this module finds such a second set, the one that costs readers least, and hides the counts that differ in it. So
every hidden count has at least two possible values, by construction. The reader is taken to know the sums, and what
each symbol means: "fewer than 5" is 1 to 4; "hidden" is anything but 0, because a 0 is always shown. The search also
keeps each hidden count of 5 or more at 5 or more in the second set, so that a reader who guesses how counts are chosen
learns nothing exact either.

Nothing here reads the database.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field

FEWER = "fewer"
HIDDEN = "hidden"
DEFAULT_THRESHOLD = 5

# What readers lose when a count is hidden. A total is worth more than a place, a place more than a cell of a grid.
CELL, MARGIN, TOTAL = 1, 2, 3
_LOSS = {CELL: 1_000, MARGIN: 15_000, TOTAL: 2_000_000}
_LOSS_OF_WORDS = 400  # saying "hidden" where "fewer than 5" would have been true
_STEPS = (1, -1, 2, -2, 3, -3)
_SEARCH_LIMIT = 6_000

Key = Hashable


@dataclass(frozen=True)
class Shown:
    """What a reader gets for one count: the number, or a symbol instead of it."""

    value: int | None
    symbol: str = ""

    @property
    def is_number(self) -> bool:
        return self.value is not None

    def words(self, threshold: int = DEFAULT_THRESHOLD) -> str:
        if self.value is not None:
            return f"{self.value:,}"
        return f"fewer than {threshold}" if self.symbol == FEWER else "hidden"


@dataclass
class LinkedCounts:
    """The counts of one report and the sums that join them.

    ``unprinted`` counts are never shown, but a reader can reach them ("late" is "completed" less "in time"), so a small
    one needs the same protection.
    """

    counts: dict[Key, int] = field(default_factory=dict)
    worth: dict[Key, int] = field(default_factory=dict)
    unprinted: set[Key] = field(default_factory=set)
    sums: list[tuple[Key, tuple[Key, ...]]] = field(default_factory=list)

    def add(self, key: Key, count: int, worth: int = CELL, printed: bool = True) -> None:
        """Add one count. Raises ValueError when it is negative or already there with another value."""
        if count < 0:
            raise ValueError("A count cannot be below 0.")
        if self.counts.get(key, count) != count:
            raise ValueError(f"Two different counts for {key}.")
        self.counts[key] = count
        self.worth[key] = worth
        if not printed:
            self.unprinted.add(key)

    def add_sum(self, total: Key, parts: Iterable[Key]) -> None:
        """Say that ``total`` is the sum of ``parts``. Raises ValueError when the counts do not add up."""
        parts = tuple(parts)
        if self.counts[total] != sum(self.counts[part] for part in parts):
            raise ValueError(f"The parts of {total} do not add up to it.")
        self.sums.append((total, parts))


def protect(linked: LinkedCounts, threshold: int = DEFAULT_THRESHOLD) -> dict[Key, Shown]:
    """What may be shown of each printed count.

    Args:
        linked: the counts and the sums that join them.
        threshold: counts from 1 to one below this number are small (a partnership setting, SDC_THRESHOLD).
    """
    protection = _Protection(linked, threshold)
    protection.run()
    return {key: protection.shown(key) for key in linked.counts if key not in linked.unprinted}


def percentage(part: Shown | None, whole: Shown | None) -> int | None:
    """``part`` of ``whole`` in whole per cent, halves up; None when either is hidden or there is nothing to divide by.

    A percentage is published only when both its counts are, so it never says more than they do.
    """
    if part is None or whole is None or part.value is None or not whole.value:
        return None
    return (200 * part.value + whole.value) // (2 * whole.value)


class _Protection:
    """The search for a second set of numbers, and the record of what had to be hidden for it."""

    def __init__(self, linked: LinkedCounts, threshold: int) -> None:
        self.counts = linked.counts
        self.worth = linked.worth
        self.unprinted = linked.unprinted
        self.threshold = threshold
        self.equations = [
            {**dict.fromkeys(parts, 1), total: -1} for total, parts in linked.sums if total not in parts
        ]
        self.equations_of: dict[Key, list[int]] = {key: [] for key in linked.counts}
        for index, equation in enumerate(self.equations):
            for key in equation:
                self.equations_of[key].append(index)
        self.order = {key: position for position, key in enumerate(linked.counts)}
        self.hidden: set[Key] = {
            key for key in self.counts if self._is_small(key) and key not in self.unprinted
        }
        self.without_words: set[Key] = set()  # small counts that must say "hidden", not "fewer than 5"

    def _is_small(self, key: Key) -> bool:
        return 0 < self.counts[key] < self.threshold

    def shown(self, key: Key) -> Shown:
        if key not in self.hidden:
            return Shown(self.counts[key])
        return Shown(None, FEWER if self._is_small(key) and key not in self.without_words else HIDDEN)

    def run(self) -> None:
        safe: set[Key] = set()
        small = [key for key in self.counts if self._is_small(key)]
        for key in sorted(small, key=lambda key: (-self.worth[key], self.counts[key], self.order[key])):
            if key in safe:
                continue
            change = self._second_set(key, thorough=False) or self._second_set(key, thorough=True)
            if change is None:
                self._blank_everything_joined_to(key)
                continue
            for moved, step in change.items():
                if moved in self.unprinted:
                    continue
                self.hidden.add(moved)
                if self._is_small(moved) and not 0 < self.counts[moved] + step < self.threshold:
                    self.without_words.add(moved)
            safe |= change.keys()

    def _loss(self, key: Key, step: int) -> int | None:
        """What it costs readers to let this count differ by ``step``; None when it cannot differ so."""
        before, after = self.counts[key], self.counts[key] + step
        if key in self.unprinted:
            return 0 if after >= 0 else None
        if before == 0 or after <= 0:
            return None  # a true 0 is shown as 0, so a hidden count is known not to be 0
        if self._is_small(key):
            return 0 if 0 < after < self.threshold or key in self.without_words else _LOSS_OF_WORDS
        if after < self.threshold:
            return None
        return 0 if key in self.hidden else _LOSS[self.worth[key]] + min(before, 999)

    def _second_set(self, key: Key, thorough: bool) -> dict[Key, int] | None:
        """The differences (never 0) of a cheap second set of numbers in which ``key`` differs, or None.

        Best first (A*), by what a set has cost so far and what its dearest broken sum will cost at least. What is left
        to mend depends almost only on which sums are broken and by how much, so of all sets that break the same sums
        the cheapest is followed; ``thorough`` follows each of them, because a count can be moved only once.
        """
        ticket = itertools.count()
        queue: list[tuple[int, int, int, dict[Key, int], int, list | None]] = []
        for step in _STEPS:
            loss = self._loss(key, step)
            if loss is not None:
                heapq.heappush(queue, (loss, 1, next(ticket), {key: step}, loss, None))
        seen: set[frozenset] = set()
        for _ in range(_SEARCH_LIMIT):
            if not queue:
                return None
            least, size, _ticket, change, loss, repairs = heapq.heappop(queue)
            if repairs is None:
                broken = self._broken(change)
                if not broken:
                    return change
                state = frozenset((change if thorough else broken).items())
                if state in seen:
                    continue
                seen.add(state)
                repairs, dearest = self._repairs(change, broken)
                if loss + dearest > least:  # dearer than it looked: wait until its turn comes
                    heapq.heappush(queue, (loss + dearest, size, next(ticket), change, loss, repairs))
                    continue
            for more, moved, step in repairs:
                total = loss + more
                heapq.heappush(
                    queue, (max(least, total), size + 1, next(ticket), {**change, moved: step}, total, None)
                )
        return None

    def _broken(self, change: Mapping[Key, int]) -> dict[int, int]:
        """The sums that no longer hold, and by how much."""
        broken: dict[int, int] = {}
        for key, step in change.items():
            for index in self.equations_of[key]:
                broken[index] = broken.get(index, 0) + self.equations[index][key] * step
        return {index: off for index, off in broken.items() if off}

    def _repairs(
        self, change: Mapping[Key, int], broken: Mapping[int, int]
    ) -> tuple[list[tuple[int, Key, int]], int]:
        """Ways to mend the sum that is dearest to mend, and what that costs at least. No way at all: ([], 0)."""
        dearest, chosen = -1, []
        for index in sorted(broken):
            off = broken[index]
            ways = []
            for key, sign in self.equations[index].items():
                if key not in change and (loss := self._loss(key, -off * sign)) is not None:
                    ways.append((loss, key, -off * sign))
            if not ways:
                return [], 0
            least = min(loss for loss, _key, _step in ways)
            if (least, -len(ways)) > (dearest, -len(chosen)):
                dearest, chosen = least, ways
        return chosen, dearest

    def _blank_everything_joined_to(self, key: Key) -> None:
        """The last resort: hide every count that sums join to this one, and promise nothing about any of them."""
        joined, waiting = {key}, [key]
        while waiting:
            for index in self.equations_of[waiting.pop()]:
                for other in self.equations[index]:
                    if other not in joined and self.counts[other]:
                        joined.add(other)
                        waiting.append(other)
        printed = joined - self.unprinted
        self.hidden |= printed
        self.without_words |= {other for other in printed if self._is_small(other)}
