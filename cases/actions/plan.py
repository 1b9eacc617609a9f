"""Writing the plan: outcomes and their scores, actions and how they went."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from cases.actions.hooks import tell_action_started
from cases.actions.lead import lock_case
from cases.actions.notes import write_event
from cases.models import (
    Action,
    ActionStatus,
    Case,
    Meeting,
    Outcome,
    OutcomeScore,
    OutcomeStatus,
    Person,
    TeamMember,
)
from cases.rules.plan import check_can_change_plan
from cases.states import check_can_become
from earlyhelp.access import Actor
from earlyhelp.audit import record_change
from hubs.models import Category, Membership


@transaction.atomic
def add_outcome(
    *,
    case: Case,
    what_will_be_different: str,
    how_we_will_know: str,
    person: Person | None = None,
    theme: str = "",
    category: int = Category.FAMILY,
    target: int | None = None,
    score: int | None = None,
    rater: str = "",
    rater_person: Person | None = None,
    next_review_on: dt.date | None = None,
    by: Actor,
) -> Outcome:
    """Add an outcome, for one person or (person=None) for the whole family.

    Args:
        category: who may read it follows from the agreement and the family's consent for this category.
        target: the score, 1 to 10, at which the family would say that it is good enough.
        score, rater: how near it is today, 0 to 10, and who says so.
        next_review_on: when the plan is looked at again; needed with a plan's first outcome.

    Raises cases.rules.NotAllowed, or ValueError when the plan would have no review date or the person is not theirs.
    """
    check_can_change_plan(by, case)
    _check_in_family(case, person)
    _check_target(target)
    if next_review_on is None and case.next_review_on is None:
        raise ValueError("Enter the date the plan will be reviewed. Every plan has one.")
    if next_review_on:
        set_review_date(case=case, next_review_on=next_review_on, by=by)
    outcome = Outcome.objects.create(
        case=case,
        person=person,
        theme=theme,
        category=category,
        target=target,
        agency=by.agency,
        created_by=by.membership,
        what_will_be_different=what_will_be_different,
        how_we_will_know=how_we_will_know,
    )
    if score is not None:
        _save_score(outcome, score, rater, rater_person, timezone.localdate(), by)
    record_change(by, "Added an outcome to the plan", case=case, obj=outcome, category=category)
    write_event(case=case, title="An outcome was added to the plan", category=category, by=by)
    return outcome


@transaction.atomic
def set_review_date(*, case: Case, next_review_on: dt.date, by: Actor) -> None:
    """Set the day the plan is looked at again. Raises cases.rules.NotAllowed, or ValueError for a past day."""
    check_can_change_plan(by, case)
    if next_review_on <= timezone.localdate():
        raise ValueError("The review date must be after today.")
    case.next_review_on = next_review_on
    case.save(update_fields=["next_review_on"])
    record_change(
        by, "Set the plan's review date", case=case, obj=case, next_review_on=next_review_on.isoformat()
    )


@transaction.atomic
def change_outcome(
    *,
    outcome: Outcome,
    what_will_be_different: str,
    how_we_will_know: str,
    theme: str,
    category: int,
    target: int | None,
    by: Actor,
) -> Outcome:
    """Put an outcome into other words, give it another target, or change who may read it.

    What it said before is kept for earlier versions of the plan. Raises cases.rules.NotAllowed, or ValueError for a
    target that is not 1 to 10.
    """
    check_can_change_plan(by, outcome.case)
    _check_target(target)
    changed = {
        name: value
        for name, value in {
            "what_will_be_different": what_will_be_different,
            "how_we_will_know": how_we_will_know,
            "theme": theme,
            "category": category,
            "target": target,
        }.items()
        if getattr(outcome, name) != value
    }
    for name, value in changed.items():
        setattr(outcome, name, value)
    if changed:
        outcome.save(update_fields=[*changed])
        record_change(by, "Changed an outcome", case=outcome.case, obj=outcome, fields=sorted(changed))
    return outcome


@transaction.atomic
def score_outcome(
    *,
    outcome: Outcome,
    value: int,
    rater: str,
    rater_person: Person | None = None,
    scored_on: dt.date | None = None,
    by: Actor,
) -> OutcomeScore:
    """Record how near an outcome is, 0 to 10, in the eyes of `rater`.

    Raises cases.rules.NotAllowed, or ValueError for a score that is not 0 to 10, has no rater or lies ahead.
    """
    check_can_change_plan(by, outcome.case)
    score = _save_score(outcome, value, rater, rater_person, scored_on or timezone.localdate(), by)
    record_change(by, "Scored an outcome", case=outcome.case, obj=outcome, value=value)
    return score


def _check_target(target: int | None) -> None:
    if target is not None and not 1 <= target <= 10:
        raise ValueError("A target is a whole number from 1 to 10.")


def _save_score(outcome, value, rater, rater_person, scored_on, by) -> OutcomeScore:
    if not 0 <= value <= 10:
        raise ValueError("A score is a whole number from 0 to 10.")
    if not rater:
        raise ValueError("Say who gave the score.")
    if scored_on > timezone.localdate():
        raise ValueError("The date of the score is in the future.")
    return OutcomeScore.objects.create(
        outcome=outcome,
        value=value,
        rater=rater,
        rater_person=rater_person,
        scored_on=scored_on,
        recorded_by=by.membership,
    )


@transaction.atomic
def end_outcome(*, outcome: Outcome, status: str, note: str = "", by: Actor) -> Outcome:
    """Say how an outcome ended: met, not met or no longer wanted.

    Raises cases.rules.NotAllowed, also while one of its actions is still open: nothing is left hanging.
    """
    check_can_change_plan(by, outcome.case)
    lock_case(outcome.case)
    outcome = Outcome.objects.select_for_update().get(pk=outcome.pk)
    check_can_become(outcome, status)
    if outcome.actions.open().exists():
        raise ValueError("Finish the open actions of this outcome first, or say why they will not be done.")
    outcome.status, outcome.ended_at, outcome.end_note = status, timezone.now(), note
    outcome.save(update_fields=["status", "ended_at", "end_note"])
    record_change(by, "Ended an outcome", case=outcome.case, obj=outcome, status=status)
    label = OutcomeStatus(status).label.lower()
    write_event(case=outcome.case, title=f"Outcome of the plan: {label}", category=outcome.category, by=by)
    return outcome


@transaction.atomic
def reopen_outcome(*, outcome: Outcome, by: Actor) -> Outcome:
    """Take an outcome up again. Raises cases.rules.NotAllowed."""
    check_can_change_plan(by, outcome.case)
    lock_case(outcome.case)
    outcome = Outcome.objects.select_for_update().get(pk=outcome.pk)
    check_can_become(outcome, OutcomeStatus.OPEN)
    outcome.status, outcome.ended_at, outcome.end_note = OutcomeStatus.OPEN, None, ""
    outcome.save(update_fields=["status", "ended_at", "end_note"])
    record_change(by, "Took up an outcome again", case=outcome.case, obj=outcome)
    return outcome


@transaction.atomic
def add_action(
    *,
    case: Case,
    what: str,
    owner: Membership | Person,
    due_on: dt.date,
    outcome: Outcome | None = None,
    category: int | None = None,
    meeting: Meeting | None = None,
    carried_from: Action | None = None,
    by: Actor,
) -> Action:
    """Add an action with its one owner: somebody on the team, or a member of the family.

    A plan without a review date is given the partnership's usual one (REVIEW_DAYS).

    Args:
        outcome: what it serves; None for the plan as a whole. Its category is the action's, unless `category` is given.
        due_on: the day it should be done by, today or later.

    Raises cases.rules.NotAllowed, or ValueError when the owner is neither or the date is past.
    """
    check_can_change_plan(by, case)
    _check_owner(case, owner)
    if due_on < timezone.localdate():
        raise ValueError("The date it is due must be today or later.")
    if case.next_review_on is None:
        # A plan never runs without a day on which it is looked at again.
        usual = timezone.localdate() + dt.timedelta(days=settings.EARLY_HELP["REVIEW_DAYS"])
        set_review_date(case=case, next_review_on=usual, by=by)
    action = Action.objects.create(
        case=case,
        outcome=outcome,
        what=what,
        due_on=due_on,
        from_meeting=meeting,
        carried_from=carried_from,
        category=category or (outcome.category if outcome else Category.FAMILY),
        agency=by.agency,
        created_by=by.membership,
        **_owner_columns(owner),
    )
    record_change(by, "Added an action to the plan", case=case, obj=action, due_on=due_on.isoformat())
    write_event(case=case, title="An action was added to the plan", category=action.category, by=by)
    return action


@transaction.atomic
def change_action(
    *, action: Action, what: str, owner: Membership | Person, due_on: dt.date, by: Actor
) -> Action:
    """Change an open action's words, owner or date. Raises cases.rules.NotAllowed, or ValueError as add_action."""
    check_can_change_plan(by, action.case)
    action = _locked(action)
    if not action.is_open:
        raise ValueError("This action is finished. Add a new one instead.")
    _check_owner(action.case, owner)
    if due_on < timezone.localdate() and due_on != action.due_on:
        raise ValueError("The date it is due must be today or later.")
    before = action.due_on
    action.what, action.due_on = what, due_on
    action.owner_membership = action.owner_person = None
    for name, value in _owner_columns(owner).items():
        setattr(action, name, value)
    action.save(update_fields=["what", "due_on", "owner_membership", "owner_person"])
    record_change(
        by,
        "Changed an action",
        case=action.case,
        obj=action,
        due_on=due_on.isoformat(),
        due_before=before.isoformat(),
    )
    return action


