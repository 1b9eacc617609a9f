"""Reading a meeting: everything its page shows, in a fixed number of queries, as far as the reader may see."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Prefetch

from cases.models import (
    Action,
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
    Minute,
    NoteKind,
)


@dataclass
class Room:
    """One meeting as one reader sees it."""

    meeting: Meeting
    agenda: list[AgendaItem]
    item: AgendaItem | None
    following: AgendaItem | None
    invitations: list[Invitation]
    mine: Invitation | None
    written_ahead: list[Minute]
    minutes: list[Minute]
    loose_minutes: list[Minute]
    decisions: list[Decision]
    agreed: list[Action]
    overdue: list[Action]
    documents: list[Document]
    voices: list[CaseNote] = field(default_factory=list)

    @property
    def following_number(self) -> int:
        """The place of the following item on the agenda as this reader sees it."""
        return self.agenda.index(self.following) + 1 if self.following else 0

    @property
    def has_minutes(self) -> bool:
        """Whether somebody has written minutes already, though it is not time yet."""
        return bool(self.loose_minutes) or any(item.entries for item in self.agenda)

    @property
    def there(self) -> int:
        return sum(i.attendance == Attendance.ATTENDED for i in self.invitations)

    @property
    def coming(self) -> int:
        return sum(i.answer == InvitationAnswer.ACCEPTED for i in self.invitations)

    @property
    def talked_about(self) -> int:
        return sum(item.discussed_at is not None for item in self.agenda)


def room_of(case: Case, meeting: Meeting, chosen: str, actor) -> Room:
    """Everything on a meeting's page.

    Args:
        chosen: the id of the agenda item the reader picked, else the meeting's current one, else the first not done.
    """
    minutes = Minute.objects.filter(meeting=meeting).select_related("author__user", "agency")
    agenda = list(
        meeting.agenda.select_related("about", "outcome").prefetch_related(Prefetch("minutes", minutes))
    )
    for item in agenda:
        item.entries = list(item.minutes.all())
    loose = list(minutes.filter(item=None))
    item = _chosen(agenda, chosen, meeting)
    position = agenda.index(item) if item else -1
    invitations = list(meeting.invitations.select_related("membership__user", "membership__agency", "person"))
    return Room(
        meeting=meeting,
        agenda=agenda,
        item=item,
        following=agenda[position + 1] if item and position + 1 < len(agenda) else None,
        invitations=invitations,
        mine=next((i for i in invitations if i.membership_id == actor.membership.pk), None),
        written_ahead=[minute for minute in loose if minute.is_written_ahead],
        minutes=item.entries if item else [],
        loose_minutes=[minute for minute in loose if not minute.is_written_ahead],
        decisions=list(meeting.decisions.select_related("recorded_by__user")),
        agreed=list(Action.objects.filter(from_meeting=meeting).with_owners()),
        overdue=list(Action.objects.filter(case=case).overdue().exclude(from_meeting=meeting).with_owners()),
        documents=list(meeting.documents.all()),
        voices=_voices(item),
    )


def _chosen(agenda, chosen, meeting) -> AgendaItem | None:
    by_key = {str(item.pk): item for item in agenda}
    if chosen in by_key:
        return by_key[chosen]
    if meeting.current_item_id and str(meeting.current_item_id) in by_key:
        return by_key[str(meeting.current_item_id)]
    return next((item for item in agenda if item.discussed_at is None), agenda[-1] if agenda else None)


def _voices(item) -> list[CaseNote]:
    """The child's own words, newest first, when the item is about a child's voice."""
    if item is None or item.kind != AgendaKind.VOICE or item.about_id is None:
        return []
    return list(
        CaseNote.objects.filter(case=item.case_id, kind=NoteKind.VOICE, about=item.about_id)
        .select_related("author__user")
        .order_by("-happened_at")[:3]
    )
