"""The pages of registering: from the check for an existing record to an assessment that is initiated."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.models import Assessment, MatchCheck
from cases.models import Case, Person
from earlyhelp.access.context import as_system

pytestmark = pytest.mark.django_db


def test_the_whole_way_from_check_to_registered(people, signed_in_as):
    browser = signed_in_as(people.alice)
    start = reverse("start-assessment")
    assert browser.get(start).status_code == 200
    assert b"Enter a date of birth, a postcode" in browser.post(start, {"first_name": "Maya", "last_name": "Orchard"}).content
    born = {"born_on_day": "4", "born_on_month": "5", "born_on_year": "2017"}
    result = browser.post(start, {"first_name": "Maya", "last_name": "Orchard"} | born)["Location"]
    assert "Orchard" not in result and b"No record found" in browser.get(result).content
    with as_system():
        check = MatchCheck.objects.get()
    family = reverse("assessment-register", args=[check.pk])
    page = browser.get(family).content.decode()
    assert 'value="Maya"' in page and 'value="2017"' in page
    cards = {
        "children": "1", "adults": "2", "adult1-first_name": "Jed", "child0-first_name": "Maya", "child0-last_name": "Orchard",
        "child0-born_on_day": "4", "child0-born_on_month": "5", "child0-born_on_year": "2017",
        "adult0-first_name": "Rosa", "adult0-role_in_household": "mother", "adult0-has_responsibility": "on",
        "adult0-lives_with_family": "on", "home-family_name": "Orchard", "home-hub": str(people.hub.pk),
        "home-postcode": "ta1 1aa",
    }  # fmt: skip
    more = browser.post(family, cards | {"add": "child"}).content.decode()
    assert "Child 2" in more and 'value="Rosa"' in more
    assert browser.post(family, cards | {"child0-born_on_year": "1899"}).status_code == 422
    assert browser.post(family, cards)["Location"] == reverse("assessment-statement", args=[check.pk])
    statement = reverse("assessment-statement", args=[check.pk])
    assert browser.get(statement).status_code == 200
    refused = browser.post(statement, {"statement": "neither"})["Location"]
    assert b"cannot be registered yet" in browser.get(refused).content
    with as_system():
        assert not Assessment.objects.exists()
    agreed = browser.post(statement, {"statement": "agreed"})["Location"]
    assert b"Rosa Orchard" in browser.get(agreed).content
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    said = {
        "agreed_by": "0", "child": "yes", "consent_child": "Maya", "consent_time": "9:30am",
        "consent_on": f"{yesterday:%d/%m/%Y}", "consent_place": "At school", "method": "face_to_face",
    }  # fmt: skip
    assert b"Select who agreed" in browser.post(agreed, {**said, "agreed_by": []}).content
    made = browser.post(agreed, said)
    assert made.status_code == 302
    with as_system():
        eha = Assessment.objects.get()
        assert made["Location"] == reverse("assessment", args=[eha.pk])
        assert eha.case.family.people.count() == 3 and eha.consent_child == "Maya"
        assert eha.consent_with == "Rosa Orchard"
        answered = {consent.person.first_name: consent.given_by for consent in eha.case.consents.all()}
        assert set(answered) == {"Maya", "Rosa"} and answered["Maya"].first_name == "Rosa"
    assert browser.get(made["Location"]).status_code == 200
    assert browser.get(family).status_code == 404, "the check is used up"


def test_check_pages_belong_to_their_asker(people, signed_in_as, cleared_check):
    check = cleared_check(people.alice, draft={"home": {"family_name": "Orchard", "hub": str(people.hub.pk)},
                                               "children": [{"first_name": "Maya", "born_on": "2017-05-04"}], "adults": []})
    for name in ("assessment-check-result", "assessment-register", "assessment-statement", "assessment-agreed",
                 "assessment-tier4", "assessment-neither"):
        url = reverse(name, args=[check.pk])
        assert signed_in_as(people.alice).get(url).status_code == 200, name
        for other in (people.bob, people.charlie):
            assert signed_in_as(other).get(url).status_code == 404, name
        assert Client().get(url).status_code == 302


def test_result_shows_my_family_and_only_the_hub_of_a_hidden_one(people, world, signed_in_as):
    there = world.hub("Sedge")
    with as_system():
        Person.objects.filter(family=world.family(there, name="Hollis")).update(known_as="Tinker")
    browser = signed_in_as(people.alice)
    born = {"born_on_day": "1", "born_on_month": "3", "born_on_year": "2016"}
    result = browser.post(reverse("start-assessment"), {"first_name": "Ellie", "last_name": "Hollis"} | born)["Location"]
    page = browser.get(result).content.decode()
    assert "Is it one of these?" in page and "Same date of birth" in page
    assert "Contact <strong>Sedge</strong>" in page and "01632 960 100" in page and "Tinker" not in page
    with as_system():
        check = MatchCheck.objects.get()
        mine = Person.objects.get(family=people.case.family_id, is_child=True)
    assert browser.get(reverse("assessment-register", args=[check.pk])).status_code == 404
    assert browser.post(result, {"reason": ""}).status_code == 200
    chosen = browser.get(reverse("assessment-known", args=[check.pk, mine.pk]))
    assert chosen["Location"] == reverse("record-assessments", args=[people.case.reference])
    asked = browser.post(result, {"reason": "Sedge say it is another child", f"not_{mine.pk}": "A cousin"})
    assert asked["Location"] == reverse("assessment-register", args=[check.pk])
    assert browser.get(asked["Location"]).status_code == 200


def test_registering_again_on_an_open_case(people, eha, signed_in_as):
    browser = signed_in_as(people.alice)
    url = reverse("assessment-again-tier4", args=[people.case.reference])
    data = {"tier4_reason": "A disclosure", "manager_consulted": "Head", "told_social_care": "on"}
    assert browser.post(url, data | {"told_social_care": ""}).status_code == 200
    assert browser.post(url, data).status_code == 302
    with as_system():
        assert Assessment.objects.filter(case=people.case).count() == 2


def test_known_family_needs_a_visible_person(people, world, signed_in_as, cleared_check):
    other = world.case(people.hub)
    with as_system():
        stranger = other.family.people.filter(is_child=True).first()
        mine = Person.objects.get(family=people.case.family_id, is_child=True)
        check = cleared_check(people.alice)
        check.candidates = {"people": [{"id": str(each.pk), "band": "likely", "score": 90, "why": "same name"}
                                       for each in (stranger, mine)], "hubs": []}
        check.save()
    browser = signed_in_as(people.alice)
    assert browser.get(reverse("assessment-known", args=[check.pk, stranger.pk])).status_code == 404
    assert browser.get(reverse("assessment-known", args=[check.pk, mine.pk])).status_code == 302
    assert Case.objects.count() == 0, "no context outside a request"


def test_brothers_and_sisters_are_looked_for_too(people, signed_in_as, cleared_check):
    check = cleared_check(people.alice)
    browser = signed_in_as(people.alice)
    family = reverse("assessment-register", args=[check.pk])
    cards = {
        "children": "2", "adults": "1", "home-family_name": "Orchard", "home-hub": str(people.hub.pk),
        "child0-first_name": "Maya", "child0-born_on_day": "4", "child0-born_on_month": "5", "child0-born_on_year": "2017",
        "child1-first_name": "Ellie", "child1-last_name": "Hollis",
        "child1-born_on_day": "1", "child1-born_on_month": "3", "child1-born_on_year": "2016",
    }  # fmt: skip
    result = browser.post(family, cards)["Location"]
    assert result == reverse("assessment-check-result", args=[check.pk])
    assert "Is it one of these?" in browser.get(result).content.decode()
    assert browser.get(family).status_code == 404, "nothing goes on until somebody says why not"
    with as_system():
        ellie = Person.objects.get(family=people.case.family_id, is_child=True)
    browser.post(result, {f"not_{ellie.pk}": "A cousin of the same name"})
    assert 'value="Ellie"' in browser.get(family).content.decode()
    assert browser.post(family, cards)["Location"] == reverse("assessment-statement", args=[check.pk])
