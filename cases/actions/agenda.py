"""The agenda of a meeting: going through it, putting it in order, and whom its parts are for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from cases.live_room.signals import tell_room
from cases.models import (
    AgendaAudience,
    AgendaItem,
    AgendaKind,
    Decision,
    ItemAudience,
    Meeting,
    Minute,
    RoomMessage,
)
from cases.rules.meeting import check_can_change_item, check_can_change_meeting, check_can_write_minutes
from earlyhelp.access import Actor
from earlyhelp.audit import record_change
from hubs.models import Agency, Category, Membership

LONGEST = dt.timedelta(hours=4)  # a meeting that was left open overnight did not talk all night
OF_AN_ITEM = ("agenda", "ahead", "item", "minutes", "endbar")


@transaction.atomic
def move_to_item(*, meeting: Meeting, item: AgendaItem, by: Actor) -> Meeting:
    """Go on to an item, for everybody; the one before is marked as talked about, with the time that it took.

    Raises cases.rules.NotAllowed, or ValueError for an item of another meeting.
    """
    meeting = locked(meeting)
    check_can_change_meeting(by, meeting)
    _check_item(meeting, item)
    if meeting.current_item_id == item.pk:
        return meeting
    close_current(meeting)
    meeting.current_item = item
    meeting.save(update_fields=["current_item"])
    AgendaItem.objects.filter(pk=item.pk).update(opened_at=timezone.now())
    record_change(by, "Moved to an agenda item", case=meeting.case, obj=item)
    tell_room(meeting, "strip", *OF_AN_ITEM, item=item)
    return meeting


def close_current(meeting: Meeting) -> None:
    """Mark the item that is talked about as done, and add the time that it took. In the caller's transaction."""
    now, pk = timezone.now(), meeting.current_item_id
    current = AgendaItem.objects.filter(pk=pk, meeting=meeting).first() if pk else None
    if current is None:  # or one that this person may not see
        return
    spent = min(now - current.opened_at, LONGEST) if current.opened_at else dt.timedelta()
    of_now = AgendaItem.objects.filter(pk=current.pk)
    of_now.update(seconds_spent=F("seconds_spent") + int(spent.total_seconds()))
    of_now.filter(discussed_at=None).update(discussed_at=now)


@transaction.atomic
def add_agenda_item(
    *,
    meeting: Meeting,
    title: str,
    minutes_planned: int = 5,
    category: int = Category.FAMILY,
    audience: str = ItemAudience.ALL,
    chosen: Iterable[Membership | Agency] = (),
    by: Actor,
) -> AgendaItem:
    """Put something on the agenda.

    Args:
        audience, chosen: whom it is for, as set_audience.

    Raises cases.rules.NotAllowed, or ValueError without a title or without people.
    """
    meeting = locked(meeting)
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
    if audience != ItemAudience.ALL:
        _write_audience(item, audience, chosen, by)
    record_change(by, "Added to an agenda", case=meeting.case, obj=item, audience=audience)
    tell_room(meeting, "agenda", "endbar", item=item)
    return item


@transaction.atomic
def change_item(
    *,
    item: AgendaItem,
    title: str,
    minutes_planned: int,
    audience: str,
    chosen: Iterable[Membership | Agency] = (),
    by: Actor,
) -> AgendaItem:
    """Put an item into other words, plan another time for it, or say whom it is for.

    Raises cases.rules.NotAllowed, or ValueError as set_audience.
    """
    meeting = locked(item.meeting)
    item.meeting = meeting
    check_can_change_item(by, item)
    if not title.strip():
        raise ValueError("Say what you want to talk about.")
    before = _audience_of(item)
    item.title, item.minutes_planned = title.strip(), minutes_planned
    item.save(update_fields=["title", "minutes_planned"])
    _write_audience(item, audience, chosen, by)
    record_change(by, "Changed an agenda item", case=item.case, obj=item, audience=audience)
    # Those whom it is not for any more must lose it: they are told as everybody is.
    is_for_others = before != _audience_of(item)
    tell_room(
        meeting,
        *OF_AN_ITEM,
        "decisions",
        "messages",
        item=None if is_for_others else item,
        is_sight_changed=is_for_others,
    )
    return item


