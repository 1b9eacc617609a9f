"""A page that outlives its session: signing in again without leaving it, in a real browser. Nobody else gets the words."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.utils import timezone

from assessments.models import Section
from earlyhelp.access.context import as_system
from earlyhelp.accounts import actions, second_factor
from earlyhelp.headers import SIGNED_IN_AT, USED_AT
from tests.fixtures.browser import PASSWORD, SECRET, axe_faults, sideways

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
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
    page.wait_for_timeout(1000)
    saved(page)
    assert stored() == [{"reason": WORDS, "hopes": "Calm mornings"}]
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
    page.get_by_role("button", name="Stay signed in").click()
    page.get_by_role("dialog").wait_for(state="detached")
    session = Session.objects.get().get_decoded()
    assert timezone.now().timestamp() - session[USED_AT] < 20
    assert SIGNED_IN_AT in session
