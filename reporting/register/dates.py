"""Reads the dates of a register: the order of day and month is decided per column from the column's own evidence.

English registers write the day first. A column is read month first only when its own values prove it (a second figure
above 12 and no first figure above 12), or when every other date column of the same file that proves anything proves
that. A date that does not exist is never mended: the text is shown to a person.
"""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("jan", "january"),
            ("feb", "february"),
            ("mar", "march"),
            ("apr", "april"),
            ("may",),
            ("jun", "june"),
            ("jul", "july"),
            ("aug", "august"),
            ("sep", "sept", "september"),
            ("oct", "october"),
            ("nov", "november"),
            ("dec", "december"),
        ),
        start=1,
    )
    for name in names
}
NUMERIC = re.compile(r"(\d{1,2})\s*([./\\-]|\s)\s*(\d{1,2})\s*(?:[./\\-]|\s)\s*'?(\d{4}|\d{2})")
YEAR_FIRST = re.compile(r"(\d{4})\s*[-./]\s*(\d{1,2})\s*[-./]\s*(\d{1,2})")
DAY_MONTH_NAME = re.compile(
    r"(\d{1,2})\s*(?:st|nd|rd|th)?[\s./,-]*(?:of\s+)?([a-z]{3,9})\.?[\s./,-]*'?(\d{4}|\d{2})"
)
MONTH_NAME_DAY = re.compile(r"([a-z]{3,9})\.?[\s./-]*(\d{1,2})\s*(?:st|nd|rd|th)?[\s.,/-]+'?(\d{4}|\d{2})")
TIME = re.compile(r"[\sT]+\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*(am|pm)?\s*(Z|[+-]\d{2}:?\d{2})?$", re.IGNORECASE)
WEEKDAY = re.compile(r"^(mon|tues?|wed(nes)?|thu(rs)?|fri|sat(ur)?|sun)(day)?[\s,.]+", re.IGNORECASE)
DOUBT = re.compile(r"\?+|\b(approx\w*|circa|about|est\w*)\b\.?|^c\.?\s*(?=\d)", re.IGNORECASE)
# Excel counts days from 30 December 1899 (its 1900 was a leap year); these are 1927 to 2091.
SERIAL_DAY_0 = dt.date(1899, 12, 30)
SERIALS = range(10_000, 70_000)
# When a column proves both orders, the rarer one is taken for slips only if it is rarer than this.
SLIPS_AT_MOST = 0.1


@dataclass(frozen=True)
class ReadDate:
    """What a text says as a date: the day, or None; `doubt` explains a date that may be meant differently."""

    date: dt.date | None
    doubt: str = ""


@dataclass(frozen=True)
class ColumnDates:
    """How one column's dates are read. `order` is dmy or mdy; `mixed` when the column proves both in earnest."""

    order: str = "dmy"
    mixed: bool = False
    proved_day_first: int = 0
    proved_month_first: int = 0
    told: bool = False

    @property
    def sentence(self) -> str:
        """How the order was decided, for the coordinator."""
        words = "the day first" if self.order == "dmy" else "the month first (as in the United States)"
        if self.told:
            return f"Read with {words}, as you said."
        if self.mixed:
            return (
                f"Written both ways: {self.proved_day_first} prove the day first and {self.proved_month_first} the "
                f"month first. Dates that could be either are read with {words} and marked."
            )
        return f"Read with {words}."

    def read(self, text: str, today: dt.date, *, birth: bool = False) -> ReadDate:
        """Read one text. `birth` puts two-figure years in the past; `today` decides the century of the others."""
        text, doubt = tidy(text)
        if not text:
            return ReadDate(None)
        fixed = fixed_date(text, today, birth)
        if fixed is not None:
            return ReadDate(fixed, doubt)
        match = NUMERIC.fullmatch(text)
        if not match:
            return ReadDate(None)
        first, separator, second, year_text = match.groups()
        order = "dmy" if separator == "." else self.order
        a, b, year = int(first), int(second), full_year(year_text, today, birth)
        date = make_date(year, b, a) if order == "dmy" else make_date(year, a, b)
        if self.mixed and separator != ".":
            other = make_date(year, a, b) if order == "dmy" else make_date(year, b, a)
            if date is None and other is not None:
                return ReadDate(other, doubt or "day and month are the other way round")
            if date is not None and other is not None and date != other:
                return ReadDate(date, doubt or "day and month could be the other way round")
        return ReadDate(date, doubt if date else "")


