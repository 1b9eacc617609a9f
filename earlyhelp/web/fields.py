"""Form fields and widgets for dates, times and passwords as GOV.UK asks for them."""

import datetime as dt

from django import forms
from django.core.exceptions import ValidationError

from .dates import read_clock, read_day, read_month

NO_ARTICLE = frozenset(
    [
        "a",
        "an",
        "any",
        "at",
        "each",
        "every",
        "her",
        "his",
        "how",
        "its",
        "my",
        "our",
        "some",
        "that",
        "the",
        "their",
        "these",
        "this",
        "those",
        "what",
        "when",
        "where",
        "whether",
        "which",
        "who",
        "whom",
        "whose",
        "why",
        "your",
    ]
)
PARTS = ("day", "month", "year")


class DatePartsWidget(forms.MultiWidget):
    """Three text inputs, Day, Month and Year. What was typed comes back as typed, even when it is not a date."""

    use_fieldset = True

    def __init__(self, attrs=None):
        inputs = {part: forms.TextInput(attrs={"inputmode": "numeric"}) for part in PARTS}
        super().__init__(inputs, attrs)

    def decompress(self, value):
        return [value.day, value.month, value.year] if value else ["", "", ""]

    def value_from_datadict(self, data, files, name):
        return [
            part.strip() if isinstance(part, str) else part
            for part in super().value_from_datadict(data, files, name)
        ]


class DatePartsField(forms.Field):
    """A date in three boxes, for dates a person knows by heart, such as a birth date. Gives a `datetime.date`.

    not_before, not_after: dates or functions that return one. what: the words for it inside a sentence
    ("date of birth"); the label in lower case if not given.
    """

    widget = DatePartsWidget

    def __init__(self, *, not_before=None, not_after=None, what=None, **kwargs):
        self.not_before, self.not_after, self.what = not_before, not_after, what
        super().__init__(**kwargs)

    def wording(self):
        return self.what or lower_first(str(self.label or "date"))

    def clean(self, value):
        texts = [str(part or "").strip() for part in (value or ["", "", ""])]
        if not any(texts):
            if self.required:
                message = self.error_messages["required"]
                raise _problem(message, "required", PARTS)
            return None
        what = upper_first(self.wording())
        if missing := [part for part, text in zip(PARTS, texts, strict=True) if not text]:
            words = " and ".join(f"a {part}" for part in missing)
            raise _problem(f"{what} must include {words}", "missing", missing)
        day, month, year = texts
        if not (year.isdecimal() and len(year) == 4):
            raise _problem(f"{what}: the year must have 4 numbers", "year", ["year"])
        try:
            date = dt.date(int(year), read_month(month) or 0, int(day))
        except ValueError:
            wrong = PARTS
            if not read_month(month):
                wrong = ["month"]
            elif not (day.isdecimal() and 1 <= int(day) <= 31):
                wrong = ["day"]
            raise _problem(f"{what} must be a real date", "unreal", wrong) from None
        check_range(date, self.not_before, self.not_after, what)
        self.run_validators(date)
        return date

    def has_changed(self, initial, data):
        before = [str(part) for part in self.widget.decompress(initial)]
        return before != [str(part or "").lstrip("0") for part in (data or ["", "", ""])]


class NearDateWidget(forms.TextInput):
    """A text input that the date picker enhances. It works as plain text without JavaScript."""


class NearDateField(forms.Field):
    """A date near today (a meeting, a due date): typed as 27/3/2026 or picked. Gives a `datetime.date`.

    not_before, not_after: dates or functions that return one. what: as in DatePartsField.
    """

    widget = NearDateWidget

    def __init__(self, *, not_before=None, not_after=None, what=None, **kwargs):
        self.not_before, self.not_after, self.what = not_before, not_after, what
        kwargs.setdefault("help_text", "For example, 27/3/2026")
        super().__init__(**kwargs)

    wording = DatePartsField.wording

    def prepare_value(self, value):
        return f"{value.day}/{value.month}/{value.year}" if isinstance(value, dt.date) else value

    def to_python(self, value):
        if value in self.empty_values or isinstance(value, dt.date):
            return value or None
        what = upper_first(self.wording())
        date = read_day(str(value))
        if date is None:
            raise ValidationError(f"{what} must be a real date, like 27/3/2026", code="unreal")
        check_range(date, self.not_before, self.not_after, what)
        return date

    def has_changed(self, initial, data):
        return (read_day(data) if data else None) != initial


