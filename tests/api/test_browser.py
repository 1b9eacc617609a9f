"""The pages about keys in Chromium: a key made by hand, used by a program, revoked by an administrator."""

from __future__ import annotations

import os

import pytest
from django.test import Client

from earlyhelp.access import Role
from earlyhelp.accounts import second_factor
from hubs.models import AgencyKind
from tests.fixtures.browser import SECRET, Window, axe_faults, sideways

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("EH_SHOTS")  # a folder for pictures of the pages


def look(window: Window, name: str) -> None:
    """axe finds nothing, nothing scrolls sideways at 320 px, and the console stays empty."""
    for width in (1280, 320):
        window.page.set_viewport_size({"width": width, "height": 900})
        assert axe_faults(window.page) == [], (name, width)
        assert sideways(window.page) == [], (name, width)
        if SHOTS:
            window.page.screenshot(path=f"{SHOTS}/{name}-{width}.png", full_page=True)
    window.page.set_viewport_size({"width": 1280, "height": 900})
    assert window.problems == [], name


def test_a_key_from_its_making_to_its_end(people, world, window_of):
    second_factor.set_up_totp(people.alice.user, SECRET)
    window = window_of(people.alice)
    window.go("accounts:profile")
    window.follow("Show keys for programs")
    look(window, "keys-none")
    window.press("Make a key")
    look(window, "key-new")
    window.press("Make the key")
    look(window, "key-new-refused")
    page = window.page
    page.get_by_label("What is the key for?").fill("School records system")
    page.get_by_label("Code").fill(second_factor.current_code(SECRET))
    window.press("Make the key")
    look(window, "key-shown")
    secret = page.locator("#key").inner_text().strip()
    program = Client(headers={"Authorization": f"Bearer {secret}"})
    assert program.get("/api/v1/families/").json()["results"][0]["reference"] == people.case.reference
    window.press("I have kept it: continue")
    look(window, "keys")
    assert secret not in page.content()

    office = window_of(world.member(world.agency(AgencyKind.COUNCIL_EARLY_HELP), Role.SYSTEM_ADMINISTRATOR))
    office.go("accounts:people")
    office.follow("Keys for programs")
    look(office, "keys-all")
    office.follow("Revoke", exact=False)
    look(office, "key-revoke")
    office.press("Revoke it now")
    assert "opens nothing any more" in office.page.content()
    assert program.get("/api/v1/families/").status_code == 401
