"""Things that wait for somebody in apps that stand on this one: shown in My work.

An app adds a function in its AppConfig.ready(); it is called with the Actor and gives Waiting rows. It asks the
database nothing for people whose role has nothing to do with it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from earlyhelp.access import Actor


@dataclass(frozen=True)
class Waiting:
    """One line: what, where it is done, by when. `late`: the day is over. Nobody is named in it."""

    what: str
    url: str
    words: str = ""
    on: dt.date | None = None
    late: bool = False


listeners: list[Callable[[Actor], Iterable[Waiting]]] = []


def waiting_for(actor: Actor) -> list[Waiting]:
    """Everything that waits, what is late first."""
    found = [each for listener in listeners for each in listener(actor)]
    return sorted(found, key=lambda each: (not each.late, each.on or dt.date.max))
