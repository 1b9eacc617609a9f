"""The chain of hashes over the events, worked out again from the rows: what was altered, taken away or slipped in.

The database makes the chain (`app.seal_events`). Here it is checked in Python, from plain columns, so that somebody who
could change a function of the database does not thereby change the check.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

START = bytes(32)
ROWS_AT_A_TIME = 5000

_FIELDS = """
    e.id::text, (extract(epoch from e.at) * 1000000)::bigint::text, e.level, e.verb, e.user_id::text,
    e.membership_id::text, e.agency_id::text, e.case_id::text, e.object_type, e.object_id, e.facts::text,
    'guest ' || e.guest_id
"""

# The time that the link noted, by which events slipped in later are found: it must be the event's own.
_NOTED = "(extract(epoch from l.event_at) * 1000000)::bigint::text"


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong. `what`: altered, missing, inserted, chain."""

    what: str
    event: UUID | None
    n: int | None
    words: str

    def __str__(self) -> str:
        return f"{self.what}: {self.words}"


@dataclass(frozen=True)
class Head:
    """The end of the chain: kept elsewhere, it shows later that nothing before it was made anew."""

    n: int
    digest: str

    def __str__(self) -> str:
        return f"{self.n}:{self.digest}"

    @classmethod
    def read(cls, words: str) -> Head:
        """A head as it was printed, such as "1042:9f…". Raises ValueError when it is none."""
        n, _, digest = words.partition(":")
        if len(digest) != 64 or not n.isdecimal():
            raise ValueError(f"not a head of the chain: {words}")
        return cls(int(n), digest.lower())


def seal(at_most: int = 20_000) -> int:
    """Add what happened since the last time to the chain; how many events. Safe to run twice, and by two at once."""
    with connection.cursor() as cursor:
        cursor.execute("select app.seal_events(%s)", [at_most])
        return cursor.fetchone()[0]


def head() -> Head:
    """The end of the chain now; number 0 when it is empty."""
    with connection.cursor() as cursor:
        cursor.execute("select n, digest from app.audit_head()")
        found = cursor.fetchone()
    return Head(*found) if found else Head(0, START.hex())


def words_of(fields: tuple[str | None, ...]) -> bytes:
    """An event as the chain hashes it: each field with its length in bytes, `~` for none."""
    parts = []
    for field in fields:
        if field is None:
            parts.append(b"~")
        else:
            raw = field.encode()
            parts.append(str(len(raw)).encode() + b":" + raw)
    return b"".join(parts)


def faults(anchors: tuple[Head, ...] = ()) -> Iterator[Fault]:
    """Everything that is wrong with the log, in the order of the chain; nothing when it is whole.

    Args:
        anchors: heads that were kept elsewhere: the chain must still pass through each of them.

    Needs to see all events: run it past row-level security (`with as_system():`).
    """
    yield from _walk({anchor.n: anchor.digest for anchor in anchors})
    yield from _not_in_the_chain()


def _walk(anchored: dict[int, str]) -> Iterator[Fault]:
    expected, before = 1, START
    for n, event_id, digest, noted_at, *fields in _links():
        if fields[-1] is None:  # the guest came later: an event without one hashes as it did before
            fields.pop()
        if n != expected:
            yield Fault("missing", None, expected, f"links {expected} to {n - 1} of the chain are gone")
        wanted = None if fields[0] is None else hashlib.sha256(before + words_of(tuple(fields))).digest()
        if wanted is None:
            yield Fault("missing", event_id, n, f"event {event_id} (number {n}) is gone")
        elif (wanted != digest or noted_at != fields[1]) and n == expected:
            yield Fault("altered", event_id, n, f"event {event_id} (number {n}) or its link was altered")
        if n in anchored and anchored.pop(n) != digest.hex():
            yield Fault(
                "chain", event_id, n, f"number {n} is not what was kept elsewhere: the chain was made anew"
            )
        # The stored digest goes on, so that one altered row is named alone.
        expected, before = n + 1, digest
    for n in sorted(anchored):
        if n:
            yield Fault("missing", None, n, f"the chain ends before number {n}, which was kept elsewhere")


def _links() -> Iterator[tuple]:
    last = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                f"select l.n, l.event_id, l.digest, {_NOTED}, {_FIELDS} from audit_link l"  # noqa: S608 - our own names
                " left join audit_event e on e.id = l.event_id where l.n > %s order by l.n limit %s",
                [last, ROWS_AT_A_TIME],
            )
            rows = cursor.fetchall()
        for n, event_id, digest, noted_at, *fields in rows:
            yield (n, event_id, bytes(digest), noted_at, *fields)
        if len(rows) < ROWS_AT_A_TIME:
            return
        last = rows[-1][0]


def _not_in_the_chain() -> Iterator[Fault]:
    """Events that were there to be sealed and were not: slipped in with an earlier time."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select e.id from audit_event e where e.at < (select max(event_at) - interval '1 hour' from audit_link)"
            " and not exists (select from audit_link l where l.event_id = e.id) order by e.at, e.id"
        )
        for (event_id,) in cursor.fetchall():
            yield Fault(
                "inserted", event_id, None, f"event {event_id} is in no link: it was slipped in later"
            )
        cursor.execute(
            "select n, event_id from (select n, event_id, event_at, max(event_at) over"
            " (order by n rows between unbounded preceding and 1 preceding) as before from audit_link) l"
            " where event_at < before - interval '1 hour' order by n"
        )
        for n, event_id in cursor.fetchall():
            yield Fault("inserted", event_id, n, f"event {event_id} (number {n}) was sealed out of its time")