@transaction.atomic
def start_action(*, action: Action, by: Actor) -> Action:
    """Say that work on an action has begun. Raises cases.rules.NotAllowed."""
    check_can_change_plan(by, action.case)
    action = _locked(action)
    check_can_become(action, ActionStatus.STARTED)
    action.status, action.started_at = ActionStatus.STARTED, timezone.now()
    action.save(update_fields=["status", "started_at"])
    record_change(by, "Started an action", case=action.case, obj=action)
    write_event(case=action.case, title="An action of the plan was started", category=action.category, by=by)
    tell_action_started(action, by)
    return action


@transaction.atomic
def finish_action(*, action: Action, by: Actor) -> Action:
    """Say that an action is done. One that had not been started is started and done now.

    Raises cases.rules.NotAllowed.
    """
    check_can_change_plan(by, action.case)
    action = _locked(action)
    check_can_become(action, ActionStatus.DONE)
    had_started = action.started_at is not None
    action.status, action.done_at = ActionStatus.DONE, timezone.now()
    action.started_at = action.started_at or action.done_at
    action.save(update_fields=["status", "started_at", "done_at"])
    record_change(by, "Finished an action", case=action.case, obj=action)
    write_event(case=action.case, title="An action of the plan was done", category=action.category, by=by)
    if not had_started:
        tell_action_started(action, by)
    return action


