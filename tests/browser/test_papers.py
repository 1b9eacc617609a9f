"""A document, from adding it to its next version, in a browser: with and without scripts, wide and narrow."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cases.models import Document
from earlyhelp.access.context import as_system
from tests.fixtures.browser import axe_faults, sideways
from tests.papers.made import docx, pdf

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("EH_SHOTS", "")


def look(window, name: str) -> None:
    """Nothing to object to at two widths; with EH_SHOTS, a picture of each."""
    page = window.page
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 900})
        if SHOTS:
            page.screenshot(path=str(Path(SHOTS) / f"{name}-{width}.png"), full_page=True)
        assert sideways(page) == [], (name, width)
    if window.has_scripts:
        assert axe_faults(page) == [], name
    page.set_viewport_size({"width": 1280, "height": 900})


def file(name: str, data: bytes) -> dict:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_document_from_adding_it_to_its_next_version(people, meeting_of, window_of, tmp_path, has_scripts):
    meeting = meeting_of(people.case, people.alice)
    window = window_of(people.alice, script=has_scripts)
    window.has_scripts = has_scripts
    page, case = window.page, people.case.reference
    window.go("document-add", case)
    look(window, "add")
    page.locator("input[type=file]").set_input_files(file("plan.pdf", pdf("The first page", "The second page", "The third")))
    page.get_by_label("What is it?").fill("Plan for mornings")
    window.press("Add document")
    look(window, "list")
    page.get_by_role("link", name="Plan for mornings", exact=True).click()
    page.locator("#h-page", has_text="Page 1 of 3").wait_for()
    look(window, "document")
    if has_scripts:
        picture = page.locator("img.app-paper")
        assert picture.evaluate("picture => picture.decode().then(() => picture.naturalWidth)") == 1100
    page.get_by_role("link", name="Next page").first.click()
    page.locator("#h-page", has_text="Page 2 of 3").wait_for()
    page.get_by_text("Words on this page").click()
    page.get_by_text("The second page").wait_for()
    look(window, "page-2")

    window.press("Add a new version")
    look(window, "version")
    page.locator("input[type=file]").set_input_files(file("plan.docx", docx("The plan, agreed", "With everybody")))
    page.get_by_label("What is different?").fill("Agreed with everybody")
    window.press("Add new version")
    page.get_by_text("Version 2 (this one)").wait_for()
    look(window, "versions")
    page.get_by_role("link", name="Change what kind of information it holds").click()
    look(window, "category")

    window.go("meeting", case, meeting.pk)
    window.follow("Share a document")
    look(window, "share")
    page.get_by_label("Which document?").select_option(index=1)
    window.press("Share this document")
    page.locator("#h-doc").wait_for()
    page.get_by_role("link", name="Plan for mornings").wait_for()
    look(window, "room")
    with as_system():
        assert Document.objects.filter(preview="ready").count() == 2
    assert window.problems == []
