"""Ending a case."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from cases.actions.hooks import tell_case_closed
from cases.actions.notes import write_event
from cases.models import Case, CaseStatus, ClosureReason, StepInStatus
from cases.rules.case import check_can_close, check_nothing_is_awaited
from earlyhelp.access import Actor
from earlyhelp.audit import record_change


@transaction.atomic
def close_case(
    *, case: Case, reason: str, note: str = "", closed_on: dt.date | None = None, by: Actor
) -> Case:
    """Close a case: the team's access ends, the last lead professional's after FORMER_LEAD_DAYS, the hub keeps it.

    Args:
        reason: a code of ClosureReason.
        note: what the family and the team made of it.

    Raises cases.rules.NotAllowed, or ValueError when the date is before the case opened or ahead.
    """
    check_can_close(by, case)
    check_nothing_is_awaited(case)
    today = timezone.localdate()
    closed_on = closed_on or today
    if not case.opened_on <= closed_on <= today:
        raise ValueError("The date must lie between the day the case was opened and today.")
    label = ClosureReason(reason).label
    record_change(by, "Closed the case", case=case, obj=case, reason=reason)
    write_event(case=case, title=f"Closed: {label.lower()}", by=by)
    case.status, case.closed_on, case.closure_reason, case.closure_note = (
        CaseStatus.CLOSED,
        closed_on,
        reason,
        note,
    )
    case.next_review_on = None
    case.save(
        update_fields=[
            "status",
            "closed_on",
            "closure_reason",
            "closure_note",
            "next_review_on",
            "updated_at",
        ]
    )
    tell_case_closed(case, by)
    case.step_ins.waiting().update(
        status=StepInStatus.WITHDRAWN, answered_by=by.membership, answered_at=timezone.now()
    )
    lead = case.leads.filter(until_at__isnull=True).first()
    if lead:
        lasts = today + dt.timedelta(days=settings.EARLY_HELP["FORMER_LEAD_DAYS"])
        case.team.current().filter(membership_id=lead.membership_id).update(
            ends_on=lasts, end_reason="Case closed"
        )
    # The others after it: this may be the writer's own place.
    others = case.team.current().exclude(membership_id=lead.membership_id if lead else None)
    others.update(ends_on=today, end_reason="Case closed")
    if lead:
        # Last of all: the lead's cover ends with it, and whoever covers may be the one who closes.
        lead.until_at = timezone.now()
        lead.save(update_fields=["until_at"])
    return case
