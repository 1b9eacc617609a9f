"""Quarters: the arithmetic of the financial year."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.quarters import Quarter

DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2090, 12, 31))


@pytest.mark.parametrize(
    ("code", "starts_on", "ends_on", "label", "short"),
    [
        ("2015-Q1", (2015, 4, 1), (2015, 6, 30), "April to June 2015", "Apr to Jun 2015"),
        ("2015-Q2", (2015, 7, 1), (2015, 9, 30), "July to September 2015", "Jul to Sep 2015"),
        ("2015-Q3", (2015, 10, 1), (2015, 12, 31), "October to December 2015", "Oct to Dec 2015"),
        ("2015-Q4", (2016, 1, 1), (2016, 3, 31), "January to March 2016", "Jan to Mar 2016"),
    ],
)
def test_quarter_has_the_dates_and_words_of_its_code(code, starts_on, ends_on, label, short):
    quarter = Quarter.parse(code)
    assert quarter.code == str(quarter) == code
    assert quarter.starts_on == dt.date(*starts_on)
    assert quarter.ends_on == dt.date(*ends_on)
    assert quarter.label == label
    assert quarter.short_label == short


def test_quarter_code_is_read_with_spaces_and_small_letters():
    assert Quarter.parse(" 2015-q3 ") == Quarter(2015, 3)


@pytest.mark.parametrize(
    "code", ["", None, "2015", "2015-Q5", "2015-Q0", "15-Q1", "2015Q1", "2015-Q1x", "0001-Q1"]
)
def test_quarter_code_that_cannot_be_read_is_refused(code):
    with pytest.raises(ValueError):
        Quarter.parse(code)


def test_previous_quarters_come_oldest_first_across_the_year():
    codes = [quarter.code for quarter in Quarter.parse("2015-Q2").previous(4)]
    assert codes == ["2014-Q2", "2014-Q3", "2014-Q4", "2015-Q1"]


def test_year_label_names_the_financial_year():
    assert Quarter.parse("2025-Q3").year_label == "Quarter 3 of 2025 to 2026"


@given(DAYS)
def test_every_day_belongs_to_exactly_one_quarter(day):
    quarter = Quarter.containing(day)
    assert day in quarter
    assert day not in quarter.next()
    assert day not in quarter.shift(-1)
    assert quarter.is_over(quarter.ends_on + dt.timedelta(days=1))
    assert not quarter.is_over(quarter.ends_on)


@given(DAYS, st.integers(-60, 60))
def test_shift_goes_back_the_way_it_came(day, count):
    quarter = Quarter.containing(day)
    assert quarter.shift(count).shift(-count) == quarter
    assert quarter.next().starts_on == quarter.ends_on + dt.timedelta(days=1)
    assert Quarter.parse(quarter.code) == quarter


@given(DAYS, DAYS)
def test_quarters_sort_by_time(first, second):
    assert (Quarter.containing(first) < Quarter.containing(second)) == (
        Quarter.containing(first).starts_on < Quarter.containing(second).starts_on
    )
