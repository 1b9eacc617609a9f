"""Whether a family came back: its earlier case ended not long before this one began."""

from __future__ import annotations

import calendar
import datetime as dt

from django.conf import settings
from django.utils import timezone

from cases.models import Case, StepDown, StepDownStatus
from earlyhelp.web.dates import midnight


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


def earlier_steps_of(case: Case, but: StepDown | None = None) -> list[StepDown]:
    """Step-downs of this family that finished within REREFERRAL_MONTHS, the newest first: it was handed over before.

    Of earlier cases too, where the reader sees them. `but` is left out.
    """
    since = midnight(earliest_end(timezone.localdate()))
    found = StepDown.objects.filter(
        case__family=case.family_id, status=StepDownStatus.FINISHED, ended_at__gte=since
    ).select_related("case", "agency")
    return list(found.exclude(pk=but.pk) if but else found)


def ended_lately(case: Case) -> bool:
    """Whether a case opened today for the same family would be a re-referral."""
    return bool(case.closed_on and case.closed_on >= earliest_end(timezone.localdate()))
