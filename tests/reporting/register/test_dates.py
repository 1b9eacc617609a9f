"""Dates as people type them: read by the evidence of their column, never guessed when they cannot be."""

import datetime as dt

import pytest

from reporting.register.dates import ColumnDates, decide_orders

TODAY = dt.date(2026, 11, 21)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("23/06/2015", (2015, 6, 23)),
        ("3/6/15", (2015, 6, 3)),
        ("23.6.15", (2015, 6, 23)),
        ("23-Jun-15", (2015, 6, 23)),
        ("23 June 2015", (2015, 6, 23)),
        ("23rd June 2015", (2015, 6, 23)),
        ("1st of Sept. 2015", (2015, 9, 1)),
        ("Tuesday 23rd June 2015", (2015, 6, 23)),
        ("Wed, 24 Jun 2015", (2015, 6, 24)),
        ("June 23, 2015", (2015, 6, 23)),
        ("2015-06-23", (2015, 6, 23)),
        ("2015/06/23", (2015, 6, 23)),
        ("2015-06-23 00:00:00", (2015, 6, 23)),
        ("2015-06-23T09:30:00Z", (2015, 6, 23)),
        ("23/06/2015 14:05", (2015, 6, 23)),
        ("20150623", (2015, 6, 23)),
        ("23062015", (2015, 6, 23)),
        ("42178", (2015, 6, 23)),
        ("23 06 2015", (2015, 6, 23)),
        ("29/02/2016", (2016, 2, 29)),
        ("31/12/99", (1999, 12, 31)),
    ],
)
def test_date_written_as(text, date):
    assert ColumnDates().read(text, TODAY).date == dt.date(*date)


@pytest.mark.parametrize(
    "text",
    [
        "31/02/2016",
        "29/02/2015",
        "spring term",
        "June 2015",
        "2015",
        "00/00/0000",
        "32/01/2015",
        "13/13/2015",
        "0",
        "12345678901",
        "23/06/0215",
        "Q1",
        "23/Jum/2015",
        "1/2",
        "–",
        "99999",
    ],
)
def test_what_is_not_a_date_stays_text(text):
    assert ColumnDates().read(text, TODAY).date is None


def test_two_figure_years_of_births_lie_in_the_past():
    column = ColumnDates()
    assert column.read("01/05/29", TODAY, birth=True).date == dt.date(1929, 5, 1)
    assert column.read("01/05/29", TODAY).date == dt.date(2029, 5, 1)
    assert column.read("01/05/14", TODAY, birth=True).date == dt.date(2014, 5, 1)


def test_mark_of_doubt_is_kept():
    read = ColumnDates().read("23/06/2015?", TODAY)
    assert read.date == dt.date(2015, 6, 23)
    assert read.doubt == "the date is marked as uncertain"
    assert ColumnDates().read("approx 23/06/2015", TODAY).doubt


def test_column_is_month_first_only_when_it_proves_it():
    decided = decide_orders(
        {
            "born_on": ["03/04/2012", "12/25/2011"],
            "registered_on": ["03/04/2012", "25/12/2011"],
            "closed_on": ["01/02/2012"],
        }
    )
    assert decided["born_on"].order == "mdy"
    assert decided["registered_on"].order == "dmy"
    assert decided["closed_on"].order == "dmy"


def test_column_without_proof_follows_a_file_that_is_month_first_throughout():
    decided = decide_orders({"born_on": ["12/25/2011"], "closed_on": ["01/02/2012"]})
    assert decided["closed_on"].read("01/02/2012", TODAY).date == dt.date(2012, 1, 2)


def test_a_slip_in_a_day_first_column_is_shown_not_turned_round():
    texts = [f"{day}/06/2015" for day in range(13, 31)]
    column = decide_orders({"registered_on": [*texts, "06/23/2015"]})["registered_on"]
    assert (column.order, column.mixed) == ("dmy", False)
    assert column.read("06/23/2015", TODAY).date is None


def test_column_written_both_ways_is_read_day_first_and_marked():
    column = decide_orders({"registered_on": ["23/06/2015", "24/06/2015", "06/25/2015", "06/26/2015"]})[
        "registered_on"
    ]
    assert column.mixed
    either = column.read("03/04/2015", TODAY)
    assert either.date == dt.date(2015, 4, 3)
    assert either.doubt == "day and month could be the other way round"
    assert column.read("06/25/2015", TODAY).date == dt.date(2015, 6, 25)


def test_a_person_may_say_the_order():
    column = decide_orders({"registered_on": ["03/04/2015"]}, {"registered_on": "mdy"})["registered_on"]
    assert column.read("03/04/2015", TODAY).date == dt.date(2015, 3, 4)
    assert column.sentence.endswith("as you said.")
