"""Somebody types while everything goes wrong: nothing typed more than five seconds ago is lost.

A real browser, a real server that is killed with signal 9, database connections that are ended, the network cut, the
session expired, a second tab that writes too, the browser itself killed. Afterwards what stood on the screen is compared
with what is stored. In the suite: one short run. For the long proof:

    EH_LOST_RUNS=20 EH_LOST_MINUTES=10 pytest tests/browser/test_nothing_lost.py

EH_LOST_SEED numbers the first run, EH_LOST_OUT names a file for one line of JSON a run, and EH_LOST_RESTART is a command that
restarts the database server at once, where the test owns it.
"""

from __future__ import annotations

import json
import os
import random
import threading
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import DatabaseError, connection
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Error, sync_playwright

from assessments.models import Section
from earlyhelp.access.context import as_system
from earlyhelp.accounts import actions, second_factor
from tests.browser.mishaps import WebServer, restart_database
from tests.browser.typist import Box, Typist, missing, sentences
from tests.database import end_database_connections
from tests.fixtures.browser import PASSWORD, SECRET

RUNS = int(os.environ.get("EH_LOST_RUNS", "1"))
MINUTES = float(os.environ.get("EH_LOST_MINUTES", "0.6"))
FIRST = int(os.environ.get("EH_LOST_SEED", "1"))
OUT = os.environ.get("EH_LOST_OUT", "")
IS_LONG = MINUTES > 2
OLD = 5.0  # seconds after which nothing that stood on the screen may be lost
CALM = 90  # seconds that everything may take to be stored, once all works again
pytestmark = [
    pytest.mark.browser,
    pytest.mark.long,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(int(MINUTES * 60 * (2 if IS_LONG else 1)) + 400),
]
PARTS = {
    "start": ["reason", "hopes"],
    "services": ["universal", "other", "past"],
    "family_strengths": ["strengths", "coped", "around", "said"],
    "parenting": ["basic_care_well", "basic_care_worry", "warmth_well", "said"],
    "summary": ["strengths", "worries", "change"],
}
MISHAPS = ["server killed", "server killed", "database away", "network cut", "session over", "second tab"]
MISHAPS += ["browser killed", "another part"]


def patiently(work):
    """Ask the database, again if it was just away."""
    until = time.monotonic() + CALM
    while True:
        try:
            return work()
        except DatabaseError:
            connection.close()
            assert time.monotonic() < until
            time.sleep(0.3)


def stored(assessment, key: str) -> dict[str, list[str]]:
    """Every version of every answer of one part that is stored now."""

    def read():
        with as_system():
            found: dict[str, list[str]] = {}
            for section in Section.objects.filter(assessment=assessment, key=key):
                for name, value in section.answers.items():
                    found.setdefault(name, []).append(value)
                for name, entries in section.differing.items():
                    found.setdefault(name, []).extend(entry["value"] for entry in entries)
            return found

    return patiently(read)


