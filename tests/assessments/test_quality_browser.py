"""A check from the draw to the last follow-up in a real browser, without scripts and on a phone too."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from assessments.models import Assessment, FormVersion, QualityAudit
from assessments.pages import household_for, people_of
from assessments.quality.sample import quarters_over
from assessments.spec import Opens
from earlyhelp.access import Role
from earlyhelp.access.context import as_system
from tests.assessments.test_every_form import (  # noqa: F401  the family is a fixture
    family,
    fill_in,
    start,
)
from tests.fixtures.browser import axe_faults, sideways

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PICTURES = os.environ.get("QUALITY_PICTURES", "")


def look(window, name: str) -> None:
    """A page is sound: nothing sideways, nothing that axe finds, nothing said in the console."""
    if PICTURES:
        window.page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)
    assert sideways(window.page) == [], name
    assert axe_faults(window.page) == [], name
    # A refused form answers 422, which the console reports as such.
    assert [each for each in window.problems if "status of 422" not in each] == [], name


@pytest.fixture
def lead(people, world):
    return world.member(people.school, Role.AGENCY_LEAD, first_name="Lee", job_title="Head teacher")


@pytest.fixture
def eha(family, signed_in_as) -> Assessment:  # noqa: F811
    """An assessment of Alice's with every page filled in, completed in the last quarter."""
    with as_system():
        made = start(family, FormVersion.objects.newest("somerset_eha"))
        household = household_for(people_of(family.case), raters=[family.alice.pk])
    fill_in(signed_in_as(family.alice), made, household, Opens.REGISTERED, look=False)
    at = timezone.make_aware(dt.datetime.combine(quarters_over()[0] + dt.timedelta(days=20), dt.time(12)))
    with as_system():
        Assessment.objects.filter(pk=made.pk).update(
            status="completed", initiated_at=at - dt.timedelta(days=12), signed_off_at=at, completed_at=at,
            signed_off_by=family.alice,
        )  # fmt: skip
    return made


@pytest.mark.parametrize(("width", "script"), [(1280, True), (320, True), (320, False)])
def test_from_the_draw_to_what_follows(width, script, people, lead, eha, window_of):
    how = {"width": width, "script": script}
    seen = f"{width}{'' if script else '-plain'}"

    def looked(window, name):
        if script:
            look(window, f"{seen}-{name}")
        elif PICTURES:
            window.page.screenshot(path=Path(PICTURES) / f"{seen}-{name}.png", full_page=True)

    manager = window_of(lead, **how)
    manager.go("quality")
    looked(manager, "1-home-empty")
    manager.go("quality-draw")
    looked(manager, "2-draw")
    manager.page.get_by_label("How many assessments?").fill("nought")
    manager.press("Draw the sample")
    assert "Enter a number, like 5" in manager.words()
    manager.page.get_by_label("How many assessments?").fill("3")
    manager.press("Draw the sample")
    assert "1 of 1 are the same" in manager.words()
    looked(manager, "3-drawn")
    with as_system():
        audit = QualityAudit.objects.get()
    manager.go("my-work")
    assert "1 assessment to check" in manager.words()
    manager.go("quality-reading", audit.pk)
    assert "calm" in manager.words()
    looked(manager, "4-reading")
    page = manager.go("quality-check", audit.pk)
    looked(manager, "5-grade")
    page.locator("input[name=g_voice][value=good]").check(force=True)
    page.locator("textarea[name=w_voice]").fill("Her own words are on two pages.")
    manager.press("Share with the author")
    assert "Select a grade for “Strengths”" in manager.words()
    looked(manager, "6-refused")
    assert page.locator("textarea[name=w_voice]").input_value() == "Her own words are on two pages."
    for box in page.locator("input[type=radio][value=good]").all():
        box.check(force=True)
    for box in page.locator("textarea").all():
        box.fill("Clear and in plain words, with dates.")
    manager.press("Share with the author")
    assert "What follows" in manager.words()
    looked(manager, "7-feedback")
    manager.follow("Add something to do")
    page.get_by_label("What is to be done?").fill("Ask her father at the next visit")
    page.get_by_label("Alice").check(force=True)
    page.get_by_label("By when?").fill("1/12/2099")
    looked(manager, "8-follow-up-add")
    manager.press("Add it")
    manager.go("quality")
    looked(manager, "9-home")
    manager.go("quality-trend")
    looked(manager, "10-trend")

    author = window_of(people.alice, **how)
    author.go("my-work")
    assert "Read the feedback on assessment" in author.words()
    author.go("my-feedback")
    looked(author, "11-my-feedback")
    page = author.go("quality-check", audit.pk)
    page.get_by_label("Anything you want to say to it").fill("Thank you. He lives in Leeds.")
    author.press("I have read this")
    assert "He lives in Leeds" in author.words()
    author.page.get_by_role("link", name="Ask her father").click()
    author.page.get_by_label("What was done?").fill("Rang him on Monday")
    looked(author, "12-follow-up")
    author.press("It is done")
    assert "Rang him on Monday" in author.words()
    stranger = window_of(people.charlie, **how)
    stranger.go("quality-check", audit.pk, status=404)


@pytest.mark.parametrize(("width", "script"), [(1280, True), (320, True)])
def test_checking_answers_and_countersigning(width, script, people, lead, eha, window_of, settings):
    settings.EARLY_HELP = {**settings.EARLY_HELP, "COUNTERSIGN": True}
    with as_system():
        Assessment.objects.filter(pk=eha.pk).update(
            status="initiated", signed_off_at=None, completed_at=None, signed_off_by=None
        )
    author = window_of(people.alice, width=width, script=script)
    page = author.go("assessment-check", eha.pk)
    look(author, f"{width}-20-check")
    for box in page.locator("main form input[type=checkbox]").all():
        box.check(force=True)
    author.press("Sign off the assessment")
    assert "waits for a manager" in author.words()
    look(author, f"{width}-21-task-list")
    author.go("assessment-copies", eha.pk)
    look(author, f"{width}-22-copies")
    manager = window_of(lead, width=width, script=script)
    manager.go("my-work")
    manager.page.get_by_role("link", name=f"Countersign assessment {eha.reference}").click()
    look(manager, f"{width}-23-countersign")
    manager.page.get_by_label("Not yet, send it back to be changed").check(force=True)
    manager.page.get_by_label("What must be changed?").fill("Say what Ellie thinks")
    manager.press("Save your answer")
    author.go("assessment-check", eha.pk)
    assert "Say what Ellie thinks" in author.words()
    look(author, f"{width}-24-sent-back")
    link = reverse("assessment-part", args=[eha.pk, "start"])
    author.page.locator(f'a[href*="{link}?from=check"]').first.click()
    author.press("Save and go back to check answers")
    assert "Check the answers" in author.words()
