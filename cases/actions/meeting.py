"""Arranging a meeting, answering, and closing it: what happens before and after people talk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from cases.actions.minutes import add_minute
from cases.actions.notes import write_event
from cases.agenda import AgendaDraft, draft_agenda
from cases.models import (
    AgendaItem,
    Attendance,
    Case,
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
    invite: Iterable[Membership | Person] = (),
    agenda: Iterable[AgendaDraft] = (),
    by: Actor,
) -> Meeting:
    """Arrange a meeting with its invitations and agenda.

    Args:
        chair: somebody on the team; invited like the others.
        invite: people on the team and of the family.

    Raises cases.rules.NotAllowed, or ValueError for times that cannot be or people who are neither.
    """
    check_can_arrange_meeting(by, case)
    _check_times(starts_at, ends_at)
    _check_on_team(case, chair)
    meeting = Meeting.objects.create(
        case=case,
        agency=by.agency,
        kind=kind,
        title=title,
        purpose=purpose,
        starts_at=starts_at,
        ends_at=ends_at,
        place=place,
        call_link=call_link,
        chair=chair,
        arranged_by=by.membership,
    )
    asked = list(dict.fromkeys([chair, *invite]))
    Invitation.objects.bulk_create(_invitation(meeting, someone, by) for someone in asked)
    AgendaItem.objects.bulk_create(
        AgendaItem(
            meeting=meeting,
            case=case,
            agency=by.agency,
            position=position,
            title=draft.title,
            kind=draft.kind,
            category=draft.category,
            about=draft.about,
            outcome=draft.outcome,
            minutes_planned=draft.minutes,
        )
        for position, draft in enumerate(agenda, start=1)
    )
    record_change(by, "Arranged a meeting", case=case, obj=meeting, invited=len(asked))
    write_event(case=case, title="A meeting was arranged", body=_when(meeting), by=by)
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
    by: Actor,
) -> Meeting:
    """Change when, where or who chairs. Calendars take the newest version; a new time asks everybody again.

    Raises cases.rules.NotAllowed, or ValueError as arrange_meeting.
    """
    meeting = locked(meeting)
    check_can_change_meeting(by, meeting)
    if meeting.status != MeetingStatus.PLANNED:
        raise ValueError("This meeting is over. Arrange another one instead.")
    moved = (starts_at, ends_at) != (meeting.starts_at, meeting.ends_at)
    if moved:
        _check_times(starts_at, ends_at)
    _check_on_team(meeting.case, chair)
    meeting.title, meeting.place, meeting.call_link, meeting.purpose = title, place, call_link, purpose
    meeting.starts_at, meeting.ends_at, meeting.chair = starts_at, ends_at, chair
    meeting.sequence += 1
    meeting.save(
        update_fields=["title", "place", "call_link", "purpose", "starts_at", "ends_at", "chair", "sequence"]
    )
    if moved:
        meeting.invitations.update(answer=InvitationAnswer.INVITED, answer_note="", answered_at=None)
        write_event(case=meeting.case, title="A meeting was moved", body=_when(meeting), by=by)
    record_change(by, "Changed a meeting", case=meeting.case, obj=meeting, moved=moved)
    return meeting


@transaction.atomic
def cancel_meeting(*, meeting: Meeting, reason: str, by: Actor) -> Meeting:
    """Cancel a meeting. Raises cases.rules.NotAllowed, or ValueError without a reason."""
    meeting = locked(meeting)
    check_can_change_meeting(by, meeting)
    check_can_become(meeting, MeetingStatus.CANCELLED)
    if not reason.strip():
        raise ValueError("Say why the meeting is cancelled.")
    meeting.status, meeting.cancel_reason, meeting.sequence = (
        MeetingStatus.CANCELLED,
        reason,
        meeting.sequence + 1,
    )
    record_change(by, "Cancelled a meeting", case=meeting.case, obj=meeting)
    write_event(case=meeting.case, title="A meeting was cancelled", body=_when(meeting), by=by)
    meeting.save(update_fields=["status", "cancel_reason", "sequence"])
    return meeting


@transaction.atomic
def invite(*, meeting: Meeting, someone: Membership | Person, by: Actor) -> Invitation:
    """Ask one more person to a meeting. Raises cases.rules.NotAllowed, or ValueError for a stranger to the family."""
    meeting = locked(meeting)
    check_can_change_meeting(by, meeting)
    kind = "membership" if isinstance(someone, Membership) else "person"
    already = meeting.invitations.filter(**{kind: someone}).first()
    if already:
        return already
    invitation = _invitation(meeting, someone, by)
    invitation.save(force_insert=True)
    record_change(by, "Invited somebody to a meeting", case=meeting.case, obj=invitation)
    return invitation


@transaction.atomic
def answer_invitation(
    *,
    invitation: Invitation,
    answer: str,
    note: str = "",
    contribution: str = "",
    category: int = Category.FAMILY,
    by: Actor,
) -> Invitation:
    """Answer an invitation; who cannot come may send what they want to say, which is read with the minutes.

    Raises cases.rules.NotAllowed, or ValueError for no answer.
    """
    invitation.meeting = locked(invitation.meeting)
    check_can_answer_invitation(by, invitation)
    if answer not in (InvitationAnswer.ACCEPTED, InvitationAnswer.DECLINED):
        raise ValueError("Say whether you will come.")
    invitation.answer, invitation.answer_note, invitation.answered_at = answer, note, timezone.now()
    invitation.save(update_fields=["answer", "answer_note", "answered_at"])
    record_change(by, "Answered an invitation", case=invitation.case, obj=invitation, answer=answer)
    if contribution.strip():
        add_minute(
            meeting=invitation.meeting,
            kind=MinuteKind.VIEW,
            text=contribution,
            category=category,
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

    Returns the next meeting, if any. Raises cases.rules.NotAllowed, or ValueError when an attendance is missing.
    """
    meeting = locked(meeting)
    check_can_change_meeting(by, meeting)
    check_can_become(meeting, MeetingStatus.HELD)
    invitations = list(meeting.invitations.select_related("membership", "person"))
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
    if meeting.current_item_id:
        AgendaItem.objects.filter(pk=meeting.current_item_id, discussed_at=None).update(
            discussed_at=timezone.now()
        )
        meeting.current_item = None
    meeting.save(update_fields=["status", "held_at", "next_meeting_at", "current_item"])
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
        return None
    return _arrange_next(meeting, invitations, next_starts_at, by)


