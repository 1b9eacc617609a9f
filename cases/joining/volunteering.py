"""A volunteer's own page: the tasks they took on with one family, names, contact and who works with it.

Everything else of the record is shut to them by the database (app.make_emergencies_read_only). They write in it what
became of their own tasks, and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from cases.joining.rules import check_can_answer_own_task
from cases.models import (
    Action,
    ActionStatus,
    Address,
    Case,
    CaseNote,
    NoteKind,
    Person,
    TeamMember,
    TeamPlace,
)
from cases.states import check_can_become
from earlyhelp.access import Actor
from earlyhelp.audit import record_change
from hubs.models import Category


@dataclass
class Helping:
    """One family that a volunteer is named on, as they see it."""

    case: Case
    tasks: list[Action]
    done: list[Action]
    people: list[Person]
    addresses: list[Address]


def families_helped(actor: Actor) -> list[Case]:
    """Open families that this volunteer is named on, by name. One query."""
    places = TeamMember.objects.current().filter(membership=actor.membership, place=TeamPlace.VOLUNTEER)
    cases = Case.objects.visible_to(actor).open().filter(pk__in=places.values("case_id"))
    return list(cases.select_related("family").order_by("family__name", "pk"))


def open_tasks(actor: Actor) -> list[Action]:
    """This volunteer's open tasks in every family, the next first. One query."""
    return list(
        Action.objects.filter(owner_membership=actor.membership)
        .open()
        .exclude(case__status="closed")
        .select_related("case__family")
        .order_by("due_on", "pk")[:100]
    )


def helping(case: Case, actor: Actor) -> Helping:
    """What a volunteer sees of one family. Three queries."""
    tasks = list(Action.objects.filter(case=case, owner_membership=actor.membership).order_by("due_on", "pk"))
    return Helping(
        case=case,
        tasks=[task for task in tasks if task.is_open],
        done=[task for task in tasks if not task.is_open],
        people=list(Person.objects.filter(family=case.family_id)),
        addresses=[each for each in Address.objects.filter(family=case.family_id) if each.ends_on is None],
    )


@transaction.atomic
def answer_task(*, action: Action, status: str, why_not: str = "", by: Actor) -> Action:
    """Say that one's own task is begun, done, or not done and why.

    Raises cases.rules.NotAllowed, or ValueError without a reason for a task that was not done.
    """
    check_can_answer_own_task(by, action)
    action = Action.objects.select_for_update().get(pk=action.pk)
    check_can_become(action, status)
    now = timezone.now()
    if status == ActionStatus.NOT_DONE and not why_not.strip():
        raise ValueError("Say why it was not done.")
    action.status = status
    if status in (ActionStatus.STARTED, ActionStatus.DONE):
        action.started_at = action.started_at or now
    if status in (ActionStatus.DONE, ActionStatus.NOT_DONE):
        action.done_at = now
    action.why_not = why_not.strip() if status == ActionStatus.NOT_DONE else ""
    action.save(update_fields=["status", "started_at", "done_at", "why_not"])
    words = {
        ActionStatus.STARTED: "A volunteer began a task of the plan",
        ActionStatus.DONE: "A volunteer did a task of the plan",
        ActionStatus.NOT_DONE: "A volunteer could not do a task of the plan",
    }[ActionStatus(status)]
    CaseNote.objects.create(
        case_id=action.case_id,
        kind=NoteKind.EVENT,
        title=words,
        category=Category.FAMILY,
        happened_at=now,
        author=by.membership,
        agency=by.agency,
    )
    record_change(by, "Answered an own task", case=Case(pk=action.case_id), obj=action, status=str(status))
    return action
