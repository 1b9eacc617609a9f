"""The agenda that a meeting starts with: drafted from what the record says, for the person who arranges it."""

from __future__ import annotations

from dataclasses import dataclass

from cases.models import Action, AgendaKind, Case, Outcome, Person
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
    """What to talk about: strengths first, each child's voice, each open outcome, overdue actions, next date.

    Drawn from what the person arranging may see; each item keeps the category of what it came from.
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