def _arrange_next(meeting, invitations, starts_at, by) -> Meeting:
    on_team = set(
        TeamMember.objects.current().filter(case=meeting.case).values_list("membership_id", flat=True)
    )
    people = [i.person for i in invitations if i.person]
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
    meeting = locked(meeting)
    check_can_sign_off(by, meeting)
    check_can_become(meeting, MeetingStatus.SIGNED_OFF)
    record_change(by, "Signed off the minutes", case=meeting.case, obj=meeting)
    write_event(case=meeting.case, title="Minutes of a meeting were signed off", by=by)
    meeting.status, meeting.signed_off_at, meeting.signed_off_by = (
        MeetingStatus.SIGNED_OFF,
        timezone.now(),
        by.membership,
    )
    meeting.save(update_fields=["status", "signed_off_at", "signed_off_by"])
    return meeting


def locked(meeting: Meeting) -> Meeting:
    """The meeting as it is now, locked until the transaction ends. A signed-off one is read without a lock."""
    Meeting.objects.select_for_update().filter(pk=meeting.pk).first()
    return Meeting.objects.select_related("case").get(pk=meeting.pk)


def _invitation(meeting: Meeting, someone, by: Actor) -> Invitation:
    if isinstance(someone, Person):
        if someone.family_id != meeting.case.family_id:
            raise ValueError("That person is not in this family.")
        return Invitation(meeting=meeting, case=meeting.case, person=someone, invited_by=by.membership)
    _check_on_team(meeting.case, someone)
    return Invitation(meeting=meeting, case=meeting.case, membership=someone, invited_by=by.membership)


def _check_on_team(case: Case, membership: Membership) -> None:
    if not TeamMember.objects.current().filter(case=case, membership=membership).exists():
        raise ValueError("Only people on the team can chair or be invited. Add them to the team first.")


def _check_times(starts_at: dt.datetime, ends_at: dt.datetime) -> None:
    if ends_at <= starts_at:
        raise ValueError("The meeting must end after it starts.")
    if starts_at < timezone.now() - dt.timedelta(hours=12):
        raise ValueError("The meeting cannot start in the past.")


def _when(meeting: Meeting) -> str:
    start = timezone.localtime(meeting.starts_at)
    return f"{start:%A} {start.day} {start:%B %Y}, {start:%H:%M}"
