"""What a practice lead types wrongly, or too late: said at the field, nothing typed lost, nothing unsound published."""

from __future__ import annotations

import pytest
from django.urls import reverse

from assessments.models import FormVersion
from assessments.spec import to_json
from tests.fixtures.writing import at, boxes_of, change, now

pytestmark = pytest.mark.django_db
EHA = "somerset_eha"


# -- Bad input --------------------------------------------------------------------------------------------------------
QUESTION = {"label": "A question", "kind": "text", "nature": "fact", "whom": "all", "asked_when": "0"}
BAD = [
    ({"label": ""}, "Write the question"),
    ({"label": "x" * 301}, "at most 300"),
    ({"kind": "picture"}, "Select one of the answers"),
    ({"kind": "choice"}, "Write at least one answer"),
    ({"kind": "choice", "options": "a | b | c | d"}, "more than two bars"),
    ({"kind": "choice", "options": "Yes, sir | Yes | No"}, "small letters"),
    ({"kind": "choice", "options": "one |"}, "has no words"),
    ({"kind": "choice", "options": "unknown | I do not know"}, "offered by itself"),
    ({"kind": "choice", "options": "one | A\none | B"}, "Two answers are called “one”"),
    ({"kind": "choice", "options": "\n".join(f"Answer {n}" for n in range(61))}, "at most 60"),
    ({"kind": "text", "voice": "on"}, "choose “Longer text”"),
    ({"nature": "said", "siblings": "on"}, "only a fact"),
    ({"help": "x" * 3001}, "at most 3000"),
]


@pytest.mark.parametrize(("words", "message"), BAD)
def test_bad_input_is_told_at_the_field_and_what_was_typed_stays(editor, draft, words, message):
    before = to_json(now(draft))
    answer = editor.post(at("form-add-question", draft, "child"), QUESTION | {"hint": "My own hint"} | words)
    page = answer.content.decode()
    assert answer.status_code == 200 and message in page and "My own hint" in page
    assert "<title>Error: " in page
    assert to_json(now(draft)) == before


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"title": ""}, "Give the page a title"),
        ({"per": "once", "title": "About {name}"}, "Take {name} out"),
        ({"per": "once", "whom": "born"}, "Choose all children"),
        ({"per": "once", "together": "Everybody"}, "the page comes once"),
        ({"per": "once", "shows": "person"}, "about nobody"),
        ({"per": "child", "source": "plan"}, "Choose once"),
        ({"source": "plan", "repeats": "on"}, "Take the tick away"),
        ({"per": "child", "together": "{name}"}, "about everybody"),
    ],
)
def test_bad_input_about_a_page(editor, draft, words, message):
    sent = {"title": "A page", "per": "once", "category": "family", "group": "people", "section": "initial",
            "whom": "all", "opens": "registered", "source": "answers", "shows": "nothing"}  # fmt: skip
    answer = editor.post(at("form-add-page", draft, "initial"), sent | words)
    assert answer.status_code == 200 and message in answer.content.decode()


@pytest.mark.parametrize("days", ["", "-1", "731", "soon"])
def test_bad_input_about_a_clock(editor, draft, days):
    sent = {"title": "A clock", "days": days, "working": "yes", "after": "registered"}
    answer = editor.post(at("form-add", draft, "stage"), sent)
    assert answer.status_code == 200 and "govuk-error-message" in answer.content.decode()
    assert now(draft).stages == FormVersion.objects.newest(EHA).form.stages


def test_addresses_that_name_nothing(editor, draft):
    for url in (
        at("form-add", draft, "question"), at("form-change", draft, "question", "x"), at("form-add", draft, "cake"),
        reverse("form-version", args=["nothing", 1]), reverse("form-version", args=[EHA, 99]),
        at("form-try-page", draft, "nothing"), at("form-try-for", draft, "start", "child"),
        at("form-try-for", draft, "start", "cake"), reverse("form-question", args=["nothing", 1, "a", "b"]),
    ):  # fmt: skip
        assert editor.get(url).status_code == 404, url
    for url in (
        at("form-question", draft, "start", "nothing"), at("form-add-question", draft, "nothing"),
        at("form-add-page", draft, "nothing"), at("form-remove", draft, "part", "nothing"),
    ):  # fmt: skip
        assert editor.get(url).status_code == 302, url
    for sent in ("", "cake:x:up", "part:start:sideways"):
        assert editor.post(at("form-move", draft), {"move": sent}).status_code == 404
    assert editor.post(at("form-move", draft), {"move": "part:nothing:up"}).status_code == 302


