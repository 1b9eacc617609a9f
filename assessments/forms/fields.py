"""Form fields that assessments need and other pages do not."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from assessments.answers import tidy
from assessments.household import Subject
from assessments.school_years import problem_with
from assessments.spec import NOT_KNOWN
from earlyhelp.web.dates import read_month
from earlyhelp.web.fields import PARTS, DatePartsField, DatePartsWidget, ScaleField, upper_first

EARLIEST_YEAR = 1900


class Words(forms.CharField):
    """Text as it was typed, without control characters, at most `longest` characters."""

    def __init__(self, *, longest: int, **kwargs):
        self.longest = longest
        super().__init__(strip=False, **kwargs)

    def to_python(self, value):
        return tidy(super().to_python(value) or "")

    def clean(self, value):
        text = super().clean(value)
        if len(text) > self.longest:
            raise ValidationError(
                f"Shorten this answer to {self.longest:,} characters. It has {len(text):,}.", code="long"
            )
        return text or None


class CountField(forms.Field):
    """A whole number, 0 or more, as people type it: "1 200", "91 %". Gives an int or None."""

    widget = forms.TextInput

    def __init__(self, *, most: int = 1_000_000, **kwargs):
        self.most = most
        super().__init__(**kwargs)

    def clean(self, value):
        typed = "".join(str(value or "").split()).replace(",", "").removesuffix("%")
        if not typed:
            return None
        if not (typed.isascii() and typed.isdecimal()) or len(typed) > 9 or int(typed) > self.most:
            raise ValidationError(
                f"{str(self.label).rstrip('?')}: enter a whole number, like 3", code="number", params={}
            )
        return int(typed)


class PartialDateWidget(DatePartsWidget):
    """Day, month and year, of which the day, or day and month, may be left out."""

    def decompress(self, value):
        year, month, day = (*str(value or "").split("-"), "", "", "")[:3]
        return [day.lstrip("0"), month.lstrip("0"), year]


class PartialDateField(DatePartsField):
    """A date as well as it is known.

    Gives "2025-03-27", "2025-03", "2025" or None; never after `not_after`.
    """

    widget = PartialDateWidget

    def clean(self, value):
        day, month, year = (str(part or "").strip() for part in (value or ["", "", ""]))
        if not (day or month or year):
            return None
        what = upper_first(self.wording()).rstrip("?")
        if not (year.isascii() and year.isdecimal() and len(year) == 4 and int(year) >= EARLIEST_YEAR):
            raise self._problem(
                f"{what}: enter the year with 4 numbers. Leave out the day if you do not know it", "year"
            )
        if not month and not day:
            return self._checked(year, int(year), 1, 1)
        number = read_month(month)
        if not number:
            raise self._problem(f"{what}: enter a real month, like 3", "month")
        if not day:
            return self._checked(f"{year}-{number:02d}", int(year), number, 1)
        try:
            found = dt.date(int(year), number, int(day) if day.isascii() and day.isdecimal() else 0)
        except ValueError:
            raise self._problem(f"{what}: enter a real date, like 27 3 2026", "day") from None
        return self._checked(found.isoformat(), found.year, found.month, found.day)

    def _checked(self, value: str, year: int, month: int, day: int) -> str:
        latest = self.not_after() if callable(self.not_after) else self.not_after
        if latest and dt.date(year, month, day) > latest:
            raise self._problem(
                f"{upper_first(self.wording()).rstrip('?')}: enter a date in the past", *PARTS
            )
        return value

    @staticmethod
    def _problem(message: str, *parts: str) -> ValidationError:
        return ValidationError(message.replace("%", "%%"), code="date", params={"parts": list(parts)})

    def has_changed(self, initial, data):
        return True


class RatingField(ScaleField):
    """A number from 0 to 10, or "na" when this person was not asked. Gives an int, "na" or None."""

    def clean(self, value):
        chosen = forms.ChoiceField.clean(self, value)
        if chosen in ("", None):
            return None
        return chosen if chosen == self.NOT_ASKED else int(chosen)


class SchoolYearField(forms.ChoiceField):
    """The school year of a child, which must fit their age. Gives a value of school_years.CHOICES, or None."""

    def __init__(self, *, subject: Subject | None = None, **kwargs):
        self.subject = subject
        super().__init__(**kwargs)

    def clean(self, value):
        chosen = super().clean(value)
        if self.subject and chosen != NOT_KNOWN:
            today = timezone.localdate()
            if problem := problem_with(chosen, self.subject.born_on, today, self.subject.name):
                raise ValidationError(problem.replace("%", "%%"), code="school_year")
        return chosen or None
