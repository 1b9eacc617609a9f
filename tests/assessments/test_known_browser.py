"""What is known already in a real browser: at both widths, with JavaScript and without, for two agencies."""

import os
import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from assessments.actions import save_answers
from assessments.answers import Sent
from assessments.models import Section
from cases.models import Person
from earlyhelp.access.context import acting_as, as_system
from hubs.models import AgencyKind
from tests.fixtures.browser import axe_faults, sideways

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SAVED = re.compile("^Saved ")
SHOTS = os.environ.get("EH_KNOWN_SHOTS", "")  # a folder, to look at what these pages look like


@pytest.fixture
def karen(people, world):
    """A health visitor on the team, whose agency may read health and not education."""
    health = world.agency(AgencyKind.HEALTH, name="Moorside Community Health")
    member = world.member(health, first_name="Karen", job_title="Health visitor")
    world.consent(people.case, health)
    world.join(people.case, member)
    return member


@pytest.fixture
def children(people, world):
    with as_system():
        ellie = Person.objects.get(family=people.case.family_id, is_child=True)
        mia = Person.objects.create(
            family=people.case.family, first_name="Mia", last_name="Hollis", born_on="2019-04-05"
        )
    world.consent(people.case, people.school, person=mia)
    return ellie, mia


@pytest.fixture
def later(people, eha, start_assessment, karen, children):
    """A second assessment; in the first one the school wrote of school and life, the health visitor of health."""
    ellie, mia = children
    told = [
        (people.alice, "child", ellie, {"first_language": "Polish", "gp": "Mill Street Surgery", "disabled": "no", "carer": "yes",
         "carer_detail": "She gets Mia dressed when Mum has had a bad night."}),
        (people.alice, "important", None, {"people": "Grandma Joan lives two streets away.\nUncle Ray coaches football."}),
        (people.alice, "wellbeing", ellie, {"emotional_social_well": "Says what she feels when somebody has time, and draws it when not.",
         "emotional_social_worry": "Lies awake at night.", "said": "“I count the stairs until the house is quiet.”"}),
        (people.alice, "learning", ellie, {"attendance": 84, "participation_well": "Loves books."}),
        (karen, "health", ellie, {"general_health_well": "Has had all her injections."}),
    ]  # fmt: skip
    for who, key, person, answers in told:
        with acting_as(who) as by:
            save_answers(
                assessment=eha, part=eha.form.find(key), person=person, writer="w", by=by,
                sent={name: Sent(value=value, base="-") for name, value in answers.items()},
            )  # fmt: skip
    return start_assessment(people.case, people.alice, initiated_at=timezone.now())


def shoot(window, name):
    if SHOTS:
        window.page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def stored(later, key):
    with as_system():
        row = Section.objects.filter(assessment=later, key=key).first()
        return row.answers if row else {}


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("script", [True, False])
def test_pages_of_what_is_known_are_sound(people, later, karen, children, window_of, width, script):
    pages = {
        "known": reverse("assessment-already-known", args=[later.pk]),
        "part": reverse("assessment-person-part", args=[later.pk, "child", children[0].pk]),
        "wellbeing": reverse("assessment-person-part", args=[later.pk, "wellbeing", children[0].pk]),
        "together": reverse("assessment-together", args=[later.pk, "child"]),
    }
    for who in (people.alice, karen):
        window = window_of(who, width=width, script=script)
        for name, path in pages.items():
            page = window.go(path)
            if script:
                window.settle()
                if name == "part" and page.locator("details.app-siblings").count():
                    page.locator("details.app-siblings summary").click()
                assert sideways(page) == [], name
                assert axe_faults(page) == [], name
            shoot(window, f"{who.user.first_name}-{name}-{width}{'' if script else '-plain'}")
        assert window.problems == []
    window.go(pages["known"])  # the health visitor's: injections, and nothing of school
    assert "Has had all her injections." in window.words()
    assert "Loves books" not in window.words() and "attendance" not in window.words()


def test_no_opens_the_box_with_the_words_in_it_and_yes_puts_them_back(people, later, window_of):
    window = window_of(people.alice)
    page = window.go("assessment-part", later.pk, "important")
    window.settle()
    box = page.locator("textarea[name=people]")
    expect(box).to_be_hidden()
    offer = page.locator("[data-offer][data-question=people]")
    offer.get_by_label("No, change it").check()
    expect(box).to_have_value("Grandma Joan lives two streets away.\nUncle Ray coaches football.")
    box.fill("Grandma Joan has moved in.")
    offer.get_by_label("Yes", exact=True).check()
    expect(box).to_be_hidden()
    expect(page.locator("[data-autosave-status]").first).to_have_text(SAVED)
    assert stored(later, "important") == {
        "people": "Grandma Joan lives two streets away.\nUncle Ray coaches football."
    }
    assert window.problems == []


def test_one_click_confirms_all_without_leaving_the_page(people, later, children, window_of):
    window = window_of(people.alice)
    page = window.go("assessment-person-part", later.pk, "child", children[0].pk)
    window.settle()
    page.get_by_role("button", name="All 5 of these are still right").click()
    expect(page.locator("[data-still-right-said]")).to_have_text("5 answers confirmed")
    expect(page.locator("[data-autosave-status]").first).to_have_text(SAVED)
    assert set(stored(later, "child")) == {"first_language", "gp", "disabled", "carer", "carer_detail"}
    page = window.go("assessment-person-part", later.pk, "child", children[0].pk)
    assert "Confirmed by Alice" in window.words()
    assert window.problems == []


@pytest.mark.parametrize("script", [True, False])
def test_the_enter_key_in_a_box_confirms_nothing(people, later, children, window_of, script):
    window = window_of(people.alice, script=script)
    page = window.go("assessment-person-part", later.pk, "child", children[0].pk)
    if script:
        window.settle()
    page.locator("input[name=faith]").fill("None")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert stored(later, "child") == {"faith": "None"}


def test_all_of_it_is_done_without_javascript(people, later, children, window_of):
    window = window_of(people.alice, script=False)
    page = window.go("assessment-already-known", later.pk)
    assert "From assessment" in window.words()
    page.get_by_role("group", name="Still right? Which GP practice are they with?").get_by_label(
        "No, change it"
    ).check()
    page.get_by_role("button", name="are still right, except any marked").click()
    page.wait_for_load_state()
    assert "answers confirmed" in page.content() and "Mill Street Surgery" in window.words()
    page.get_by_role("link", name=re.compile("Change or add to this part.*About Ellie")).click()
    page.get_by_label("No, change it").check()
    page.locator("input[name=gp]").fill("Sedge Surgery")
    window.press("Save and go back to all parts")
    assert stored(later, "child")["gp"] == "Sedge Surgery"
