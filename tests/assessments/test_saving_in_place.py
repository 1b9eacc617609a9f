"""A page that outlives its session: signing in again without leaving it, in a real browser. Nobody else gets the words."""

import os
import re
import time
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.utils import timezone

from assessments.models import Section
from cases.models import Person
from earlyhelp.access.context import as_system
from earlyhelp.accounts import actions, second_factor
from earlyhelp.headers import SIGNED_IN_AT, USED_AT
from tests.fixtures.browser import PASSWORD, SECRET, axe_faults, sideways

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("EH_SHOTS", "")  # a folder to look at what was met
BOX = "What has led to this assessment?"
WORDS = "Late for school since the move, and often hungry."


@pytest.fixture(autouse=True)
def _fresh_counts():
    cache.clear()


def end_sessions():
    Session.objects.all().update(expire_date=timezone.now() - timezone.timedelta(seconds=1))


def age_sessions(**names):
    """Let the sessions look as if they were so many seconds older."""
    for row in Session.objects.all():
        session = row.get_decoded()
        for name, seconds in names.items():
            session[name] = int(timezone.now().timestamp()) - seconds
        Session.objects.filter(pk=row.pk).update(session_data=Session.objects.encode(session))


def stored():
    with as_system():
        return [section.answers for section in Section.objects.all()]


def comes_to_store(*wanted):
    """Wait until these are the answers; leaving a field saves them in a moment, and "Saved" may still be an earlier one's."""
    until = time.monotonic() + 20
    while stored() != list(wanted) and time.monotonic() < until:
        time.sleep(0.1)
    assert stored() == list(wanted)


def give(page, who, *, password=PASSWORD, code=True):
    """Sign in in the dialog, as a person does."""
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Email address").fill(who.user.email)
    dialog.get_by_label("Password", exact=True).fill(password)
    dialog.get_by_role("button", name="Continue").click()
    if code:
        dialog.get_by_label("Code").fill(second_factor.current_code(SECRET))
        dialog.get_by_role("button", name="Sign in", exact=True).click()


def can_sign_in(who):
    actions.set_password(who.user, PASSWORD)
    second_factor.set_up_totp(who.user, SECRET)


def picture(page, name):
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png")


def saved(page):
    page.locator("[data-autosave-status]").filter(has_text=re.compile("^Saved")).wait_for()


@pytest.fixture
def timed_out(people, eha, window_of):
    """Alice typed, and her session ended before it was saved."""
    can_sign_in(people.alice)
    window = window_of(people.alice)
    page = window.go("assessment-part", eha.pk, "start")
    window.settle()
    end_sessions()
    page.get_by_label(BOX).fill(WORDS)
    page.keyboard.press("Tab")
    page.get_by_role("dialog", name="Sign in again to go on").wait_for()
    page.get_by_role("dialog").get_by_label("Email address").wait_for()
    return window


@pytest.mark.parametrize("width", [1280, 320])
def test_sign_in_again_in_place_and_it_is_saved(timed_out, people, width):
    page = timed_out.page
    page.set_viewport_size({"width": width, "height": 800})
    address = page.url
    assert axe_faults(page) == [] and sideways(page) == []
    assert page.evaluate("document.activeElement.type") == "email"
    picture(page, f"sign-in-again-{width}")
    page.keyboard.press("Escape")
    assert page.get_by_role("dialog").is_visible()
    give(page, people.alice, password="not the right one", code=False)
    page.get_by_role("dialog").get_by_role("alert").get_by_text(
        "Check your email address and password"
    ).wait_for()
    assert axe_faults(page) == []
    give(page, people.alice)
    saved(page)
    assert page.get_by_role("dialog").count() == 0
    assert stored() == [{"reason": WORDS}]
    assert page.url == address and page.get_by_label(BOX).input_value() == WORDS
    page.get_by_label("What does the family hope will change?").fill("Calm mornings")
    page.keyboard.press("Tab")
    comes_to_store({"reason": WORDS, "hopes": "Calm mornings"})
    saved(page)
    page.get_by_role("button", name="Save and go back to all parts").click()
    page.get_by_role("heading", level=1, name="Assessment").first.wait_for()


def test_signing_in_in_another_tab_is_noticed(timed_out, people, signed_in_as):
    timed_out.use_cookie(signed_in_as(people.alice).cookies["earlyhelp"].value)
    timed_out.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    saved(timed_out.page)
    assert stored() == [{"reason": WORDS}]


