"""What is written while people talk: minutes, decisions, and actions that go into the plan as they are agreed."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from cases.actions.plan import add_action
from cases.live_room.signals import tell_room
from cases.minutes import storing
from cases.models import (
    Action,
    AgendaItem,
    Decision,
    Meeting,
    Minute,
    MinuteKind,
    Outcome,
    Person,
)
from cases.rules.meeting import check_can_write_minutes
from earlyhelp.access import Actor
from earlyhelp.audit import record_change
from hubs.models import Category, Membership


@transaction.atomic
def add_minute(
    *,
    meeting: Meeting,
    text: str,
    kind: str = MinuteKind.FACT,
    item: AgendaItem | None = None,
    said_by: str = "",
    category: int | None = None,
    is_written_ahead: bool = False,
    by: Actor,
) -> Minute:
    """Add one entry to the minutes, in the writer's own name. Several people may write at once; nothing is overwritten.

    Args:
        kind: fact, what was said, or professional view.
        item: what it belongs to; its category is the entry's, unless `category` is given.
        said_by: who said it, for what was said.

    Raises cases.rules.NotAllowed, or ValueError for an empty entry.
    """
    meeting = _now(meeting)
    check_can_write_minutes(by, meeting)
    check_item_of(meeting, item)
    if not text.strip():
        raise ValueError("Write something to add to the minutes.")
    minute = Minute.objects.create(
        meeting=meeting,
        case=meeting.case,
        item=item,
        kind=kind,
        text=text.strip(),
        said_by=said_by,
        category=_category(item, category),
        agency=by.agency,
        author=by.membership,
        is_written_ahead=is_written_ahead,
    )
    if not is_written_ahead:  # others may type in it from now on
        storing.make_document(minute)
    record_change(by, "Added to the minutes", case=meeting.case, obj=minute, kind=kind)
    tell_room(meeting, "minutes", "ahead", item=item)
    return minute


@transaction.atomic
def record_decision(
    *,
    meeting: Meeting,
    text: str,
    agreed_by: str = "",
    item: AgendaItem | None = None,
    category: int | None = None,
    by: Actor,
) -> Decision:
    """Record what was decided. Raises cases.rules.NotAllowed, or ValueError for an empty decision."""
    meeting = _now(meeting)
    check_can_write_minutes(by, meeting)
    check_item_of(meeting, item)
    if not text.strip():
        raise ValueError("Write the decision.")
    decision = Decision.objects.create(
        meeting=meeting,
        case=meeting.case,
        item=item,
        text=text.strip(),
        agreed_by=agreed_by,
        category=_category(item, category),
        agency=by.agency,
        recorded_by=by.membership,
    )
    record_change(by, "Recorded a decision", case=meeting.case, obj=decision)
    tell_room(meeting, "decisions", "endbar", item=item)
    return decision


@transaction.atomic
def agree_action(
    *,
    meeting: Meeting,
    what: str,
    owner: Membership | Person,
    due_on: dt.date,
    item: AgendaItem | None = None,
    outcome: Outcome | None = None,
    by: Actor,
) -> Action:
    """Record an action that was agreed; it is in the plan from this moment.

    Raises cases.rules.NotAllowed, or ValueError as cases.actions.plan.add_action.
    """
    meeting = _now(meeting)
    check_can_write_minutes(by, meeting)
    check_item_of(meeting, item)
    tell_room(meeting, "actions", "endbar", item=item)
    return add_action(
        case=meeting.case,
        what=what,
        owner=owner,
        due_on=due_on,
        meeting=meeting,
        outcome=outcome or (item.outcome if item else None),
        category=item.category if item and not outcome else None,
        by=by,
    )


def _now(meeting: Meeting) -> Meeting:
    """The meeting as it is now: it may have been ended or signed off since the page was opened."""
    return Meeting.objects.select_related("case").get(pk=meeting.pk)


def _category(item: AgendaItem | None, category: int | None) -> int:
    return category or (item.category if item else Category.FAMILY)


def check_item_of(meeting: Meeting, item: AgendaItem | None) -> None:
    """Raise ValueError for an item of another meeting. None is the meeting as a whole."""
    if item is not None and item.meeting_id != meeting.pk:
        raise ValueError("That is not on this meeting’s agenda.")
