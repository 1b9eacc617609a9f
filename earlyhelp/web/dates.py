"""Dates and times as people in England read and write them (GOV.UK style guide: "27 March 2026", "10:42am")."""

import datetime as dt
import re

from django.utils import timezone

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
SCHOOL_YEAR_STARTS = (9, 1)


def _local_date(value):
    if isinstance(value, dt.datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value


def day(value):
    """Return "27 March 2026" for a date or datetime, and an empty string for None."""
    if not value:
        return ""
    value = _local_date(value)
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def weekday(value):
    """Return "Friday 27 March 2026"."""
    return f"{_local_date(value):%A} {day(value)}" if value else ""


def clock(value):
    """Return "10:42am", "1:30pm", "midday" or "midnight" for a time or datetime."""
    if value is None or value == "":
        return ""
    if isinstance(value, dt.datetime) and timezone.is_aware(value):
        value = timezone.localtime(value)
    if (value.hour, value.minute) in ((0, 0), (12, 0)):
        return "midnight" if value.hour == 0 else "midday"
    return f"{value.hour % 12 or 12}:{value.minute:02d}{'am' if value.hour < 12 else 'pm'}"


def moment(value):
    """Return "9 March 2026, 11:20am" for a datetime."""
    return f"{day(value)}, {clock(value)}" if value else ""


def read_month(text):
    """Return 1 to 12 for "3", "03", "mar" or "March"; None when it is not a month."""
    text = text.strip().rstrip(".").casefold()
    if text.isdecimal():
        return int(text) if 1 <= int(text) <= 12 else None
    found = [n for n, name in enumerate(MONTHS, 1) if len(text) >= 3 and name.casefold().startswith(text)]
    return found[0] if len(found) == 1 else None


def read_day(text):
    """Read a near date typed by a person: "27/3/2026", "27.03.26", "27 March 2026", "2026-03-27", "today".

    Returns a date, or None when it cannot be read as a real date. Two-digit years are in this century.
    """
    text = text.strip().casefold()
    if text in ("today", "tomorrow", "yesterday"):
        offset = {"today": 0, "tomorrow": 1, "yesterday": -1}[text]
        return timezone.localdate() + dt.timedelta(days=offset)
    if iso := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text):
        year, month, day_ = (int(part) for part in iso.groups())
    else:
        parts = re.fullmatch(
            r"(?:[a-z]+,?\s+)?(\d{1,2})(?:st|nd|rd|th)?[\s./-]+(\w+)[\s./,-]+(\d{2}|\d{4})", text
        )
        if not parts:
            return None
        month = read_month(parts[2])
        day_, year = int(parts[1]), int(parts[3]) + (2000 if len(parts[3]) == 2 else 0)
    try:
        return dt.date(year, month, day_)
    except (TypeError, ValueError):
        return None


def read_clock(text):
    """Read a time: "10:30am", "10.30", "1030", "2pm", "midday". Returns a time, or None."""
    text = re.sub(r"\s", "", text.casefold())
    if text in ("midday", "noon", "midnight"):
        return dt.time(0) if text == "midnight" else dt.time(12)
    parts = re.fullmatch(r"(\d{1,2})(?:[:.]?(\d{2}))?(am|pm)?", text)
    if not parts:
        return None
    hour, minute, half = int(parts[1]), int(parts[2] or 0), parts[3]
    if parts[2] is None and half is None:
        return None  # a lone "10" may be morning or evening
    if half and not 1 <= hour <= 12:
        return None
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return dt.time(hour, minute) if hour < 24 and minute < 60 else None


def moment_from(day, time):
    """Return a date and a time of day in England as one moment."""
    return timezone.make_aware(dt.datetime.combine(day, time))


def midnight(day):
    """Return the moment at which a day begins in England."""
    return moment_from(day, dt.time())


def months_between(earlier, later):
    """Return the number of whole months from one date to a later one."""
    return (later.year - earlier.year) * 12 + later.month - earlier.month - (later.day < earlier.day)


def years_old(born_on, on=None):
    """Return the age in whole years on a day (today if not given)."""
    return months_between(born_on, on or timezone.localdate()) // 12


def age(born_on, on=None):
    """Return an age in words: "9 years", "14 months" under two, "3 weeks" under two months, "not born yet"."""
    if not born_on:
        return ""
    on = on or timezone.localdate()
    if born_on > on:
        return "not born yet"
    months = months_between(born_on, on)
    if months < 2:
        weeks = (on - born_on).days // 7
        number, unit = (weeks, "week") if weeks else ((on - born_on).days, "day")
    elif months < 24:
        number, unit = months, "month"
    else:
        number, unit = months // 12, "year"
    return f"{number} {unit}{'' if number == 1 else 's'}"


def school_year(born_on, on=None):
    """Return the English school year a child of this age is normally in: "Reception", "Year 4", or "" outside school.

    The cohort is decided by the age on 31 August before the school year (School Admissions Code 2021, 2.17).
    """
    on = on or timezone.localdate()
    start = on.year if (on.month, on.day) >= SCHOOL_YEAR_STARTS else on.year - 1
    number = years_old(born_on, dt.date(start, 8, 31)) - 4
    if number == 0:
        return "Reception"
    return f"Year {number}" if 1 <= number <= 13 else ""