@transaction.atomic
def give_up_action(
    *, action: Action, why_not: str, carry_to: dt.date | None = None, by: Actor
) -> Action | None:
    """Say that an action was not done, and why; with `carry_to`, the same action goes on with that date.

    Returns the action that carries it forward, if any. Raises cases.rules.NotAllowed, or ValueError without a reason.
    """
    check_can_change_plan(by, action.case)
    action = _locked(action)
    check_can_become(action, ActionStatus.NOT_DONE)
    if not why_not.strip():
        raise ValueError("Say why it was not done.")
    owner = action.owner_membership or action.owner_person
    if carry_to and not (owner and _may_own(action.case, owner)):
        raise ValueError(
            "Its owner is no longer on the team. Record it as not needed, then add a new action for somebody else."
        )
    action.status, action.done_at, action.why_not = ActionStatus.NOT_DONE, timezone.now(), why_not
    action.save(update_fields=["status", "done_at", "why_not"])
    record_change(by, "Recorded that an action was not done", case=action.case, obj=action)
    write_event(case=action.case, title="An action of the plan was not done", category=action.category, by=by)
    if carry_to is None or owner is None:
        return None
    return add_action(
        case=action.case,
        what=action.what,
        owner=owner,
        due_on=carry_to,
        outcome=action.outcome,
        category=action.category,
        carried_from=action,
        by=by,
    )


def _locked(action: Action) -> Action:
    lock_case(action.case)
    Action.objects.select_for_update().get(pk=action.pk)
    return Action.objects.select_related("case", "outcome").with_owners().get(pk=action.pk)


def _owner_columns(owner) -> dict:
    return {"owner_membership": owner} if isinstance(owner, Membership) else {"owner_person": owner}


def _check_in_family(case: Case, person: Person | None) -> None:
    if person is not None and person.family_id != case.family_id:
        raise ValueError("That person is not in this family.")


def _may_own(case: Case, owner: Membership | Person) -> bool:
    if isinstance(owner, Person):
        return owner.family_id == case.family_id
    return TeamMember.objects.current().filter(case=case, membership=owner).exists()


def _check_owner(case: Case, owner: Membership | Person) -> None:
    if not _may_own(case, owner):
        raise ValueError("Choose somebody on the team or in the family.")
