"""School years against ages: right at the stroke of September, a message at the field when they cannot both be right."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.answers import Page
from assessments.forms.part import PartForm
from assessments.household import Household, Subject
from assessments.school_years import CHOICES, number_for, problem_with
from assessments.spec import Kind, Part, Per, Question

TODAY = dt.date(2026, 11, 22)


@pytest.mark.parametrize(
    ("born", "on", "number"),
    [
        ("2022-08-31", "2026-09-01", 0), ("2022-09-01", "2026-09-01", -1), ("2022-08-31", "2026-08-31", -1),
        ("2015-11-22", "2026-11-22", 6), ("2008-09-01", "2026-11-22", 13),
    ],
)  # fmt: skip
def test_the_year_by_age(born, on, number):
    assert number_for(dt.date.fromisoformat(born), dt.date.fromisoformat(on)) == number


@given(st.dates(dt.date(2008, 9, 2), dt.date(2022, 8, 31)), st.integers(-2, 2))
def test_a_year_or_two_from_the_age_group_is_taken_as_true(born_on, apart):
    number = number_for(born_on, TODAY) + apart
    value = {0: "reception"}.get(number, str(number))
    if value in dict(CHOICES):
        assert problem_with(value, born_on, TODAY, "Ellie") == ""


def form(value, born_on):
    part = Part(
        key="child", title="About {name}", group="g", per=Per.CHILD,
        questions=(Question(key="year", label="Which school year is {name} in?", kind=Kind.SCHOOL_YEAR),
                   Question(key="likes", label="Likes?", kind=Kind.TEXT)),
    )  # fmt: skip
    ellie = Subject(id="1", name="Ellie", born_on=born_on)
    sent = {"year": value, "likes": "Drawing", "base": "{}"}
    return PartForm(sent, part=part, subject=ellie, household=Household(people=(ellie,)), page=Page())


def test_a_year_that_cannot_be_is_explained_at_its_field_and_the_rest_is_kept():
    asked = form("9", dt.date(2020, 5, 1))
    assert set(asked.sent()) == {"likes"}
    assert asked.errors["year"][0].startswith("Year 9 does not fit: Ellie is ")
    assert 'value="9"' in asked["year"].as_field_group()


@pytest.mark.parametrize("value", ["2", "nursery", "none", "unknown", ""])
def test_what_fits_or_says_nothing_is_taken(value):
    born = {"2": dt.date(2020, 5, 1), "nursery": dt.date(2023, 5, 1)}.get(value, dt.date(2020, 5, 1))
    asked = form(value, born)
    asked.sent()
    assert not asked.errors


def test_nobody_is_wrong_about_a_child_whose_birth_date_is_not_known():
    assert not form("9", None).errors
