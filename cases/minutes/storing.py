"""What the minutes ask of the database. Each function runs in one transaction, in the database's thread."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Max

from cases.minutes.document import Entry, Stored, first_update
from cases.minutes.strokes import Strokes, read
from cases.models import Meeting, Minute, MinuteUpdate
from cases.rules.meeting import can_write_minutes
from earlyhelp.access import Actor
from earlyhelp.access.context import begin_request, clear_request
from earlyhelp.web.dates import clock
from hubs.models import Membership

SEED = uuid.UUID(
    "5b8a9f0e-6d0e-4a58-9b86-3f4c8f5d7a10"
)  # an entry that was added as a whole becomes a document once


@dataclass
class Write:
    """One update on its way to the database. `sender`: its connection. `caret`: where its writer is now."""

    user: int
    membership: int
    minute: UUID
    key: UUID
    strokes: Strokes
    data: bytes
    sender: Any = None
    caret: list | None = None


@dataclass(frozen=True)
class Answer:
    """What became of it: its `number`, or the reason why it was refused (cases/sql/minutes_v1.sql)."""

    number: int | None
    refusal: str | None
    permit: str | None = None


@dataclass
class Listed:
    """An entry as its readers are told of it, without its text."""

    id: UUID
    item: UUID | None
    kind: str
    said_by: str
    author: int | None
    ahead: bool
    category: int
    number: int
    clock: str


def write(process: str, writes: Sequence[Write], permits: dict[tuple[int, UUID], str]) -> list[Answer]:
    """Store what several people typed, each by their own right. One question, whoever they are.

    Args:
        process: a name of this process, which it will know again when the database tells of the updates.
        permits: what earlier answers gave for a person and an entry.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select place, number, refusal, pass from app.write_minutes"
            "(%s, %s, %s, %s::uuid[], %s::uuid[], %s::bigint[], %s::bytea[], %s::text[])",
            [
                process,
                [each.user for each in writes],
                [each.membership for each in writes],
                [str(each.minute) for each in writes],
                [str(each.key) for each in writes],
                [each.strokes.client for each in writes],
                [each.data for each in writes],
                [permits.get((each.membership, each.minute)) for each in writes],
            ],
        )
        found = {place: Answer(*rest) for place, *rest in cursor.fetchall()}
    return [found[place] for place in range(1, len(writes) + 1)]


