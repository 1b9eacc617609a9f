"""What an answer looks like in store, and how two people's answers to one page are put together.

The unit is the box (`household.Slot`), never the page. A page tells us for each box a digest of what the
writer was shown. If that is still what is stored, the new answer takes its place. If somebody else has
written meanwhile, both are kept and both are shown, until a person who has seen both settles it. So nobody's
words disappear without somebody having read them.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Value = Any  # str | int | list[str] | {"not_known": True}; None is "no answer"
NOT_KNOWN_VALUE = {"not_known": True}
LONGEST_TEXT = 300
LONGEST_LONG_TEXT = 20_000
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def tidy(text: str) -> str:
    """Text as it is stored: one kind of line end, no control characters, no blanks at the ends.

    Also what is compared, so that a browser's line ends never look like somebody's change.
    """
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def is_blank(value: Value) -> bool:
    """Whether nothing was answered. "I do not know", "no" and 0 are answers."""
    return value is None or value == "" or value == []


def is_not_known(value: Value) -> bool:
    """Whether the answer is "I do not know"."""
    return value == NOT_KNOWN_VALUE or value == "unknown"


def digest(value: Value) -> str:
    """A short name for a stored value, for "this is what I was shown". Blank values are all the same."""
    if is_blank(value):
        return "-"
    plain = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.blake2s(plain.encode(), digest_size=8).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """Who writes, from which open page, and when. `writer` is made anew each time a page is opened.

    `turn` grows with each save of one open page; 0 when the page does not count (without JavaScript).
    """

    membership: int
    name: str
    writer: str
    at: str
    turn: int = 0

    def mark(self) -> dict[str, Any]:
        """What is kept beside an answer."""
        return {
            "m": self.membership,
            "name": self.name,
            "at": self.at,
            "writer": self.writer,
            "turn": self.turn,
        }


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One box as it arrived: its value, the digest of what the writer was shown, and whether they settle a
    difference.

    `seen` is the digest of both versions together (`versions_digest`), as shown to the person who settles.
    `origin` says where an answer comes from that was confirmed or copied, not written (assessments.origins).
    """

    value: Value
    base: str
    settle: bool = False
    seen: str = ""
    origin: Mapping[str, Any] | None = None


@dataclass
class Page:
    """One stored page of answers:

    `answers` by box, `marks` who wrote each, `differing` the other versions still to settle.
    """

    answers: dict[str, Value] = field(default_factory=dict)
    marks: dict[str, dict[str, Any]] = field(default_factory=dict)
    differing: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def versions_digest(self, name: str) -> str:
        """A short name for everything that stands in one box: the answer and the other versions of it."""
        others = [[entry["writer"], entry["value"]] for entry in self.differing.get(name, [])]
        return digest([self.answers.get(name), *others])


@dataclass
class Outcome:
    """What came of a save:

    boxes `written`, boxes where both versions are `kept`, boxes somebody else changed meanwhile.
    """

    written: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    newer: list[str] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Whether anything must be stored."""
        return bool(self.written or self.kept)


def merge(page: Page, sent: Mapping[str, Sent], stamp: Stamp) -> Outcome:
    """Put what one writer sent into a stored page, box by box, and say what came of it. Changes `page` in
    place.

    The caller holds the row locked. Sending the same thing twice changes nothing the second time. What an open
    page wrote itself it may go on changing, also when it never heard that its last save arrived; a save that
    was overtaken by a later one of the same page comes too late and changes nothing.
    """
    outcome = Outcome()
    for name, item in sent.items():
        current = page.answers.get(name)
        others = page.differing.get(name, [])
        is_own = bool(stamp.writer) and page.marks.get(name, {}).get("writer") == stamp.writer
        if _is_overtaken(page, name, stamp):
            continue
        if item.settle and others and item.seen == page.versions_digest(name):
            del page.differing[name]
            _write(page, name, item, stamp)
            outcome.written.append(name)
        elif digest(item.value) == digest(current):
            if _drop_version(page, name, stamp.writer):
                outcome.written.append(name)
        elif is_own:
            _write(page, name, item, stamp)
            outcome.written.append(name)
        elif digest(item.value) == item.base:
            if item.base != digest(current):
                outcome.newer.append(name)
        elif not others and item.base == digest(current):
            _write(page, name, item, stamp)
            outcome.written.append(name)
        elif is_blank(item.value):
            outcome.newer.append(name)
        elif _keep_version(page, name, item.value, stamp):
            outcome.kept.append(name)
    return outcome


def _is_overtaken(page: Page, name: str, stamp: Stamp) -> bool:
    """Whether the same open page has already stored something later in this box."""
    known = [page.marks.get(name, {}), *page.differing.get(name, [])]
    turns = [each.get("turn", 0) for each in known if each.get("writer") == stamp.writer]
    return bool(stamp.turn) and any(turn > stamp.turn for turn in turns)


def _write(page: Page, name: str, item: Sent, stamp: Stamp) -> None:
    page.marks[name] = stamp.mark()
    if is_blank(item.value):
        page.answers.pop(name, None)
        return
    page.answers[name] = item.value
    if item.origin:
        page.marks[name]["from"] = dict(item.origin)


def _keep_version(page: Page, name: str, value: Value, stamp: Stamp) -> bool:
    """Keep another version of one box.

    The same open page replaces its own earlier try. False if it is there already.
    """
    entries = page.differing.setdefault(name, [])
    entry = {"value": value, **stamp.mark()}
    for place, other in enumerate(entries):
        if other["writer"] == stamp.writer:
            if other["value"] == value:
                return False
            entries[place] = entry
            return True
    entries.append(entry)
    return True


def _drop_version(page: Page, name: str, writer: str) -> bool:
    """The writer came round to what is stored: their own other version goes."""
    entries = page.differing.get(name, [])
    left = [entry for entry in entries if entry["writer"] != writer]
    if len(left) == len(entries):
        return False
    if left:
        page.differing[name] = left
    else:
        del page.differing[name]
    return True
