"""Working days in England, for the clocks in guidance ("within 15 working days").

A working day is "any day other than a Saturday, a Sunday, Christmas Day, Good Friday or a bank holiday in England"
(Banking and Financial Dealings Act 1971, and the yearly proclamations listed at gov.uk/bank-holidays).
"""

import datetime as dt
from functools import cache

# The years for which moved and extra days are known and checked. Later years follow the ordinary rules.
FIRST_YEAR, LAST_YEAR = 2010, 2032
MOVED_EARLY_MAY = {2020: dt.date(2020, 5, 8)}  # 75 years of VE Day
MOVED_SPRING = {2012: dt.date(2012, 6, 4), 2022: dt.date(2022, 6, 2)}  # jubilees
EXTRA = {
    2011: [dt.date(2011, 4, 29)],  # royal wedding
    2012: [dt.date(2012, 6, 5)],  # Diamond Jubilee
    2022: [dt.date(2022, 6, 3), dt.date(2022, 9, 19)],  # Platinum Jubilee; State Funeral
    2023: [dt.date(2023, 5, 8)],  # Coronation
}
ONE_DAY = dt.timedelta(days=1)


def easter_sunday(year):
    """Return Easter Sunday in the Gregorian calendar (the anonymous algorithm, Meeus 1991)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return dt.date(year, month, day + 1)


def _first_monday(year, month):
    first = dt.date(year, month, 1)
    return first + ONE_DAY * (-first.weekday() % 7)


def _last_monday(year, month):
    last = (dt.date(year, month, 28) + dt.timedelta(days=4)).replace(day=1) - ONE_DAY
    return last - ONE_DAY * last.weekday()


@cache
def bank_holidays(year):
    """Return the frozenset of bank holidays in England in a calendar year, with substitute days."""
    easter = easter_sunday(year)
    new_year = dt.date(year, 1, 1)
    days = {
        new_year + ONE_DAY * {5: 2, 6: 1}.get(new_year.weekday(), 0),
        easter - 2 * ONE_DAY,
        easter + ONE_DAY,
        MOVED_EARLY_MAY.get(year, _first_monday(year, 5)),
        MOVED_SPRING.get(year, _last_monday(year, 5)),
        _last_monday(year, 8),
    }
    christmas = dt.date(year, 12, 25)
    # A weekend Christmas or Boxing Day is made up on the next weekday that is not itself a holiday.
    substitutes = {4: (25, 28), 5: (27, 28), 6: (26, 27)}
    days |= {dt.date(year, 12, number) for number in substitutes.get(christmas.weekday(), (25, 26))}
    return frozenset(days | set(EXTRA.get(year, ())))


def is_working_day(day):
    """Say whether a date is a working day in England."""
    return day.weekday() < 5 and day not in bank_holidays(day.year)


def add_working_days(date, n):
    """Return the date that is n working days after a date (before it, for a negative n).

    The day itself is not counted. n = 0 gives the day itself if it is a working day, else the next one.
    """
    if n == 0:
        while not is_working_day(date):
            date += ONE_DAY
        return date
    step = ONE_DAY if n > 0 else -ONE_DAY
    left = abs(n)
    while left:
        date += step
        left -= is_working_day(date)
    return date


def working_days_between(a, b):
    """Return how many working days lie after a, up to and including b. Negative when b is before a."""
    if b < a:
        return -working_days_between(b, a)
    weeks, rest = divmod((b - a).days, 7)
    count = weeks * 5 + sum((a + ONE_DAY * n).weekday() < 5 for n in range(1, rest + 1))
    holidays = (day for year in range(a.year, b.year + 1) for day in bank_holidays(year))
    return count - sum(a < day <= b and day.weekday() < 5 for day in holidays)
