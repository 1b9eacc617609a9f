"""Markup and code in every text column of the county, then every page, paper, list and answer: shown as words, never run.

The strict content security policy would stop a script that got through; this asks for more: that none gets that far
(trust.md, P18 and P20).
"""

from __future__ import annotations

import csv
import io
import sys

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from tests.browser.crawl import MOMENTS, NOT_PAGES, names_of_all_addresses
from tests.browser.poison import MADE, PAYLOADS, poison
from tests.browser.stage import set_up
from tests.database import reset_rows

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(900),
    pytest.mark.long,  # a county is loaded and walked through
]
NAMES = [name for name in names_of_all_addresses() if name not in NOT_PAGES and name not in MOMENTS]
# Kept by every page that the browser opens: what the policy stopped.
LISTEN = "window.stopped = []; document.addEventListener('securitypolicyviolation', (e) => window.stopped.push(e.violatedDirective))"


@pytest.fixture(scope="module")
def stage(django_db_setup, django_db_blocker, chromium, tmp_path_factory):
    """The county as test_every_page.py has it; when all pages are met, every text in it becomes a payload."""
    patch = pytest.MonkeyPatch()
    sign_ins = tmp_path_factory.mktemp("county") / "sign-ins.json"
    patch.setattr("earlyhelp.accounts.demo.personas_file", lambda: sign_ins)
    # One page of each name for each person will do: the same templates with other words.
    patch.setattr("tests.browser.crawl.MOST_FOR_ONE", 1)
    patch.setattr("tests.browser.crawl.MOST_OF_A_NAME", 2)
    with django_db_blocker.unblock():
        reset_rows()
        county = set_up(chromium, sign_ins)
        county.filled, county.refused = poison()
        yield county
        county.server.stop()
        reset_rows()
    patch.undo()


def test_every_column_of_words_was_filled(stage):
    sys.stderr.write(f"\ncolumns filled={len(stage.filled)} refused={stage.refused}\n")
    assert len(stage.filled) > 120
    assert len(stage.refused) < 30


def test_no_page_runs_or_builds_what_was_typed(stage):
    wrong, opened, shown = [], 0, 0
    for name in NAMES:
        for met in stage.crawl.chosen(name)[:1]:
            found, has_words = look(stage, met)
            wrong += [f"{met.path} ({name}) as {met.who}: {words}" for words in found]
            opened, shown = opened + 1, shown + has_words
    sys.stderr.write(f"\npages={opened} with_payloads_as_words={shown} executions={len(wrong)}\n")
    assert not wrong, "\n".join(wrong[:40])
    assert opened > 100
    assert shown > opened / 2


def look(stage, met) -> tuple[list[str], bool]:
    window = stage.window(met.who)
    if not getattr(window, "listens", False):
        window.listens = True
        window.context.add_init_script(LISTEN)
        window.dialogs = []
        window.page.on("dialog", lambda dialog: (window.dialogs.append(dialog.message), dialog.dismiss()))
    answer = window.page.goto(stage.site + met.path)
    if answer is None or answer.status != 200:
        return [f"{answer and answer.status}"], False
    page = window.page
    # What is suggested to somebody who opens a list is on the page as well.
    for box in page.locator("main .autocomplete__input:visible").all():
        box.click()
        page.locator(".autocomplete__menu--visible").wait_for()
    found = [f"dialog: {words}" for words in window.dialogs] + [
        f"console: {words}" for words in window.problems
    ]
    window.dialogs.clear()
    found += [f"policy: {words}" for words in page.evaluate("window.stopped || []")]
    found += page.evaluate(
        "made => [...document.querySelectorAll(made)].slice(0, 3).map((each) => 'made: ' + each.outerHTML.slice(0, 160))",
        MADE,
    )
    text = page.evaluate(
        "document.body.innerText + [...document.querySelectorAll('input, textarea')].map((e) => e.value).join(' ')"
    )
    if "1337" in text:
        found.append("a template in the words was rendered")
    return found, "canary" in text or "<i>'\"&" in text


