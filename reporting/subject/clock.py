"""How long there is to answer: a calendar month, as the Information Commissioner counts it.

"One month from the day of receipt: the corresponding date in the following month; if that month is shorter, its last
day; if that day is a weekend or a public holiday, the next working day." The month begins when identity is known, where
it had to be asked for (UK GDPR Article 12A). For a complex request two further months, told within the first.
Sources: ICO, "How long do we have to comply?"; domain.md 6.4.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from earlyhelp.web.dates import day
from earlyhelp.web.workdays import is_working_day


def months_after(start: dt.date, months: int) -> dt.date:
    """The corresponding date so many months later, or the last day of a shorter month; a working day in England."""
    number = start.month - 1 + months
    year, month = start.year + number // 12, number % 12 + 1
    due = start.replace(year=year, month=month, day=min(start.day, calendar.monthrange(year, month)[1]))
    while not is_working_day(due):
        due += dt.timedelta(days=1)
    return due


@dataclass(frozen=True)
class Clock:
    """`starts_on` and `due_on` are None while the clock has not begun: identity was asked for and not seen."""

    starts_on: dt.date | None
    due_on: dt.date | None
    first_due_on: dt.date | None
    is_answered: bool
    answered_on: dt.date | None

    @property
    def is_stopped(self) -> bool:
        return self.due_on is None and not self.is_answered

    @property
    def days_left(self) -> int | None:
        """Days until the answer is due, today being 0; negative when it is late; None when stopped or answered."""
        if self.due_on is None or self.is_answered:
            return None
        return (self.due_on - timezone.localdate()).days

    @property
    def is_overdue(self) -> bool:
        return self.days_left is not None and self.days_left < 0

    @property
    def words(self) -> str:
        if self.is_answered:
            late = self.due_on and self.answered_on and self.answered_on > self.due_on
            return f"Answered late: it was due by {day(self.due_on)}" if late else "Answered in time"
        if self.due_on is None or self.days_left is None:
            return "The clock is stopped until we know who is asking"
        if self.days_left < 0:
            number = -self.days_left
            return f"Overdue by {number} day{'' if number == 1 else 's'}: it was due by {day(self.due_on)}"
        if self.days_left == 0:
            return "Due today"
        return f"Due by {day(self.due_on)}, in {self.days_left} day{'' if self.days_left == 1 else 's'}"


def clock_of(request) -> Clock:
    """The clock of a SubjectRequest."""
    start = request.identity_seen_on if request.identity_asked_on else request.received_on
    months = settings.EARLY_HELP["SUBJECT_ACCESS_MONTHS"]
    first = due = None
    if start is not None:
        first = due = months_after(start, months)
        if request.extended_on:
            due = months_after(start, months + settings.EARLY_HELP["SUBJECT_ACCESS_EXTENSION_MONTHS"])
    answered = request.sent_at or request.refused_at
    return Clock(start, due, first, answered is not None, timezone.localdate(answered) if answered else None)
