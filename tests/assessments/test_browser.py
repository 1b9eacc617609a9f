"""Autosave in a real browser: it says when it saved, loses nothing, and two people see each other's words."""

import os
import re

import pytest
from django.urls import reverse

from assessments.models import Section
from cases.models import Person
from earlyhelp.access.context import as_system

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SAVED = re.compile(r"Saved \d{1,2}:\d{2}[ap]m|Saved mid")


@pytest.fixture(scope="module")
def chromium():
    from playwright.sync_api import sync_playwright

    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def open_as(live_server, chromium, signed_in_as, settings):
    """A page of the browser, signed in: `open_as(alice, "assessment-part", eha.pk, "start")`."""
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    contexts = []

    def go(membership, name, *args, javascript=True):
        context = chromium.new_context(java_script_enabled=javascript)
        cookie = signed_in_as(membership).cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
        contexts.append(context)
        page = context.new_page()
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.goto(live_server.url + reverse(name, args=args))
        return page

    yield go
    for context in contexts:
        context.close()


def answers():
    with as_system():
        return Section.objects.get().answers


def wait_until_saved(page):
    wait_until_said(page, "^Saved")


def wait_until_said(page, words: str):
    page.locator("[data-autosave-status]").filter(has_text=re.compile(words)).wait_for(
        state="attached", timeout=10_000
    )


def test_typing_is_saved_by_itself_and_said(people, eha, open_as):
    page = open_as(people.alice, "assessment-part", eha.pk, "start")
    page.get_by_label("What has led to this assessment?").fill("Late for school")
    assert page.locator("[data-autosave-status]").inner_text() == "Not saved yet"
    page.get_by_label("A professional asked").check()
    wait_until_saved(page)
    assert SAVED.match(page.locator("[data-autosave-status]").inner_text())
    assert answers() == {"reason": "Late for school", "route": "agency"}
    assert page.problems == []


def test_two_people_on_one_page_see_each_others_words(people, eha, open_as):
    mine = open_as(people.alice, "assessment-part", eha.pk, "start")
    theirs = open_as(people.coordinator, "assessment-part", eha.pk, "start")
    mine.get_by_label("What has led to this assessment?").fill("From Alice")
    mine.keyboard.press("Tab")
    wait_until_saved(mine)
    theirs.get_by_label("What does the family hope will change?").fill("Calm mornings")
    theirs.keyboard.press("Tab")
    wait_until_saved(theirs)
    assert theirs.get_by_label("What has led to this assessment?").input_value() == "From Alice"
    theirs.get_by_label("What has led to this assessment?").fill("From Alice and Dee")
    theirs.keyboard.press("Tab")
    wait_until_saved(theirs)
    mine.get_by_label("What has led to this assessment?").fill("From Alice again")
    mine.keyboard.press("Tab")
    mine.get_by_text("Two versions of this answer").wait_for()
    assert mine.get_by_label("What has led to this assessment?").input_value() == "From Alice again"
    with as_system():
        section = Section.objects.get()
    assert section.answers == {"reason": "From Alice and Dee", "hopes": "Calm mornings"}
    assert section.differing["reason"][0]["value"] == "From Alice again"
    mine.get_by_label("What is in the box is right").check()
    mine.get_by_role("button", name="Save and go back to all parts").click()
    with as_system():
        section.refresh_from_db()
    assert section.answers["reason"] == "From Alice again" and section.differing == {}
    assert mine.problems == theirs.problems == []


def test_nothing_is_lost_while_the_network_is_gone(people, eha, open_as):
    page = open_as(people.alice, "assessment-part", eha.pk, "start")
    page.context.set_offline(True)
    page.get_by_label("What has led to this assessment?").fill("Typed without a network")
    page.keyboard.press("Tab")
    wait_until_said(page, "no connection")
    page.context.set_offline(False)
    wait_until_saved(page)
    assert answers() == {"reason": "Typed without a network"}


def test_signing_in_again_elsewhere_does_not_lose_what_was_typed(people, eha, open_as):
    page = open_as(people.alice, "assessment-part", eha.pk, "start")
    page.evaluate("document.querySelector('[name=csrfmiddlewaretoken]').value = 'x'.repeat(64)")
    page.get_by_label("What has led to this assessment?").fill("Typed before signing in again")
    page.keyboard.press("Tab")
    wait_until_saved(page)
    assert answers() == {"reason": "Typed before signing in again"}


