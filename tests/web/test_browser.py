"""Components in a real browser: axe-core, narrow screens, the keyboard, and what the small scripts do."""

import re
from urllib.parse import parse_qs

import pytest
from axe_playwright_python.sync_playwright import Axe
from django import forms
from django.urls import resolve, reverse
from playwright.sync_api import expect

from earlyhelp.web.forms import DatePartsField, Form, Look
from earlyhelp.web.gallery import EverythingForm

pytestmark = pytest.mark.browser
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
INFORMATION = ["accessibility", "privacy", "cookies", "help", "what-is-recorded"]


def problems(page):
    found = Axe().run(page, options=RULES).response["violations"]
    return [(each["id"], each["nodes"][0]["html"]) for each in found]


def drawn(name, request):
    return resolve(reverse(name)).func(request).content.decode()


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("name", ["components", *INFORMATION])
def test_pages_have_no_known_accessibility_fault_and_never_scroll_sideways(browser, asked, name, width):
    page = browser.show(drawn(name, asked(permissions=[])), width=width)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert problems(page) == []
    assert browser.said == []


@pytest.mark.parametrize("width", [1280, 320])
def test_pages_without_script_do_not_scroll_sideways_and_show_every_question(browser, asked, width):
    page = browser.show(drawn("components", asked(permissions=[])), width=width, script=False)
    expect(page.locator("#empty_part")).to_be_visible()
    expect(page.locator("#empty_agency")).to_be_visible()  # still the ordinary list
    box = page.locator("body").bounding_box()
    assert box["width"] <= width


