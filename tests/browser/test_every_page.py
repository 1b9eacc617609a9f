"""Every page of the demonstration county in Chromium: nothing inaccessible, nothing sideways, nothing from elsewhere.

The pages are found by following links, so that a new one is looked at from its first day; an address that nobody
meets fails. Each is seen at 1280 and at 320 pixels, and again with JavaScript switched off.
"""

import os
import re

import pytest
from django.conf import settings

from tests.browser.crawl import MOMENTS, NOT_PAGES, names_of_all_addresses
from tests.browser.stage import set_up
from tests.database import reset_rows
from tests.fixtures.browser import axe_faults, sideways

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(600),
    pytest.mark.long,  # a county is loaded and walked through
]
SHOTS = os.environ.get("EH_SHOTS")  # a folder for pictures of all pages
HEAVIEST = 40 * 1024  # bytes of HTML, compressed (pages.md "Weight")
NAMES = [name for name in names_of_all_addresses() if name not in NOT_PAGES and name not in MOMENTS]


@pytest.fixture(scope="module")
def stage(django_db_setup, django_db_blocker, chromium, tmp_path_factory):
    """The county, loaded once and then only looked at; emptied again after the last test of this file."""
    patch = pytest.MonkeyPatch()
    sign_ins = tmp_path_factory.mktemp("county") / "sign-ins.json"
    patch.setattr("earlyhelp.accounts.demo.personas_file", lambda: sign_ins)
    with django_db_blocker.unblock():
        reset_rows()
        county = set_up(chromium, sign_ins)
        yield county
        county.server.stop()
        reset_rows()
    patch.undo()


def test_no_link_leads_astray(stage):
    assert stage.crawl.wrong == [], "\n".join(stage.crawl.wrong)


def test_every_address_was_met(stage, record_testsuite_property):
    missed = [name for name in NAMES if name not in stage.crawl.met]
    assert missed == [], " ".join(missed)
    pages = [met.path for name in NAMES for met in stage.crawl.chosen(name)]
    record_testsuite_property("addresses", len(NAMES))
    record_testsuite_property("pages", len(pages))
    record_testsuite_property("requests", stage.crawl.asked)


@pytest.mark.parametrize("name", NAMES)
def test_page(name, stage):
    problems = []
    for number, met in enumerate(stage.crawl.chosen(name)):
        problems += [f"{met.path} as {met.who}: {words}" for words in look(stage, met, number)]
    assert problems == [], "\n".join(problems)


def look(stage, met, number) -> list[str]:
    """Everything that is wrong with one page, with JavaScript at two widths and without it at the narrow one."""
    window = stage.window(met.who)
    window.page.set_viewport_size({"width": 1280, "height": 900})
    page = window.go(met.path)
    window.settle()
    found = axe_faults(page)
    found += titles_and_headings(page, stage.names)
    if met.weight > HEAVIEST:
        found.append(f"{met.weight} bytes of HTML")
    found += [f"1280 px: scrolls sideways: {words}" for words in sideways(page)]
    picture(page, met, number, 1280)
    usable = buttons(page)
    page.set_viewport_size({"width": 320, "height": 800})
    found += [f"320 px: {words}" for words in axe_faults(page) if words not in found]
    found += [f"320 px: scrolls sideways: {words}" for words in sideways(page)]
    picture(page, met, number, 320)
    found += window.problems
    return found + without_script(stage, met, usable)


def without_script(stage, met, usable) -> list[str]:
    """What is missing or broken when JavaScript is switched off."""
    window = stage.window(met.who, width=320, script=False)
    page = window.go(met.path)
    found = [f"without JavaScript: scrolls sideways: {words}" for words in sideways(page)]
    found += [f"without JavaScript: no button “{words}”" for words in usable if words not in buttons(page)]
    if met.name != "components" and (dead := page.locator("main button[type=button]:visible").count()):
        found.append(f"without JavaScript: {dead} buttons that do nothing")
    return found + window.problems


def titles_and_headings(page, names) -> list[str]:
    """A title of its own without anybody's name, and exactly one h1."""
    title, headings = page.title(), page.locator("h1").count()
    found = [f"{headings} h1"] if headings != 1 else []
    if not title.endswith(f"Early Help, {settings.EARLY_HELP['PARTNERSHIP_NAME']}"):
        found.append(f"its title is {title!r}")
    said = set(re.findall(r"[\w’'-]+", title))
    return found + [f"a name in the title: {name}" for name in names & said]


def buttons(page) -> list[str]:
    """The words of the buttons that send a form."""
    return page.locator("main form button:not([type=button]):visible").all_inner_texts()


