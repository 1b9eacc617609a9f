"""How far a check or a load has come.

It is shown while the work's own transaction is still open, so it cannot be a row.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.core.cache import cache

# (stage in words, lines done, lines in all)
Progress = Callable[[str, int, int], None]
KEEP_SECONDS = 3600


@dataclass(frozen=True)
class Standing:
    """How far it is: the stage in words, lines done and lines in all."""

    stage: str
    done: int
    total: int

    @property
    def percent(self) -> int:
        return min(100, round(100 * self.done / self.total)) if self.total else 0


def silent(_stage: str, _done: int, _total: int) -> None:
    """Tell nobody."""


def told_to_page(register_import_id: uuid.UUID) -> Progress:
    """Progress that the page of this register can show from another process. Holds numbers only."""

    def tell(stage: str, done: int, total: int) -> None:
        cache.set(f"register:{register_import_id}", (stage, done, total), KEEP_SECONDS)

    return tell


def standing_of(register_import_id: uuid.UUID) -> Standing | None:
    """What was last told about this register, or None."""
    told = cache.get(f"register:{register_import_id}")
    return Standing(*told) if told else None