def test_what_would_have_got_through_is_noticed(stage):
    """The eyes of this test: a payload that is put into a page as markup is seen, and the policy stops its script."""
    window = stage.window("priya")
    page = window.go("my-work")
    page.evaluate(
        "words => { window.stopped = []; document.addEventListener('securitypolicyviolation', (e) => window.stopped.push("
        "e.violatedDirective)); for (const each of words) document.querySelector('main').insertAdjacentHTML('beforeend', each) }",
        list(PAYLOADS[1:3]),
    )
    for _ in range(100):  # not wait_for_function: the policy forbids the page to compile it
        if page.evaluate("window.stopped.length"):
            break
        page.wait_for_timeout(50)
    assert page.evaluate("window.stopped.length") > 0
    assert page.locator(MADE).count() >= 2
    assert window.problems, "the console says so too"


def others(stage) -> list:
    return [met for mets in stage.crawl.met.values() for met in mets[:2] if not met.is_page]


def fetched(stage, who: str, path: str):
    return stage.window(who).context.request.get(stage.site + path, max_redirects=0)


def test_files_hold_it_as_words(stage):
    """Papers, calendar files and lists: no script, no cell that a spreadsheet would compute, no line of a calendar."""
    kinds, papers_with_words = {}, 0
    met_by = {
        (met.who, met.path.replace("/csv/", last)) for met in others(stage) for last in ("/csv/", "/xlsx/")
    }
    for who, path in sorted(met_by):
        answer = fetched(stage, who, path)
        if answer.status == 404 and path.endswith("/xlsx/"):
            continue  # a list that there is in one shape alone
        assert answer.status == 200, path
        kind = answer.headers["content-type"].split(";")[0]
        assert answer.headers["x-content-type-options"] == "nosniff", path
        kinds[kind] = kinds.get(kind, 0) + 1
        body = answer.body()
        if kind == "application/pdf":
            assert not {b"/JavaScript", b"/JS", b"/Launch", b"/OpenAction"} & set(body.split()), path
            text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)
            assert "1337" not in text, path
            papers_with_words += "canary" in text
            links = [
                note.get_object()["/A"].get("/URI", "") for page in PdfReader(io.BytesIO(body)).pages
                for note in page.get("/Annots") or [] if "/A" in note.get_object()
            ]  # fmt: skip
            assert not [link for link in links if "javascript:" in link or "canary" in link], path
        elif kind == "text/csv":
            for row in csv.reader(io.StringIO(body.decode("utf-8-sig"))):
                assert not [
                    cell
                    for cell in row
                    if cell[:1] in set("=+@\t\r") or cell.startswith("-") and not number(cell)
                ], row
        elif kind == "text/calendar":
            lines = body.decode().splitlines()
            assert lines.count("BEGIN:VEVENT") == 1 and "canary" not in body.decode()
        elif kind.endswith("spreadsheetml.sheet"):
            cells = [
                cell for sheet in load_workbook(io.BytesIO(body)) for row in sheet.iter_rows() for cell in row
            ]
            assert not [cell.value for cell in cells if cell.data_type == "f" or cell.hyperlink], path
        elif kind == "image/jpeg":  # a drawing that is shown on its page: as a page of its own it may do nothing
            assert "sandbox" in answer.headers["content-security-policy"], path
        else:
            assert kind in {"application/json", "text/plain"}, (path, kind)
            assert answer.headers["content-disposition"].startswith("attachment"), path
    assert papers_with_words >= 2
    sys.stderr.write(f"\nfiles={kinds}\n")
    assert kinds.get("application/pdf", 0) >= 3


def number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def test_programs_are_answered_in_json_that_no_browser_takes_for_a_page(stage):
    overview = stage.crawl.chosen("record-overview")[0]
    reference = overview.path.strip("/").split("/")[1]
    parts = ["", "timeline/", "plan/", "meetings/", "documents/", "sharing/", "assessments/"]
    paths = ["/api/v1/families/", *(f"/api/v1/families/{reference}/{part}" for part in parts)]
    words = 0
    for path in paths:
        answer = fetched(stage, overview.who, path)
        assert answer.status == 200, path
        assert answer.headers["content-type"].split(";")[0] == "application/json", path
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        words += "canary" in answer.text()
    assert words >= 4


def test_a_refused_form_gives_back_what_was_typed_as_words(stage):
    """Typed now rather than kept: the search, and a form that is refused, say the words again."""
    window = stage.window("priya")
    page = window.go("find-family")
    typed = "\"><img src=x onerror=alert('canary') data-canary=1>"
    page.locator("main form input[type=text]").first.fill(typed)
    page.locator("main form button:not([type=button])").first.click()
    page.wait_for_load_state()
    assert page.locator(MADE).count() == 0
    assert window.problems == []
