"""Which days suit a meeting: not weekends, bank holidays or, unless somebody wants that, school holidays."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.utils import timezone

from cases.models import Case, Meeting, MeetingStatus
from earlyhelp.web.dates import moment_from, weekday
from earlyhelp.web.workdays import add_working_days, bank_holidays, is_working_day

MORNING, AFTERNOON = dt.time(10), dt.time(14)
ONE_DAY = dt.timedelta(days=1)
# A first meeting that nobody has a date for yet is offered so many working days ahead.
FIRST_WORKING_DAYS = 10
SUGGESTED = 6


def is_school_holiday(day: dt.date) -> bool:
    """Whether a day lies in the partnership's school holidays (EH_SCHOOL_HOLIDAYS)."""
    return any(first <= day <= last for first, last in settings.EARLY_HELP["SCHOOL_HOLIDAYS"])


def why_unsuitable(day: dt.date) -> str:
    """Why people may not come on a day, as the end of a sentence about it; empty when nothing speaks against it."""
    if day in bank_holidays(day.year):
        return "is a bank holiday"
    if day.weekday() >= 5:
        return "is a Saturday" if day.weekday() == 5 else "is a Sunday"
    return "is in the school holidays" if is_school_holiday(day) else ""


def warnings_about(days) -> list[str]:
    """One sentence for each of these days on which people may not come."""
    return [f"{weekday(day)} {why}." for day in sorted(set(days)) if (why := why_unsuitable(day))]


def suitable_day(day: dt.date, *, skip_school_holidays: bool = True) -> dt.date:
    """The day itself if it suits, else the next one that does."""
    # Holidays that never end are a mistake in the settings: a working day is then good enough.
    for after in range(120):
        candidate = day + ONE_DAY * after
        if is_working_day(candidate) and not (skip_school_holidays and is_school_holiday(candidate)):
            return candidate
    return add_working_days(day, 0)


def dates_every(
    starts_at: dt.datetime, *, weeks: int, number: int, skip_school_holidays: bool
) -> list[dt.datetime]:
    """The next moments after a meeting, so many weeks apart, at the same time of day in England.

    A day that does not suit gives way to the next one that does; the one after it keeps to the rhythm.
    """
    local = timezone.localtime(starts_at)
    days = [
        suitable_day(
            local.date() + dt.timedelta(weeks=weeks * step), skip_school_holidays=skip_school_holidays
        )
        for step in range(1, number + 1)
    ]
    # Weekly meetings over a holiday meet on the same first day after it: once is enough.
    return [moment_from(day, local.time()) for day in sorted(set(days)) if day > local.date()]


def last_meeting_of(case: Case) -> Meeting | None:
    """The latest meeting that was held or is planned, from which the next one is copied."""
    return (
        Meeting.objects.filter(case=case)
        .exclude(status__in=[MeetingStatus.CANCELLED, MeetingStatus.PROPOSED])
        .select_related("chair__user", "chair__agency")
        .order_by("-starts_at")
        .first()
    )


def usual_day(case: Case, last: Meeting | None) -> dt.date:
    """When a family's next meeting is due: a review's days after the last one, at the earliest in two days."""
    soonest = add_working_days(timezone.localdate(), 2)
    if last is None:
        first = case.opened_on + dt.timedelta(days=settings.EARLY_HELP["FIRST_MEETING_DAYS"])
        return suitable_day(
            max(soonest, min(first, add_working_days(timezone.localdate(), FIRST_WORKING_DAYS)))
        )
    due = timezone.localdate(last.starts_at) + dt.timedelta(days=settings.EARLY_HELP["REVIEW_DAYS"])
    return suitable_day(max(soonest, due))


def sensible_times(day: dt.date, usual: dt.time) -> list[dt.datetime]:
    """Times to propose: on three days from `day` on, at the usual time and in the other half of the day."""
    other = AFTERNOON if usual < dt.time(12) else MORNING
    days = [day]
    for step in (1, 4):
        days.append(suitable_day(add_working_days(days[-1], step)))
    return [moment_from(each, time) for each in days for time in sorted((usual, other))][:SUGGESTED]
