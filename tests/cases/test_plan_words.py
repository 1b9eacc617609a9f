"""Advice about vague words: it says how to make them plain, once, and never stops anybody."""

import json
import re
from pathlib import Path

import pytest
from django.urls import reverse

from cases.models import Action, Outcome
from cases.vague import the_list, tips_for
from tests.fixtures.plan import in_days

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Support mum with mornings", ["support"]),
        ("Engage with services as needed", ["engage", "when", "who"]),
        ("Monitor attendance", ["monitor"]),
        ("Supporters’ club on Friday", []),
        ("Ring", ["short"]),
        ("Walk to school with Ellie on Mondays", []),
        ("", []),
    ],
)
def test_words_that_nobody_can_act_on(text, codes):
    assert [tip.code for tip in tips_for("what", text)] == codes


@pytest.mark.parametrize(
    ("text", "counted"),
    [("Four days a week", True), ("5 of 5", True), ("Things are calmer", False), ("Everyone says so", False)],
)
def test_what_can_be_counted(text, counted):
    codes = [tip.code for tip in tips_for("how", text, is_counted=True)]
    assert ("count" not in codes) is counted


def test_every_tip_says_what_to_write_instead_in_short_sentences():
    for group in the_list()["words"]:
        for sentence in re.split(r"(?<=[.”])\s", group["tip"]):
            assert len(sentence.split()) <= 25
    assert json.dumps(the_list())


def test_the_browser_reads_the_same_list_and_limit():
    script = Path("static/cases/vague.js").read_text()
    assert "const FEW_WORDS = 2;" in script and "vague-words" in script


def test_advice_is_given_once_and_what_was_typed_is_saved_as_it_is(people, signed_in_as, seen_by):
    alice = signed_in_as(people.alice)
    later = in_days(42)
    facts = {
        "what_will_be_different": "Support mum", "how_we_will_know": "Things are calmer", "category": "1",
        "next_review_on": f"{later.day}/{later.month}/{later.year}", "target": "7",
    }  # fmt: skip
    url = reverse("plan-outcome-add", args=[people.case.reference])
    page = alice.post(url, facts)
    text = page.content.decode()
    assert page.status_code == 200 and "Can this be plainer?" in text and "Support mum" in text
    advised = re.search(r'name="advised" value="([^"]*)"', text).group(1)
    assert advised == "how_we_will_know:count what_will_be_different:support"
    other = alice.post(url, facts | {"advised": advised, "how_we_will_know": "We monitor it each day"})
    assert "Can this be plainer?" in other.content.decode()  # new advice for new words
    saved = alice.post(url, facts | {"advised": advised})
    assert saved.status_code == 302
    seen_by(people.alice)
    outcome = Outcome.objects.get()
    assert (outcome.what_will_be_different, outcome.target) == ("Support mum", 7)
    action = reverse("plan-action-add", args=[people.case.reference, outcome.pk])
    due = in_days(5)
    facts = {"what": "Liaise", "owner": f"m{people.alice.pk}", "due_on": f"{due.day}/{due.month}/{due.year}"}
    assert "Can this be plainer?" in alice.post(action, facts).content.decode()
    assert alice.post(action, facts | {"advised": "what:liaise what:short"}).status_code == 302
    seen_by(people.alice)
    assert Action.objects.get().what == "Liaise"
