"""Writing a meeting with those asked and its agenda, for the actions that arrange, propose times or plan a series."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from cases.agenda import AgendaDraft
from cases.models import (
    AgendaItem,
    Case,
    Guest,
    Invitation,
    InvitationAnswer,
    Meeting,
    MeetingStatus,
    Person,
    TeamMember,
)
from cases.scheduling.calls import check_call_link
from earlyhelp.access import Actor
from hubs.models import Membership

KINDS = {Membership: "membership", Person: "person", Guest: "guest"}  # the column of an invitation


def create_meeting(
    *,
    case: Case,
    facts: dict[str, Any],
    invite: Iterable[Membership | Person | Guest],
    agenda: Iterable[AgendaDraft],
    by: Actor,
) -> Meeting:
    """Write a meeting with its invitations and agenda, for an action that has checked who does it and tells people.

    Args:
        facts: fields of Meeting beside the case, the agency and who arranged it.

    Raises ValueError for a chair who is not on the team, people who are not the family's, a link to elsewhere.
    """
    check_on_team(case, facts["chair"])
    check_call_link(facts.get("call_link", ""))
    meeting = Meeting.objects.create(case=case, agency=by.agency, arranged_by=by.membership, **facts)
    asked = list(dict.fromkeys([facts["chair"], *invite]))
    invitations = [invitation_of(meeting, someone, by) for someone in asked]
    if meeting.status == MeetingStatus.PLANNED:
        for invitation in invitations:
            if invitation.membership_id == by.membership.pk:  # who sets a time comes to it
                invitation.answer, invitation.answered_at = InvitationAnswer.ACCEPTED, timezone.now()
    Invitation.objects.bulk_create(invitations)
    write_agenda(meeting, agenda, by=by)
    return meeting


def write_agenda(meeting: Meeting, agenda: Iterable[AgendaDraft], *, by: Actor, after: int = 0) -> None:
    """Add drafted items to a meeting's agenda, below the first `after` of them."""
    AgendaItem.objects.bulk_create(
        AgendaItem(
            meeting=meeting,
            case=meeting.case,
            agency=by.agency,
            position=position,
            title=draft.title,
            kind=draft.kind,
            category=draft.category,
            about=draft.about,
            outcome=draft.outcome,
            minutes_planned=draft.minutes,
        )
        for position, draft in enumerate(agenda, start=after + 1)
    )


def invitation_of(meeting: Meeting, someone: Membership | Person | Guest, by: Actor) -> Invitation:
    """An invitation, not saved. Raises ValueError for somebody who is not on the team, of the family or its guest."""
    if isinstance(someone, Person) and someone.family_id != meeting.case.family_id:
        raise ValueError("That person is not in this family.")
    if isinstance(someone, Guest) and (someone.case_id != meeting.case_id or not someone.is_live):
        raise ValueError("That guest’s invitation to the record has ended. Invite them to it again first.")
    if isinstance(someone, Membership):
        check_on_team(meeting.case, someone)
    facts = {KINDS[type(someone)]: someone}
    return Invitation(meeting=meeting, case=meeting.case, invited_by=by.membership, **facts)


def check_on_team(case: Case, membership: Membership) -> None:
    """Raise ValueError for somebody who is not on the team today."""
    if not TeamMember.objects.current().filter(case=case, membership=membership).exists():
        raise ValueError("Only people on the team can chair or be invited. Add them to the team first.")


def check_times(starts_at: dt.datetime, ends_at: dt.datetime) -> None:
    """Raise ValueError for a meeting that ends before it starts, or starts in the past.

    A meeting that began today may be written down the same day.
    """
    if ends_at <= starts_at:
        raise ValueError("The meeting must end after it starts.")
    if starts_at < timezone.now() - dt.timedelta(hours=12):
        raise ValueError("The meeting cannot start in the past.")