def add_updates(writer: int, minute: UUID, updates: dict[UUID, bytes]) -> list[Answer]:
    """Store updates {key: bytes} of one entry in the name of whoever acts, whose right has been asked for.

    Or, when nobody acts, of the author of what was added long ago.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select place, number, refusal from app.store_minute_updates"
            "('', %s, %s::uuid[], %s::uuid[], %s::bigint[], %s::bytea[])",
            [
                [writer] * len(updates),
                [str(minute)] * len(updates),
                [str(key) for key in updates],
                [read(data).client for data in updates.values()],
                list(updates.values()),
            ],
        )
        return [Answer(number, refusal) for _, number, refusal in sorted(cursor.fetchall())]


def listed(meeting: UUID) -> list[Listed]:
    """The entries of a meeting that whoever asks may see, in their order."""
    rows = Minute.objects.filter(meeting=meeting).values_list(
        "id",
        "item_id",
        "kind",
        "said_by",
        "author_id",
        "is_written_ahead",
        "category",
        "text_number",
        "written_at",
    )
    return [Listed(*row, clock(written_at)) for *row, written_at in rows]


def updates_of(minutes: Iterable[UUID], after: dict[UUID, int] | None = None) -> dict[UUID, list[Stored]]:
    """The stored updates of entries, as far as whoever asks may see them.

    Args:
        after: a number for an entry of which only later ones are wanted.
    """
    wanted, after = list(minutes), after or {}
    found: dict[UUID, list[Stored]] = {minute: [] for minute in wanted}
    rows = MinuteUpdate.objects.filter(minute__in=wanted)
    if after:
        rows = rows.filter(number__gt=min(after.get(minute, 0) for minute in wanted))
    rows = rows.order_by("minute", "number").values_list("minute_id", "number", "writer_id", "data")
    for minute, number, writer, data in rows:
        if number > after.get(minute, 0):
            found[minute].append(Stored(number, writer, bytes(data)))
    return found


def make_documents(meeting: UUID, reader: Actor) -> None:
    """Let entries that were added as a whole be typed in: their words become a first update, of their author."""
    rows = Minute.objects.filter(meeting=meeting, text_number=0, is_written_ahead=False, author__isnull=False)
    plain = list(rows.values_list("id", "author_id", "text"))
    if not plain:
        return
    clear_request()  # in their authors' names, not in the reader's
    for minute, author, text in plain:
        add_updates(author, minute, {uuid.uuid5(SEED, minute.hex): first_update(text)})
    begin_request(reader.user.pk, reader.membership.pk)


def make_document(minute: Minute) -> None:
    """Let an entry that its author has just added as a whole be typed in."""
    add_updates(
        minute.author_id or 0, minute.pk, {uuid.uuid5(SEED, minute.pk.hex): first_update(minute.text)}
    )
    minute.text_number, minute.runs = 1, [[minute.author_id, len(minute.text)]]
    settle({minute.pk: (1, minute.text, minute.runs)})


def who_sees(people: Sequence[tuple[int, int]], minutes: Iterable[UUID]) -> list[set[UUID]]:
    """For each of these people (user, membership): which of these entries they see, by the tables' own policies."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select place, minute from app.who_sees_minutes(%s, %s, %s::uuid[])",
            [[user for user, _ in people], [place for _, place in people], [str(each) for each in minutes]],
        )
        found: list[set[UUID]] = [set() for _ in people]
        for place, minute in cursor.fetchall():
            found[place - 1].add(minute)
    return found


def settle(entries: dict[UUID, tuple[int, str, list]]) -> None:
    """Write what entries say now, and whose words it is: {entry: (number, text, credits)}."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select app.settle_minutes(%s::uuid[], %s, %s, %s::jsonb[])",
            [
                [str(minute) for minute in entries],
                [number for number, _, _ in entries.values()],
                [text for _, text, _ in entries.values()],
                [json.dumps(whose) for _, _, whose in entries.values()],
            ],
        )


def drop_empty(meeting: UUID, *, quiet_seconds: float) -> list[UUID]:
    """Take entries away that say nothing and in which nobody has typed for so long. Gives their ids."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select app.drop_empty_minutes(%s, make_interval(secs => %s))", [str(meeting), quiet_seconds]
        )
        return [minute for (minute,) in cursor.fetchall()]


def may_write(actor: Actor, meeting: UUID) -> bool:
    """Whether somebody may write in the minutes of a meeting that they see."""
    found = Meeting.objects.select_related("case").filter(pk=meeting).first()
    return found is not None and can_write_minutes(actor, found)


def settled(entry: Entry) -> tuple[int, str, list]:
    """What `settle` wants to know of an entry."""
    return entry.number, entry.text, entry.credits


def last_numbers(minutes: Iterable[UUID]) -> dict[UUID, int]:
    """The number of the last stored update of each entry that whoever asks may see."""
    rows = MinuteUpdate.objects.filter(minute__in=list(minutes)).order_by()
    return dict(rows.values("minute").annotate(last=Max("number")).values_list("minute", "last"))


def names_of(memberships: Iterable[int]) -> dict[int, str]:
    """Names of colleagues who write or wrote."""
    found = Membership.objects.filter(pk__in=set(memberships)).select_related("user")
    return {each.pk: each.user.full_name for each in found}


def describe(minute: UUID, kind: str, said_by: str) -> bool:
    """Say what kind of entry it is and who said it; False for anybody but its author, and when it cannot be changed."""
    with connection.cursor() as cursor:
        cursor.execute("select app.describe_minute(%s, %s, %s)", [str(minute), kind, said_by])
        return cursor.fetchone()[0]
