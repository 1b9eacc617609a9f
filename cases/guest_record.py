"""What a guest reads of the one record they were invited to.

These are ordinary queries: which rows they give is decided by row-level security through the guest's eyes
(app.begin_guest), not here. Left out on purpose, whatever the topics: the family's addresses and telephone numbers,
files, assessments, who else sees the record and why.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import QuerySet

from cases.models import (
    Action,
    ActionStatus,
    AgendaItem,
    CaseNote,
    Decision,
    Guest,
    LeadProfessional,
    Meeting,
    MeetingStatus,
    Minute,
    Outcome,
    Person,
    TeamMember,
)


@dataclass
class GuestRecord:
    """The first page: who is who, what the plan is, who helps, and when people meet."""

    children: list[Person]
    adults: list[Person]
    team: list[TeamMember]
    outcomes: list[Outcome]
    loose: list[Action]
    mine: list[Action]
    to_come: list[Meeting]
    signed: list[Meeting]


def record_for_guest(guest: Guest) -> GuestRecord:
    """The record as this guest may see it, in ten queries whatever the size of the family."""
    case = guest.case
    people = list(Person.objects.filter(family=case.family_id))
    outcomes = list(Outcome.objects.filter(case=case).open().with_plan_data())
    actions = list(Action.objects.filter(case=case).with_owners())
    for action in [*actions, *(each for outcome in outcomes for each in outcome.actions.all())]:
        action.is_mine = _is_theirs(guest, action)
    known = set(Outcome.objects.filter(case=case).values_list("pk", flat=True))
    return GuestRecord(
        children=[person for person in people if person.is_child],
        adults=sorted((p for p in people if not p.is_child), key=lambda p: not p.lives_with_family),
        team=_team(guest),
        outcomes=outcomes,
        loose=[action for action in actions if action.outcome_id not in known and action.is_open],
        mine=[action for action in actions if action.is_mine and action.is_open],
        to_come=list(Meeting.objects.filter(case=case).to_come()),
        signed=list(
            Meeting.objects.filter(case=case, status=MeetingStatus.SIGNED_OFF).order_by("-starts_at", "-pk")
        ),
    )


def _is_theirs(guest: Guest, action: Action) -> bool:
    """Whether the plan names the guest as the one who does this. A guest has no account, so it is by their name."""
    names = {guest.name.casefold()}
    if action.owner_person:
        return not names.isdisjoint(
            {action.owner_person.full_name.casefold(), action.owner_person.called.casefold()}
        )
    owner = action.owner_membership
    return owner is not None and owner.user.full_name.casefold() in names


def _team(guest: Guest) -> list[TeamMember]:
    lead = LeadProfessional.objects.filter(case=guest.case, until_at=None).first()
    members = list(TeamMember.objects.filter(case=guest.case).current().with_people())
    for member in members:
        member.is_lead = lead is not None and member.membership_id == lead.membership_id
    return sorted(members, key=lambda member: (not member.is_lead, member.starts_on, str(member.pk)))


def notes_for_guest(guest: Guest) -> QuerySet[CaseNote]:
    """The timeline in the guest's topics, newest first."""
    return CaseNote.objects.filter(case=guest.case).latest_first().with_authors()


@dataclass
class SignedMinutes:
    """One meeting's signed minutes, under the items of its agenda that the guest may see."""

    meeting: Meeting
    items: list[tuple[AgendaItem, list[Minute]]]
    loose: list[Minute] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    agreed: list[Action] = field(default_factory=list)


def minutes_for_guest(guest: Guest, pk: UUID) -> SignedMinutes | None:
    """The signed minutes of one meeting of the guest's record; None when there is none, or it is not signed off."""
    meeting = (
        Meeting.objects.filter(pk=pk, case=guest.case, status=MeetingStatus.SIGNED_OFF)
        .select_related("chair__user", "chair__agency")
        .first()
    )
    if meeting is None:
        return None
    items = list(AgendaItem.objects.filter(meeting=meeting, removed_at=None))
    by_item: dict = {item.pk: [] for item in items}
    loose: list[Minute] = []
    for minute in Minute.objects.filter(meeting=meeting).select_related("author__user"):
        by_item.get(minute.item_id, loose).append(minute)
    return SignedMinutes(
        meeting=meeting,
        items=[(item, by_item[item.pk]) for item in items if by_item[item.pk]],
        loose=loose,
        decisions=list(Decision.objects.filter(meeting=meeting)),
        agreed=list(
            Action.objects.filter(from_meeting=meeting).exclude(status=ActionStatus.NOT_DONE).with_owners()
        ),
    )
