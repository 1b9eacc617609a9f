"""Web, live process, worker, queue and database killed in turn in the middle of a meeting: nothing typed is lost.

A whole site of the test's own (tests/browser/own_site.py), three people of three agencies in their browsers, all typing
before, while and after each part is gone. What each person sees meanwhile is printed with `-s`.
"""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Error, Page, sync_playwright

from tests.browser.journey import everybody_was_there
from tests.browser.own_site import PARTS, OwnSite
from tests.fixtures.browser import WAIT

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.long,
]
PEOPLE = {"priya": "Priya Nandra", "karen": "Karen Boyd", "ben": "Ben Achterberg"}
BEFORE, WHILE, AFTER = "before it stopped, ", "while it was gone, ", "and when it was back."
PATIENCE = 60  # seconds


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    own = OwnSite(tmp_path_factory.mktemp("site"))
    try:
        yield own.open()
    finally:
        own.close()


@pytest.fixture(scope="module")
def meeting(site) -> str:
    """The path of the meeting of the demonstration that is on now, whose team these people are on."""
    [(reference, pk)] = site.ask(
        """select c.reference, m.id from cases_meeting m join cases_case c on c.id = m.case_id
            where m.status = 'planned' and now() between m.starts_at - interval '15 minutes' and m.ends_at"""
    )
    return f"/families/{reference}/meetings/{pk}/"


@pytest.fixture(scope="module")
def pages(site, meeting):
    """The meeting in each person's own browser."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        opened = {}
        for who in PEOPLE:
            page = chromium.new_context(locale="en-GB").new_page()
            page.set_default_timeout(3 * WAIT)
            page.goto(site.url + "/demo/sign-in/")
            page.get_by_role("button", name=re.compile(PEOPLE[who])).click()
            page.wait_for_load_state()
            page.goto(site.url + meeting)
            opened[who] = page
        for page in opened.values():
            for name in PEOPLE.values():
                page.locator("[data-who] li", has_text=name).get_by_text("In the room").wait_for()
        yield opened
        chromium.close()


def type_in_turn(pages: dict[str, Page], words: str, part: str) -> None:
    """Each person types the same words with their name, some letters at a time, so that all are at it at once."""
    said = {who: f"{PEOPLE[who].split()[0]} wrote this on {part} " + words for who in pages}
    if words != BEFORE:
        said = dict.fromkeys(pages, words)
    for start in range(0, max(map(len, said.values())), 5):
        for who, page in pages.items():
            page.keyboard.type(said[who][start : start + 5])


def seen(page: Page) -> str:
    """What the page says about the connection and about what is saved."""
    line = page.locator("[data-room-line]")
    told = [line.inner_text()] if line.is_visible() else []
    return " / ".join(told + [page.locator("[data-minutes-status]").inner_text().strip() or "nothing"])


def stored(site) -> set[str]:
    return {text for (text,) in site.ask("select text from cases_minute")}


def test_each_part_is_killed_and_the_signed_minutes_hold_every_word(site, meeting, pages, request):
    """One test, since pieces of one meeting have an order: the chair ends it when every part was gone once."""
    for part in PARTS:
        told = type_while_it_is_gone(part, site, pages)
        request.config.get_terminal_writer().line(f"{part} gone: {told}")
    end_and_sign_off(site, meeting, pages["priya"])
    texts = [
        text for (text,) in site.ask("select text from cases_minute where text like '%%wrote this on%%'")
    ]
    assert len(texts) == len(set(texts)) == len(PARTS) * len(PEOPLE)
    site.manage("check_consistency")


def type_while_it_is_gone(part: str, site, pages: dict[str, Page]) -> str:
    """All three type before, while and after this part is gone, and all of it is stored. Gives what each was told."""
    for page in pages.values():
        page.get_by_label("Add to the minutes").focus()
    type_in_turn(pages, BEFORE, part)
    site.kill(part)
    type_in_turn(pages, WHILE, part)
    time.sleep(3)
    told = {PEOPLE[who]: seen(page) for who, page in pages.items()}
    site.start(part)
    type_in_turn(pages, AFTER, part)
    wanted = {f"{name.split()[0]} wrote this on {part} {BEFORE}{WHILE}{AFTER}" for name in PEOPLE.values()}
    until = time.monotonic() + PATIENCE
    while not wanted <= stored(site):
        for page in pages.values():
            page.wait_for_timeout(100)  # the browsers' own time
        assert time.monotonic() < until, (
            wanted - stored(site),
            {who: seen(page) for who, page in pages.items()},
        )
    for page in pages.values():
        for words in wanted:
            page.locator("[data-entries]", has_text=words).or_(
                page.locator("[data-minutes] textarea")
            ).first.wait_for()
        page.get_by_role("button", name="Add to minutes").click()
    for page in pages.values():
        for words in wanted:
            page.locator("[data-entries]", has_text=words).wait_for()
    return "; ".join(f"{name} sees “{words}”" for name, words in told.items())


def end_and_sign_off(site, meeting: str, page: Page) -> None:
    page.goto(site.url + meeting)
    page.get_by_role("button", name="Set next date and end meeting").click()
    everybody_was_there(page)
    page.get_by_role("button", name="End the meeting").click()
    page.get_by_text("The chair can now sign off the minutes.").wait_for()
    page.wait_for_load_state("networkidle")  # nothing moves under the press any more
    page.get_by_role("button", name="Sign off and lock the minutes").click()
    try:
        page.locator(".app-saved", has_text="Minutes signed off").wait_for()
    except Error:
        raise AssertionError(page.locator("main").inner_text()) from None
