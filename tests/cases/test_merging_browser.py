"""Linking and merging in Chromium by two people, without scripts, at 320 px, and axe-clean."""

import os
from pathlib import Path

import pytest
from django.core.cache import cache
from django.urls import reverse

from assessments.actions import check_for_record
from assessments.matching import Asked
from cases.models import Merge
from earlyhelp.access.context import acting_as, as_system
from tests.fixtures.browser import axe_faults, sideways

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(280)]
SHOTS = os.environ.get("EH_SHOTS")


@pytest.fixture
def county(request):
    cache.clear()
    return request.getfixturevalue("twice")


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


def test_two_people_link_merge_and_undo(county, window_of, people):
    first, second = window_of(county.first), window_of(county.second)
    ids = (county.kai.pk, county.kay.pk)
    wrong = {}
    first.go("duplicates")
    wrong |= looked_at(first, "duplicates")
    page = first.go("duplicates-pair", *ids)
    page.get_by_label("This person").check()
    page.get_by_label("They may be the same").check()
    page.get_by_label("How do you know?").fill("The school says it is one boy")
    first.press("Save")
    wrong |= looked_at(first, "pair")
    first.go("record-people", county.kept_case.reference)
    assert "may be the same person as Kay Holis" in first.words()
    wrong |= looked_at(first, "people")
    page = first.go("merge-propose", *ids)
    wrong |= looked_at(first, "propose")
    page.get_by_label("How do you know that they are the same?").fill("The mother says so")
    first.press("Propose the merge")
    assert "Somebody else with this right must look" in first.words()
    wrong |= looked_at(first, "own")
    with as_system():
        merge = Merge.objects.get()
    page = second.go("merge", merge.pk)
    wrong |= looked_at(second, "decide")
    second.press("Merge the records")
    assert "Tick that you have looked" in second.words()
    page.get_by_label("I have looked at both records").check()
    second.press("Merge the records")
    assert "What moved" in second.words()
    wrong |= looked_at(second, "done")
    page.get_by_label("Why?").fill("They are cousins")
    second.press("Undo the merge")
    assert "What was put back" in second.words()
    wrong |= looked_at(second, "undone")
    with acting_as(county.first) as actor:
        typed = Asked(
            first_name="Dana", last_name="Hollis", born_on=county.mother.born_on, postcode="TA1 1AA"
        )
        check = check_for_record(asked=typed, by=actor)
    first.go("assessment-check-result", check.pk)
    assert "What agrees" in first.words()
    wrong |= looked_at(first, "check")
    assert (wrong, first.problems, second.problems) == ({}, [], [])


def test_without_scripts(county, window_of):
    window = window_of(county.first, script=False, width=320)
    page = window.go("duplicates-pair", county.kai.pk, county.kay.pk)
    page.get_by_label("The whole family").check()
    page.get_by_label("They are the same").check()
    page.get_by_label("How do you know?").fill("One house")
    window.press("Save")
    assert "One house" in window.words()
    page.goto(window.site + reverse("merge-propose", args=[county.kai.pk, county.kay.pk]))
    page.get_by_label("How do you know that they are the same?").fill("One house")
    window.press("Propose the merge")
    window.press("Take the proposal back")
    assert "Not merged" in window.words()