class OneLineField(forms.CharField):
    """Words on one line, such as a name. Tabs and line ends of a pasted table become single spaces."""

    def to_python(self, value):
        return " ".join(super().to_python(value).split())


class ClockField(forms.Field):
    """A time of day typed as people write it: 10:30am, 2pm, 14:00. Gives a `datetime.time`."""

    widget = forms.TextInput

    def __init__(self, **kwargs):
        kwargs.setdefault("help_text", "For example, 9:30am or 2pm")
        super().__init__(**kwargs)

    def prepare_value(self, value):
        if isinstance(value, dt.time):
            return f"{value.hour % 12 or 12}:{value.minute:02d}{'am' if value.hour < 12 else 'pm'}"
        return value

    def to_python(self, value):
        if value in self.empty_values or isinstance(value, dt.time):
            return value or None
        time = read_clock(str(value))
        if time is None:
            raise ValidationError(f"{self.label or 'Time'} must be a time, like 9:30am or 2pm", code="unreal")
        return time

    def has_changed(self, initial, data):
        return (read_clock(data) if data else None) != initial


class PasswordField(forms.CharField):
    """A password with a "Show" button. `new=True` tells the browser to offer a new one. Paste is never blocked."""

    def __init__(self, *, new=False, **kwargs):
        kwargs.setdefault("strip", False)
        token = "new-password" if new else "current-password"
        kwargs.setdefault("widget", forms.PasswordInput(attrs={"autocomplete": token}))
        self.what = "a new password" if new else "your password"
        super().__init__(**kwargs)


class ScaleWidget(forms.RadioSelect):
    """The 0 to 10 scale: one row of real radios, with "Not asked" at the end when the choices include it."""


class ScaleField(forms.ChoiceField):
    """A score from 0 to 10 given by one person. Gives an int, or None for "Not asked" or no answer.

    ends: the words under 0 and under 10.
    """

    widget = ScaleWidget
    NOT_ASKED = "na"

    def __init__(self, *, ends=("0 is very worrying", "10 is going really well"), not_asked=True, **kwargs):
        self.ends = ends
        choices = [(str(n), str(n)) for n in range(11)] + (
            [(self.NOT_ASKED, "Not asked")] if not_asked else []
        )
        super().__init__(choices=choices, **kwargs)

    def clean(self, value):
        value = super().clean(value)
        return int(value) if value not in ("", self.NOT_ASKED) else None

    def has_changed(self, initial, data):
        return str("" if initial is None else initial) != str("" if data is None else data)


def _problem(message, code, parts):
    """A ValidationError that also says which boxes of a date are at fault."""
    return ValidationError(message.replace("%", "%%"), code=code, params={"parts": list(parts)})


def check_range(date, not_before, not_after, what):
    """Raise ValidationError when a date is outside its limits; each limit is a date, a function, or None."""
    earliest = not_before() if callable(not_before) else not_before
    latest = not_after() if callable(not_after) else not_after
    if earliest and date < earliest:
        raise ValidationError(f"{what} must be {spoken(earliest)} or later", code="early")
    if latest and date > latest:
        raise ValidationError(f"{what} must be {spoken(latest)} or earlier", code="late")


def spoken(date):
    """Return "today" or "27 March 2026"."""
    from django.utils import timezone

    from .dates import day

    return "today" if date == timezone.localdate() else day(date)


def lower_first(text):
    """Lower the first letter, unless it begins an acronym ("NHS number") or a name part such as "I"."""
    return text if text[1:2].isupper() or text[:2] == "I " else text[:1].lower() + text[1:]


def with_article(what):
    """Return "the date of birth", and "your password", "what they said" or "a name" as they are."""
    return what if what.split(" ", 1)[0].lower() in NO_ARTICLE else f"the {what}"


def upper_first(text):
    return text[:1].upper() + text[1:]