def test_somebody_else_who_signs_in_gets_none_of_it(timed_out, people):
    page = timed_out.page
    can_sign_in(people.coordinator)
    give(page, people.coordinator)
    page.get_by_role("dialog", name="Somebody else has signed in here").wait_for()
    picture(page, "somebody-else-1280")
    assert axe_faults(page) == []
    page.wait_for_timeout(1500)
    assert stored() == []
    # Not by a save that the page might still try, either.
    page.evaluate("document.dispatchEvent(new CustomEvent('session:again'))")
    page.wait_for_timeout(1000)
    assert stored() == []
    # The writer comes back.
    page.get_by_role("button", name=f"Sign in as {people.alice.user.full_name}").click()
    page.get_by_role("dialog").get_by_label("Email address").wait_for()
    give(page, people.alice)
    saved(page)
    assert stored() == [{"reason": WORDS}]


def test_page_of_somebody_else_in_another_tab_is_covered(people, eha, window_of, signed_in_as):
    window = window_of(people.alice)
    page = window.go("assessment-part", eha.pk, "start")
    window.settle()
    window.use_cookie(signed_in_as(people.coordinator).cookies["earlyhelp"].value)
    page.get_by_label(BOX).fill(WORDS)
    page.get_by_role("dialog", name="Somebody else has signed in here").wait_for()
    assert stored() == []


def test_warning_before_the_session_ends_and_staying(people, eha, window_of, settings):
    window = window_of(people.alice)
    page = window.page
    page.clock.install()
    window.go("assessment-part", eha.pk, "start")
    window.page.wait_for_selector("body.js-enabled")
    # Nobody touches the page until 100 seconds before the end, as the server has it.
    age_sessions(**{USED_AT: settings.SESSION_IDLE_SECONDS - 100})
    page.clock.fast_forward(1000 * (settings.SESSION_IDLE_SECONDS - 119))
    page.get_by_role("dialog", name="Are you still there?").wait_for()
    assert axe_faults(page) == []
    picture(page, "still-there-1280")
    page.get_by_role("button", name="Stay signed in").click()
    page.get_by_role("dialog").wait_for(state="detached")
    session = Session.objects.get().get_decoded()
    assert timezone.now().timestamp() - session[USED_AT] < 20
    assert SIGNED_IN_AT in session


@pytest.mark.parametrize("width", [1280, 320])
def test_network_that_is_cut_is_said_where_one_writes(people, eha, window_of, width):
    window = window_of(people.alice, width=width)
    page = window.go("assessment-part", eha.pk, "start")
    window.settle()
    page.context.set_offline(True)
    page.get_by_label(BOX).fill(WORDS)
    page.keyboard.press("Tab")
    status = page.locator("[data-autosave-status]")
    status.get_by_text("Not saved: no connection").wait_for()
    page.locator("[name=done]").scroll_into_view_if_needed()
    assert status.is_visible() and page.evaluate(
        "document.querySelector('[data-autosave-status]').getBoundingClientRect().top >= 0"
    )
    assert axe_faults(page) == [] and sideways(page) == []
    picture(page, f"no-connection-{width}")
    # The button does not leave a page that is not stored.
    page.get_by_role("button", name="Save and go back to all parts").click()
    page.wait_for_timeout(500)
    assert page.get_by_label(BOX).input_value() == WORDS
    page.context.set_offline(False)
    saved(page)
    assert stored() == [{"reason": WORDS}]


def test_without_javascript_the_words_come_back_after_signing_in(people, eha, window_of):
    can_sign_in(people.alice)
    window = window_of(people.alice, script=False)
    page = window.go("assessment-part", eha.pk, "start")
    page.get_by_label(BOX).fill(WORDS)
    end_sessions()
    window.press("Save and go back to all parts")
    page.get_by_label("Email address").fill(people.alice.user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    window.press("Continue")
    page.get_by_label("Code").fill(second_factor.current_code(SECRET))
    window.press("Sign in")
    page.get_by_role("heading", name="What you typed is kept").wait_for()
    assert WORDS in window.words() and WORDS not in page.url
    picture(page, "kept-1280")
    assert sideways(page) == []
    window.press("Save what I typed")
    assert stored() == [{"reason": WORDS}]
    assert page.get_by_role("heading", level=1).count() == 1


def test_an_answer_that_depends_on_another_is_saved_too(people, eha, window_of):
    """Also while it stands inside the answer that asks for it."""
    with as_system():
        child = Person.objects.get(family=people.case.family_id, is_child=True)
    window = window_of(people.alice)
    page = window.go("assessment-person-part", eha.pk, "child", child.pk)
    window.settle()
    page.get_by_role("group", name="Do they have a disability?").get_by_label("Yes").check()
    page.get_by_label("Which of these?").first.or_(page.get_by_text("Which of these?")).first.wait_for()
    page.get_by_role("group", name="Do they look after somebody at home?").get_by_label("Yes").check()
    page.locator("textarea[name=carer_detail]").fill("Cooks for her brother")
    page.keyboard.press("Tab")
    comes_to_store({"disabled": "yes", "carer": "yes", "carer_detail": "Cooks for her brother"})
    saved(page)
