"""How old a draft is, in words, and when somebody is reminded of it. Dates in, no database."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import count

from django.conf import settings
from django.utils import timezone

from assessments.models import Assessment
from earlyhelp.web.workdays import add_working_days, working_days_between

BEFORE, DUE = 1, 2  # steps of reminding; each further one is a period of days after the due date


@dataclass(frozen=True)
class Age:
    """Which working day of how many it is, and how many working days late."""

    day: int
    of: int
    late: int
    due_on: dt.date
    is_due_today: bool = False

    @property
    def is_late(self) -> bool:
        return self.late > 0

    @property
    def words(self) -> str:
        """ "Working day 12 of 15", "Due today", "3 working days late"."""
        if self.is_late:
            return "1 working day late" if self.late == 1 else f"{self.late} working days late"
        if self.is_due_today:
            return "Due today"
        return f"Working day {self.day} of {self.of}"


def age_of(assessment: Assessment, today: dt.date | None = None) -> Age | None:
    """How old a draft is; None when it is not a draft any more or no due date is known."""
    if assessment.due_on is None or assessment.is_signed_off or assessment.status != "initiated":
        return None
    today = today or timezone.localdate()
    start = timezone.localdate(assessment.initiated_at)
    late = max(working_days_between(assessment.due_on, today), 0)
    if today > assessment.due_on:
        late = max(late, 1)  # a due date before a weekend is over on the Saturday
    return Age(
        day=max(working_days_between(start, today), 0),
        of=max(working_days_between(start, assessment.due_on), 0),
        late=late,
        due_on=assessment.due_on,
        is_due_today=today == assessment.due_on,
    )


def days_ago(at: dt.datetime, today: dt.date | None = None) -> str:
    """ "today", "yesterday", "12 days ago"."""
    days = ((today or timezone.localdate()) - timezone.localdate(at)).days
    if days <= 0:
        return "today"
    return "yesterday" if days == 1 else f"{days} days ago"


def reminder_step(due_on: dt.date, today: dt.date) -> int:
    """How many reminders a draft should have had by `today`: 0, BEFORE, DUE, and one more for each period after.

    Source of the days: EH_DRAFT_REMINDER_WORKING_DAYS before the due date, EH_DRAFT_REMINDER_EVERY_DAYS after it.
    """
    known = settings.EARLY_HELP
    if today >= due_on:
        return DUE + (today - due_on).days // known["DRAFT_REMINDER_EVERY_DAYS"]
    return BEFORE if today >= first_reminder(due_on) else 0


def first_reminder(due_on: dt.date) -> dt.date:
    """The day of the first reminder."""
    return add_working_days(due_on, -settings.EARLY_HELP["DRAFT_REMINDER_WORKING_DAYS"])


def managers_are_told(step: int) -> bool:
    """Whether a reminder goes to the assessor's manager and the hub too (EH_DRAFT_MANAGER_DAYS after the due date)."""
    known = settings.EARLY_HELP
    every = known["DRAFT_REMINDER_EVERY_DAYS"]
    from_step = next(step for step in count(DUE) if (step - DUE) * every >= known["DRAFT_MANAGER_DAYS"])
    return step >= from_step