def _write_audience(
    item: AgendaItem, audience: str, chosen: Iterable[Membership | Agency], by: Actor
) -> None:
    """Say whom an item is for. Whoever says it is always among the chosen; so is everybody who has written under it."""
    wanted = set(chosen) if audience == ItemAudience.CHOSEN else set()
    people = {each.pk for each in wanted if isinstance(each, Membership)}
    agencies = {each.pk for each in wanted if isinstance(each, Agency)}
    if audience == ItemAudience.CHOSEN:
        if not people - {by.membership.pk} and not agencies:
            raise ValueError("Choose the people this part is for.")
        people.add(by.membership.pk)
        colleagues = Membership.objects.filter(pk__in=_writers(item), agency__in=agencies)
        if _writers(item) - people - set(colleagues.values_list("pk", flat=True)):
            raise ValueError("Somebody who is not chosen has written here already. Choose them too.")
    AgendaItem.objects.filter(pk=item.pk).update(audience=ItemAudience.ALL)
    AgendaAudience.objects.filter(item=item).delete()
    AgendaAudience.objects.bulk_create(
        [AgendaAudience(item=item, case_id=item.case_id, membership_id=pk) for pk in sorted(people)]
        + [AgendaAudience(item=item, case_id=item.case_id, agency_id=pk) for pk in sorted(agencies)]
    )
    AgendaItem.objects.filter(pk=item.pk).update(audience=audience)
    item.audience = audience


def _audience_of(item: AgendaItem) -> tuple[str, set]:
    rows = AgendaAudience.objects.filter(item=item).values_list("membership_id", "agency_id")
    return item.audience, set(rows)


def _writers(item: AgendaItem) -> set[int]:
    found: set[int] = set()
    for model, who in ((Minute, "author"), (Decision, "recorded_by"), (RoomMessage, "author")):
        found |= set(model.objects.filter(item=item, **{f"{who}__isnull": False}).values_list(who, flat=True))
    return found


@transaction.atomic
def shift_item(*, item: AgendaItem, is_up: bool, by: Actor) -> None:
    """Move an item one place up or down among those that this person sees. Raises cases.rules.NotAllowed."""
    meeting = locked(item.meeting)
    check_can_change_meeting(by, meeting)
    seen = list(AgendaItem.objects.filter(meeting=meeting, removed_at=None))
    place = [each.pk for each in seen].index(item.pk)
    other = place - 1 if is_up else place + 1
    if not 0 <= other < len(seen):
        return
    seen[place], seen[other] = seen[other], seen[place]
    # Positions of items that this person does not see stay as they are: the same numbers are dealt out anew.
    numbers = sorted(each.position for each in seen)
    if len(set(numbers)) < len(numbers):
        numbers = list(range(1, len(seen) + 1))
    for each, number in zip(seen, numbers, strict=True):
        if each.position != number:
            AgendaItem.objects.filter(pk=each.pk).update(position=number)
    record_change(by, "Changed the order of an agenda", case=meeting.case, obj=item)
    tell_room(meeting, "agenda", item=item)


@transaction.atomic
def remove_item(*, item: AgendaItem, by: Actor) -> None:
    """Take an item off the agenda.

    Raises cases.rules.NotAllowed, or ValueError for the one talked about and for one under which something is written.
    """
    meeting = locked(item.meeting)
    item.meeting = meeting
    check_can_change_item(by, item)
    if meeting.current_item_id == item.pk:
        raise ValueError("People talk about this now. Move to another item first.")
    if _writers(item):
        raise ValueError("Something is written under this item, so it stays.")
    AgendaItem.objects.filter(pk=item.pk).update(removed_at=timezone.now())
    record_change(by, "Removed an agenda item", case=meeting.case, obj=item)
    tell_room(meeting, *OF_AN_ITEM, item=item)


def locked(meeting: Meeting) -> Meeting:
    """The meeting as it is now, locked until the transaction ends. A signed-off one is read without a lock."""
    Meeting.objects.select_for_update().filter(pk=meeting.pk).first()
    return Meeting.objects.select_related("case").get(pk=meeting.pk)


def _check_item(meeting: Meeting, item: AgendaItem) -> None:
    if item.meeting_id != meeting.pk or item.removed_at is not None:
        raise ValueError("That is not on this meeting’s agenda.")