def test_targets_are_at_least_24_pixels(browser, asked):
    page = browser.show(drawn("components", asked(permissions=[])), width=320)
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, input:not([type=hidden]), select, summary")]
        .filter((each) => each.offsetParent).map((each) => [each.outerHTML.slice(0, 90), each.getBoundingClientRect()])
        .filter(([, box]) => box.height < 24 || box.width < 24).map(([html]) => html)"""
    )
    assert small == []


class Short(Form):
    name = forms.CharField(label="Name")
    born = DatePartsField(label="Date of birth")
    urgent = forms.ChoiceField(
        label="Is it urgent?", choices=[("y", "Yes"), ("n", "No")], widget=forms.RadioSelect
    )
    why = forms.CharField(label="Why?", required=False)
    looks = {"urgent": Look(reveals={"y": "why"}), "why": Look(needed="Say why it is urgent")}


REFUSED = """{% error_summary form %}<form method="post" novalidate>{{ form }}
<button class="govuk-button">Go</button></form>"""


def test_the_error_summary_takes_focus_and_its_links_lead_to_the_answers(browser, draw_page):
    page = browser.show(
        draw_page(REFUSED, form=Short({"born_day": "31", "born_month": "2", "born_year": "2020"}))
    )
    assert page.title().startswith("Error: ")
    assert page.evaluate("document.activeElement.className") == "govuk-error-summary"
    for words, target in (
        ("Enter the name", "id_name"),
        ("Date of birth must be a real date", "id_born_day"),
        ("Select an answer", "id_urgent_0"),
    ):
        page.get_by_role("link", name=words).click()
        assert page.evaluate("document.activeElement.id") == target
    assert problems(page) == []


def test_a_question_is_shown_with_its_answer(browser, draw_page):
    page = browser.show(draw_page(REFUSED, form=Short()))
    expect(page.get_by_label("Why?")).to_be_hidden()
    page.get_by_label("Yes").check()
    expect(page.get_by_label("Why?")).to_be_visible()
    page.get_by_label("No").check()
    expect(page.get_by_label("Why?")).to_be_hidden()
    assert problems(page) == []


def test_a_scale_is_worked_with_the_keyboard(browser, draw_page):
    page = browser.show(draw_page("<form>{{ form.amara.as_field_group }}</form>", form=EverythingForm()))
    page.locator("#id_amara_0").focus()
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    assert page.locator("#id_amara_6").is_checked()


def test_a_long_list_becomes_a_box_to_type_in_and_sends_what_was_chosen(browser, draw_page):
    page = browser.show(draw_page("<form>{{ form.agency.as_field_group }}</form>", form=EverythingForm()))
    box = page.get_by_label("Agency")
    box.fill("moor")
    page.get_by_role("option", name="Moorside Community Health").click()
    assert page.evaluate("new FormData(document.forms[document.forms.length - 1]).get('agency')") == "h"
    box.fill("nobody")
    assert page.evaluate("new FormData(document.forms[document.forms.length - 1]).get('agency')") == ""


def test_the_calendar_fills_in_a_date_that_the_form_reads(browser, draw_page):
    page = browser.show(draw_page("<form>{{ form.given_on.as_field_group }}</form>", form=EverythingForm()))
    page.get_by_role("button", name=re.compile("Choose date")).click()
    page.get_by_role("dialog").get_by_role("button", name="Select").click()
    assert (
        EverythingForm({"given_on": page.get_by_label("Date they agreed").input_value()}).errors.get(
            "given_on"
        )
        is None
    )


SAVING = """<form method="post" action="/done" data-autosave-url="/save">
<input type="hidden" name="csrfmiddlewaretoken" value="tok"><input type="hidden" name="version" value="3">
{% include "components/saved.html" with saved_at=None %}{{ form }}<button>Save</button></form>"""


@pytest.fixture
def writing(browser, draw_page):
    """A page with autosave; `writing.sent` has what arrived, `writing.reply` is what the server answers."""

    class Writing:
        sent, reply = [], {"status": 200, "json": {"saved_at": "10:42am", "version": 4}}

    def receive(route):
        fields = dict(
            re.findall(r'name="([^"]+)"\r\n\r\n(.*?)\r\n--', route.request.post_data or "", re.DOTALL)
        )
        Writing.sent.append(fields or parse_qs(route.request.post_data))
        reply = Writing.reply
        if reply == "nothing":
            route.abort()
        else:
            route.fulfill(**reply)

    Writing.sent, Writing.reply = [], {"status": 200, "json": {"saved_at": "10:42am", "version": 4}}
    browser.answers["/save"] = receive
    Writing.page = browser.show(draw_page(SAVING, form=Short()))
    Writing.status = Writing.page.locator("[data-autosave-status]")
    return Writing


def test_autosave_sends_only_what_changed_and_says_when(writing):
    writing.page.get_by_label("Name").fill("Amara")
    writing.page.get_by_label("Day").focus()  # leaving the field saves at once
    expect(writing.status).to_have_text("Saved 10:42am")
    assert writing.sent == [
        {"csrfmiddlewaretoken": "tok", "version": "3", "name": "Amara", "autosave_fields": "name"}
    ]
    assert writing.page.locator('input[name="version"]').get_attribute("value") == "4"
    assert writing.status.get_attribute("role") == "status"


def test_autosave_waits_for_the_last_key(writing):
    writing.page.clock.install(time=0)
    writing.page.clock.pause_at(1000)  # the page's time goes on when the test says so
    writing.page.get_by_label("Name").press_sequentially("Am")
    before = writing.status.text_content()
    writing.page.clock.run_for(2900)
    assert (writing.sent, writing.status.text_content()) == ([], before), "nothing is sent, nor about to be"
    writing.page.clock.run_for(200)
    expect(writing.status).to_have_text("Saved 10:42am")
    assert [sent["name"] for sent in writing.sent] == ["Am"]


def test_the_three_boxes_of_a_date_are_sent_together(writing):
    writing.page.get_by_label("Year").fill("2019")
    writing.page.get_by_label("Name").focus()
    expect(writing.status).to_have_text("Saved 10:42am")
    assert writing.sent[0]["autosave_fields"] == "born_day,born_month,born_year"


def test_without_a_connection_it_says_so_keeps_the_words_and_tries_again(writing):
    writing.reply = "nothing"
    writing.page.get_by_label("Name").fill("Amara")
    writing.page.get_by_label("Day").focus()
    expect(writing.status).to_contain_text("Not saved: no connection")
    writing.reply = {"status": 200, "json": {"saved_at": "10:43am"}}
    expect(writing.status).to_have_text("Saved 10:43am", timeout=9000)
    assert [each["name"] for each in writing.sent] == ["Amara", "Amara"]


@pytest.mark.parametrize(
    "reply",
    [{"status": 302, "headers": {"Location": "/sign-in"}}, {"status": 401, "body": ""}],
    ids=["redirect", "401"],
)
def test_after_sign_out_the_words_stay_and_it_says_what_to_do(writing, reply):
    writing.reply = reply
    writing.page.get_by_label("Name").fill("Amara")
    writing.page.get_by_label("Day").focus()
    expect(writing.status).to_contain_text("you have been signed out")
    assert writing.page.get_by_label("Name").input_value() == "Amara"


def test_a_change_by_somebody_else_is_told_in_the_servers_words(writing):
    writing.reply = {"status": 409, "json": {"message": "Karen Boyd changed this answer at 10:40am."}}
    writing.page.get_by_label("Name").fill("Amara")
    writing.page.get_by_label("Day").focus()
    expect(writing.status).to_have_text("Karen Boyd changed this answer at 10:40am.")
    assert problems(writing.page) == []


def test_closing_with_unsent_words_warns_and_with_saved_words_does_not(writing):
    asked = []
    writing.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    writing.page.get_by_label("Name").press_sequentially("Am")
    writing.page.goto("https://early.help.example/page")
    assert asked == ["beforeunload"]
    writing.page.get_by_label("Name").press_sequentially("Am")
    expect(writing.status).to_have_text("Saved 10:42am", timeout=5000)
    writing.page.goto("https://early.help.example/page")
    assert asked == ["beforeunload"]


def test_nothing_typed_is_kept_in_the_browser(writing):
    writing.page.get_by_label("Name").fill("Amara")
    assert writing.page.evaluate("localStorage.length + sessionStorage.length") == 0
