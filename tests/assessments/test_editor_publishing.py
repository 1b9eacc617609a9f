"""Trying a form out, comparing, publishing, retiring: what was begun keeps its version, what is new gets the new one."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from assessments.models import DEFAULT_FORM, Assessment, FormVersion
from assessments.spec import to_json
from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event
from tests.assessments.definitions import form_of
from tests.fixtures.writing import at, change, errors_of, now

pytestmark = pytest.mark.django_db
EHA = "somerset_eha"
QUESTION = {"label": "A question", "kind": "text", "nature": "fact", "whom": "all", "asked_when": "0"}


# -- Comparing --------------------------------------------------------------------------------------------------------

def test_compare_says_what_differs_in_words(editor, draft):
    change(editor, at("form-change", draft, "part", "health"), category="family")
    change(editor, at("form-question", draft, "start", "reason"), label="Why now?", needed=[])
    page = editor.get(at("form-compare", draft)).content.decode()
    assert "Information category" in page and "Health" in page and "Family and contact" in page
    assert "Why now?" in page and "Needed before sign-off" not in page.replace("needed before sign-off", "")
    assert "needed before sign-off" in page
    other = editor.get(at("form-compare", draft) + f"?other={draft.version}").content.decode()
    assert "difference" in other
    alone = FormVersion.objects.newest(EHA)
    assert editor.get(reverse("form-compare", args=[EHA, alone.version])).status_code == 200


# -- Publishing -------------------------------------------------------------------------------------------------------

def test_publishing_needs_a_note_and_a_fresh_code(editor, draft, lead, code_of):
    page = editor.get(at("form-publish", draft)).content.decode()
    assert "Assessments that have begun keep the version they began with" in page
    refused = editor.post(at("form-publish", draft), {"seen": "0", "note": " ", "code": "000000"}).content.decode()
    assert "Say what changed, and why" in refused
    refused = editor.post(at("form-publish", draft), {"seen": "0", "note": "x", "code": "000000"}).content.decode()
    assert "code" in refused and FormVersion.objects.get(pk=draft.pk).status == "draft"


def test_an_assessment_keeps_its_version_and_a_new_one_gets_the_new(
    editor, draft, lead, code_of, people, eha, signed_in_as, monkeypatch
):
    before = Assessment.objects.none()
    with as_system():
        before = Assessment.objects.get(pk=eha.pk).form_version
    change(editor, at("form-question", draft, "start", "reason"), label="Why are we doing this now?")
    answer = editor.post(at("form-publish", draft), {"seen": "1", "note": "Clearer words", "code": code_of(lead)})
    assert answer.status_code == 302, errors_of(answer)
    version = FormVersion.objects.get(pk=draft.pk)
    assert (version.status, version.note, version.published_by_id) == ("published", "Clearer words", lead.pk)
    assert version.published_on == timezone.localdate()
    assert FormVersion.objects.newest(EHA).pk == draft.pk
    assert FormVersion.objects.get(pk=before.pk).status == "retired"
    alice = signed_in_as(people.alice)
    page = alice.get(reverse("assessment-part", args=[eha.pk, "start"])).content.decode()
    assert "Why are we doing this now?" not in page and before.form.find("start").find("reason").label in page
    with as_system():
        later = Assessment.objects.create(
            case=people.case, form_version=FormVersion.objects.newest(DEFAULT_FORM), reference="EHA/2026/9",
            hub=people.case.hub, agency=people.school, assessor=people.alice, source="register",
        )  # fmt: skip
    page = alice.get(reverse("assessment-part", args=[later.pk, "start"])).content.decode()
    assert "Why are we doing this now?" in page
    with as_system():
        assert Event.objects.filter(verb="Published a form version").exists()
    assert editor.get(at("form-facts", draft)).status_code == 302, "a published version is not changed"
    assert change_is_refused(editor, draft)


def change_is_refused(editor, version) -> bool:
    answer = editor.post(at("form-facts", version), {"title": "Mine", "about": "Words I typed", "seen": "x"})
    page = answer.content.decode()
    return answer.status_code == 409 and "has been published" in page and "Words I typed" in page


def test_a_draft_that_changed_since_it_was_read_is_not_published(editor, draft, lead, code_of):
    change(editor, at("form-question", draft, "start", "reason"), label="Why now?")
    answer = editor.post(at("form-publish", draft), {"seen": "0", "note": "x", "code": code_of(lead)})
    assert "has changed since you opened the page" in answer.content.decode()
    assert FormVersion.objects.get(pk=draft.pk).status == "draft"


def test_retire_and_the_last_form_in_use(editor):
    with as_system():
        other = FormVersion.objects.create(
            code="long", version=1, title="A form", spec=to_json(form_of(1)), status="published",
            published_on=timezone.localdate(),
        )
    page = editor.get(at("form-retire", other))
    assert page.status_code == 200 and "Nobody can start it any more" in page.content.decode()
    assert editor.post(at("form-retire", other)).status_code == 302
    assert FormVersion.objects.get(pk=other.pk).status == "retired"
    in_use = FormVersion.objects.newest(EHA)
    kept = editor.post(reverse("form-retire", args=[EHA, in_use.version]), follow=True).content.decode()
    assert "last form in use" in kept or "earlier registers" in kept
    assert FormVersion.objects.newest(EHA).pk == in_use.pk


def test_the_usual_form_of_a_district_stays_in_use(editor, world):
    hub = world.hub("Alder Vale")
    with as_system():
        hub.usual_form = "caf"
        hub.save()
    caf = FormVersion.objects.newest("caf")
    page = editor.post(at("form-retire", caf), follow=True).content.decode()
    assert "usual form of Alder Vale" in page and FormVersion.objects.newest("caf").pk == caf.pk


def test_a_draft_is_thrown_away_after_asking(editor, draft):
    assert "gone for good" in editor.get(at("form-throw-away", draft)).content.decode()
    assert editor.post(at("form-throw-away", draft)).status_code == 302
    assert not FormVersion.objects.filter(pk=draft.pk).exists()
    with as_system():
        assert Event.objects.filter(verb="Threw a draft of a form away").exists()


# -- Trying it out ----------------------------------------------------------------------------------------------------

def test_every_page_can_be_tried_out_for_everybody_it_is_for(editor, draft):
    page = editor.get(at("form-try", draft)).content.decode()
    links = re.findall(rf'href="({re.escape(at("form-try", draft))}[^"]+)"', page)
    assert len(links) > 30
    changes = Event.objects.count()
    for url in links:
        answer = editor.get(url)
        assert answer.status_code == 200, url
        body = answer.content.decode()
        assert "invented family" in body and "{name}" not in body, url
        assert "data-part " not in body and "part.js" not in body, "nothing can be saved from here"
    assert Event.objects.count() == changes
    for part in now(draft).parts:
        assert editor.get(at("form-try-page", draft, part.key)).status_code == 200


def test_an_unsound_page_can_be_tried_out(editor, draft):
    with as_system():
        spec = now(draft)
        data = to_json(spec)
        data["sections"][1]["parts"][0]["questions"] += [
            {"key": "lost", "label": "Lost", "kind": "text", "shown_when": {"question": "gone", "any_of": ["x"]}},
            {"key": "empty", "label": "Empty", "kind": "choice"},
        ]
        FormVersion.objects.filter(pk=draft.pk).update(spec=data)
    page = editor.get(at("form-try-page", draft, "start"))
    assert page.status_code == 200 and "Asked only when a question that has been taken out" in page.content.decode()
    outline = editor.get(at("form-version", draft)).content.decode()
    assert "Offers no answers" in outline
    for key in ("lost", "empty"):
        assert editor.get(at("form-question", draft, "start", key)).status_code == 200


MARKUP = '<script>alert("x")</script><b onclick=x>'


def test_markup_in_a_form_is_shown_as_words(editor, draft, lead, code_of, people, signed_in_as):
    words = {"label": MARKUP, "hint": MARKUP, "help": MARKUP, "heading": MARKUP}
    sent = QUESTION | words | {"kind": "choice", "options": f"one | {MARKUP} | {MARKUP}"}
    assert editor.post(at("form-add-question", draft, "child"), sent).status_code == 302
    key = now(draft).find("child").questions[-1].key
    assert change(editor, at("form-facts", draft), title=MARKUP, about=MARKUP).status_code == 302
    assert change(editor, at("form-change", draft, "part", "start"), title=MARKUP, intro=MARKUP, hint=MARKUP).status_code == 302
    urls = [
        reverse("form-list"), at("form-version", draft), at("form-question", draft, "child", key),
        at("form-question-remove", draft, "child", key), at("form-compare", draft), at("form-try", draft),
        at("form-try-for", draft, "child", "child"), at("form-try-for", draft, "start", "family"),
        at("form-publish", draft), at("form-change", draft, "part", "start"), at("form-throw-away", draft),
        at("form-copy", draft),
    ]  # fmt: skip
    for url in urls:
        page = editor.get(url).content.decode()
        assert "<script>alert" not in page and "<b onclick" not in page, url
    assert sum("&lt;script&gt;alert" in editor.get(url).content.decode() for url in urls) >= 10
