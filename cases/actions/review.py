"""Looking back at the plan."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from cases.actions.notes import write_event
from cases.models import Action, Case, Meeting, Outcome, PlanReview, ReviewDecision
from cases.rules.plan import check_can_review_plan
from earlyhelp.access import Actor
from earlyhelp.audit import record_change

_GOES_ON = (ReviewDecision.CONTINUE, ReviewDecision.REASSESS)


@transaction.atomic
def review_plan(
    *,
    case: Case,
    reviewed_on: dt.date,
    summary: str,
    decision: str,
    next_review_on: dt.date | None = None,
    meeting: Meeting | None = None,
    by: Actor,
) -> PlanReview:
    """Record a review: what changed, what follows, and when the plan is looked at again.

    Args:
        decision: a code of ReviewDecision. Stepping up and closing are done on their own pages; this only says that
            the review came to it.
        next_review_on: compulsory when the plan goes on.

    Raises cases.rules.NotAllowed, or ValueError for dates that cannot be.
    """
    check_can_review_plan(by, case)
    if reviewed_on > timezone.localdate():
        raise ValueError("The date of the review is in the future.")
    if decision in _GOES_ON and (next_review_on is None or next_review_on <= timezone.localdate()):
        raise ValueError("Enter the date of the next review, after today.")
    review = PlanReview.objects.create(
        case=case,
        agency=by.agency,
        reviewed_on=reviewed_on,
        summary=summary,
        decision=decision,
        next_review_on=next_review_on if decision in _GOES_ON else None,
        snapshot=snapshot_of(case),
        meeting=meeting,
        recorded_by=by.membership,
    )
    if review.next_review_on:
        case.next_review_on = review.next_review_on
        case.save(update_fields=["next_review_on"])
    record_change(by, "Reviewed the plan", case=case, obj=review, decision=decision)
    write_event(
        case=case, title=f"Plan reviewed: {ReviewDecision(decision).label.split(':')[0].lower()}", by=by
    )
    return review


def snapshot_of(case: Case) -> dict:
    """How the plan stands, as codes and numbers by id: no word of it, since readers differ in what they may see."""
    outcomes = Outcome.objects.filter(case=case).with_plan_data()
    return {
        "outcomes": {
            str(o.pk): [o.status, o.latest_score.value if o.latest_score else None] for o in outcomes
        },
        "actions": {
            str(pk): status for pk, status in Action.objects.filter(case=case).values_list("pk", "status")
        },
    }
