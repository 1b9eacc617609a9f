"""Writing a form in the browser, page by page: what a practice lead does, and what everybody else may not."""

from __future__ import annotations

import pytest
from django.urls import reverse

from assessments.editor.reading import definition_of
from assessments.models import FormVersion
from assessments.spec import Kind, Per, Whom, to_json
from earlyhelp.access import Role
from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event
from tests.assessments.definitions import form_of
from tests.fixtures.writing import at, change, errors_of, now

pytestmark = pytest.mark.django_db
EHA = "somerset_eha"


# -- Who --------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("role", [role for role in Role if role is not Role.PRACTICE_LEAD], ids=str)
def test_only_practice_leads_open_the_forms(world, signed_in_as, role):
    other = signed_in_as(world.member(world.agency(), role, hub=world.hub()))
    for url in (reverse("form-list"), reverse("form-new"), reverse("form-version", args=[EHA, 1])):
        assert other.get(url).status_code == 403
    assert other.post(reverse("form-draft", args=[EHA, 1])).status_code == 403
    assert "Forms" not in other.get(reverse("help")).content.decode().split("</nav>")[0]


def test_a_stranger_is_asked_to_sign_in(client):
    answer = client.get(reverse("form-list"))
    assert answer.status_code == 302 and reverse("account_login") in answer["Location"]


def test_a_practice_lead_finds_the_forms_in_the_navigation_and_no_family(editor, people):
    page = editor.get(reverse("form-list")).content.decode()
    assert f'href="{reverse("form-list")}"' in page and "Early Help Assessment" in page
    assert editor.get(reverse("record-overview", args=[people.case.reference])).status_code in (403, 404)


# -- A draft ----------------------------------------------------------------------------------------------------------

def test_a_draft_says_what_the_version_in_use_says_and_there_is_one(editor, draft):
    in_use = FormVersion.objects.newest(EHA)
    assert draft.version == in_use.version + 1
    assert to_json(definition_of(draft)) | {"version": 0} == to_json(in_use.form) | {"version": 0}
    page = editor.post(reverse("form-draft", args=[EHA, in_use.version]), follow=True).content.decode()
    assert "is a draft already" in page
    with as_system():
        verbs = list(Event.objects.order_by("-pk").values_list("verb", flat=True)[:1])
    assert "Started a draft of a form" in verbs


def test_saving_any_page_unchanged_changes_nothing(editor, draft):
    """Every question, page, section, heading and clock: opened, sent back as it was shown."""
    before = to_json(now(draft))
    spec = now(draft)
    urls = [at("form-facts", draft)]
    urls += [at("form-change", draft, "section", section.key) for section in spec.sections]
    urls += [at("form-change", draft, "group", group.key) for group in spec.groups]
    urls += [at("form-change", draft, "part", part.key) for part in spec.parts]
    urls += [at("form-question", draft, part.key, question.key) for part, question in spec.every_question()]
    assert len(urls) > 100
    for url in urls:
        answer = change(editor, url)
        assert answer.status_code == 302, (url, errors_of(answer))
    assert to_json(now(draft)) == before


def test_the_outline_lists_every_section_page_and_question(editor, draft):
    page = editor.get(at("form-version", draft)).content.decode()
    spec = now(draft)
    for section in spec.sections:
        assert f'id="section-{section.key}"' in page
    for part, question in spec.every_question():
        assert f'id="question-{part.key}-{question.key}"' in page
    assert page.count('name="csrfmiddlewaretoken"') <= 3, "one form moves everything"
    shown = editor.get(at("form-version", draft) + "?open=child").content.decode()
    assert shown.count("<details class=\"govuk-details\" open") == 1


