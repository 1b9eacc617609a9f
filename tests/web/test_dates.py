"""Dates, times and ages in words."""

import datetime as dt

import pytest

from earlyhelp.web import dates

D = dt.date


def test_dates_and_times_read_as_people_write_them():
    assert dates.day(D(2026, 3, 27)) == "27 March 2026"
    assert dates.weekday(D(2026, 3, 27)) == "Friday 27 March 2026"
    assert dates.clock(dt.time(10, 42)) == "10:42am"
    assert dates.clock(dt.time(12, 0)) == "midday"
    assert dates.clock(dt.time(0, 5)) == "12:05am"
    assert dates.day(None) == dates.clock(None) == dates.moment(None) == dates.age(None) == ""


def test_a_moment_is_told_in_local_time():
    summer = dt.datetime(2026, 7, 9, 23, 20, tzinfo=dt.UTC)
    assert dates.moment(summer) == "10 July 2026, 12:20am"
    assert dates.moment(dt.datetime(2026, 3, 9, 11, 20, tzinfo=dt.UTC)) == "9 March 2026, 11:20am"


@pytest.mark.parametrize(
    ("born", "words"),
    [
        (D(2017, 3, 12), "9 years"),
        (D(2017, 3, 13), "8 years"),
        (D(2025, 1, 10), "14 months"),
        (D(2026, 2, 19), "3 weeks"),
        (D(2026, 3, 11), "1 day"),
        (D(2026, 6, 1), "not born yet"),
        (D(2024, 2, 29), "2 years"),
    ],
)
def test_ages(born, words):
    assert dates.age(born, D(2026, 3, 12)) == words


@pytest.mark.parametrize(
    ("born", "on", "year"),
    [
        (D(2017, 2, 27), D(2026, 3, 12), "Year 4"),
        (D(2021, 8, 31), D(2025, 9, 1), "Reception"),
        (D(2021, 9, 1), D(2025, 9, 1), ""),
        (D(2021, 9, 1), D(2026, 8, 31), ""),
        (D(2008, 9, 1), D(2026, 11, 1), "Year 13"),
        (D(2006, 1, 1), D(2026, 3, 1), ""),
        (D(2012, 2, 29), D(2023, 9, 1), "Year 7"),
    ],
)
def test_school_years(born, on, year):
    assert dates.school_year(born, on) == year


@pytest.mark.parametrize("text", ["", "soon", "31/4/2026", "1/1", "2026", "10/10/10/10"])
def test_what_is_no_date_is_none(text):
    assert dates.read_day(text) is None
