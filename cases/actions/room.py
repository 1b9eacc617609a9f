"""What happens in the room: who has come, who chairs, short messages, and overdue actions marked on the way."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from cases.actions.agenda import locked
from cases.actions.meeting import invite
from cases.actions.minutes import check_item_of
from cases.actions.plan import finish_action, give_up_action
from cases.live_room.signals import tell_room
from cases.models import Action, AgendaItem, Invitation, Meeting, MeetingStatus, Person, RoomMessage
from cases.rules.meeting import (
    can_write_minutes,
    check_can_hand_over_chair,
    check_can_write_minutes,
)
from earlyhelp.access import Actor
from earlyhelp.audit import record_change
from hubs.models import Category, Membership


@transaction.atomic
def mark_here(*, invitation: Invitation, is_here: bool, by: Actor) -> None:
    """Say that somebody is here, or take that back. Raises cases.rules.NotAllowed, or ValueError before the meeting."""
    meeting = locked(invitation.meeting)
    check_can_write_minutes(by, meeting)
    if not meeting.is_live:
        raise ValueError("The meeting has not started yet.")
    if (invitation.arrived_at is not None) == is_here:
        return
    Invitation.objects.filter(pk=invitation.pk).update(arrived_at=timezone.now() if is_here else None)
    verb = "Marked somebody as here" if is_here else "Marked somebody as not here"
    record_change(by, verb, case=meeting.case, obj=invitation)
    tell_room(meeting, "who", "strip")


@transaction.atomic
def note_arrival(*, meeting: Meeting, by: Actor) -> bool:
    """Somebody has come into the room: noted once, for the attendance, while the meeting is on. Says whether it was."""
    if meeting.status != MeetingStatus.PLANNED or not meeting.is_live or not can_write_minutes(by, meeting):
        return False
    mine = Invitation.objects.filter(meeting=meeting, membership=by.membership, arrived_at=None)
    invitation = mine.first()
    if invitation is None or not mine.update(arrived_at=timezone.now()):
        return False
    record_change(by, "Came to a meeting", case=meeting.case, obj=invitation)
    tell_room(meeting, "who", "strip")
    return True


@transaction.atomic
def hand_over_chair(*, meeting: Meeting, to: Invitation, by: Actor) -> Meeting:
    """Give the chair to a professional who is here.

    Raises cases.rules.NotAllowed, or ValueError for somebody who is not here.
    """
    meeting = locked(meeting)
    check_can_hand_over_chair(by, meeting)
    if to.meeting_id != meeting.pk or to.membership is None:
        raise ValueError("Only a professional who is invited can chair.")
    if to.arrived_at is None:
        raise ValueError(f"{to.name} is not here. Mark them as here first.")
    if to.membership_id == meeting.chair_id:
        return meeting
    meeting.chair = to.membership
    meeting.save(update_fields=["chair"])
    record_change(by, "Handed over the chair", case=meeting.case, obj=meeting)
    tell_room(meeting, "strip", "agenda", "who", "endbar")
    return meeting


@transaction.atomic
def send_message(*, meeting: Meeting, text: str, item: AgendaItem | None = None, by: Actor) -> RoomMessage:
    """Send a short message to those in the room. It is kept with the meeting, and seen with the item it was sent at.

    Raises cases.rules.NotAllowed, or ValueError for an empty or a long one.
    """
    meeting = locked(meeting)
    check_can_write_minutes(by, meeting)
    text = text.strip()
    if not text:
        raise ValueError("Write a message.")
    if len(text) > RoomMessage.LONGEST:
        raise ValueError(f"Your message must be {RoomMessage.LONGEST} characters or fewer.")
    check_item_of(meeting, item)
    message = RoomMessage.objects.create(
        meeting=meeting,
        case=meeting.case,
        item=item,
        category=item.category if item else Category.FAMILY,
        agency=by.agency,
        author=by.membership,
        text=text,
    )
    record_change(by, "Sent a message in a meeting", case=meeting.case, obj=message)
    tell_room(meeting, "messages", item=item)
    return message


@transaction.atomic
def finish_in_room(*, meeting: Meeting, action: Action, by: Actor) -> None:
    """Say in the meeting that an action is done. Raises cases.rules.NotAllowed, or ValueError as finish_action."""
    _check_open_for(by, meeting)
    finish_action(action=action, by=by)
    tell_room(meeting, "actions", "endbar")


@transaction.atomic
def give_up_in_room(
    *, meeting: Meeting, action: Action, why_not: str, carry_to: dt.date | None, by: Actor
) -> None:
    """Say in the meeting why an action was not done, and whether it goes on. Raises as give_up_action."""
    _check_open_for(by, meeting)
    give_up_action(action=action, why_not=why_not, carry_to=carry_to, by=by)
    tell_room(meeting, "actions", "endbar")


def _check_open_for(by: Actor, meeting: Meeting) -> None:
    check_can_write_minutes(by, locked(meeting))


@transaction.atomic
def let_in(*, meeting: Meeting, someone: Membership | Person, by: Actor) -> Invitation:
    """Somebody has come who was not asked: ask them, and note that they are here.

    Raises cases.rules.NotAllowed, or ValueError for a stranger to the family, and before the meeting.
    """
    invitation = invite(meeting=meeting, someone=someone, by=by)
    mark_here(invitation=invitation, is_here=True, by=by)
    return invitation
