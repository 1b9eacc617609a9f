"""Working days in England against the lists published at gov.uk/bank-holidays."""

import datetime as dt

import pytest

from earlyhelp.web.workdays import (
    add_working_days,
    bank_holidays,
    easter_sunday,
    is_working_day,
    working_days_between,
)

D = dt.date
PUBLISHED = {
    2011: [(1, 3), (4, 22), (4, 25), (4, 29), (5, 2), (5, 30), (8, 29), (12, 26), (12, 27)],
    2012: [(1, 2), (4, 6), (4, 9), (5, 7), (6, 4), (6, 5), (8, 27), (12, 25), (12, 26)],
    2015: [(1, 1), (4, 3), (4, 6), (5, 4), (5, 25), (8, 31), (12, 25), (12, 28)],
    2016: [(1, 1), (3, 25), (3, 28), (5, 2), (5, 30), (8, 29), (12, 26), (12, 27)],
    2020: [(1, 1), (4, 10), (4, 13), (5, 8), (5, 25), (8, 31), (12, 25), (12, 28)],
    2021: [(1, 1), (4, 2), (4, 5), (5, 3), (5, 31), (8, 30), (12, 27), (12, 28)],
    2022: [(1, 3), (4, 15), (4, 18), (5, 2), (6, 2), (6, 3), (8, 29), (9, 19), (12, 26), (12, 27)],
    2023: [(1, 2), (4, 7), (4, 10), (5, 1), (5, 8), (5, 29), (8, 28), (12, 25), (12, 26)],
    2024: [(1, 1), (3, 29), (4, 1), (5, 6), (5, 27), (8, 26), (12, 25), (12, 26)],
    2025: [(1, 1), (4, 18), (4, 21), (5, 5), (5, 26), (8, 25), (12, 25), (12, 26)],
    2026: [(1, 1), (4, 3), (4, 6), (5, 4), (5, 25), (8, 31), (12, 25), (12, 28)],
    2027: [(1, 1), (3, 26), (3, 29), (5, 3), (5, 31), (8, 30), (12, 27), (12, 28)],
}


@pytest.mark.parametrize("year", PUBLISHED)
def test_bank_holidays_are_those_published(year):
    assert sorted(bank_holidays(year)) == [D(year, *day) for day in PUBLISHED[year]]


@pytest.mark.parametrize("year", range(2010, 2033))
def test_every_year_has_at_least_eight_holidays_all_on_weekdays(year):
    days = bank_holidays(year)
    assert 8 <= len(days) <= 10
    assert all(day.weekday() < 5 for day in days)


@pytest.mark.parametrize(
    ("year", "day"), [(2008, (3, 23)), (2011, (4, 24)), (2024, (3, 31)), (2038, (4, 25)), (2285, (3, 22))]
)
def test_easter(year, day):
    assert easter_sunday(year) == D(year, *day)


def test_fifteen_working_days_over_easter():
    assert add_working_days(D(2026, 3, 20), 15) == D(2026, 4, 14)


@pytest.mark.parametrize(
    ("start", "n", "end"),
    [
        (D(2026, 11, 20), 1, D(2026, 11, 23)),  # Friday to Monday
        (D(2026, 11, 21), 1, D(2026, 11, 23)),  # a Saturday counts from Monday
        (D(2026, 11, 21), 0, D(2026, 11, 23)),
        (D(2026, 11, 20), 0, D(2026, 11, 20)),
        (D(2026, 12, 24), 1, D(2026, 12, 29)),  # Christmas Day, weekend, substitute for Boxing Day
        (D(2026, 11, 23), -1, D(2026, 11, 20)),
    ],
)
def test_adding_working_days(start, n, end):
    assert add_working_days(start, n) == end


def test_between_is_the_inverse_of_adding():
    start = D(2021, 12, 20)
    for n in range(0, 400, 7):
        end = add_working_days(start, n)
        assert working_days_between(start, end) == n
        assert working_days_between(end, start) == -n


def test_between_agrees_with_counting_day_by_day():
    start = D(2022, 5, 28)
    for days in range(0, 200, 3):
        end = start + dt.timedelta(days=days)
        counted = sum(is_working_day(start + dt.timedelta(days=n)) for n in range(1, days + 1))
        assert working_days_between(start, end) == counted