def test_a_dependent_question_shows_when_it_applies(people, eha, open_as):
    with as_system():
        child = Person.objects.get(family=people.case.family_id, is_child=True)
    page = open_as(people.alice, "assessment-person-part", eha.pk, "child", child.pk)
    which = page.get_by_text("Which of these?", exact=True)
    assert not which.is_visible()
    page.get_by_role("group", name="Do they have a disability?").get_by_label("Yes").check()
    assert which.is_visible()
    wait_until_saved(page)
    assert answers() == {"disabled": "yes"}


def test_the_same_page_works_without_javascript(people, eha, open_as):
    page = open_as(people.alice, "assessment-part", eha.pk, "start", javascript=False)
    page.get_by_label("What has led to this assessment?").fill("Late for school")
    page.get_by_label("I have finished this part").check()
    page.get_by_role("button", name="Save and continue").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Who is doing this assessment"
    assert answers() == {"reason": "Late for school"}


def test_axe_finds_nothing_and_nothing_scrolls_sideways(people, world, eha, open_as, cleared_check, start_assessment):
    from axe_playwright_python.sync_playwright import Axe

    from assessments.actions import save_answers
    from assessments.answers import Sent
    from earlyhelp.access.context import acting_as

    with as_system():
        child = Person.objects.get(family=people.case.family_id, is_child=True)
        sibling = Person.objects.create(family=people.case.family, first_name="Sam", last_name="Hollis", born_on=child.born_on)
    world.consent(people.case, people.school, person=sibling)
    token = f"rating__p{child.pk.hex}"
    for who, key, person, values in (
        (people.alice, "family_life", None, {"family_history_well": "They share the cooking"}),
        (people.coordinator, "family_life", None, {"family_history_well": "Grandma helps"}),
        (people.alice, "learning", child, {"said": "I like maths", token: 6}),
        (people.alice, "health", child, {"general_health_worry": "Tired"}),
        (people.coordinator, "health", child, {"general_health_well": "Well"}),
    ):
        with acting_as(who) as actor:
            save_answers(assessment=eha, part=eha.form.find(key), person=person, writer=str(who.pk), by=actor,
                         sent={name: Sent(value=value, base="-") for name, value in values.items()})
    check = cleared_check(people.alice, draft={"home": {"family_name": "Orchard", "hub": str(people.hub.pk)},
                                               "children": [{"first_name": "Maya"}], "adults": []})
    with as_system():
        check.candidates = {"people": [{"id": str(child.pk), "band": "likely", "score": 90, "why": "same name"}],
                            "hubs": [people.hub.pk]}
        check.save()
    ended = start_assessment(people.case, people.alice, status="withdrawn", withdrawn_reason="Moved away",
                             withdrawn_at=eha.initiated_at)
    pages = [
        ("start-assessment",), ("assessment-check-result", check.pk), ("assessment-register", check.pk),
        ("assessment-statement", check.pk), ("assessment-agreed", check.pk), ("assessment-tier4", check.pk),
        ("assessment-neither", check.pk), ("record-assessments", people.case.reference), ("assessment", eha.pk),
        ("assessment", ended.pk), ("assessment-part", eha.pk, "start"), ("assessment-part", eha.pk, "services"),
        ("assessment-part", ended.pk, "start"), ("assessment-part", eha.pk, "family_life"),
        ("assessment-part", eha.pk, "summary"), ("assessment-person-part", eha.pk, "learning", child.pk),
        ("assessment-person-part", eha.pk, "health", child.pk), ("assessment-person-part", eha.pk, "child_needs", child.pk),
        ("assessment-check", eha.pk), ("assessment-copies", eha.pk), ("assessment-withdraw", eha.pk),
    ]  # fmt: skip
    page = open_as(people.alice, *pages[0])
    found = {}
    for name, *args in pages:
        page.goto(page.url.split("/assessments/")[0].split("/families/")[0] + reverse(name, args=args))
        report = Axe().run(page)
        if report.violations_count:
            found[name, *map(str, args[1:])] = report.generate_report()[:900]
        page.set_viewport_size({"width": 320, "height": 800})
        wide = page.evaluate("document.documentElement.scrollWidth")
        page.set_viewport_size({"width": 1280, "height": 900})
        if wide > 320:
            found[name, "wide"] = str(wide)
    assert found == {}, "\n".join(f"{key}: {value}" for key, value in found.items())
    page.get_by_role("button", name="Withdraw assessment").click()
    page.wait_for_load_state()  # a click waits for the answer's first bytes only
    assert Axe().run(page).violations_count == 0 and page.title().startswith("Error: ")
    assert page.problems == []
