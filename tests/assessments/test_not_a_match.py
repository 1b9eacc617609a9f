"""The result of the check: the score explained, a reason for each person who is somebody else, and not asked twice."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from assessments.actions import check_for_record, check_others, clear_check
from assessments.matching import Asked
from assessments.models import MatchCheck
from cases.models import Address, Person
from earlyhelp.access.context import acting_as, as_system

pytestmark = pytest.mark.django_db

TYPED = Asked(first_name="Elie", last_name="Hollis", born_on=dt.date(2016, 1, 3))


@pytest.fixture
def check(people):
    with acting_as(people.alice) as actor:
        return check_for_record(asked=TYPED, by=actor)


def url(check):
    return reverse("assessment-check-result", args=[check.pk])


def test_page_says_what_agrees_and_what_differs_and_asks_about_each_person(people, check, signed_in_as):
    words = signed_in_as(people.alice).get(url(check)).content.decode()
    assert "What agrees" in words and "Day and month of birth swapped" in words
    assert "First name differs by one letter" in words and "Why is Ellie Hollis not the one?" in words
    assert "It never decides" in words


def test_reason_is_kept_with_the_day_and_nobody_is_asked_about_twice(people, check, signed_in_as):
    browser = signed_in_as(people.alice)
    (found,) = check.candidates["people"]
    assert "Enter why Ellie Hollis is not the one" in browser.post(url(check), {}).content.decode()
    answer = {f"not_{found['id']}": "A cousin, born in Wales"}
    assert browser.post(url(check), answer).status_code == 302
    with acting_as(people.alice) as actor:
        kept = MatchCheck.objects.get(pk=check.pk)
        assert kept.candidates["people"][0]["not"]["why"] == "A cousin, born in Wales"
        assert kept.candidates["people"][0]["not"]["at"] and kept.cleared_at
        assert check_others(check=kept, others=[TYPED], by=actor) is False, "answered already"


def test_one_person_without_a_reason_is_one_too_many(people, check, world):
    with as_system():
        twin = Person.objects.create(
            family=people.case.family, first_name="Ella", last_name="Hollis", born_on=dt.date(2016, 3, 1)
        )
    world.consent(people.case, people.school, person=twin)
    with acting_as(people.alice) as actor:
        both = check_for_record(asked=TYPED, by=actor)
        first, second = both.candidates["people"]
        with pytest.raises(ValidationError):
            clear_check(check=both, not_them={first["id"]: "Another birth date"}, by=actor)
        clear_check(
            check=both, not_them={first["id"]: "Another birth date", second["id"]: "Her twin"}, by=actor
        )
        assert both.cleared_at


def test_others_do_not_get_in(people, check, signed_in_as, client):
    for stranger in (people.bob, people.charlie):
        assert signed_in_as(stranger).get(url(check)).status_code == 404
    assert client.get(url(check)).status_code == 302


def test_postcode_of_a_confidential_address_is_never_told(people, seen_by):
    asked = Asked(first_name="Ellie", last_name="Hollis", born_on=dt.date(2016, 3, 1), postcode="TA9 9ZZ")
    with as_system():
        Address.objects.create(
            family=people.case.family, lines="1 Safe Street", postcode="TA9 9ZZ", is_confidential=True
        )
    check = check_for_record(asked=asked, by=seen_by(people.alice))
    assert "postcode" not in str(check.candidates)


def test_page_takes_few_queries(people, check, signed_in_as, queries_of):
    assert queries_of(signed_in_as(people.alice), url(check)) <= 25
