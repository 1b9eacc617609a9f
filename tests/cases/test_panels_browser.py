"""A panel in Chromium: three people ask, offer and answer, without scripts where it is said, at 320 px, and axe-clean."""

import os
from pathlib import Path

import pytest
from django.core.cache import cache
from django.urls import reverse

from cases.models import PanelOffer, PanelRequest
from earlyhelp.access.context import as_system
from tests.fixtures.browser import axe_faults, sideways
from tests.fixtures.plan import in_days

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(280)]
SHOTS = os.environ.get("EH_SHOTS")


@pytest.fixture
def county(request):
    cache.clear()
    return request.getfixturevalue("panels")


def looked_at(window, name: str) -> dict[str, list[str]]:
    """What is wrong with the page as it stands, wide and on a phone; with EH_SHOTS a picture of both."""
    page, found = window.page, {}
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 900})
        if SHOTS:
            page.screenshot(path=Path(SHOTS) / f"{name}-{width}.png", full_page=True)
        if faults := sideways(page):
            found[f"{name} at {width}"] = faults
    page.set_viewport_size({"width": 1280, "height": 900})
    if faults := axe_faults(page):
        found[f"{name}: axe"] = faults
    return found


def fill_request(page, county) -> None:
    page.get_by_label("What help does the family want from the panel?").fill(
        "Calm mornings, and a group for Mum"
    )
    page.get_by_role("group", name="Does the family need two or more services?").get_by_label("Yes").check()
    page.get_by_label("Who in the family agreed").select_option(label="Dana Hollis, mother")
    page.get_by_label("When did they agree?").fill(typed(in_days(-1)))
    for agency in ("Westmoor Health", "Harbour Families", "Westmoor Police"):
        page.get_by_label(agency, exact=True).check()
    page.get_by_role("group", name="Did the family get the leaflet").get_by_label("Yes").check()


def typed(date) -> str:
    return f"{date.day}/{date.month}/{date.year}"


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without"])
def test_a_family_is_put_to_a_panel_helped_and_answers(county, window_of, script):
    alice, hal, dee, vi = (
        window_of(each, script=script) for each in (county.alice, county.hal, county.dee, county.vi)
    )
    wrong = {}
    alice.go("record-meetings", county.first.reference)
    wrong |= looked_at(alice, "record-meetings") if script else {}
    alice.follow("Ask a panel")
    wrong |= looked_at(alice, "choose") if script else {}
    page = alice.press("Ask this panel", exact=False)
    page.get_by_role("button", name="Send to the panel").click()
    assert "There is a problem" in alice.words()
    wrong |= looked_at(alice, "ask-wrong") if script else {}
    fill_request(page, county)
    wrong |= looked_at(alice, "ask") if script else {}
    alice.press("Send to the panel")
    assert "Does not see it" in alice.words() and "no live signature" in alice.words()
    wrong |= looked_at(alice, "request") if script else {}
    county.start()
    with as_system():
        request = PanelRequest.objects.get()
    hal.go("sitting", county.sitting.pk)
    wrong |= looked_at(hal, "sitting-member") if script else {}
    hal.follow("Hollis", exact=False)
    page = hal.press("We can help")
    page.get_by_label("What can you help with?").fill("Six weeks of a sleep clinic")
    page.get_by_label("From which day?").fill(typed(in_days(6)))
    choose(page, "Who will do it?", county.nurse, script)
    wrong |= looked_at(hal, "offer") if script else {}
    hal.press("Suggest this help")
    page = hal.follow("Write down what was said")
    page.get_by_label("What was said or decided?").fill("There is a place in two weeks")
    wrong |= looked_at(hal, "note") if script else {}
    hal.press("Add to the record")
    vi.go("panel-cannot", county.first.reference, request.pk)
    vi.page.get_by_label("Why can your agency not help?").fill("Our group is full until spring")
    vi.press("Save the reason")
    dee.go("sitting", county.sitting.pk)
    dee.press("Talk about this now", exact=False)
    wrong |= looked_at(dee, "sitting-chair") if script else {}
    page = dee.follow("Close the item", exact=False)
    page.get_by_label("What is the next step?").fill("Alice tells the family by Friday")
    wrong |= looked_at(dee, "close") if script else {}
    dee.press("Close the item")
    assert "The family decides" in dee.words()
    page = dee.go("sitting-end", county.sitting.pk)
    for group in page.get_by_role("group").all():
        group.get_by_label("Was there", exact=True).check()
    wrong |= looked_at(dee, "end") if script else {}
    dee.press("End the sitting")
    wrong |= looked_at(dee, "sitting-after") if script else {}
    alice.go("my-work")
    page = alice.follow("Ask the family about what a panel suggests")
    page = alice.follow("Write down what the family decides", exact=False)
    page.get_by_label("They accept").check()
    page.get_by_label("Who answered?").select_option(label="Dana Hollis, mother")
    wrong |= looked_at(alice, "answer") if script else {}
    alice.press("Save the answer")
    assert "The family has answered" in alice.words()
    wrong |= looked_at(alice, "request-answered") if script else {}
    assert (
        hal.page.goto(hal.site + reverse("panel-request", args=[county.first.reference, request.pk])).status
        == 404
    )
    with as_system():
        assert PanelOffer.objects.get(worker__isnull=False).action.owner_membership_id == county.nurse.pk
    assert wrong == {}
    assert alice.problems == []


def choose(page, label: str, membership, script: bool) -> None:
    """Pick a person from a list, which scripts turn into a box to type in."""
    if not script:
        page.get_by_label(label).select_option(value=str(membership.pk))
        return
    page.get_by_label(label).fill(membership.user.full_name)
    page.get_by_role("option").first.click()


def test_a_panel_is_run(county, window_of):
    dee, hal, pat = (window_of(each) for each in (county.dee, county.hal, county.pat))
    wrong = {}
    dee.go("panels")
    wrong |= looked_at(dee, "panels")
    dee.follow("Alder Vale panel")
    wrong |= looked_at(dee, "panel")
    dee.press("Set a date")
    wrong |= looked_at(dee, "date")
    dee.go("panel-new")
    wrong |= looked_at(dee, "new")
    dee.go("panel-member-add", county.panel.pk)
    wrong |= looked_at(dee, "member")
    hal.go("panel-sign", county.panel.pk)
    wrong |= looked_at(hal, "sign")
    county.ask(county.first, county.hal, county.pat)
    pat.go("sitting", county.sitting.pk)
    assert "nothing on this sitting that you may see" in pat.words()
    wrong |= looked_at(pat, "sitting-nothing")
    page = hal.go("sitting", county.sitting.pk)
    page.get_by_label("Add a general note").fill("The Hollis family was early")
    hal.press("Add the note")
    assert "name or reference of a family" in hal.words()
    wrong |= looked_at(hal, "sitting-names")
    assert wrong == {}
