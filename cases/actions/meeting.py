"""Arranging a meeting, answering, and closing it: what happens before and after people talk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from cases.actions.agenda import close_current, locked
from cases.actions.lead import lock_case
from cases.actions.meeting_setup import (
    KINDS,
    check_on_team,
    check_times,
    create_meeting,
    invitation_of,
    write_agenda,
)
from cases.actions.minutes import add_minute
from cases.actions.notes import write_event
from cases.agenda import AgendaDraft, draft_agenda
from cases.live_room.signals import PARTS, tell_room
from cases.minutes.finish import finish_minutes
from cases.models import (
    AgendaItem,
    Attendance,
    Case,
    Guest,
    Invitation,
    InvitationAnswer,
    Meeting,
    MeetingKind,
    MeetingStatus,
    MinuteKind,
    Person,
    TeamMember,
)
from cases.rules.meeting import (
    check_can_answer_invitation,
    check_can_arrange_meeting,
    check_can_change_meeting,
    check_can_sign_off,
)
from cases.scheduling.calls import check_call_link
from cases.scheduling.telling import tell_invited
from cases.states import check_can_become
from earlyhelp.access import Actor
from earlyhelp.audit import record_change
from hubs.models import Category, Membership


@transaction.atomic
def arrange_meeting(
    *,
    case: Case,
    title: str,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    chair: Membership,
    kind: str = MeetingKind.REVIEW,
    place: str = "",
    call_link: str = "",
    purpose: str = "",
    invite: Iterable[Membership | Person | Guest] = (),
    agenda: Iterable[AgendaDraft] = (),
    is_told: bool = True,
    by: Actor,
) -> Meeting:
    """Arrange a meeting with its invitations and agenda, and tell those asked.

    Args:
        chair: somebody on the team; invited like the others.
        invite: people on the team and of the family, and its guests.
        is_told: whether a message goes out; not for one meeting of several that are told of together.

    Raises cases.rules.NotAllowed, or ValueError for times that cannot be, people who are neither, a link to elsewhere.
    """
    check_can_arrange_meeting(by, case)
    check_times(starts_at, ends_at)
    meeting = create_meeting(
        case=case,
        facts={
            "title": title,
            "kind": kind,
            "starts_at": starts_at,
            "ends_at": ends_at,
            "chair": chair,
            "place": place,
            "call_link": call_link,
            "purpose": purpose,
        },
        invite=invite,
        agenda=agenda,
        by=by,
    )
    asked = meeting.invitations.count()
    record_change(by, "Arranged a meeting", case=case, obj=meeting, invited=asked)
    write_event(case=case, title="A meeting was arranged", body=_when(meeting), by=by)
    if is_told:
        tell_invited("meeting-arranged", meeting, mark=meeting.sequence, by=by)
    return meeting


@transaction.atomic
def change_meeting(
    *,
    meeting: Meeting,
    title: str,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    chair: Membership,
    place: str = "",
    call_link: str = "",
    purpose: str = "",
    is_told: bool = True,
    by: Actor,
) -> Meeting:
    """Change when, where or who chairs. Calendars take the newest version; a new time asks everybody again.

    Raises cases.rules.NotAllowed, or ValueError as arrange_meeting.
    """
    meeting = locked(meeting)
    check_can_change_meeting(by, meeting)
    if meeting.status != MeetingStatus.PLANNED:
        raise ValueError("This meeting is not planned any more. Arrange another one instead.")
    moved = (starts_at, ends_at) != (meeting.starts_at, meeting.ends_at)
    if moved:
        check_times(starts_at, ends_at)
    check_on_team(meeting.case, chair)
    check_call_link(call_link)
    meeting.title, meeting.place, meeting.call_link, meeting.purpose = title, place, call_link, purpose
    meeting.starts_at, meeting.ends_at, meeting.chair = starts_at, ends_at, chair
    meeting.sequence += 1
    meeting.save(
        update_fields=["title", "place", "call_link", "purpose", "starts_at", "ends_at", "chair", "sequence"]
    )
    if not meeting.invitations.filter(membership=chair).exists():
        invitation_of(meeting, chair, by).save(force_insert=True)
    if moved:
        others = meeting.invitations.exclude(membership=by.membership)  # who moves it comes to it
        others.update(answer=InvitationAnswer.INVITED, answer_note="", answered_at=None)
        write_event(case=meeting.case, title="A meeting was moved", body=_when(meeting), by=by)
    record_change(by, "Changed a meeting", case=meeting.case, obj=meeting, moved=moved)
    tell_room(meeting, *PARTS)
    if is_told:
        tell_invited("meeting-changed", meeting, mark=meeting.sequence, by=by)
    return meeting


@transaction.atomic
def cancel_meeting(*, meeting: Meeting, reason: str, is_told: bool = True, by: Actor) -> Meeting:
    """Cancel a meeting, planned or still looking for its time, and tell those asked.

    Raises cases.rules.NotAllowed, or ValueError without a reason.
    """
    check_can_change_meeting(by, meeting)
    lock_case(meeting.case)
    meeting = locked(meeting)
    check_can_change_meeting(by, meeting)
    check_can_become(meeting, MeetingStatus.CANCELLED)
    if not reason.strip():
        raise ValueError("Say why the meeting is cancelled.")
    had_a_time = meeting.status == MeetingStatus.PLANNED
    meeting.status, meeting.cancel_reason, meeting.sequence = (
        MeetingStatus.CANCELLED,
        reason,
        meeting.sequence + 1,
    )
    record_change(by, "Cancelled a meeting", case=meeting.case, obj=meeting)
    title = "A meeting was cancelled" if had_a_time else "A meeting is not being planned any more"
    write_event(case=meeting.case, title=title, body=_when(meeting) if had_a_time else "", by=by)
    meeting.save(update_fields=["status", "cancel_reason", "sequence"])
    tell_room(meeting, *PARTS)
    if is_told:
        kind = "meeting-cancelled" if had_a_time else "meeting-times-off"
        tell_invited(kind, meeting, mark=meeting.sequence, by=by)
    return meeting


@transaction.atomic
def invite(*, meeting: Meeting, someone: Membership | Person | Guest, by: Actor) -> Invitation:
    """Ask one more person to a meeting. Raises cases.rules.NotAllowed, or ValueError for a stranger to the family."""
    meeting = locked(meeting)
    check_can_change_meeting(by, meeting)
    already = meeting.invitations.filter(**{KINDS[type(someone)]: someone}).first()
    if already:
        return already
    invitation = invitation_of(meeting, someone, by)
    invitation.save(force_insert=True)
    record_change(by, "Invited somebody to a meeting", case=meeting.case, obj=invitation)
    tell_room(meeting, "who", "strip")
    if meeting.status == MeetingStatus.PROPOSED:
        tell_invited(
            "meeting-times", meeting, mark=meeting.proposed_times.count(), by=by, only=[invitation.pk]
        )
    elif meeting.status == MeetingStatus.PLANNED:
        tell_invited("meeting-arranged", meeting, mark=meeting.sequence, by=by, only=[invitation.pk])
    return invitation


@transaction.atomic
def answer_invitation(
    *,
    invitation: Invitation,
    answer: str,
    note: str = "",
    contribution: str = "",
    category: int = Category.FAMILY,
    item: AgendaItem | None = None,
    by: Actor,
) -> Invitation:
    """Answer an invitation; who cannot come may send what they want to say, which is read with the minutes.

    Args:
        item: the item of the agenda that it is about; then it is read there, by those who see the item.

    Raises cases.rules.NotAllowed, or ValueError for no answer.
    """
    invitation.meeting = locked(invitation.meeting)
    check_can_answer_invitation(by, invitation)
    if answer not in (InvitationAnswer.ACCEPTED, InvitationAnswer.DECLINED):
        raise ValueError("Say whether you will come.")
    invitation.answer, invitation.answer_note, invitation.answered_at = answer, note, timezone.now()
    invitation.save(update_fields=["answer", "answer_note", "answered_at"])
    record_change(by, "Answered an invitation", case=invitation.case, obj=invitation, answer=answer)
    tell_room(invitation.meeting, "who", "strip")
    if contribution.strip():
        add_minute(
            meeting=invitation.meeting,
            kind=MinuteKind.VIEW,
            text=contribution,
            category=None if item else category,
            item=item,
            is_written_ahead=True,
            by=by,
        )
    return invitation


@transaction.atomic
def end_meeting(
    *,
    meeting: Meeting,
    attendance: dict[Invitation, str],
    next_starts_at: dt.datetime | None = None,
    by: Actor,
) -> Meeting | None:
    """End a meeting: who was there, and when people meet next. The minutes stay open until the chair signs them off.

    Args:
        attendance: a code of Attendance for each invitation that the writer can see.
        next_starts_at: when given, the next meeting is arranged at once, as long and with the same people, and its
            agenda drafted from the plan as it now stands.

    Returns the next meeting, if any: the one arranged, or that of the series, whose agenda is brought up to date.
    Raises cases.rules.NotAllowed, or ValueError when an attendance is missing.
    """
    check_can_change_meeting(by, meeting)
    lock_case(meeting.case)
    meeting = locked(meeting)
    check_can_change_meeting(by, meeting)
    check_can_become(meeting, MeetingStatus.HELD)
    invitations = list(meeting.invitations.select_related("membership", "person", "guest"))
    if {i.pk for i in invitations} - {i.pk for i in attendance}:
        raise ValueError("Say for everybody who was invited whether they were there.")
    for invitation, was in attendance.items():
        invitation.attendance = Attendance(was)
        invitation.save(update_fields=["attendance"])
    meeting.status, meeting.held_at, meeting.next_meeting_at = (
        MeetingStatus.HELD,
        timezone.now(),
        next_starts_at,
    )
    close_current(meeting)
    meeting.current_item = None
    meeting.save(update_fields=["status", "held_at", "next_meeting_at", "current_item"])
    tell_room(meeting, *PARTS)
    there = sum(was == Attendance.ATTENDED for was in attendance.values())
    record_change(
        by, "Ended a meeting", case=meeting.case, obj=meeting, attended=there, invited=len(invitations)
    )
    write_event(
        case=meeting.case, title=f"A meeting was held, {there} of {len(invitations)} people came", by=by
    )
    TeamMember.objects.current().filter(
        case=meeting.case,
        membership__in=[
            i.membership_id for i, was in attendance.items() if i.membership_id and was == "attended"
        ],
    ).update(last_contact_on=timezone.localdate())
    if next_starts_at is None:
        return _refresh_next(meeting, by)
    return _arrange_next(meeting, invitations, next_starts_at, by)


def next_planned(meeting: Meeting) -> Meeting | None:
    """The family's next planned meeting after this one, which a series or somebody has set already."""
    later = Meeting.objects.filter(case=meeting.case_id, starts_at__gt=meeting.starts_at)
    return later.to_come().exclude(pk=meeting.pk).first()


