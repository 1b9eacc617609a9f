"""One entry of the minutes as a document: what it says, and who wrote which characters of it.

Only updates that `strokes.read` has understood come here, each by the person whose right to write was asked for it.
Whose words they are follows from that, and from nothing that an update says.
"""

from __future__ import annotations

import difflib
import random
import re
from collections.abc import Iterable
from dataclasses import dataclass

from pycrdt import Doc, Text

from cases.minutes.strokes import LONGEST, NAME, NotStrokes, Strokes, read


@dataclass(frozen=True)
class Stored:
    """One update as it is stored."""

    number: int
    writer: int
    data: bytes


class Missing(NotStrokes):
    """An update refers to something that is not known here: the page is ahead of us, or we are behind others."""


class Entry:
    """An entry's document in this process, and whose words it holds.

    `number`: all updates up to it are in. `runs`: whose the text is, as [membership id, bytes of UTF-8], in order.
    """

    def __init__(self, stored: Iterable[Stored] = ()) -> None:
        self._doc: Doc = Doc(allow_multithreading=True)
        self._text = self._doc.get(NAME, type=Text)
        self._deltas: list = []
        self._listening = self._text.observe(lambda event: self._deltas.append(event.delta))
        self.number = 0
        self.beyond: set[int] = set()  # numbers that are in, though one before them is missing
        self.clocks: dict[int, int] = {}  # of each page that typed, up to where its pieces are in
        self.writers: dict[int, int] = {}  # whose page each is
        self.runs: list[list[int]] = []
        for each in stored:
            self.apply(each)

    @property
    def text(self) -> str:
        return str(self._text)

    @property
    def state(self) -> bytes:
        """Everything, for a page that has nothing."""
        return self._doc.get_update()

    def since(self, vector: bytes) -> bytes:
        """What a page with this state vector is missing. Raises NotStrokes when that is none."""
        try:
            return self._doc.get_update(vector)
        except ValueError as problem:
            raise NotStrokes("that is no state vector") from problem

    @property
    def vector(self) -> bytes:
        return self._doc.get_state()

    @property
    def has_gap(self) -> bool:
        return bool(self.beyond)

    def check(self, strokes: Strokes, writer: int, ahead: dict[int, int]) -> None:
        """Raise NotStrokes when an update does not fit here: another's page, no room, or (Missing) something before it.

        Args:
            ahead: clocks of pages whose updates are being stored at this moment.
        """
        client = strokes.client
        if client is not None:
            if self.writers.get(client, writer) != writer:
                raise NotStrokes("it is written under another person's name")
            if strokes.start > self._known(client, ahead):
                raise Missing("something before it is missing")
        for of, clock in strokes.needs.items():
            if clock > self._known(of, ahead):
                raise Missing("something that it stands beside is missing")
        if strokes.length and len(self._text) + strokes.length > LONGEST:
            raise NotStrokes("the entry is full")

    def _known(self, client: int, ahead: dict[int, int]) -> int:
        return max(self.clocks.get(client, 0), ahead.get(client, 0))

    def apply(self, stored: Stored) -> None:
        """Put a stored update in, once. One that cannot be put in is passed over: it is stored, and says nothing."""
        if stored.number <= self.number or stored.number in self.beyond:
            return
        self.beyond.add(stored.number)
        while self.number + 1 in self.beyond:
            self.number += 1
            self.beyond.discard(self.number)
        try:
            strokes = read(stored.data)
            self._doc.apply_update(stored.data)
        except ValueError:
            return
        if strokes.client is not None:
            self.clocks[strokes.client] = max(self.clocks.get(strokes.client, 0), strokes.end)
            self.writers.setdefault(strokes.client, stored.writer)
        for delta in self._deltas:
            self._attribute(delta, stored.writer)
        self._deltas.clear()

    def _attribute(self, delta: list[dict], writer: int) -> None:
        """Follow a change of the text in whose words it is. Lengths are bytes, as the library counts."""
        left = self.runs
        done: list[list[int]] = []

        def add(who: int, size: int) -> None:
            if done and done[-1][0] == who:
                done[-1][1] += size
            elif size:
                done.append([who, size])

        position = 0
        rest = left[0][1] if left else 0
        for step in delta:
            if "insert" in step:
                add(writer, len(step["insert"].encode()))
                continue
            wanted = step.get("retain") or step["delete"]
            while wanted and position < len(left):
                part = min(wanted, rest)
                if "retain" in step:
                    add(left[position][0], part)
                wanted -= part
                rest -= part
                if not rest:
                    position += 1
                    rest = left[position][1] if position < len(left) else 0
        if position < len(left):
            add(left[position][0], rest)
            for who, size in left[position + 1 :]:
                add(who, size)
        self.runs = done

    @property
    def credits(self) -> list[list[int]]:
        """Whose words the text is, in order: [membership id, number of characters], adding up to its length."""
        raw = self.text.encode()
        found: list[list[int]] = []
        at = 0
        for who, size in self.runs:
            found.append([who, len(raw[at : at + size].decode(errors="ignore"))])
            at += size
        return found


# -- Updates made here -----------------------------------------------------------------------------------------------


def first_update(text: str) -> bytes:
    """An update that makes an empty entry say `text`."""
    doc: Doc = Doc(client_id=_page())
    doc.get(NAME, type=Text).insert(0, text)
    return doc.get_update()


def changed_update(stored: list[Stored], shown: int, wanted: str) -> bytes | None:
    """An update that makes of what somebody was shown what they want, beside all that others wrote meanwhile.

    Args:
        stored: all updates of the entry.
        shown: the number of the last update in what was shown.
    Returns None when they changed nothing.
    """
    doc: Doc = Doc(client_id=_page())
    text = doc.get(NAME, type=Text)
    for each in stored:
        if each.number <= shown:
            doc.apply_update(each.data)
    before = doc.get_state()
    was = str(text)
    if was == wanted:
        return None
    at = 0
    with doc.transaction():
        for words_before, words_after in _changes(was, wanted):
            if words_before == words_after:
                at += len(words_before.encode())
                continue
            if words_before:
                del text[at : at + len(words_before.encode())]
            if words_after:
                text.insert(at, words_after)
                at += len(words_after.encode())
    return doc.get_update(before)


def _changes(was: str, wanted: str) -> Iterable[tuple[str, str]]:
    """Pairs of what stood there and what is to stand there, word by word, so that a word is somebody's as a whole."""
    one, other = re.findall(r"\w+|\W", was), re.findall(r"\w+|\W", wanted)
    for _kind, a, b, c, d in difflib.SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        yield "".join(one[a:b]), "".join(other[c:d])


def _page() -> int:
    """A name for a page of our own, as Yjs makes them: any number of 32 bits."""
    return random.SystemRandom().getrandbits(32)
