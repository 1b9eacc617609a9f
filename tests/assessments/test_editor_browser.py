"""The pages of a form's writer in a real browser: wide and on a phone, with and without scripts, nothing for axe-core to say."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from assessments.models import DEFAULT_FORM, FormVersion
from earlyhelp.access.context import acting_as
from tests.fixtures.browser import axe_faults, sideways
from tests.fixtures.writing import now

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# Where pictures of the pages are put for people to look at; nowhere unless it is said.
PICTURES = os.environ.get("EH_PICTURES", "")


@pytest.fixture
def written(lead, draft):
    """A draft with a change to a page, a question and a clock, and something still to put right."""
    from assessments.editor import actions
    from assessments.editor.reading import state_of
    from assessments.editor.tree import What

    with acting_as(lead) as by:
        spec = now(draft)
        actions.change_thing(
            version=draft, what=What.PART, key="summary", facts={"category": "health"},
            seen=state_of(spec, What.PART, "summary"), by=by,
        )  # fmt: skip
        actions.change_thing(
            version=draft, what=What.QUESTION, key="start.reason", facts={"label": "Why are we doing this now?"},
            seen=state_of(spec, What.QUESTION, "start.reason"), by=by,
        )  # fmt: skip
        actions.move_thing(version=draft, what=What.QUESTION, key="child.gp", up=True, by=by)
    return FormVersion.objects.get(pk=draft.pk)


@pytest.mark.parametrize("width", [1280, 320])
def test_every_page_wide_and_on_a_phone(lead, written, window_of, width):
    window = window_of(lead, width=width)
    where = [DEFAULT_FORM, written.version]
    wrong = []
    for picture, name, *args in (
        ("list", "form-list"),
        ("new", "form-new"),
        ("outline", "form-version", *where),
        ("open", f"/forms/{DEFAULT_FORM}/{written.version}/?open=child#part-child"),
        ("published", "form-version", DEFAULT_FORM, written.version - 1),
        ("facts", "form-facts", *where),
        ("stage", "form-add", *where, "stage"),
        ("page", "form-change", *where, "part", "child"),
        ("question", "form-question", *where, "child", "gp"),
        ("minimum", "form-question", *where, "summary", "change"),
        ("new-question", "form-add-question", *where, "child"),
        ("remove", "form-remove", *where, "part", "child"),
        ("try", "form-try", *where),
        ("try-page", "form-try-for", *where, "child", "child"),
        ("try-scale", "form-try-for", *where, "rating", "child"),
        ("try-nothing", "form-try-page", *where, "plan"),
        ("compare", "form-compare", *where),
    ):
        page = window.go(name, *args)
        window.settle()
        found = [*axe_faults(page), *sideways(page), *window.problems]
        wrong += [f"{picture} at {width}: {each}" for each in found]
        window.problems.clear()
        if PICTURES:
            page.screenshot(path=str(Path(PICTURES) / f"{picture}-{width}.png"), full_page=True)
    assert wrong == []


def test_a_form_is_written_without_scripts(lead, draft, window_of):
    window = window_of(lead, script=False)
    page = window.go("form-version", DEFAULT_FORM, draft.version)
    page.get_by_role("link", name="Add a section").click()
    page.get_by_label("Title of the section").fill("Sleep")
    window.press("Add the section")
    page.locator("section", has_text="Sleep").last.get_by_role("link", name="Add a page to Sleep").click()
    page.get_by_label("Title of the page").fill("Nights of {name}")
    page.get_by_label("For each child", exact=True).check()
    window.press("Add the page")
    page.get_by_role("link", name="Add a question to Nights of the child").click()
    page.get_by_label("Question", exact=True).fill("How does {name} sleep?")
    page.get_by_label("How is it answered?").select_option("choice")
    page.locator("summary", has_text="Answers to choose from").click()
    page.get_by_label("Answers to choose from").fill("Well\nBadly")
    window.press("Add the question")
    page.get_by_role("link", name="Add a question to Nights of the child").click()
    page.get_by_label("Question", exact=True).fill("What wakes {name}?")
    page.locator("summary", has_text="When it is asked").click()
    page.get_by_label("Only when “How does the child sleep?” is …").check()
    page.get_by_label("Badly").check()
    window.press("Add the question")
    assert "asked when “How does the child sleep?” is “Badly”" in window.words()
    page.get_by_role("button", name="Up the list: What wakes the child?").click()
    assert "no earlier choice of this part" in window.words()
    page.get_by_role("button", name="Down the list: What wakes the child?").click()
    assert "no earlier choice" not in window.words()
    page.get_by_role("link", name=re.compile("Try this page out.*Nights of the child")).click()
    assert "How does Robin sleep?" in window.words() and "Nothing you type here is saved" in window.words()


def test_two_editors_meet(lead, colleague, draft, window_of):
    hers, mine = window_of(colleague), window_of(lead, width=320)
    for window in (hers, mine):
        window.go("form-question", DEFAULT_FORM, draft.version, "start", "reason")
    hers.page.get_by_label("Question", exact=True).fill("Why has this begun?")
    hers.press("Save")
    mine.page.get_by_label("Question", exact=True).fill("What has happened?")
    mine.press("Save")
    assert "Oona" in mine.words() and "Why has this begun?" in mine.words()
    assert mine.page.get_by_label("Question", exact=True).input_value() == "What has happened?"
    assert axe_faults(mine.page) == [] and sideways(mine.page) == []
    if PICTURES:
        mine.page.screenshot(path=str(Path(PICTURES) / "both-320.png"), full_page=True)
    mine.press("Save")
    assert now(draft).find("start").find("reason").label == "What has happened?"
