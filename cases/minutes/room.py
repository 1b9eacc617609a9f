"""One meeting whose minutes are open in this process: its documents, and the connections that are told."""

from __future__ import annotations

import asyncio
import base64
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone

from cases.minutes.document import Entry, Stored
from cases.minutes.storing import Listed
from earlyhelp.web.dates import clock


@dataclass(frozen=True)
class Told:
    """One stored update as the room is told of it. `key`: "" for what another process stored."""

    minute: UUID
    writer: int
    key: str
    update: str
    caret: list | None = None
    sender: Any = None


class Room:
    """The documents of one meeting, and who has it open here. `sees` of a connection: the entries it is told of."""

    def __init__(self, meeting: UUID) -> None:
        self.meeting = meeting
        self.people: set = set()
        self.entries: dict[UUID, Entry] = {}
        self.listed: dict[UUID, Listed] = {}
        self.heard: dict[UUID, int] = {}  # the last number that the database told of
        self.unsettled: set[UUID] = set()  # entries whose text in the database is behind
        self.is_storing = 0
        self.catching_up = asyncio.Lock()

    def apply(self, minute: UUID, stored: Stored) -> None:
        """Put a stored update into its entry."""
        self.entries[minute].apply(stored)
        self.unsettled.add(minute)

    def behind(self) -> set[UUID]:
        """Entries of which something is stored that is not here."""
        return {
            minute
            for minute, entry in self.entries.items()
            if entry.has_gap or self.heard.get(minute, 0) > entry.number
        }

    def tell_stored(self, minute: UUID, stored: list[Stored]) -> None:
        """Put in what another process stored, and tell it to everybody here who sees the entry."""
        entry = self.entries[minute]
        new = [each for each in stored if each.number > entry.number and each.number not in entry.beyond]
        for each in new:
            self.apply(minute, each)
        if new:
            self.tell([Told(minute, each.writer, "", base64.b64encode(each.data).decode()) for each in new])

    def tell(self, items: list[Told]) -> None:
        """Tell everybody what was stored, each as far as they see it. Its own writer takes it as "saved"."""
        at = clock(timezone.now())
        minutes = {item.minute for item in items}
        words: dict[frozenset, str] = {}
        for person in self.people:
            seen = frozenset(minutes & person.sees)
            if seen not in words:
                words[seen] = json.dumps(
                    {
                        "type": "minutes.wrote",
                        "at": at,
                        "on": [
                            [str(item.minute), item.writer, item.key, item.update, item.caret]
                            for item in items
                            if item.minute in seen
                        ],
                    },
                    separators=(",", ":"),
                )
            if seen:
                person.post(words[seen])
        for item in items:  # whoever lost sight of it between writing and this was allowed to write it
            if item.sender is not None and item.key and item.minute not in item.sender.sees:
                item.sender.post(json.dumps({"type": "minutes.saved", "at": at, "keys": [item.key]}))

    def tell_caret(self, minute: UUID, writer: int, caret: list | None, sender) -> None:
        """Tell the others where somebody is in an entry."""
        words = json.dumps(
            {"type": "minutes.caret", "on": [str(minute), writer, caret]}, separators=(",", ":")
        )
        for person in self.people:
            if person is not sender and minute in person.sees:
                person.post(words)

    def forget(self, minute: UUID) -> None:
        """An entry is there no more."""
        self.entries.pop(minute, None)
        self.listed.pop(minute, None)
        self.unsettled.discard(minute)
        words = json.dumps({"type": "minutes.gone", "entries": [str(minute)]})
        for person in self.people:
            if minute in person.sees:
                person.sees.discard(minute)
                person.post(words)