def tidy(text: str) -> tuple[str, str]:
    """The text without time of day, weekday and marks of doubt; and the doubt in words."""
    text = " ".join(text.replace("\u00a0", " ").split()).strip(" .,;'\"")
    without = DOUBT.sub("", text)
    doubt = "the date is marked as uncertain" if without != text else ""
    return WEEKDAY.sub("", TIME.sub("", without.strip())).strip(" .,;'\""), doubt


def make_date(year: int, month: int, day: int) -> dt.date | None:
    """The day, or None when there is no such day in a believable year."""
    if not 1900 <= year <= 2150:
        return None
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def full_year(text: str, today: dt.date, birth: bool) -> int:
    """The year meant by two or four figures. Two figures never mean a birth after next year, nor an event over
    ten years ahead."""
    year = int(text)
    if len(text) == 4:
        return year
    ahead = 1 if birth else 10
    return 2000 + year if 2000 + year <= today.year + ahead else 1900 + year


def fixed_date(text: str, today: dt.date, birth: bool) -> dt.date | None:
    """A date written so that it can mean one day only, or None."""
    if match := YEAR_FIRST.fullmatch(text):
        return make_date(*(int(part) for part in match.groups()))
    lower = text.casefold()
    if match := DAY_MONTH_NAME.fullmatch(lower):
        day, name, year = match.groups()
        return make_date(full_year(year, today, birth), MONTHS.get(name, 0), int(day))
    if match := MONTH_NAME_DAY.fullmatch(lower):
        name, day, year = match.groups()
        return make_date(full_year(year, today, birth), MONTHS.get(name, 0), int(day))
    if re.fullmatch(r"\d{5}(\.\d+)?", text):
        serial = int(text.split(".")[0])
        return SERIAL_DAY_0 + dt.timedelta(days=serial) if serial in SERIALS else None
    if re.fullmatch(r"\d{8}", text):
        if text[:2] in ("19", "20") and (date := make_date(int(text[:4]), int(text[4:6]), int(text[6:]))):
            return date
        return make_date(int(text[4:]), int(text[2:4]), int(text[:2]))
    if re.fullmatch(r"\d{6}", text):
        return make_date(full_year(text[4:], today, birth), int(text[2:4]), int(text[:2]))
    return None


def proofs(values: Iterable[str]) -> tuple[int, int]:
    """How many texts can only be day first, and how many only month first."""
    day_first = month_first = 0
    for value in values:
        match = NUMERIC.fullmatch(tidy(value)[0])
        if not match or match.group(2) == ".":
            continue
        first, second = int(match.group(1)), int(match.group(3))
        if first > 12 >= second and 1 <= first <= 31 and second:
            day_first += 1
        elif second > 12 >= first and second <= 31 and first:
            month_first += 1
    return day_first, month_first


def decide_orders(
    columns: Mapping[str, Iterable[str]], told: Mapping[str, str] | None = None
) -> dict[str, ColumnDates]:
    """Decide for every date field how its column is read. `columns` field -> its texts; `told` field -> order."""
    told = told or {}
    counted = {key: proofs(values) for key, values in columns.items()}
    proving = {key: counts for key, counts in counted.items() if any(counts)}
    all_month_first = bool(proving) and all(month and not day for day, month in proving.values())
    decided = {}
    for key, (day, month) in counted.items():
        if key in told:
            decided[key] = ColumnDates(told[key], False, day, month, told=True)
            continue
        if not day and not month:
            order = "mdy" if all_month_first else "dmy"
        else:
            order = "mdy" if month > day and day <= (day + month) * SLIPS_AT_MOST else "dmy"
        rarer = min(day, month)
        mixed = rarer > 1 and rarer > (day + month) * SLIPS_AT_MOST
        decided[key] = ColumnDates(order, mixed, day, month)
    return decided
