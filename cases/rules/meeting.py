"""Who may arrange, change, write up and sign off a meeting."""

from __future__ import annotations

from cases.models import AgendaItem, Case, CaseStatus, Invitation, Meeting, MeetingStatus
from cases.rules import NotAllowed, answered
from cases.rules.case import check_can_write
from cases.rules.plan import leads, runs_hub_of
from earlyhelp.access import Actor


def check_can_arrange_meeting(actor: Actor, case: Case) -> None:
    """Persons who may arrange a meeting: anybody who may write in the record, while it is not closed."""
    check_can_write(actor, case)
    if case.status == CaseStatus.CLOSED:
        raise NotAllowed("This record is closed.")


def check_can_change_meeting(actor: Actor, meeting: Meeting) -> None:
    """Persons who may change or cancel a meeting, or run it:

    - whoever arranged it, whoever chairs it,
    - the lead professional; the hub,
    - until its minutes are signed off.
    """
    check_can_write(actor, meeting.case)
    check_is_open(meeting)
    if not runs_meeting(actor, meeting):
        raise NotAllowed(
            "Only the chair, whoever arranged the meeting, the lead professional or the hub can do this."
        )


def runs_meeting(actor: Actor, meeting: Meeting) -> bool:
    """Whether this person runs a meeting: arranged it, chairs it, leads the case or runs its hub."""
    if actor.membership.pk in (meeting.arranged_by_id, meeting.chair_id):
        return True
    return leads(actor, meeting.case) or runs_hub_of(actor, meeting.case)


def check_can_write_minutes(actor: Actor, meeting: Meeting) -> None:
    """Persons who may add to the minutes: anybody who may write in the record, until the minutes are signed off."""
    check_can_write(actor, meeting.case)
    check_is_open(meeting)
    if meeting.status == MeetingStatus.PROPOSED:
        raise NotAllowed("The time of this meeting is not chosen yet.")


def check_can_hand_over_chair(actor: Actor, meeting: Meeting) -> None:
    """Persons who may give the chair to somebody else: the chair; the lead professional; the hub."""
    check_can_write(actor, meeting.case)
    check_is_open(meeting)
    is_chair = actor.membership.pk == meeting.chair_id
    if not is_chair and not leads(actor, meeting.case) and not runs_hub_of(actor, meeting.case):
        raise NotAllowed("Only the chair, the lead professional or the hub can hand over the chair.")


def check_can_change_item(actor: Actor, item: AgendaItem) -> None:
    """Persons who may change an item of the agenda, or take it off: whoever runs the meeting, and its own agency."""
    check_can_write_minutes(actor, item.meeting)
    if item.agency_id != actor.agency.pk and not runs_meeting(actor, item.meeting):
        raise NotAllowed("Only those who run the meeting, or the agency that added it, can change this item.")


def check_can_sign_off(actor: Actor, meeting: Meeting) -> None:
    """Persons who may sign off the minutes: the chair. Once held, and with everybody's attendance recorded."""
    check_can_write(actor, meeting.case)
    check_is_open(meeting)
    if meeting.chair_id != actor.membership.pk:
        raise NotAllowed("Only the chair signs off the minutes.")


def check_can_add_addendum(actor: Actor, meeting: Meeting) -> None:
    """Persons who may add a correction to signed minutes: anybody who may write in the record.

    The minutes themselves stay as they were signed; before that, people write in the minutes.
    """
    check_can_write(actor, meeting.case)
    if meeting.status != MeetingStatus.SIGNED_OFF:
        raise NotAllowed("These minutes are not signed off. Write in the minutes instead.")


def check_can_answer_invitation(actor: Actor, invitation: Invitation) -> None:
    """Persons who may answer: a professional for themselves; for a member of the family, anybody who may write."""
    check_can_write(actor, invitation.case)
    if invitation.meeting.status == MeetingStatus.PROPOSED:
        raise NotAllowed("The time of this meeting is not chosen yet: say when you can come.")
    if invitation.meeting.status != MeetingStatus.PLANNED:
        raise NotAllowed("This meeting is over or cancelled.")
    if invitation.membership_id and invitation.membership_id != actor.membership.pk:
        raise NotAllowed("People answer their invitations themselves.")


def check_can_answer_times(actor: Actor, invitation: Invitation) -> None:
    """Persons who may say when somebody can come, until a time is chosen:

    - a professional for themselves,
    - for a member of the family or a guest, anybody who may write; they may also do it by a link of their own.
    """
    check_can_write(actor, invitation.case)
    if invitation.meeting.status != MeetingStatus.PROPOSED:
        raise NotAllowed("The time of this meeting has been chosen, or it is not being planned any more.")
    if invitation.membership_id and invitation.membership_id != actor.membership.pk:
        raise NotAllowed("People say themselves when they can come.")


def check_can_send_link(actor: Actor, invitation: Invitation) -> None:
    """Persons who may have a link e-mailed to a family member: whoever runs the meeting, while it is to come."""
    check_can_change_meeting(actor, invitation.meeting)
    if invitation.meeting.status not in (MeetingStatus.PROPOSED, MeetingStatus.PLANNED):
        raise NotAllowed("This meeting is over.")
    if not invitation.person_id:
        raise NotAllowed("Only people of the family need a link: everybody else is e-mailed already.")


def check_is_open(meeting: Meeting) -> None:
    """Raise NotAllowed when a meeting's minutes are signed off or it was cancelled."""
    if meeting.status == MeetingStatus.SIGNED_OFF:
        raise NotAllowed("The minutes are signed off and locked.")
    if meeting.status == MeetingStatus.CANCELLED:
        raise NotAllowed("This meeting was cancelled.")


can_arrange_meeting = answered(check_can_arrange_meeting)
can_change_meeting = answered(check_can_change_meeting)
can_write_minutes = answered(check_can_write_minutes)
can_hand_over_chair = answered(check_can_hand_over_chair)
can_change_item = answered(check_can_change_item)
can_sign_off = answered(check_can_sign_off)
can_add_addendum = answered(check_can_add_addendum)
can_answer_invitation = answered(check_can_answer_invitation)
can_answer_times = answered(check_can_answer_times)
can_send_link = answered(check_can_send_link)
