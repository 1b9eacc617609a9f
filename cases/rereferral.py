"""Whether a family came back: its earlier case ended not long before this one began."""

from __future__ import annotations

import calendar
import datetime as dt

from django.conf import settings
from django.utils import timezone

from cases.models import Case


def earliest_end(opened_on: dt.date) -> dt.date:
    """The day REREFERRAL_MONTHS before `opened_on`; the last of the month where that month is shorter."""
    months = opened_on.year * 12 + opened_on.month - 1 - settings.EARLY_HELP["REREFERRAL_MONTHS"]
    year, month = months // 12, months % 12 + 1
    return dt.date(year, month, min(opened_on.day, calendar.monthrange(year, month)[1]))


def is_rereferral(case: Case) -> bool:
    """Whether the family's earlier case closed within REREFERRAL_MONTHS before this one opened (issue 2 D).

    Somebody who joined for the new case may not see the earlier one: for them there is none.
    """
    try:
        earlier = case.previous_case
    except Case.DoesNotExist:
        return False
    return bool(earlier and earlier.closed_on and earlier.closed_on >= earliest_end(case.opened_on))


def ended_lately(case: Case) -> bool:
    """Whether a case opened today for the same family would be a re-referral."""
    return bool(case.closed_on and case.closed_on >= earliest_end(timezone.localdate()))
