"""Reading a meeting: everything its page shows, in a fixed number of queries, as far as the reader may see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field

from django.utils import timezone

from cases.live_room.signals import PARTS
from cases.minutes.finish import bring_up_to_date, with_writers
from cases.models import (
    Action,
    Addendum,
    AgendaItem,
    AgendaKind,
    Attendance,
    Case,
    CaseNote,
    Decision,
    Document,
    Invitation,
    InvitationAnswer,
    Meeting,
    MeetingStatus,
    Minute,
    NoteKind,
    RoomMessage,
)
from cases.papers.reading import papers_of

MESSAGES = 100  # the newest ones on the page


@dataclass
class Room:
    """One meeting as one reader sees it."""

    meeting: Meeting
    agenda: list[AgendaItem]
    current: AgendaItem | None
    item: AgendaItem | None
    following: AgendaItem | None
    invitations: list[Invitation]
    mine: Invitation | None
    written_ahead: list[Minute]
    minutes: list[Minute]
    loose_minutes: list[Minute]
    decisions: list[Decision] = field(default_factory=list)
    agreed: list[Action] = field(default_factory=list)
    overdue: list[Action] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    voices: list[CaseNote] = field(default_factory=list)
    messages: list[RoomMessage] = field(default_factory=list)
    addenda: list[Addendum] = field(default_factory=list)

    @property
    def following_number(self) -> int:
        """The place of the following item on the agenda as this reader sees it."""
        return self.agenda.index(self.following) + 1 if self.following else 0

    @property
    def number(self) -> int:
        """The place of the item on the agenda as this reader sees it."""
        return self.agenda.index(self.item) + 1 if self.item else 0

    @property
    def is_aside(self) -> bool:
        """Whether the reader looks at another item than the one that is talked about."""
        return self.current is not None and self.item is not self.current

    @property
    def has_minutes(self) -> bool:
        """Whether somebody has written minutes already, though it is not time yet."""
        written = [entry for item in self.agenda for entry in item.entries if not entry.is_written_ahead]
        return bool(self.loose_minutes or written)

    @property
    def there(self) -> int:
        return sum(i.attendance == Attendance.ATTENDED for i in self.invitations)

    @property
    def arrived(self) -> int:
        return sum(i.arrived_at is not None for i in self.invitations)

    @property
    def coming(self) -> int:
        return sum(i.answer == InvitationAnswer.ACCEPTED for i in self.invitations)

    @property
    def talked_about(self) -> int:
        return sum(item.discussed_at is not None and item is not self.current for item in self.agenda)


def room_of(case: Case, meeting: Meeting, chosen: str, actor, parts: Collection[str] = PARTS) -> Room:
    """Everything on a meeting's page.

    Args:
        chosen: the id of the agenda item the reader picked, else the meeting's current one, else the first not done.
        parts: what is asked for; what belongs to other parts alone is left empty.
    """
    minutes = list(Minute.objects.filter(meeting=meeting).select_related("author__user", "agency"))
    minutes = bring_up_to_date(meeting, minutes)
    with_writers(minutes)
    agenda = _agenda(meeting, minutes)
    current = _current(agenda, meeting)
    item = _chosen(agenda, chosen, current)
    position = agenda.index(item) if item else -1
    invitations = list(
        meeting.invitations.select_related("membership__user", "membership__agency", "person", "guest")
    )
    loose = [minute for minute in minutes if minute.item_id is None]
    room = Room(
        meeting=meeting,
        agenda=agenda,
        current=current,
        item=item,
        following=agenda[position + 1] if item and position + 1 < len(agenda) else None,
        invitations=invitations,
        mine=next((i for i in invitations if i.membership_id == actor.membership.pk), None),
        written_ahead=_ahead(agenda, item, loose),
        minutes=[minute for minute in item.entries if not minute.is_written_ahead] if item else [],
        loose_minutes=[minute for minute in loose if not minute.is_written_ahead],
    )
    wanted = set(parts)
    if wanted & {"decisions", "endbar"}:
        room.decisions = list(meeting.decisions.select_related("recorded_by__user"))
    if wanted & {"actions", "endbar"}:
        room.agreed = list(Action.objects.filter(from_meeting=meeting).with_owners())
    if "actions" in wanted:
        of_case = Action.objects.filter(case=case).exclude(from_meeting=meeting)
        room.overdue = list(of_case.overdue().with_owners())
    if "documents" in wanted:
        room.documents = papers_of(meeting)
    if "item" in wanted:
        room.voices = _voices(item)
    if "minutes" in wanted and meeting.status == MeetingStatus.SIGNED_OFF:
        room.addenda = list(meeting.addenda.select_related("author__user", "item"))
    if "messages" in wanted:
        newest = meeting.messages.select_related("author__user").order_by("-sent_at", "-pk")[:MESSAGES]
        room.messages = list(reversed(newest))
    return room


def _agenda(meeting: Meeting, minutes: list[Minute]) -> list[AgendaItem]:
    """The items in order, each with its `entries` and the `seconds` talked about so far."""
    found = meeting.agenda.filter(removed_at=None).select_related("about", "outcome")
    agenda = list(found.prefetch_related("chosen__membership__user", "chosen__agency"))
    now = timezone.now()
    for item in agenda:
        item.entries = [minute for minute in minutes if minute.item_id == item.pk]
        running = item.pk == meeting.current_item_id and item.opened_at
        item.seconds = item.seconds_spent + int((now - item.opened_at).total_seconds() if running else 0)
        item.is_running = bool(running)
    return agenda


def _current(agenda: list[AgendaItem], meeting: Meeting) -> AgendaItem | None:
    """What is talked about now, as far as this reader knows.

    While people talk about a part that is not for this reader, it is the last one that was: that there is such a part
    is not theirs to know.
    """
    if meeting.current_item_id is None:
        return None
    opened = [item for item in agenda if item.opened_at]
    seen = next((item for item in agenda if item.pk == meeting.current_item_id), None)
    return seen or max(opened, key=_opened, default=None)


def _opened(item: AgendaItem) -> dt.datetime:
    return item.opened_at or item.meeting.starts_at


def _chosen(agenda, chosen: str, current: AgendaItem | None) -> AgendaItem | None:
    picked = next((item for item in agenda if str(item.pk) == chosen), None)
    waiting = next((item for item in agenda if item.discussed_at is None), agenda[-1] if agenda else None)
    return picked or current or waiting


def _ahead(agenda, item: AgendaItem | None, loose: list[Minute]) -> list[Minute]:
    """What people sent who could not come: with the item it is about; what is about none stands with the first."""
    about = [minute for minute in item.entries if minute.is_written_ahead] if item else []
    is_first = item is None or item is agenda[0]
    return [minute for minute in loose if minute.is_written_ahead and is_first] + about


def _voices(item) -> list[CaseNote]:
    """The child's own words, newest first, at a child's voice; of all the children each one's newest."""
    if item is None or item.kind != AgendaKind.VOICE:
        return []
    notes = CaseNote.objects.filter(case=item.case_id, kind=NoteKind.VOICE, about__isnull=False)
    notes = notes.select_related("author__user", "about").order_by("-happened_at", "pk")
    if item.about_id is not None:
        return list(notes.filter(about=item.about_id)[:3])
    newest: dict[object, CaseNote] = {}
    for note in notes[:30]:
        newest.setdefault(note.about_id, note)
    return list(newest.values())
