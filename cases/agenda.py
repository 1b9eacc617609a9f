"""The agenda that a meeting starts with: drafted from what the record says, for the person who arranges it."""

from __future__ import annotations

from dataclasses import dataclass

from cases.models import (
    Action,
    AgendaKind,
    Case,
    ItemAudience,
    Meeting,
    MeetingStatus,
    Outcome,
    Person,
)
from hubs.models import Category


@dataclass(frozen=True)
class AgendaDraft:
    """One item before the meeting exists. `key` names it in the form."""

    key: str
    title: str
    kind: str
    minutes: int
    category: int = Category.FAMILY
    about: Person | None = None
    outcome: Outcome | None = None
    is_on: bool = True


def draft_agenda(case: Case) -> list[AgendaDraft]:
    """What to talk about: strengths first, each child's voice, what the last meeting left open, each open outcome,
    overdue actions, next date.

    Drawn from what the person arranging may see; each item keeps the category of what it came from. A part that was
    not for everybody is never carried over by itself: whom it is for is asked anew.
    """
    children = [person for person in Person.objects.filter(family=case.family_id) if person.is_child]
    outcomes = list(Outcome.objects.filter(case=case).open().select_related("person"))
    overdue = list(Action.objects.filter(case=case).overdue().select_related("outcome"))
    late = {outcome.pk: sum(action.outcome_id == outcome.pk for action in overdue) for outcome in outcomes}
    drafts = [AgendaDraft("well", "What is going well", AgendaKind.STANDING, 10)]
    drafts += [
        AgendaDraft(
            f"voice-{child.pk}",
            f"{child.known_as or child.first_name or 'The baby'}’s voice",
            AgendaKind.VOICE,
            5,
            about=child,
        )
        for child in children
    ]
    drafts += _left_open(case, {outcome.pk for outcome in outcomes})
    drafts += [
        AgendaDraft(
            f"plan-{outcome.pk}",
            outcome.what_will_be_different[:160],
            AgendaKind.OVERDUE if late[outcome.pk] else AgendaKind.PLAN,
            10,
            category=outcome.category,
            about=outcome.person,
            outcome=outcome,
        )
        for outcome in outcomes
    ]
    loose = [action for action in overdue if action.outcome_id not in late]
    for action in loose:
        drafts.append(
            AgendaDraft(
                f"late-{action.pk}",
                f"Overdue: {action.what}"[:160],
                AgendaKind.OVERDUE,
                5,
                category=action.category,
            )
        )
    drafts.append(AgendaDraft("next", "Scores and next date", AgendaKind.STANDING, 10))
    return drafts


def _left_open(case: Case, on_already: set) -> list[AgendaDraft]:
    """What the last meeting had on its agenda and did not come to, and its actions that are still to be done.

    Args:
        on_already: outcomes that are on the agenda anyway.
    """
    last = (
        Meeting.objects.filter(case=case, status__in=(MeetingStatus.HELD, MeetingStatus.SIGNED_OFF))
        .order_by("-starts_at")
        .first()
    )
    if last is None:
        return []
    left = last.agenda.filter(discussed_at=None, removed_at=None, audience=ItemAudience.ALL)
    left = left.exclude(kind__in=(AgendaKind.STANDING, AgendaKind.VOICE)).exclude(outcome__in=on_already)
    drafts = [
        AgendaDraft(
            f"left-{item.pk}",
            f"From last time: {item.title.removeprefix('From last time: ')}"[:160],
            AgendaKind.NEW,
            item.minutes_planned,
            category=item.category,
            about=item.about,
        )
        for item in left.select_related("about")
    ]
    if Action.objects.filter(from_meeting=last).open().exists():
        drafts.insert(0, AgendaDraft("actions", "Actions from the last meeting", AgendaKind.STANDING, 5))
    return drafts
