"""Reads what a page typed: a Yjs update, by its published layout, strictly. Nothing else reaches the library.

Layout (version 1, yjs/src/utils/encoding.js): for each client its number of pieces, its name and its clock; each piece
with what it stands between and what it holds; then which pieces were deleted. All numbers have seven bits a byte.
A page only ever types and deletes text, under one name: anything else is refused, whatever the format would allow.
"""

from __future__ import annotations

from dataclasses import dataclass

LARGEST = 32_768  # bytes of one update, as in app.store_minute_updates
LONGEST = 20_000  # characters of one entry
HIGHEST = 2**31  # of a clock; nobody types that much
CLIENTS = 2**53  # Yjs's names for pages are below it
NAME = "text"

HAS_ORIGIN, HAS_RIGHT_ORIGIN, HAS_PARENT_KEY, KIND = 0x80, 0x40, 0x20, 0x1F
DELETED, STRING = 1, 4


class NotStrokes(ValueError):  # noqa: N818  (a refusal, not an error)
    """These bytes are not what typing in an entry's text makes."""


@dataclass(frozen=True)
class Strokes:
    """What one update does.

    `client`: the page that typed, None when nothing was added. `start`, `end`: its clock before and after, in UTF-16
    units. `needs`: for each client, up to which clock (exclusive) its pieces must be known for this to fit in.
    `length`: UTF-16 units of new text. `deletes`: whether it takes anything away.
    """

    client: int | None
    start: int
    end: int
    needs: dict[int, int]
    length: int
    deletes: bool


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def byte(self) -> int:
        if self.at >= len(self.data):
            raise NotStrokes("it ends too early")
        self.at += 1
        return self.data[self.at - 1]

    def number(self, below: int) -> int:
        found = shift = 0
        while True:
            byte = self.byte()
            found |= (byte & 0x7F) << shift
            if found >= below:
                raise NotStrokes("a number is too large")
            if byte < 0x80:
                return found
            shift += 7
            if shift > 56:
                raise NotStrokes("a number is too long")

    def text(self) -> str:
        size = self.number(LARGEST)
        raw = self.data[self.at : self.at + size]
        self.at += size
        if len(raw) != size:
            raise NotStrokes("it ends too early")
        try:
            found = raw.decode()
        except UnicodeDecodeError as problem:
            raise NotStrokes("it is not text") from problem
        if "\0" in found:
            raise NotStrokes("it holds a character that no text has")
        return found


def units(text: str) -> int:
    """How long Yjs says a text is: in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def read(data: bytes) -> Strokes:
    """What an update does. Raises NotStrokes for anything but typing and deleting in the text, by one page."""
    if not 2 <= len(data) <= LARGEST:
        raise NotStrokes("it is empty or too large")
    reader = _Reader(data)
    needs: dict[int, int] = {}

    client, start, end, length = None, 0, 0, 0

    def need(of: int, clock: int) -> None:
        if of != client:
            needs[of] = max(needs.get(of, 0), clock + 1)
        elif clock >= end:  # a piece stands beside one that is there, and what is deleted is there
            raise NotStrokes("it refers to what comes after it")

    if clients := reader.number(2):
        pieces = reader.number(LARGEST)
        client = reader.number(CLIENTS)
        start = end = reader.number(HIGHEST)
        if clients != 1 or not pieces:
            raise NotStrokes("it adds nothing")
        for _ in range(pieces):
            size, typed = _piece(reader, need)
            end += size
            length += typed
            if end >= HIGHEST:
                raise NotStrokes("a number is too large")
    deleted = reader.number(LARGEST)
    for _ in range(deleted):
        of = reader.number(CLIENTS)
        for _ in range(reader.number(LARGEST)):
            clock, size = reader.number(HIGHEST), reader.number(HIGHEST)
            if not size:
                raise NotStrokes("it deletes nothing")
            need(of, clock + size - 1)
    if reader.at != len(data):
        raise NotStrokes("something follows its end")
    return Strokes(client, start, end, needs, length, deletes=deleted > 0)


def _piece(reader: _Reader, need) -> tuple[int, int]:
    """(length on the clock, length of new text) of one piece."""
    info = reader.byte()
    if info & KIND not in (DELETED, STRING) or info & HAS_PARENT_KEY:
        raise NotStrokes("it holds something other than text")
    if info & HAS_ORIGIN:
        need(reader.number(CLIENTS), reader.number(HIGHEST))
    if info & HAS_RIGHT_ORIGIN:
        need(reader.number(CLIENTS), reader.number(HIGHEST))
    if not info & (HAS_ORIGIN | HAS_RIGHT_ORIGIN):
        if reader.number(2) != 1 or reader.text() != NAME:
            raise NotStrokes("it is about something other than the entry's text")
    if info & KIND == DELETED:
        size = reader.number(HIGHEST)
        typed = 0
    else:
        size = typed = units(reader.text())
    if not size:
        raise NotStrokes("a piece is empty")
    return size, typed
