"""Reading the plan: what a page of it shows, in a fixed number of queries, as far as the reader may see."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils import timezone

from cases.models import Action, ActionStatus, Case, Outcome, OutcomeStatus, PlanReview, PlanVersion
from cases.plan_past import PlanRows, changes_between, rows_of, versions_of


@dataclass
class Changes:
    """What is different since a review."""

    review: PlanReview
    lines: list[str] = field(default_factory=list)


@dataclass
class PlanPage:
    """A family's plan as one reader sees it."""

    outcomes: list[Outcome]
    ended: list[Outcome]
    loose: list[Action]
    reviews: list[PlanReview]
    versions: list[PlanVersion]
    changes: Changes | None
    done: int = 0
    total: int = 0
    overdue: list[Action] = field(default_factory=list)


def plan_of(case: Case) -> PlanPage:
    """The plan: open outcomes with their actions first, then actions without one, ended outcomes and reviews."""
    rows = rows_of(case)
    _put_beside(rows)
    seen = {outcome.pk for outcome in rows.outcomes}
    actions = rows.actions
    versions = versions_of(case)
    reviews = list(PlanReview.objects.filter(case=case).select_related("recorded_by__user"))
    counted = [action for action in actions if action.status != ActionStatus.NOT_DONE]
    return PlanPage(
        outcomes=[o for o in rows.outcomes if o.status == OutcomeStatus.OPEN],
        ended=[o for o in rows.outcomes if o.status != OutcomeStatus.OPEN],
        # An owner sees their action even when its outcome is not for their agency's eyes.
        loose=[action for action in actions if action.outcome_id not in seen],
        reviews=reviews,
        versions=versions,
        changes=changes_since(reviews[0], rows) if reviews else None,
        done=sum(action.status == ActionStatus.DONE for action in counted),
        total=len(counted),
        overdue=[action for action in actions if action.is_overdue],
    )


def _put_beside(rows: PlanRows) -> None:
    """Give each action its progress notes, and the action that carries it forward, if any."""
    carried = {action.carried_from_id: action for action in rows.actions if action.carried_from_id}
    under = [action for outcome in rows.outcomes for action in outcome.actions.all()]
    for action in [*rows.actions, *under]:
        action.notes = rows.notes.get(action.pk, [])
        action.carried_on = carried.get(action.pk)


def changes_since(review: PlanReview, rows: PlanRows) -> Changes:
    """What changed between a review and now, among outcomes and actions that the reader may see."""
    return Changes(review, changes_between(rows, rows.at(review.recorded_at), rows.at(timezone.now())))