def test_add_change_move_and_remove_a_question(editor, draft):
    added = editor.post(
        at("form-add-question", draft, "child"),
        {"label": "How does {name} sleep?", "kind": "choice", "nature": "fact", "whom": "born",
         "options": "Well\nBadly | Wakes more than twice a night\nother | In another way", "asked_when": "0"},
    )  # fmt: skip
    assert added.status_code == 302, errors_of(added)
    question = now(draft).find("child").questions[-1]
    assert question.key == "how_does_sleep" and question.whom is Whom.BORN
    assert [(o.value, o.label, o.hint) for o in question.options] == [
        ("well", "Well", ""), ("badly", "Badly", "Wakes more than twice a night"), ("other", "In another way", ""),
    ]  # fmt: skip
    url = at("form-question", draft, "child", question.key)
    assert change(editor, url, label="Does {name} sleep well?", help="Ask about weekends too.").status_code == 302
    question = now(draft).find("child").questions[-1]
    assert (question.key, question.label, question.help) == (
        "how_does_sleep", "Does {name} sleep well?", "Ask about weekends too.",
    )  # fmt: skip
    moved = editor.post(at("form-move", draft), {"move": f"question:child.{question.key}:up"})
    assert moved.status_code == 302 and f"open=child#question-child-{question.key}" in moved["Location"]
    assert now(draft).find("child").questions[-2].key == question.key
    page = editor.get(at("form-question-remove", draft, "child", question.key)).content.decode()
    assert "Remove this question?" in page and "Does … sleep well?" in page
    assert editor.post(at("form-question-remove", draft, "child", question.key)).status_code == 302
    assert question.key not in {each.key for each in now(draft).find("child").questions}


def test_a_question_that_others_depend_on_is_taken_out_with_a_word_of_warning(editor, draft):
    spec = now(draft)
    part, rule = next(
        (part, question.shown_when) for part, question in spec.every_question() if question.shown_when
    )
    page = editor.get(at("form-question-remove", draft, part.key, rule.question)).content.decode()
    assert "will be asked every time" in page
    editor.post(at("form-question-remove", draft, part.key, rule.question))
    left = now(draft).find(part.key).questions
    assert all(each.shown_when is None or each.shown_when.question != rule.question for each in left)


def test_a_question_asked_only_when_an_earlier_one_is_answered_so(editor, draft):
    spec = now(draft)
    part = next(part for part in spec.parts if any(q.kind is Kind.YES_NO for q in part.questions))
    asked = next(q for q in part.questions if q.kind is Kind.YES_NO)
    sent = {"label": "Who?", "kind": "text", "nature": "fact", "whom": "all", "asked_when": asked.key}
    refused = editor.post(at("form-add-question", draft, part.key), sent)
    assert refused.status_code == 200 and "Tick at least one answer" in refused.content.decode()
    assert editor.post(at("form-add-question", draft, part.key), sent | {f"when_{asked.key}": ["no"]}).status_code == 302
    made = now(draft).find(part.key).questions[-1]
    assert (made.shown_when.question, made.shown_when.any_of) == (asked.key, ("no",))


def test_minimum_set_and_moving_a_question_to_another_page(editor, draft):
    url = at("form-question", draft, "start", now(draft).find("start").questions[1].key)
    key = now(draft).find("start").questions[1].key
    assert change(editor, url, needed="on").status_code == 302
    assert f"start.{key}" in now(draft).minimum
    assert change(editor, url, part="services").status_code == 302
    assert f"services.{key}" in now(draft).minimum and f"start.{key}" not in now(draft).minimum
    assert now(draft).find("services").questions[-1].key == key


def test_pages_sections_headings_and_clocks(editor, draft):
    for what, sent in (
        ("section", {"title": "Sleep"}),
        ("group", {"title": "At night"}),
        ("stage", {"title": "Night check", "days": "5", "working": "no", "after": "signed_off"}),
    ):
        assert editor.post(at("form-add", draft, what), sent).status_code == 302, what
    spec = now(draft)
    assert spec.sections[-1].key == "sleep" and spec.sections[-1].number == len(spec.sections)
    assert (spec.stages[-1].days, spec.stages[-1].working, spec.stages[-1].after) == (5, False, "signed_off")
    sent = {
        "title": "Nights of {name}", "per": "child", "category": "health", "group": "at_night", "section": "sleep",
        "whom": "born", "opens": "registered", "source": "answers", "shows": "person", "stage": "night_check",
        "repeats": "on",
    }  # fmt: skip
    answer = editor.post(at("form-add-page", draft, "sleep"), sent)
    assert answer.status_code == 302, errors_of(answer)
    part = now(draft).find("nights_of")
    assert part.per is Per.CHILD and part.category == "health" and part.repeats and part.stage == "night_check"
    assert now(draft).section_of("nights_of").key == "sleep"
    refused = editor.post(at("form-remove", draft, "group", "at_night"), follow=True).content.decode()
    assert "Put them under another heading first" in refused
    assert change(editor, at("form-change", draft, "part", "nights_of"), section="children").status_code == 302
    assert now(draft).section_of("nights_of").key == "children"
    editor.post(at("form-remove", draft, "stage", "night_check"))
    assert "night_check" not in {stage.key for stage in now(draft).stages} and now(draft).find("nights_of").stage == ""
    editor.post(at("form-remove", draft, "part", "nights_of"))
    assert editor.post(at("form-remove", draft, "group", "at_night")).status_code == 302
    assert "at_night" not in {group.key for group in now(draft).groups}
    editor.post(at("form-move", draft), {"move": "section:sleep:up"})
    assert [section.number for section in now(draft).sections] == list(range(1, len(now(draft).sections) + 1))


