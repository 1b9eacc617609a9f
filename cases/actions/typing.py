"""Typing in the minutes: entries begun and changed by a page, by a form without JavaScript, or as a page is left."""

from __future__ import annotations

import uuid
from uuid import UUID

from django.db import transaction

from cases.minutes import storing
from cases.minutes.document import Entry, Stored, changed_update
from cases.minutes.strokes import NotStrokes, read
from cases.models import AgendaItem, Meeting, Minute, MinuteKind
from cases.rules import NotAllowed
from cases.rules.meeting import check_can_write_minutes
from earlyhelp.access import Actor
from earlyhelp.audit import record_change
from hubs.models import Category

REFUSED = {
    "gone": "This entry was emptied and taken away. Begin a new one.",
    "closed": "The minutes are signed off and locked.",
    "foreign": "This could not be told apart from somebody else’s typing. Load the page again.",
    "full": "This entry is full. Begin a new one.",
    "later": "Somebody else is changing this record at this moment. Try again.",
    "not_seen": "You cannot write here any more.",
    "behind": "Something before this is missing. It is sent again.",
    "malformed": "This is not typing in the minutes.",
    "busy": "Too much is typed at this moment. It is sent again.",
}


class HeldNow(NotStrokes):
    """Somebody holds the record at this moment (the chair moves the agenda on): the next moment it can be stored."""


@transaction.atomic
def begin_minute(
    *,
    minute_id: UUID,
    meeting: Meeting,
    item: AgendaItem | None,
    kind: str,
    said_by: str,
    key: UUID,
    update: bytes,
    by: Actor,
) -> Minute:
    """Begin an entry with its first keystroke. Sent twice, it is begun once.

    Args:
        minute_id: made by the page. key: of the update, so that it is stored once.
        update: what was typed, as cases.minutes.strokes reads it.

    Raises cases.rules.NotAllowed, HeldNow, or ValueError (NotStrokes) with the reason why it is refused.
    """
    meeting = Meeting.objects.select_related("case").get(pk=meeting.pk)
    check_can_write_minutes(by, meeting)
    if item is not None and item.meeting_id != meeting.pk:
        raise NotStrokes("that is not on this meeting’s agenda")
    if kind not in MinuteKind.values or len(said_by) > 120:
        raise NotStrokes("that is no kind of entry")
    before = Minute.objects.filter(pk=minute_id, meeting=meeting, author=by.membership).first()
    if before is None:
        entry = Entry()
        entry.check(read(update), by.membership.pk, {})
        entry.apply(Stored(1, by.membership.pk, update))
        if not entry.text:
            raise NotStrokes("nothing was typed")
        before = Minute.objects.create(
            id=minute_id,
            meeting=meeting,
            case=meeting.case,
            item=item,
            kind=kind,
            text=entry.text,
            text_number=1,
            runs=entry.credits,
            said_by=said_by,
            category=item.category if item else Category.FAMILY,
            agency=by.agency,
            author=by.membership,
        )
        record_change(by, "Added to the minutes", case=meeting.case, obj=before, kind=kind)
    _store(before, {key: update}, by)
    return before


@transaction.atomic
def type_in_minute(*, minute: Minute, updates: dict[UUID, bytes], by: Actor) -> None:
    """Store what somebody typed in an entry, {key: update}: by a page that is left, or by a form.

    Raises cases.rules.NotAllowed, HeldNow, or ValueError (NotStrokes) with the reason why it is refused.
    """
    check_can_write_minutes(by, minute.meeting)
    entry = Entry(storing.updates_of([minute.pk])[minute.pk])
    for number, update in enumerate(updates.values(), start=entry.number + 1):
        entry.check(read(update), by.membership.pk, {})
        entry.apply(Stored(number, by.membership.pk, update))
    _store(minute, updates, by)


@transaction.atomic
def change_minute(*, minute: Minute, shown: int, text: str, by: Actor) -> Minute:
    """Make an entry say `text`, beside everything that others typed since it was shown: nobody's words are overwritten.

    Args:
        shown: the number of the last update in what the form was drawn from (Minute.text_number).

    Raises cases.rules.NotAllowed, or ValueError for an empty text: an entry is not thrown away by a form.
    """
    check_can_write_minutes(by, minute.meeting)
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise ValueError("Write something, or leave the entry as it was.")
    if minute.is_written_ahead:
        raise NotAllowed("What somebody sent before the meeting stays as they wrote it.")
    if not minute.text_number:
        storing.make_documents(minute.meeting_id, by)
    stored = storing.updates_of([minute.pk])[minute.pk]
    update = changed_update(stored, max(shown, 1), text)
    if update is not None:
        _store(minute, {uuid.uuid4(): update}, by)
        entry = Entry(storing.updates_of([minute.pk])[minute.pk])
        storing.settle({minute.pk: storing.settled(entry)})
        record_change(by, "Changed the minutes", case=minute.case, obj=minute)
    minute.refresh_from_db()
    return minute


def _store(minute: Minute, updates: dict[UUID, bytes], by: Actor) -> None:
    for answer in storing.add_updates(by.membership.pk, minute.pk, updates):
        if answer.refusal:
            raise (HeldNow if answer.refusal == "later" else NotStrokes)(REFUSED[answer.refusal])
