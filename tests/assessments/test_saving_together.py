"""Two people on one part, in real browsers: each sees the other, where they write, and what they saved; nothing is locked."""

import os
import re
from pathlib import Path

import pytest
from django.utils import timezone

from assessments.models import Section
from cases.models import Consent
from earlyhelp.access.context import as_system
from tests.fixtures.browser import axe_faults, sideways

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("EH_SHOTS", "")  # a folder to look at what was met
BOX, HOPES = "What has led to this assessment?", "What does the family hope will change?"


@pytest.fixture
def both(site, people, tom, eha, window_of):
    alice, police = window_of(people.alice), window_of(tom, width=320)
    alice.go("assessment-part", eha.pk, "start")
    police.go("assessment-part", eha.pk, "start")
    alice.page.get_by_text(f"{tom.user.full_name} (Westmoor Police) is on this part").wait_for()
    police.page.get_by_text(f"{people.alice.user.full_name} (").first.wait_for()
    return alice, police


def picture(page, name):
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=False)


def saved(page):
    page.locator("[data-autosave-status]").filter(has_text=re.compile("^Saved")).wait_for()


def test_each_sees_the_other_where_they_write_and_what_they_saved(both, people, tom):
    alice, police = both
    mine, theirs = alice.page, police.page
    theirs.get_by_label(BOX).press_sequentially("From Tom")
    mine.get_by_text(f"{tom.user.full_name} (Westmoor Police) is writing in “{BOX}”").wait_for()
    assert mine.get_by_text(f"{tom.user.full_name} is writing here").is_visible()
    for window in both:
        assert axe_faults(window.page) == [] and sideways(window.page) == []
    picture(mine, "part-with-others-1280")
    picture(theirs, "part-with-others-320")
    # It comes in by itself where nothing was touched, and never over what is being written.
    mine.get_by_label(HOPES).press_sequentially("Calm")
    saved(theirs)
    mine.locator("textarea[name=reason]").and_(mine.get_by_label(BOX)).wait_for()
    for _ in range(100):
        if (
            mine.get_by_label(BOX).input_value() == "From Tom"
            and theirs.get_by_label(HOPES).input_value() == "Calm"
        ):
            break
        mine.wait_for_timeout(100)
    assert mine.get_by_label(BOX).input_value() == "From Tom"
    assert theirs.get_by_label(HOPES).input_value() == "Calm"
    assert mine.get_by_label(HOPES).input_value() == "Calm"
    spoken = mine.locator("[data-beside-status]").inner_text()
    assert spoken == f"Also on this part now: {tom.user.full_name}, Westmoor Police"
    theirs.keyboard.press("Tab")
    mine.get_by_text(f"{tom.user.full_name} (Westmoor Police) is on this part").wait_for()
    police.close()
    mine.locator("[data-beside]").wait_for(state="hidden")
    assert alice.problems == []


def test_both_in_one_box_keep_both_and_are_told(both, people, tom):
    alice, police = both
    address, held = "**" + police.page.locator("[data-save-url]").get_attribute("data-save-url"), []
    police.page.route(address, lambda route: held.append(route))  # his page saves by itself; hers is to be the first
    alice.page.get_by_label(BOX).press_sequentially("What Alice heard")
    police.page.get_by_label(BOX).press_sequentially("What Tom saw")
    alice.page.keyboard.press("Tab")
    saved(alice.page)
    police.page.unroute(address)
    for route in held:
        route.continue_()
    police.page.keyboard.press("Tab")
    police.page.get_by_text("Two versions of this answer").wait_for()
    police.page.locator("[data-autosave-status]").get_by_text("both are kept").wait_for()
    alice.page.get_by_text("Two versions of this answer").wait_for()
    assert police.page.get_by_label(BOX).input_value() == "What Tom saw"
    assert alice.page.get_by_label(BOX).input_value() == "What Alice heard"
    for window in both:
        assert axe_faults(window.page) == [] and sideways(window.page) == []
    picture(alice.page, "part-two-versions-1280")
    picture(police.page, "part-two-versions-320")
    with as_system():
        section = Section.objects.get()
    assert section.answers == {"reason": "What Alice heard"}
    assert [entry["value"] for entry in section.differing["reason"]] == ["What Tom saw"]


def test_page_leaves_the_screen_when_sight_ends(both, people, tom):
    _alice, police = both
    with as_system():
        Consent.objects.filter(agency=tom.agency).update(ended_at=timezone.now(), end_reason="withdrawn")
    police.page.get_by_role("heading", name="You can no longer see this record").wait_for()
    assert BOX not in police.page.locator("body").inner_text()
    assert axe_faults(police.page) == []


def test_page_is_complete_without_a_live_process(site, live, people, eha, window_of):
    live.stop()
    window = window_of(people.alice)
    page = window.go("assessment-part", eha.pk, "start")
    page.get_by_label(BOX).fill("Typed all the same")
    page.keyboard.press("Tab")
    saved(page)
    assert page.locator("[data-beside]").is_hidden()
    window.problems = [each for each in window.problems if "WebSocket connection" not in each]
    assert window.problems == []