def test_facts_of_the_form(editor, draft):
    answer = change(editor, at("form-facts", draft), title="Our assessment", about="For everybody.", countersigned="on")
    assert answer.status_code == 302
    spec = now(draft)
    assert (spec.title, spec.about, spec.countersigned) == ("Our assessment", "For everybody.", True)
    assert FormVersion.objects.get(pk=draft.pk).title == "Our assessment"


# -- From nothing, from a copy ----------------------------------------------------------------------------------------

def test_a_new_form_from_nothing_to_its_first_assessment(editor, lead, code_of, people, seen_by):
    assert editor.get(reverse("form-new")).status_code == 200
    editor.post(reverse("form-new"), {"title": "Early years check", "about": "For children under five."})
    made = FormVersion.objects.get(code="early_years_check")
    sent = {"title": "Play", "per": "once", "category": "family", "group": "assessment", "section": "assessment",
            "whom": "all", "opens": "registered", "source": "answers", "shows": "nothing"}  # fmt: skip
    assert editor.post(at("form-add-page", made, "assessment"), sent).status_code == 302
    editor.post(at("form-add-question", made, "play"), {"label": "What do they play?", "kind": "long_text", "nature": "fact"})
    published = editor.post(at("form-publish", made), {"note": "New", "seen": "2", "code": code_of(lead)})
    assert published.status_code == 302, errors_of(published)
    assert FormVersion.objects.newest("early_years_check").pk == made.pk
    assert {"somerset_eha", "early_years_check"} <= set(FormVersion.objects.published().values_list("code", flat=True))


def test_a_copy_is_a_form_of_its_own(editor):
    url = reverse("form-copy", args=[EHA, FormVersion.objects.newest(EHA).version])
    title = FormVersion.objects.newest(EHA).title
    same = editor.post(url, {"title": title.upper(), "about": ""})
    assert same.status_code == 200 and "a title of its own" in same.content.decode()
    assert editor.post(url, {"title": "Short assessment", "about": ""}).status_code == 302
    made = FormVersion.objects.get(code="short_assessment")
    assert made.version == 1 and definition_of(made).parts == FormVersion.objects.newest(EHA).form.parts


# -- Speed ------------------------------------------------------------------------------------------------------------

def test_queries(editor, draft, queries_of):
    for url in (
        reverse("form-list"), at("form-version", draft), at("form-try", draft), at("form-compare", draft),
        at("form-publish", draft), at("form-question", draft, "child", "gp"), at("form-try-for", draft, "child", "child"),
        at("form-change", draft, "part", "child"), at("form-remove", draft, "part", "child"),
    ):  # fmt: skip
        count = queries_of(editor, url)
        assert count <= 25, (url, count)


def test_a_form_of_200_questions_is_written_as_quickly(editor, lead, queries_of):
    with as_system():
        version = FormVersion.objects.create(
            code="long", version=1, title="A form", spec=to_json(form_of(200)), edited_by=lead,
        )  # fmt: skip
    assert queries_of(editor, at("form-version", version)) <= 25
    assert queries_of(editor, at("form-question", version, "only", "q1")) <= 25


def test_every_setting_has_words_and_is_compared():
    from assessments.editor import words
    from assessments.editor.comparison import COMPARED, not_compared

    assert set(words.KINDS) == set(Kind)
    for cls in COMPARED:
        assert not_compared(cls) == set(), cls