# -- Sound or not -----------------------------------------------------------------------------------------------------

def test_an_unsound_draft_is_kept_and_not_published(editor, draft, code_of, lead):
    """A page that becomes the health agencies' own, though a question of it is needed before sign-off."""
    change(editor, at("form-change", draft, "part", "summary"), category="health")
    page = editor.get(at("form-version", draft)).content.decode()
    assert "to put right before it can be published" in page
    assert at("form-question", draft, "summary", "change") in page.split("<h2 class=\"govuk-heading-m\"")[0]
    assert "Publish this version" not in page
    told = editor.get(at("form-question", draft, "summary", "change")).content.decode()
    assert "Only what the whole team may read can block sign-off" in told
    refused = editor.post(
        at("form-publish", draft), {"note": "x", "seen": "0", "code": code_of(lead)}, follow=True
    ).content.decode()
    assert "Something in the draft has to be put right first" in refused
    assert FormVersion.objects.get(pk=draft.pk).status == "draft"
    change(editor, at("form-change", draft, "part", "summary"), category="family")
    assert "Publish this version" in editor.get(at("form-version", draft)).content.decode()


def test_a_form_that_asks_nothing_is_not_published(editor):
    editor.post(reverse("form-new"), {"title": "Empty form", "about": ""})
    empty = FormVersion.objects.get(code="empty_form")
    page = editor.get(at("form-version", empty)).content.decode()
    assert "no page that asks something" in page


# -- Two at once ------------------------------------------------------------------------------------------------------

def test_two_people_change_different_questions_and_both_are_kept(editor, draft, colleague, signed_in_as):
    one, two = at("form-question", draft, "start", "reason"), at("form-question", draft, "summary", "change")
    hers = boxes_of(editor.get(one).content.decode())
    assert change(signed_in_as(colleague), two, label="What must change?").status_code == 302
    assert editor.post(one, hers | {"label": ["Why now?"]}).status_code == 302
    assert now(draft).find("start").find("reason").label == "Why now?"
    assert now(draft).find("summary").find("change").label == "What must change?"


def test_two_people_change_one_question_and_the_second_is_told_and_loses_nothing(
    editor, draft, colleague, signed_in_as
):
    url = at("form-question", draft, "start", "reason")
    mine = boxes_of(editor.get(url).content.decode())
    change(signed_in_as(colleague), url, label="Hers", help="Her help")
    answer = editor.post(url, mine | {"label": ["Mine"], "hint": ["My hint"]})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Oona" in page and "changed this at" in page and "Hers" in page and "Her help" in page
    assert 'value="Mine"' in page and "My hint" in page
    assert now(draft).find("start").find("reason").label == "Hers"
    again = boxes_of(page)
    assert editor.post(url, again).status_code == 302
    assert now(draft).find("start").find("reason").label == "Mine"


@pytest.mark.parametrize("how", ["removed", "thrown away", "page gone"])
def test_what_is_typed_too_late_is_given_back(editor, draft, colleague, signed_in_as, how):
    url = at("form-question", draft, "start", "reason")
    mine = boxes_of(editor.get(url).content.decode()) | {"label": ["Words of mine"]}
    hers = signed_in_as(colleague)
    gone = {
        "removed": at("form-question-remove", draft, "start", "reason"),
        "thrown away": at("form-throw-away", draft),
        "page gone": at("form-remove", draft, "part", "start"),
    }[how]
    assert hers.post(gone).status_code == 302
    answer = editor.post(url, mine)
    assert answer.status_code == 409 and "Words of mine" in answer.content.decode()
    assert "Your change was not saved" in answer.content.decode()
