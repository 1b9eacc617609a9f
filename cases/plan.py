"""Reading the plan: what a page of it shows, in a fixed number of queries, as far as the reader may see."""

from __future__ import annotations

from dataclasses import dataclass, field

from cases.models import Action, ActionStatus, Case, Outcome, OutcomeStatus, PlanReview


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
    changes: Changes | None
    done: int = 0
    total: int = 0
    overdue: list[Action] = field(default_factory=list)


def plan_of(case: Case) -> PlanPage:
    """The plan: open outcomes with their actions first, then actions without one, ended outcomes and reviews."""
    outcomes = list(Outcome.objects.filter(case=case).with_plan_data())
    seen = {outcome.pk for outcome in outcomes}
    actions = list(Action.objects.filter(case=case).with_owners())
    reviews = list(PlanReview.objects.filter(case=case).select_related("recorded_by__user"))
    counted = [action for action in actions if action.status != ActionStatus.NOT_DONE]
    return PlanPage(
        outcomes=[o for o in outcomes if o.status == OutcomeStatus.OPEN],
        ended=[o for o in outcomes if o.status != OutcomeStatus.OPEN],
        # An owner sees their action even when its outcome is not for their agency's eyes.
        loose=[action for action in actions if action.outcome_id not in seen],
        reviews=reviews,
        changes=changes_since(reviews[0], outcomes, actions) if reviews else None,
        done=sum(action.status == ActionStatus.DONE for action in counted),
        total=len(counted),
        overdue=[action for action in actions if action.is_overdue],
    )


def changes_since(review: PlanReview, outcomes: list[Outcome], actions: list[Action]) -> Changes:
    """What changed between a review and now, among outcomes and actions that the reader may see."""
    lines = []
    before = review.snapshot.get("outcomes", {})
    for outcome in outcomes:
        status, score = before.get(str(outcome.pk), (None, None))
        now = outcome.latest_score.value if outcome.latest_score else None
        if status is None:
            if outcome.created_at > review.recorded_at:
                lines.append(f"New outcome: {outcome.what_will_be_different}")
            continue
        if status != outcome.status:
            lines.append(f"{outcome.what_will_be_different}: {outcome.get_status_display().lower()}")
        elif now is not None and score is not None and now != score:
            went = "up" if now > score else "down"
            lines.append(f"{outcome.what_will_be_different}: {went} from {score} to {now} out of 10")
    earlier = review.snapshot.get("actions", {})
    for wanted, words in ((ActionStatus.DONE, "Done"), (ActionStatus.NOT_DONE, "Not done")):
        for action in actions:
            if action.status == wanted and earlier.get(str(action.pk), "new") != wanted:
                if str(action.pk) in earlier or action.created_at > review.recorded_at:
                    lines.append(f"{words}: {action.what}")
    new = sum(action.created_at > review.recorded_at for action in actions)
    if new:
        lines.append("1 new action" if new == 1 else f"{new} new actions")
    return Changes(review, lines)
