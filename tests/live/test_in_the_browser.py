"""Two people of two agencies on one record, in real browsers: they see each other, until consent ends."""


import pytest
from django.utils import timezone

from cases.models import Consent
from earlyhelp.access.context import as_system
from tests.fixtures.browser import axe_faults, sideways

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TOLD = "Also here: {} ({})"


@pytest.fixture
def both(site, people, tom, window_of):
    """Alice on the plan and Tom on the timeline, each told of the other."""
    reference = people.case.reference
    alice, police = window_of(people.alice), window_of(tom, width=320)
    alice.go("record-plan", reference)
    police.go("record-timeline", reference)
    line = alice.page.locator("[data-live]")
    line.get_by_text(f"Also here: {tom.user.full_name} (Westmoor Police), on the timeline").wait_for()
    police.page.locator("[data-live]").get_by_text(f"Also here: {people.alice.user.full_name}").wait_for()
    return alice, police


def test_each_sees_the_other_quietly_and_accessibly(both, people, tom, tmp_path):
    alice, police = both
    for window in both:
        assert axe_faults(window.page) == []
        assert sideways(window.page) == []
        assert window.problems == []
    spoken = alice.page.locator("[data-live-status]")
    assert spoken.inner_text() == f"Also looking at this record now: {tom.user.full_name}, Westmoor Police"
    # Tom turns a page: the line follows, nothing is read aloud again, and he is not gone in between.
    spoken.evaluate("element => { element.textContent = '' }")
    police.go("record-plan", people.case.reference)
    alice.page.get_by_text("(Westmoor Police), on the plan").wait_for()
    assert spoken.inner_text() == ""
    police.close()
    alice.page.locator("[data-live]").wait_for(state="hidden")


def test_consent_withdrawn_takes_the_record_off_the_screen_at_once(no_clock, both, people, tom):
    alice, police = both
    assert people.case.reference in police.page.locator("body").inner_text()
    with as_system():
        Consent.objects.filter(agency=tom.agency).update(ended_at=timezone.now(), end_reason="withdrawn")
    police.page.get_by_role("heading", name="You can no longer see this record").wait_for()
    text = police.page.locator("body").inner_text()
    for word in (people.case.reference, "Hollis", people.alice.user.full_name):
        assert word not in text
    assert police.page.evaluate("document.activeElement.tagName") == "H1"
    assert axe_faults(police.page) == []
    assert sideways(police.page) == []
    alice.page.locator("[data-live]").wait_for(state="hidden")
    assert people.case.reference in alice.page.locator("body").inner_text()
    police.page.get_by_role("link", name="Go to My work").click()
    police.page.get_by_role("heading", name="My work", level=1).wait_for()
    assert police.problems == []


def test_words_not_saved_stay_when_only_the_session_ended(site, people, window_of):
    window = window_of(people.alice)
    page = window.go("record-note", people.case.reference)
    page.wait_for_selector("[data-live]", state="attached")
    box = page.locator("textarea").first
    box.fill("She said it was better this week.")
    page.wait_for_timeout(500)
    with as_system():
        type(people.alice.user).objects.filter(pk=people.alice.user_id).update(session_generation=99)
    page.get_by_role("heading", name="You have been signed out").wait_for()
    assert box.input_value() == "She said it was better this week."
    assert page.get_by_role("region", name="Record summary").count() == 0


def test_page_is_complete_without_a_live_process(site, live, people, window_of):
    live.stop()
    window = window_of(people.alice)
    page = window.go("record-plan", people.case.reference)
    page.wait_for_timeout(300)
    assert page.locator("[data-live]").is_hidden()
    window.problems = [each for each in window.problems if "WebSocket connection" not in each]
    assert window.problems == []
