"""What a paper for one person of the family holds: the plan, and what a meeting agreed.

The paper leaves our hands, so it is narrower than what its maker sees (as assessments/views/copies.py is):
- nothing of the topics that could harm somebody: safeguarding and police;
- nothing from a part of the agenda that was not for everybody;
- nothing about another adult; for a child, nothing about another child;
- health and money only when it is about the reader, or about a child and the reader is an adult;
- a child's words from a meeting go to that child, and to those who were there and heard them;
- an action without an outcome says no more than its own words, and goes to everybody unless another adult has to do it
  in a topic that is theirs alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from cases.models import (
    Action,
    ActionStatus,
    AgendaItem,
    AgendaKind,
    Attendance,
    Decision,
    ItemAudience,
    Meeting,
    Minute,
    MinuteKind,
    Outcome,
    Person,
)
from cases.plan import PlanPage
from cases.room import Room
from hubs.models import Category

HOLDS_ADDRESS = (
    "A protected address stands in the words of this copy. Take it out of them first, or talk it through face to"
    " face."
)
NEVER = {Category.SAFEGUARDING, Category.POLICE}
OWN_ALONE = {Category.HEALTH, Category.FINANCE}


def is_for(reader: Person, category: int, about: Person | None, *, is_about_somebody: bool = False) -> bool:
    """Whether something of this category about this person may stand in the reader's copy.

    Args:
        about: whom it is about; None for the whole family.
        is_about_somebody: it is about a person whom the maker of the copy may not see.
    """
    if category in NEVER or is_about_somebody and about is None:
        return False
    if about is None:
        return category not in OWN_ALONE
    if about.pk == reader.pk:
        return True
    return about.is_child and not reader.is_child


@dataclass
class PlanCopy:
    """The plan for one reader."""

    reader: Person
    outcomes: list[tuple[Outcome, list[Action]]]
    loose: list[Action]

    @property
    def texts(self) -> Iterator[str]:
        """Everything that the copy prints."""
        for outcome, actions in self.outcomes:
            yield from (outcome.what_will_be_different, outcome.how_we_will_know)
            yield from (action.what for action in actions)
        yield from (action.what for action in self.loose)


def plan_copy_for(reader: Person, plan: PlanPage) -> PlanCopy:
    """The open outcomes and actions of a plan that may stand in the reader's copy."""
    outcomes = [
        (outcome, [each for each in outcome.actions.all() if _counts(each) and _is_action_for(reader, each)])
        for outcome in plan.outcomes
        if is_for(reader, outcome.category, outcome.person, is_about_somebody=outcome.person_id is not None)
    ]
    # An action of an outcome that the maker may not see is theirs to do, not the family's to read.
    loose = [
        action
        for action in plan.loose
        if action.outcome_id is None and _counts(action) and _is_action_for(reader, action)
    ]
    return PlanCopy(reader, outcomes, loose)


def _counts(action: Action) -> bool:
    return action.status != ActionStatus.NOT_DONE


def _is_action_for(reader: Person, action: Action) -> bool:
    if action.category in OWN_ALONE and action.owner_person_id not in (None, reader.pk):
        return False
    return action.category not in NEVER


@dataclass
class MeetingCopy:
    """What a meeting agreed, for one reader."""

    meeting: Meeting
    reader: Person
    decisions: list[Decision]
    actions: list[Action]
    words: list[tuple[str, str]] = field(default_factory=list)

    @property
    def texts(self) -> Iterator[str]:
        """Everything that the copy prints."""
        yield from (self.meeting.title, self.meeting.place)
        yield from (decision.text for decision in self.decisions)
        yield from (action.what for action in self.actions)
        yield from (words for _who, words in self.words)


def meeting_copy_for(reader: Person, room: Room, outcomes: Iterable[Outcome]) -> MeetingCopy:
    """What may stand in the reader's copy of a meeting: what was agreed, who does what, and children's words.

    Args:
        room: the meeting as its maker sees it.
        outcomes: the outcomes of the plan that the maker sees, with their people.
    """
    items = {item.pk: item for item in room.agenda}
    by_id = {outcome.pk: outcome for outcome in outcomes}
    return MeetingCopy(
        meeting=room.meeting,
        reader=reader,
        decisions=[each for each in room.decisions if _is_decision_for(reader, each, items)],
        actions=[each for each in room.agreed if _counts(each) and _is_agreed_for(reader, each, by_id)],
        words=list(_words_for(reader, room)),
    )


def _is_decision_for(reader: Person, decision: Decision, items: dict) -> bool:
    item = items.get(decision.item_id)
    if decision.item_id is not None and item is None:
        return False  # under an item that the maker may not see
    if item is not None and item.audience != ItemAudience.ALL:
        return False
    about, somebody = _about(item)
    return is_for(reader, decision.category, about, is_about_somebody=somebody) and (
        item is None or is_for(reader, item.category, about, is_about_somebody=somebody)
    )


def _about(item: AgendaItem | None) -> tuple[Person | None, bool]:
    if item is None:
        return None, False
    if item.outcome_id and item.about_id is None and item.outcome:
        return item.outcome.person, item.outcome.person_id is not None
    return item.about, item.about_id is not None


def _is_agreed_for(reader: Person, action: Action, outcomes: dict) -> bool:
    if not _is_action_for(reader, action):
        return False
    if action.outcome_id is None:
        return True
    outcome = outcomes.get(action.outcome_id)
    return outcome is not None and is_for(
        reader, outcome.category, outcome.person, is_about_somebody=outcome.person_id is not None
    )


def _words_for(reader: Person, room: Room) -> Iterator[tuple[str, str]]:
    was_there = any(
        each.person_id == reader.pk and each.attendance == Attendance.ATTENDED for each in room.invitations
    )
    for item in room.agenda:
        child = item.about
        if item.kind != AgendaKind.VOICE or child is None or item.category in NEVER:
            continue
        if item.audience != ItemAudience.ALL and child.pk != reader.pk:
            continue
        if child.pk == reader.pk or was_there and not reader.is_child:
            yield from ((child.called, each.text) for each in _said(item.entries))  # type: ignore[attr-defined]


def _said(entries: Iterable[Minute]) -> Iterator[Minute]:
    return (each for each in entries if each.kind == MinuteKind.SAID and each.category not in NEVER)