def picture(page, met, number, width) -> None:
    if SHOTS:
        file = f"{met.name.replace(':', '-')}.{number}.{met.who.split()[0]}-{width}.png"
        page.screenshot(path=f"{SHOTS}/{file}", full_page=True)


def test_files_to_download_are_files(stage):
    kinds = {met.name for mets in stage.crawl.met.values() for met in mets if not met.is_page}
    assert {
        "plan-copy",
        "meeting-minutes",
        "meeting-calendar",
        "assessment-copies",
        "report-pdf",
        "report-csv",
    } & kinds


# Forms that refuse to be sent empty: what they say then is a state of its own.
ASK_SOMETHING = [
    "access-review-answer",
    "account_reset_password",
    "accounts:invite",
    "agreement-activate",
    "agreement-import",
    "agreement-sign",
    "agreement-sign-own",
    "assessment-agreed",
    "assessment-correct",
    "assessment-correct-person",
    "assessment-correct-registration",
    "assessment-countersign",
    "assessment-hand-on",
    "assessment-hand-on-answer",
    "assessment-person-view-add",
    "assessment-person-voice-add",
    "assessment-statement",
    "assessment-take-back",
    "assessment-tier4",
    "assessment-view-add",
    "assessment-view-remove",
    "assessment-voice-add",
    "assessment-voice-remove",
    "assessment-withdraw",
    "assessment-wrong-person",
    "consultation-add",
    "consultation-decide",
    "cover",
    "cover-for",
    "document-add",
    "document-category",
    "document-version",
    "duplicates",
    "duplicates-link-end",
    "duplicates-pair",
    "emergency",
    "form-add-page",
    "form-add-question",
    "form-new",
    "guest-invite",
    "helping-task",
    "join-decide",
    "lead-answer",
    "lead-ask",
    "look-answer",
    "meeting-action-not-done",
    "meeting-agenda-add",
    "meeting-cancel",
    "meeting-let-in",
    "meeting-paper-add",
    "meeting-propose",
    "meeting-times-more",
    "merge-propose",
    "panel-ask",
    "panel-cannot",
    "panel-member-add",
    "panel-new",
    "panel-note",
    "panel-offer",
    "panel-offer-answer",
    "panel-withdraw",
    "plan-action-add",
    "plan-action-not-done",
    "plan-action-progress",
    "plan-drift",
    "plan-outcome-add",
    "quality-check",
    "quality-follow-up",
    "quality-follow-up-add",
    "quality-set-aside",
    "quick-note",
    "record-consent",
    "record-decides",
    "record-evidence",
    "record-lawful",
    "record-note",
    "record-person-add",
    "record-team-leave",
    "registers",
    "signature-suspend",
    "signature-withdraw",
    "sitting-cancel",
    "sitting-new",
    "start-assessment",
    "step-down-new",
    "step-in",
    "step-in-new",
    "step-up-incident",
    "step-up-write",
]


# A form with something to fill in: one button that takes a request back asks for nothing.
SENDS = (
    "main form[method=post]:has(input:not([type=hidden]), textarea, select) button.govuk-button:not([type=button])"
)


@pytest.mark.parametrize("name", ASK_SOMETHING)
def test_form_sent_empty(name, stage):
    window, button = with_a_form(stage, name)
    page = window.page
    button.click()
    page.locator(".govuk-error-summary").wait_for()
    window.settle()
    assert page.title().startswith("Error: ")
    assert page.evaluate("document.activeElement.classList.contains('govuk-error-summary')")
    broken = [
        link for link in page.locator(".govuk-error-summary a").all() if not leads_to_a_field(page, link)
    ]
    problems = axe_faults(page)
    page.set_viewport_size({"width": 320, "height": 800})
    problems += axe_faults(page) + sideways(page)
    problems += [
        words for words in window.problems if "Failed to load resource" not in words
    ]  # its status is 422
    assert (broken, problems) == ([], [])


def with_a_form(stage, name):
    """A window on the fullest page of this name with a form to send, and its button: the main one where there is one."""
    for sends in (f"{SENDS}:not(.govuk-button--secondary)", SENDS):
        for met in sorted(stage.crawl.met[name], key=lambda met: -met.weight):
            window = stage.window(met.who)
            window.page.set_viewport_size({"width": 1280, "height": 900})
            window.go(met.path)
            window.settle()
            if window.page.locator(sends).count():
                return window, window.page.locator(sends).first
    raise AssertionError(f"nobody met {name} with a form")


def leads_to_a_field(page, link) -> bool:
    """Whether a link of the error summary leads to something on the page."""
    target = link.get_attribute("href")
    return target.startswith("#") and page.locator(f"[id='{target[1:]}']").count() == 1
