"""Finding a time together: proposing, saying when one can come, choosing; links for people without an account."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, transaction
from django.utils import timezone

from cases.actions.agenda import locked
from cases.actions.lead import lock_case
from cases.actions.meeting_setup import check_times, create_meeting
from cases.actions.notes import write_event
from cases.agenda import AgendaDraft
from cases.guests import fingerprint
from cases.models import (
    Case,
    Guest,
    Invitation,
    InvitationAnswer,
    InvitationLink,
    Meeting,
    MeetingStatus,
    Person,
    ProposedTime,
    TimeAnswer,
    TimeAnswerKind,
)
from cases.rules.meeting import (
    check_can_answer_times,
    check_can_arrange_meeting,
    check_can_change_meeting,
    check_can_send_link,
)
from cases.scheduling.telling import (
    link_ends,
    tell_by_link,
    tell_if_everybody_answered,
    tell_invited,
)
from cases.states import check_can_become
from earlyhelp.access import Actor
from earlyhelp.audit import record_change
from earlyhelp.web.dates import clock, weekday
from hubs.models import Membership

Times = list[tuple[dt.datetime, dt.datetime]]
# What an answer to a proposed time becomes when that time is chosen.
BECOMES = {
    TimeAnswerKind.CAN: (InvitationAnswer.ACCEPTED, ""),
    TimeAnswerKind.IF_NEEDED: (InvitationAnswer.ACCEPTED, "If need be"),
    TimeAnswerKind.CANNOT: (InvitationAnswer.DECLINED, "Could not come at the time that was chosen"),
}


@transaction.atomic
def propose_meeting(
    *,
    case: Case,
    times: Times,
    chair: Membership,
    invite: Iterable[Membership | Person | Guest] = (),
    agenda: Iterable[AgendaDraft] = (),
    by: Actor,
    **facts: Any,
) -> Meeting:
    """Set a meeting up whose time is still to be found, and ask everybody when they can come.

    Args:
        times: (start, end) of each time proposed, at least two, in any order.
        facts: title, kind, place, call_link and purpose, as cases.actions.meeting.arrange_meeting.

    Whoever proposes times is taken to be free at them. Raises cases.rules.NotAllowed, or ValueError with a sentence.
    """
    check_can_arrange_meeting(by, case)
    if len(times) < 2:
        raise ValueError("Propose at least two times, or plan the meeting at the one you know.")
    times = _checked(times, already=0)
    facts |= {
        "chair": chair,
        "starts_at": times[0][0],
        "ends_at": times[0][1],
        "status": MeetingStatus.PROPOSED,
    }
    meeting = create_meeting(case=case, facts=facts, invite=invite, agenda=agenda, by=by)
    _propose(meeting, times, by)
    asked = meeting.invitations.count()
    record_change(by, "Proposed times for a meeting", case=case, obj=meeting, times=len(times), invited=asked)
    write_event(case=case, title=f"{len(times)} times were proposed for a meeting", by=by)
    tell_invited("meeting-times", meeting, mark=len(times), by=by, but=by.membership)
    return meeting


@transaction.atomic
def propose_more(*, meeting: Meeting, times: Times, by: Actor) -> Meeting:
    """Propose more times for a meeting that still looks for one, and ask everybody again about all of them.

    Raises cases.rules.NotAllowed, or ValueError with a sentence.
    """
    meeting = locked(meeting)
    check_can_change_meeting(by, meeting)
    _check_is_open(meeting)
    before = set(meeting.proposed_times.values_list("starts_at", flat=True))
    new = _checked([each for each in times if each[0] not in before], already=len(before))
    if not new:
        raise ValueError("These times are proposed already. Add another one.")
    _propose(meeting, new, by)
    record_change(by, "Proposed more times for a meeting", case=meeting.case, obj=meeting, times=len(new))
    tell_invited("meeting-times", meeting, mark=len(before) + len(new), by=by, but=by.membership)
    return meeting


@transaction.atomic
def answer_times(*, invitation: Invitation, answers: dict[UUID, str], by: Actor) -> int:
    """Write down at which of the proposed times somebody can come.

    Args:
        answers: a code of TimeAnswerKind by the proposed time's id.

    Returns how many were written. Raises cases.rules.NotAllowed, or ValueError for a time that is not this meeting's.
    """
    invitation.meeting = locked(invitation.meeting)
    check_can_answer_times(by, invitation)
    proposed = {each.pk: each for each in invitation.meeting.proposed_times.all()}
    if not answers or set(answers) - set(proposed):
        raise ValueError("These times are not proposed any more. Look at the page again.")
    facts = {"answered_at": timezone.now(), "recorded_by": by.membership}
    known = set(invitation.time_answers.values_list("proposed_id", flat=True))
    for pk, answer in answers.items():
        said = {"answer": TimeAnswerKind(answer), **facts}
        if pk in known:
            invitation.time_answers.filter(proposed=pk).update(**said)
        else:
            TimeAnswer.objects.create(
                case_id=invitation.case_id, invitation=invitation, proposed=proposed[pk], **said
            )
    record_change(by, "Said when somebody can come", case=invitation.case, obj=invitation, times=len(answers))
    tell_if_everybody_answered(invitation.meeting_id)
    return len(answers)


@transaction.atomic
def choose_time(*, proposed: ProposedTime, by: Actor) -> Meeting:
    """Give a meeting one of its proposed times, take the answers over, and tell everybody.

    Who said that they can come is coming, and need not answer again. Raises cases.rules.NotAllowed, or ValueError for a
    time that is over.
    """
    check_can_change_meeting(by, proposed.meeting)
    lock_case(proposed.meeting.case)
    meeting = locked(proposed.meeting)
    check_can_change_meeting(by, meeting)
    check_can_become(meeting, MeetingStatus.PLANNED)
    if proposed.is_past:
        raise ValueError("This time is over. Choose another one, or propose more times.")
    meeting.status = MeetingStatus.PLANNED
    meeting.starts_at, meeting.ends_at = proposed.starts_at, proposed.ends_at
    meeting.save(update_fields=["status", "starts_at", "ends_at"])
    for said in proposed.answers.select_related("invitation"):
        answer, note = BECOMES[TimeAnswerKind(said.answer)]
        Invitation.objects.filter(pk=said.invitation_id).update(
            answer=answer, answer_note=note, answered_at=said.answered_at
        )
    record_change(by, "Chose the time of a meeting", case=meeting.case, obj=meeting)
    when = f"{weekday(meeting.starts_at)}, {clock(meeting.starts_at)}"
    write_event(case=meeting.case, title="A meeting was arranged", body=when, by=by)
    tell_invited("meeting-arranged", meeting, mark=meeting.sequence, by=by)
    return meeting


@transaction.atomic
def send_link(*, invitation: Invitation, email: str, by: Actor) -> None:
    """E-mail a family member a link of their own, and do so from now on for this family's meetings.

    Args:
        email: theirs; they have agreed to be written to there about meetings.

    Raises cases.rules.NotAllowed, or ValueError for what is not an address.
    """
    invitation.meeting = locked(invitation.meeting)
    check_can_send_link(by, invitation)
    try:
        validate_email(email)
    except ValidationError:
        raise ValueError("Enter an email address, like name@example.com") from None
    meeting = invitation.meeting
    before = invitation.links.count()
    _end_links(invitation)
    kind = "meeting-times" if meeting.status == MeetingStatus.PROPOSED else "meeting-arranged"
    # The number of links beside the sequence: an address put right is told again.
    key = f"{kind}:{invitation.pk}:{meeting.sequence}-{before}"
    tell_by_link(kind, invitation, email, key=key, until=link_ends(meeting), by=by)
    record_change(by, "E-mailed a link to a meeting", case=invitation.case, obj=invitation)


@transaction.atomic
def stop_links(*, invitation: Invitation, by: Actor) -> None:
    """Do not e-mail this family member any more; links that they have stop working.

    Raises cases.rules.NotAllowed.
    """
    invitation.meeting = locked(invitation.meeting)
    check_can_send_link(by, invitation)
    _end_links(invitation)
    record_change(by, "Stopped e-mailing about meetings", case=invitation.case, obj=invitation)


def _end_links(invitation: Invitation) -> None:
    InvitationLink.objects.filter(
        case=invitation.case_id, invitation__person=invitation.person_id, ended_at=None
    ).update(ended_at=timezone.now())


def _propose(meeting: Meeting, times: Times, by: Actor) -> None:
    ProposedTime.objects.bulk_create(
        ProposedTime(
            meeting=meeting, case=meeting.case, starts_at=start, ends_at=end, proposed_by=by.membership
        )
        for start, end in times
    )
    mine = meeting.invitations.filter(membership=by.membership).first()
    if mine is None:
        return
    TimeAnswer.objects.bulk_create(
        TimeAnswer(
            case=meeting.case,
            invitation=mine,
            proposed=each,
            answer=TimeAnswerKind.CAN,
            recorded_by=by.membership,
        )
        for each in meeting.proposed_times.filter(starts_at__in=[start for start, _end in times])
    )


def _checked(times: Times, *, already: int) -> Times:
    """The times in their order, each once. Raises ValueError for one that cannot be, or too many."""
    found = sorted({start: (start, end) for start, end in times}.values())
    for start, end in found:
        check_times(start, end)
        if start <= timezone.now():
            raise ValueError(f"{weekday(start)}, {clock(start)} is over. Propose a time to come.")
    if already + len(found) > ProposedTime.MOST:
        raise ValueError(f"A meeting can have {ProposedTime.MOST} proposed times at most.")
    return found


def _check_is_open(meeting: Meeting) -> None:
    if meeting.status != MeetingStatus.PROPOSED:
        raise ValueError("The time of this meeting has been chosen, or it is not being planned any more.")


# -- By a link: nobody is signed in, so functions of the database answer ---------------------------------------------


@transaction.atomic
def answer_times_by_link(*, secret: str, answers: dict[UUID, str]) -> int:
    """Write down when the holder of a link can come. Returns how many answers were written: 0 when it has ended."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select app.answer_times_by_link(%s, %s::uuid[], %s::text[])",
            [fingerprint(secret), [str(pk) for pk in answers], list(answers.values())],
        )
        written = cursor.fetchone()[0]
    if written:
        invitation = _record_of_link("Said by a link when they can come", secret, times=written)
        tell_if_everybody_answered(invitation.meeting_id)
    return written


@transaction.atomic
def answer_meeting_by_link(*, secret: str, answer: str) -> bool:
    """Write down whether the holder of a link will come. Returns False for a link that has ended."""
    with connection.cursor() as cursor:
        cursor.execute("select app.answer_meeting_by_link(%s, %s)", [fingerprint(secret), answer])
        written = bool(cursor.fetchone()[0])
    if written:
        _record_of_link("Answered an invitation by a link", secret, answer=answer)
    return written


def _record_of_link(verb: str, secret: str, **facts) -> Invitation:
    with connection.cursor() as cursor:
        cursor.execute(
            "select invitation_id, case_id, meeting_id from app.invited_by_link(%s)", [fingerprint(secret)]
        )
        pk, case, meeting = cursor.fetchone()
    invitation = Invitation(pk=pk, case_id=case, meeting_id=meeting)
    record_change(None, verb, case=Case(pk=case), obj=invitation, level="account", **facts)
    return invitation