class Run:
    """One run: one person, their browser, and everything that happens to them."""

    def __init__(self, playwright, server: WebServer, who, new_session, assessment, seed: int) -> None:
        self.playwright, self.server, self.who, self.assessment = playwright, server, who, assessment
        self.new_session = new_session
        self.chance = random.Random(seed)
        self.words = sentences(self.chance)
        self.happened: Counter = Counter()
        self.losses: list[str] = []
        self.lost = self.vanished = self.typed = 0
        self.slowest = 0.0
        self.cookie = patiently(new_session)
        self.open_browser()
        self.main = self.open("start")

    def seconds(self, low: float, high: float) -> float:
        """How long something takes: the least in the suite, anything between outside."""
        return self.chance.uniform(low, high) if IS_LONG else low

    # -- The browser ---------------------------------------------------------------------------------------------------

    def open_browser(self) -> None:
        self.browser = self.playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        self.context = self.browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
        self.context.set_default_timeout(30_000)
        self.use_cookie()

    def use_cookie(self) -> None:
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": self.cookie, "url": self.server.address}
        self.context.add_cookies([cookie])

    def open(self, key: str) -> Typist:
        """A page of one part, however long the server takes to be there."""
        page = self.context.new_page()
        address = self.server.address + reverse("assessment-part", args=[self.assessment.pk, key])
        until = time.monotonic() + CALM
        while True:
            try:
                page.goto(address)
                if page.locator("form[data-part]").count():
                    page.wait_for_selector("body.js-enabled")
                    break
                if "/sign-in/" in page.url:
                    self.cookie = patiently(self.new_session)
                    self.use_cookie()
            except Error:
                pass
            assert time.monotonic() < until, f"{page.url} did not open"
            time.sleep(0.5)
        typist = Typist(page, key, {name: Box(key, name) for name in PARTS[key]})
        for name in typist.boxes:
            typist.look(name, forget=True)
        return typist

    # -- Typing --------------------------------------------------------------------------------------------------------

    def type_for(self, seconds: float, *typists: Typist) -> None:
        """Type sentences into the boxes of pages, with pauses as people make them."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.type_sentence(self.chance.choice(typists or (self.main,)), until)

    def type_sentence(self, typist: Typist, until: float) -> None:
        name = self.chance.choice(list(typist.boxes))
        self.sign_in_again(typist)
        typist.go_to(name)
        noted = 0.0
        for sign in next(self.words):
            if typist.dialog():
                break
            typist.key_down(sign)
            self.typed += 1
            if time.monotonic() - noted > 0.4:
                typist.look(name)
                noted = time.monotonic()
            if noted > until:
                break
            time.sleep(self.chance.uniform(0.02, 0.16) if IS_LONG else 0.03)
        typist.look(name)
        if self.chance.random() < 0.25:
            time.sleep(self.seconds(0.3, 4))

    def sign_in_again(self, typist: Typist) -> None:
        """Sign in again in place when the page asks for it, as a person does."""
        page, until = typist.page, time.monotonic() + CALM
        dialog = page.get_by_role("dialog")
        while kind := typist.dialog():
            assert time.monotonic() < until, dialog.inner_text()
            try:
                if kind == "warning":
                    dialog.get_by_role("button", name="Stay signed in").click()
                elif dialog.get_by_label("Code").count():
                    patiently(lambda: second_factor.set_up_totp(self.who.user, SECRET))
                    dialog.get_by_label("Code").fill(second_factor.current_code(SECRET), timeout=2000)
                    dialog.get_by_role("button", name="Sign in", exact=True).click(timeout=2000)
                    dialog.wait_for(state="detached", timeout=8000)
                    self.happened["signed in again in place"] += 1
                elif dialog.get_by_label("Email address").count():
                    dialog.get_by_label("Email address").fill(self.who.user.email, timeout=2000)
                    dialog.get_by_label("Password", exact=True).fill(PASSWORD, timeout=2000)
                    dialog.get_by_role("button", name="Continue").click(timeout=2000)
                    dialog.get_by_label("Code").wait_for(timeout=8000)
                elif dialog.get_by_role("button", name="Try again").count():
                    dialog.get_by_role("button", name="Try again").click(timeout=2000)
            except Error:
                pass
            time.sleep(0.2)
        for cookie in self.context.cookies():
            if cookie["name"] == settings.SESSION_COOKIE_NAME:
                self.cookie = cookie["value"]

    def is_well(self, typist: Typist) -> None:
        """Wait until the page says that everything is saved, and compare what stands on it with what is stored."""
        began = time.monotonic()
        while True:
            self.sign_in_again(typist)
            if typist.is_saved():
                break
            assert time.monotonic() - began < CALM, typist.says()
            time.sleep(0.2)
        self.slowest = max(self.slowest, time.monotonic() - began)
        for name in typist.boxes:
            typist.look(name)
        self.vanished += typist.vanished
        typist.vanished = 0
        self.compare(typist.key, typist.on_screen(), "saved")

    def compare(self, key: str, wanted: dict[str, str], when: str) -> None:
        versions = stored(self.assessment, key)
        for name, text in wanted.items():
            gone = min(missing(text, version) for version in versions.get(name, [""]) or [""])
            if gone:
                self.lost += gone
                self.losses.append(f"{when}: {key}.{name}: {gone} of {len(text)}: …{text[-120:]!r}")

    # -- What goes wrong -----------------------------------------------------------------------------------------------

    def server_killed(self) -> None:
        self.server.kill()
        self.type_for(self.seconds(2, 20))
        self.server.start()
        self.type_for(self.seconds(1, 6))

    def database_away(self) -> None:
        if os.environ.get("EH_LOST_RESTART"):
            work = threading.Thread(target=restart_database)
            work.start()
            while work.is_alive():
                self.type_for(0.5)
            work.join()
            return
        for _ in range(4):
            end_database_connections()
            self.type_for(self.seconds(0.6, 3))

    def network_cut(self) -> None:
        self.context.set_offline(True)
        self.type_for(self.seconds(5, 60))
        self.context.set_offline(False)

    def session_over(self) -> None:
        patiently(lambda: Session.objects.update(expire_date=timezone.now() - timezone.timedelta(seconds=1)))
        self.type_for(self.seconds(5, 9))

    def second_tab(self) -> None:
        """Another window of the same person on the same part: other answers, and now and then the same one."""
        other = self.open(self.main.key)
        self.type_for(self.seconds(4, 25), self.main, other)
        self.is_well(other)
        self.is_well(self.main)
        other.page.close()

    def another_part(self) -> None:
        self.main.page.get_by_role("button", name="Save and go back to all parts").click()
        self.main.page.locator("form[data-part]").wait_for(state="detached")
        self.compare(self.main.key, self.main.on_screen(), "left")
        self.main.page.close()
        self.main = self.open(self.chance.choice([key for key in PARTS if key != self.main.key]))

    def browser_killed(self) -> None:
        """Signal 9 in the middle of a sentence. What was typed in the last seconds may be gone, and no more."""
        self.is_well(self.main)
        self.type_for(self.seconds(7, 15))
        moment = time.monotonic()
        for process in psutil.Process().children(recursive=True):
            if "chrom" in process.name():
                process.kill()
        key = self.main.key
        self.compare(key, self.main.on_screen(moment - OLD), "killed")
        self.open_browser()
        self.main = self.open(key)

    # -- All of it -----------------------------------------------------------------------------------------------------

    def suffer(self, what: str) -> None:
        self.happened[what] += 1
        getattr(self, what.replace(" ", "_"))()
        self.is_well(self.main)

    def go_on(self) -> None:
        """Type for as long as the run lasts, with one mishap after another."""
        if not IS_LONG:
            for what in dict.fromkeys(MISHAPS):
                self.type_for(1)
                self.suffer(what)
            return
        until = time.monotonic() + MINUTES * 60
        while time.monotonic() < until:
            self.type_for(self.chance.uniform(3, 15))
            self.suffer(self.chance.choice(MISHAPS))

    def told(self) -> dict:
        return {
            "typed": self.typed,
            "happened": dict(self.happened),
            "lost": self.lost,
            "taken_from_the_screen": self.vanished,
            "slowest_to_be_saved": round(self.slowest, 1),
            "losses": self.losses,
        }


@pytest.mark.parametrize("number", range(FIRST, FIRST + RUNS))
def test_nothing_typed_is_lost(people, eha, signed_in_as, tmp_path, request, number, monkeypatch):
    monkeypatch.setenv(
        "DJANGO_ALLOW_ASYNC_UNSAFE", "true"
    )  # the loop is Playwright's; nothing of ours runs in it
    actions.set_password(people.alice.user, PASSWORD)
    second_factor.set_up_totp(people.alice.user, SECRET)
    server = WebServer(tmp_path / "server.log").start()
    began = time.monotonic()

    def new_session() -> str:
        return signed_in_as(people.alice).cookies[settings.SESSION_COOKIE_NAME].value

    try:
        server.wait()
        with sync_playwright() as playwright:
            run = Run(playwright, server, people.alice, new_session, eha, number)
            run.go_on()
            run.browser.close()
    finally:
        server.kill()
        connection.close()
    told = {"run": number, "minutes": round((time.monotonic() - began) / 60, 2), **run.told()}
    request.config.get_terminal_writer().line(json.dumps(told, ensure_ascii=False))
    if OUT:
        with Path(OUT).open("a") as out:
            out.write(json.dumps(told, ensure_ascii=False) + "\n")
    assert (run.lost, run.vanished) == (0, 0), run.losses
