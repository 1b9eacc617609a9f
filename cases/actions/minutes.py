"""What is written while people talk: minutes, decisions, and actions that go into the plan as they are agreed."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from cases.actions.plan import add_action
from cases.models import (
    Action,
    AgendaItem,
    AgendaKind,
    Decision,
    Meeting,
    Minute,
    MinuteKind,
    Outcome,
    Person,
)
from cases.rules.meeting import check_can_change_meeting, check_can_write_minutes
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
    _check_item(meeting, item)
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
    record_change(by, "Added to the minutes", case=meeting.case, obj=minute, kind=kind)
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
    _check_item(meeting, item)
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
    _check_item(meeting, item)
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


@transaction.atomic
def move_to_item(*, meeting: Meeting, item: AgendaItem, by: Actor) -> Meeting:
    """Go on to an item; the one before is marked as talked about. Raises cases.rules.NotAllowed."""
    meeting = _now(meeting)
    check_can_change_meeting(by, meeting)
    _check_item(meeting, item)
    if meeting.current_item_id and meeting.current_item_id != item.pk:
        AgendaItem.objects.filter(pk=meeting.current_item_id, discussed_at=None).update(
            discussed_at=timezone.now()
        )
    meeting.current_item = item
    meeting.save(update_fields=["current_item"])
    record_change(by, "Moved to an agenda item", case=meeting.case, obj=item)
    return meeting


@transaction.atomic
def add_agenda_item(
    *, meeting: Meeting, title: str, minutes_planned: int = 5, category: int = Category.FAMILY, by: Actor
) -> AgendaItem:
    """Put something on the agenda. Raises cases.rules.NotAllowed, or ValueError without a title."""
    meeting = _now(meeting)
    check_can_write_minutes(by, meeting)
    if not title.strip():
        raise ValueError("Say what you want to talk about.")
    last = meeting.agenda.order_by("-position").values_list("position", flat=True).first() or 0
    item = AgendaItem.objects.create(
        meeting=meeting,
        case=meeting.case,
        agency=by.agency,
        position=last + 1,
        title=title.strip(),
        kind=AgendaKind.NEW,
        category=category,
        minutes_planned=minutes_planned,
    )
    record_change(by, "Added to an agenda", case=meeting.case, obj=item)
    return item


def _now(meeting: Meeting) -> Meeting:
    """The meeting as it is now: it may have been ended or signed off since the page was opened."""
    return Meeting.objects.select_related("case").get(pk=meeting.pk)


def _category(item: AgendaItem | None, category: int | None) -> int:
    return category or (item.category if item else Category.FAMILY)


def _check_item(meeting: Meeting, item: AgendaItem | None) -> None:
    if item is not None and item.meeting_id != meeting.pk:
        raise ValueError("That is not on this meeting’s agenda.")
