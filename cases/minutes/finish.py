"""What the minutes say, for everybody who reads them: while they are typed, and for good."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import connection

from cases.minutes import storing
from cases.minutes.document import Entry, Stored
from cases.models import Meeting, Minute


def finish_minutes(meeting: Meeting) -> None:
    """Make every entry's text final and take the strokes away; what was deleted goes with them.

    Called by whoever signs the minutes off, in the same transaction and with the meeting locked, also for entries that
    the chair may not read. The text and whose words it is stay, and from the sign-off the database refuses any change.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select minute, number, writer, data from app.unsettled_minutes(%s)", [str(meeting.pk)]
        )
        stored: dict[UUID, list[Stored]] = {}
        for minute, number, writer, data in cursor.fetchall():
            stored.setdefault(minute, []).append(Stored(number, writer, bytes(data)))
        if stored:
            storing.settle({minute: storing.settled(Entry(updates)) for minute, updates in stored.items()})
        cursor.execute("select app.finish_minutes(%s)", [str(meeting.pk)])


def bring_up_to_date(meeting: Meeting, minutes: list[Minute]) -> list[Minute]:
    """Give entries the text that is stored at this moment, and leave out those that say nothing. Two queries at most.

    A live process writes texts once a second; a page that is opened in between shows no less.
    """
    if meeting.is_locked:
        return minutes
    typed = [minute for minute in minutes if minute.text_number]
    last = storing.last_numbers(minute.pk for minute in typed) if typed else {}
    behind = [minute for minute in typed if last.get(minute.pk, 0) > minute.text_number]
    stored = storing.updates_of(minute.pk for minute in behind) if behind else {}
    for minute in behind:
        entry = Entry(stored[minute.pk])
        minute.text_number, minute.text, minute.runs = storing.settled(entry)
    return [minute for minute in minutes if minute.text.strip()]


def with_writers(minutes: Iterable[Minute]) -> None:
    """Give each entry `with_names`: those whose words it holds beside its author's, the one with most words first.

    One query for all of them, or none when nobody wrote in another's entry.
    """
    others: dict[UUID, dict[int, int]] = {}
    for minute in minutes:
        minute.with_names = []
        for who, length in minute.runs:
            if who != minute.author_id:
                counts = others.setdefault(minute.pk, {})
                counts[who] = counts.get(who, 0) + length
    wanted = {who for counts in others.values() for who in counts}
    names = storing.names_of(wanted) if wanted else {}
    for minute in minutes:
        counts = others.get(minute.pk, {})
        minute.with_names = [
            names[who] for who in sorted(counts, key=lambda who: -counts[who]) if who in names
        ]


def cleaned_log(minute: Minute) -> list[tuple[str, str]]:
    """Who wrote which words of an entry, in order: (name, words). Without what was deleted: that is kept nowhere."""
    people = storing.names_of(who for who, _ in minute.runs)
    found, at = [], 0
    for who, length in minute.runs:
        found.append((people.get(who, "Somebody"), minute.text[at : at + length]))
        at += length
    return found