def _refresh_next(meeting: Meeting, by: Actor) -> Meeting | None:
    """A meeting of the same series that is planned already gets the plan as it now stands on its agenda."""
    following = next_planned(meeting) if meeting.series_id else None
    if following is None:
        return None
    Meeting.objects.filter(pk=meeting.pk).update(next_meeting_at=following.starts_at)
    items = list(following.agenda.all())
    known = {item.outcome_id for item in items} | {item.title for item in items}
    new = [
        d
        for d in draft_agenda(meeting.case)
        if d.title not in known and (not d.outcome or d.outcome.pk not in known)
    ]
    write_agenda(following, new, by=by, after=max((item.position for item in items), default=0))
    return following


def _arrange_next(meeting, invitations, starts_at, by) -> Meeting:
    on_team = set(
        TeamMember.objects.current().filter(case=meeting.case).values_list("membership_id", flat=True)
    )
    people = [i.person for i in invitations if i.person]
    people += [i.guest for i in invitations if i.guest and i.guest.is_live]
    team = [i.membership for i in invitations if i.membership_id in on_team]
    return arrange_meeting(
        case=meeting.case,
        title="Review meeting",
        kind=MeetingKind.REVIEW,
        starts_at=starts_at,
        ends_at=starts_at + (meeting.ends_at - meeting.starts_at),
        chair=meeting.chair,
        place=meeting.place,
        call_link=meeting.call_link,
        invite=[*team, *people],
        agenda=draft_agenda(meeting.case),
        by=by,
    )


@transaction.atomic
def sign_off(*, meeting: Meeting, by: Actor) -> Meeting:
    """Sign off the minutes: from now on the database refuses any change to them.

    Raises cases.rules.NotAllowed for anybody but the chair, and before the meeting has been ended.
    """
    check_can_sign_off(by, meeting)
    lock_case(meeting.case)
    meeting = locked(meeting)
    check_can_sign_off(by, meeting)
    check_can_become(meeting, MeetingStatus.SIGNED_OFF)
    finish_minutes(meeting)
    record_change(by, "Signed off the minutes", case=meeting.case, obj=meeting)
    write_event(case=meeting.case, title="Minutes of a meeting were signed off", by=by)
    meeting.status, meeting.signed_off_at, meeting.signed_off_by = (
        MeetingStatus.SIGNED_OFF,
        timezone.now(),
        by.membership,
    )
    meeting.save(update_fields=["status", "signed_off_at", "signed_off_by"])
    tell_room(meeting, *PARTS)
    return meeting


def _when(meeting: Meeting) -> str:
    start = timezone.localtime(meeting.starts_at)
    return f"{start:%A} {start.day} {start:%B %Y}, {start:%H:%M}"
