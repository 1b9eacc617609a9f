"""Writing a form in the browser, page by page: what a practice lead does, and what everybody else may not."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from assessments.actions import register
from assessments.editor.reading import definition_of
from assessments.models import Assessment, FormVersion
from assessments.spec import Kind, Part, Per, Question, Whom, to_json
from earlyhelp.access import Role
from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event
from tests.assessments.definitions import form_of

pytestmark = pytest.mark.django_db
EHA = "somerset_eha"


@pytest.fixture
def lead(world):
    return world.member(world.agency(), Role.PRACTICE_LEAD, first_name="Nerys")


@pytest.fixture
def colleague(world, lead):
    return world.member(lead.agency, Role.PRACTICE_LEAD, first_name="Oona")


@pytest.fixture
def browser(lead, signed_in_as):
    return signed_in_as(lead)


@pytest.fixture
def draft(browser) -> FormVersion:
    """The next version of the county's form, begun in the browser."""
    in_use = FormVersion.objects.newest(EHA)
    answer = browser.post(reverse("form-draft", args=[EHA, in_use.version]))
    assert answer.status_code == 302
    return FormVersion.objects.get(code=EHA, status="draft")


def at(name: str, version: FormVersion, *parts: str) -> str:
    return reverse(name, args=[version.code, version.version, *parts])


def boxes_of(page: str) -> dict[str, list[str] | str]:
    """What a browser would send back from a page's form, unchanged."""
    form = page[page.index('<form method="post" novalidate') :].split("</form>")[0]
    sent: dict = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name is None or "type=\"submit\"" in tag:
            continue
        is_choice = 'type="radio"' in tag or 'type="checkbox"' in tag
        if is_choice and "checked" not in tag:
            continue
        sent.setdefault(name[1], []).append(unescape(value[1] if value else "on"))
    for name, inside in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        sent[name] = [unescape(inside.removeprefix("\n"))]
    for name, inside in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', inside)
        sent[name] = [unescape(chosen[1] if chosen else re.search(r'value="([^"]*)"', inside)[1])]
    return sent


def unescape(text: str) -> str:
    import html

    return html.unescape(text)


def change(browser, url: str, **words):
    """Open a page, change some boxes, send the rest back as it was."""
    sent = boxes_of(browser.get(url).content.decode())
    sent.pop("csrfmiddlewaretoken", None)
    for name, value in words.items():
        sent[name] = value if isinstance(value, list) else [value]
    return browser.post(url, sent)


def now(version: FormVersion):
    return definition_of(FormVersion.objects.get(pk=version.pk))


# -- Who ------------------------------------------------------------------------------------------------------------------


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


def test_a_practice_lead_finds_the_forms_in_the_navigation_and_no_family(browser, people):
    page = browser.get(reverse("form-list")).content.decode()
    assert f'href="{reverse("form-list")}"' in page and "Early Help Assessment" in page
    assert browser.get(reverse("record-overview", args=[people.case.reference])).status_code in (403, 404)


# -- A draft --------------------------------------------------------------------------------------------------------------


def test_a_draft_says_what_the_version_in_use_says_and_there_is_one(browser, draft):
    in_use = FormVersion.objects.newest(EHA)
    assert draft.version == in_use.version + 1
    assert to_json(definition_of(draft)) | {"version": 0} == to_json(in_use.form) | {"version": 0}
    page = browser.post(reverse("form-draft", args=[EHA, in_use.version]), follow=True).content.decode()
    assert "is a draft already" in page
    with as_system():
        verbs = list(Event.objects.order_by("-pk").values_list("verb", flat=True)[:1])
    assert "Started a draft of a form" in verbs


def test_saving_any_page_unchanged_changes_nothing(browser, draft):
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
        answer = change(browser, url)
        assert answer.status_code == 302, (url, errors_of(answer))
    assert to_json(now(draft)) == before


def errors_of(answer) -> list[str]:
    return re.findall(r'govuk-error-message[^>]*>(.*?)</p>', answer.content.decode(), re.DOTALL)


def test_the_outline_lists_every_section_page_and_question(browser, draft):
    page = browser.get(at("form-version", draft)).content.decode()
    spec = now(draft)
    for section in spec.sections:
        assert f'id="section-{section.key}"' in page
    for part, question in spec.every_question():
        assert f'id="question-{part.key}-{question.key}"' in page
    assert page.count('name="csrfmiddlewaretoken"') <= 3, "one form moves everything"
    shown = browser.get(at("form-version", draft) + "?open=child").content.decode()
    assert shown.count("<details class=\"govuk-details\" open") == 1


def test_add_change_move_and_remove_a_question(browser, draft):
    added = browser.post(
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
    assert change(browser, url, label="Does {name} sleep well?", help="Ask about weekends too.").status_code == 302
    question = now(draft).find("child").questions[-1]
    assert (question.key, question.label, question.help) == (
        "how_does_sleep", "Does {name} sleep well?", "Ask about weekends too.",
    )  # fmt: skip
    moved = browser.post(at("form-move", draft), {"move": f"question:child.{question.key}:up"})
    assert moved.status_code == 302 and f"open=child#question-child-{question.key}" in moved["Location"]
    assert now(draft).find("child").questions[-2].key == question.key
    page = browser.get(at("form-question-remove", draft, "child", question.key)).content.decode()
    assert "Remove this question?" in page and "Does … sleep well?" in page
    assert browser.post(at("form-question-remove", draft, "child", question.key)).status_code == 302
    assert question.key not in {each.key for each in now(draft).find("child").questions}


def test_a_question_that_others_depend_on_is_taken_out_with_a_word_of_warning(browser, draft):
    spec = now(draft)
    part, rule = next(
        (part, question.shown_when) for part, question in spec.every_question() if question.shown_when
    )
    page = browser.get(at("form-question-remove", draft, part.key, rule.question)).content.decode()
    assert "will be asked every time" in page
    browser.post(at("form-question-remove", draft, part.key, rule.question))
    left = now(draft).find(part.key).questions
    assert all(each.shown_when is None or each.shown_when.question != rule.question for each in left)


def test_a_question_asked_only_when_an_earlier_one_is_answered_so(browser, draft):
    spec = now(draft)
    part = next(part for part in spec.parts if any(q.kind is Kind.YES_NO for q in part.questions))
    asked = next(q for q in part.questions if q.kind is Kind.YES_NO)
    sent = {"label": "Who?", "kind": "text", "nature": "fact", "whom": "all", "asked_when": asked.key}
    refused = browser.post(at("form-add-question", draft, part.key), sent)
    assert refused.status_code == 200 and "Tick at least one answer" in refused.content.decode()
    assert browser.post(at("form-add-question", draft, part.key), sent | {f"when_{asked.key}": ["no"]}).status_code == 302
    made = now(draft).find(part.key).questions[-1]
    assert (made.shown_when.question, made.shown_when.any_of) == (asked.key, ("no",))


def test_minimum_set_and_moving_a_question_to_another_page(browser, draft):
    url = at("form-question", draft, "start", now(draft).find("start").questions[1].key)
    key = now(draft).find("start").questions[1].key
    assert change(browser, url, needed="on").status_code == 302
    assert f"start.{key}" in now(draft).minimum
    assert change(browser, url, part="services").status_code == 302
    assert f"services.{key}" in now(draft).minimum and f"start.{key}" not in now(draft).minimum
    assert now(draft).find("services").questions[-1].key == key


def test_pages_sections_headings_and_clocks(browser, draft):
    for what, sent in (
        ("section", {"title": "Sleep"}),
        ("group", {"title": "At night"}),
        ("stage", {"title": "Night check", "days": "5", "working": "no", "after": "signed_off"}),
    ):
        assert browser.post(at("form-add", draft, what), sent).status_code == 302, what
    spec = now(draft)
    assert spec.sections[-1].key == "sleep" and spec.sections[-1].number == len(spec.sections)
    assert (spec.stages[-1].days, spec.stages[-1].working, spec.stages[-1].after) == (5, False, "signed_off")
    sent = {
        "title": "Nights of {name}", "per": "child", "category": "health", "group": "at_night", "section": "sleep",
        "whom": "born", "opens": "registered", "source": "answers", "shows": "person", "stage": "night_check",
        "repeats": "on",
    }  # fmt: skip
    answer = browser.post(at("form-add-page", draft, "sleep"), sent)
    assert answer.status_code == 302, errors_of(answer)
    part = now(draft).find("nights_of")
    assert part.per is Per.CHILD and part.category == "health" and part.repeats and part.stage == "night_check"
    assert now(draft).section_of("nights_of").key == "sleep"
    refused = browser.post(at("form-remove", draft, "group", "at_night"), follow=True).content.decode()
    assert "Put them under another heading first" in refused
    assert change(browser, at("form-change", draft, "part", "nights_of"), section="children").status_code == 302
    assert now(draft).section_of("nights_of").key == "children"
    browser.post(at("form-remove", draft, "stage", "night_check"))
    assert now(draft).stages == () and now(draft).find("nights_of").stage == ""
    browser.post(at("form-remove", draft, "part", "nights_of"))
    assert browser.post(at("form-remove", draft, "group", "at_night")).status_code == 302
    assert "at_night" not in {group.key for group in now(draft).groups}
    browser.post(at("form-move", draft), {"move": "section:sleep:up"})
    assert [section.number for section in now(draft).sections] == list(range(1, len(now(draft).sections) + 1))


def test_facts_of_the_form(browser, draft):
    answer = change(browser, at("form-facts", draft), title="Our assessment", about="For everybody.", countersigned="on")
    assert answer.status_code == 302
    spec = now(draft)
    assert (spec.title, spec.about, spec.countersigned) == ("Our assessment", "For everybody.", True)
    assert FormVersion.objects.get(pk=draft.pk).title == "Our assessment"


# -- Bad input ------------------------------------------------------------------------------------------------------------

QUESTION = {"label": "A question", "kind": "text", "nature": "fact", "whom": "all", "asked_when": "0"}
BAD = [
    ({"label": ""}, "Enter a question"),
    ({"label": "x" * 301}, "at most 300"),
    ({"kind": "picture"}, "from the list"),
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
def test_bad_input_is_told_at_the_field_and_what_was_typed_stays(browser, draft, words, message):
    before = to_json(now(draft))
    answer = browser.post(at("form-add-question", draft, "child"), QUESTION | {"hint": "My own hint"} | words)
    page = answer.content.decode()
    assert answer.status_code == 200 and message in page and "My own hint" in page
    assert "<title>Error: " in page
    assert to_json(now(draft)) == before


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"title": ""}, "Enter a title"),
        ({"per": "once", "title": "About {name}"}, "Take {name} out"),
        ({"per": "once", "whom": "born"}, "Choose all children"),
        ({"per": "once", "together": "Everybody"}, "the page comes once"),
        ({"per": "once", "shows": "person"}, "about nobody"),
        ({"per": "child", "source": "plan"}, "Choose once"),
        ({"source": "plan", "repeats": "on"}, "Take the tick away"),
        ({"per": "child", "together": "{name}"}, "about everybody"),
    ],
)
def test_bad_input_about_a_page(browser, draft, words, message):
    sent = {"title": "A page", "per": "once", "category": "family", "group": "people", "section": "initial",
            "whom": "all", "opens": "registered", "source": "answers", "shows": "nothing"}  # fmt: skip
    answer = browser.post(at("form-add-page", draft, "initial"), sent | words)
    assert answer.status_code == 200 and message in answer.content.decode()


@pytest.mark.parametrize("days", ["", "-1", "731", "soon"])
def test_bad_input_about_a_clock(browser, draft, days):
    sent = {"title": "A clock", "days": days, "working": "yes", "after": "registered"}
    answer = browser.post(at("form-add", draft, "stage"), sent)
    assert answer.status_code == 200 and "govuk-error-message" in answer.content.decode()
    assert now(draft).stages == FormVersion.objects.newest(EHA).form.stages


def test_addresses_that_name_nothing(browser, draft):
    for url in (
        at("form-add", draft, "question"), at("form-change", draft, "question", "x"), at("form-add", draft, "cake"),
        reverse("form-version", args=["nothing", 1]), reverse("form-version", args=[EHA, 99]),
        at("form-try-page", draft, "nothing"), at("form-try-for", draft, "start", "child"),
        at("form-try-for", draft, "start", "cake"), reverse("form-question", args=["nothing", 1, "a", "b"]),
    ):  # fmt: skip
        assert browser.get(url).status_code == 404, url
    for url in (
        at("form-question", draft, "start", "nothing"), at("form-add-question", draft, "nothing"),
        at("form-add-page", draft, "nothing"), at("form-remove", draft, "part", "nothing"),
    ):  # fmt: skip
        assert browser.get(url).status_code == 302, url
    for sent in ("", "cake:x:up", "part:start:sideways"):
        assert browser.post(at("form-move", draft), {"move": sent}).status_code == 404
    assert browser.post(at("form-move", draft), {"move": "part:nothing:up"}).status_code == 302


# -- Sound or not -----------------------------------------------------------------------------------------------------------


def test_an_unsound_draft_is_kept_and_not_published(browser, draft, code_of, lead):
    """A page that becomes the health agencies' own, though a question of it is needed before sign-off."""
    change(browser, at("form-change", draft, "part", "summary"), category="health")
    page = browser.get(at("form-version", draft)).content.decode()
    assert "to put right before it can be published" in page
    assert at("form-question", draft, "summary", "change") in page.split("<h2 class=\"govuk-heading-m\"")[0]
    assert "Publish this version" not in page
    told = browser.get(at("form-question", draft, "summary", "change")).content.decode()
    assert "Only what the whole team may read can block sign-off" in told
    refused = browser.post(
        at("form-publish", draft), {"note": "x", "seen": "0", "code": code_of(lead)}, follow=True
    ).content.decode()
    assert "Something in the draft has to be put right first" in refused
    assert FormVersion.objects.get(pk=draft.pk).status == "draft"
    change(browser, at("form-change", draft, "part", "summary"), category="family")
    assert "Publish this version" in browser.get(at("form-version", draft)).content.decode()


def test_a_form_that_asks_nothing_is_not_published(browser):
    browser.post(reverse("form-new"), {"title": "Empty form", "about": ""})
    empty = FormVersion.objects.get(code="empty_form")
    page = browser.get(at("form-version", empty)).content.decode()
    assert "no page that asks something" in page


# -- From nothing, from a copy ------------------------------------------------------------------------------------------------


def test_a_new_form_from_nothing_to_its_first_assessment(browser, lead, code_of, people, seen_by):
    assert browser.get(reverse("form-new")).status_code == 200
    browser.post(reverse("form-new"), {"title": "Early years check", "about": "For children under five."})
    made = FormVersion.objects.get(code="early_years_check")
    sent = {"title": "Play", "per": "once", "category": "family", "group": "assessment", "section": "assessment",
            "whom": "all", "opens": "registered", "source": "answers", "shows": "nothing"}  # fmt: skip
    assert browser.post(at("form-add-page", made, "assessment"), sent).status_code == 302
    browser.post(at("form-add-question", made, "play"), {"label": "What do they play?", "kind": "long_text", "nature": "fact"})
    published = browser.post(at("form-publish", made), {"note": "New", "seen": "2", "code": code_of(lead)})
    assert published.status_code == 302, errors_of(published)
    assert FormVersion.objects.newest("early_years_check").pk == made.pk
    assert {"somerset_eha", "early_years_check"} <= set(FormVersion.objects.published().values_list("code", flat=True))


def test_a_copy_is_a_form_of_its_own(browser):
    url = reverse("form-copy", args=[EHA, FormVersion.objects.newest(EHA).version])
    title = FormVersion.objects.newest(EHA).title
    same = browser.post(url, {"title": title.upper(), "about": ""})
    assert same.status_code == 200 and "a title of its own" in same.content.decode()
    assert browser.post(url, {"title": "Short assessment", "about": ""}).status_code == 302
    made = FormVersion.objects.get(code="short_assessment")
    assert made.version == 1 and definition_of(made).parts == FormVersion.objects.newest(EHA).form.parts


# -- Comparing ------------------------------------------------------------------------------------------------------------


def test_compare_says_what_differs_in_words(browser, draft):
    change(browser, at("form-change", draft, "part", "health"), category="family")
    change(browser, at("form-question", draft, "start", "reason"), label="Why now?", needed=[])
    page = browser.get(at("form-compare", draft)).content.decode()
    assert "Information category" in page and "Health" in page and "Family and contact" in page
    assert "Why now?" in page and "Needed before sign-off" not in page.replace("needed before sign-off", "")
    assert "needed before sign-off" in page
    other = browser.get(at("form-compare", draft) + f"?other={draft.version}").content.decode()
    assert "difference" in other
    alone = FormVersion.objects.newest(EHA)
    assert browser.get(reverse("form-compare", args=[EHA, alone.version])).status_code == 200


# -- Publishing -----------------------------------------------------------------------------------------------------------


def test_publishing_needs_a_note_and_a_fresh_code(browser, draft, lead, code_of):
    page = browser.get(at("form-publish", draft)).content.decode()
    assert "Assessments that have begun keep the version they began with" in page
    refused = browser.post(at("form-publish", draft), {"seen": "0", "note": " ", "code": "000000"}).content.decode()
    assert "Say what changed, and why" in refused
    refused = browser.post(at("form-publish", draft), {"seen": "0", "note": "x", "code": "000000"}).content.decode()
    assert "code" in refused and FormVersion.objects.get(pk=draft.pk).status == "draft"


def test_an_assessment_keeps_its_version_and_a_new_one_gets_the_new(
    browser, draft, lead, code_of, people, eha, signed_in_as, monkeypatch
):
    before = Assessment.objects.none()
    with as_system():
        before = Assessment.objects.get(pk=eha.pk).form_version
    change(browser, at("form-question", draft, "start", "reason"), label="Why are we doing this now?")
    answer = browser.post(at("form-publish", draft), {"seen": "1", "note": "Clearer words", "code": code_of(lead)})
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
            case=people.case, form_version=FormVersion.objects.newest(register.DEFAULT_FORM), reference="EHA/2026/9",
            hub=people.case.hub, agency=people.school, assessor=people.alice, source="register",
        )  # fmt: skip
    page = alice.get(reverse("assessment-part", args=[later.pk, "start"])).content.decode()
    assert "Why are we doing this now?" in page
    with as_system():
        assert Event.objects.filter(verb="Published a form version").exists()
    assert browser.get(at("form-facts", draft)).status_code == 302, "a published version is not changed"
    assert change_is_refused(browser, draft)


def change_is_refused(browser, version) -> bool:
    answer = browser.post(at("form-facts", version), {"title": "Mine", "about": "Words I typed", "seen": "x"})
    page = answer.content.decode()
    return answer.status_code == 409 and "has been published" in page and "Words I typed" in page


def test_a_draft_that_changed_since_it_was_read_is_not_published(browser, draft, lead, code_of):
    change(browser, at("form-question", draft, "start", "reason"), label="Why now?")
    answer = browser.post(at("form-publish", draft), {"seen": "0", "note": "x", "code": code_of(lead)})
    assert "has changed since you opened the page" in answer.content.decode()
    assert FormVersion.objects.get(pk=draft.pk).status == "draft"


def test_retire_and_the_last_form_in_use(browser):
    with as_system():
        other = FormVersion.objects.create(
            code="long", version=1, title="A form", spec=to_json(form_of(1)), status="published",
            published_on=timezone.localdate(),
        )
    page = browser.get(at("form-retire", other))
    assert page.status_code == 200 and "Nobody can start it any more" in page.content.decode()
    assert browser.post(at("form-retire", other)).status_code == 302
    assert FormVersion.objects.get(pk=other.pk).status == "retired"
    in_use = FormVersion.objects.newest(EHA)
    kept = browser.post(reverse("form-retire", args=[EHA, in_use.version]), follow=True).content.decode()
    assert "last form in use" in kept or "earlier registers" in kept
    assert FormVersion.objects.newest(EHA).pk == in_use.pk


def test_a_draft_is_thrown_away_after_asking(browser, draft):
    assert "gone for good" in browser.get(at("form-throw-away", draft)).content.decode()
    assert browser.post(at("form-throw-away", draft)).status_code == 302
    assert not FormVersion.objects.filter(pk=draft.pk).exists()
    with as_system():
        assert Event.objects.filter(verb="Threw a draft of a form away").exists()


# -- Two at once ----------------------------------------------------------------------------------------------------------


def test_two_people_change_different_questions_and_both_are_kept(browser, draft, colleague, signed_in_as):
    one, two = at("form-question", draft, "start", "reason"), at("form-question", draft, "summary", "change")
    hers = boxes_of(browser.get(one).content.decode())
    assert change(signed_in_as(colleague), two, label="What must change?").status_code == 302
    assert browser.post(one, hers | {"label": ["Why now?"]}).status_code == 302
    assert now(draft).find("start").find("reason").label == "Why now?"
    assert now(draft).find("summary").find("change").label == "What must change?"


def test_two_people_change_one_question_and_the_second_is_told_and_loses_nothing(
    browser, draft, colleague, signed_in_as
):
    url = at("form-question", draft, "start", "reason")
    mine = boxes_of(browser.get(url).content.decode())
    change(signed_in_as(colleague), url, label="Hers", help="Her help")
    answer = browser.post(url, mine | {"label": ["Mine"], "hint": ["My hint"]})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Oona" in page and "changed this at" in page and "Hers" in page and "Her help" in page
    assert 'value="Mine"' in page and "My hint" in page
    assert now(draft).find("start").find("reason").label == "Hers"
    again = boxes_of(page)
    assert browser.post(url, again).status_code == 302
    assert now(draft).find("start").find("reason").label == "Mine"


@pytest.mark.parametrize("how", ["removed", "thrown away", "page gone"])
def test_what_is_typed_too_late_is_given_back(browser, draft, colleague, signed_in_as, how):
    url = at("form-question", draft, "start", "reason")
    mine = boxes_of(browser.get(url).content.decode()) | {"label": ["Words of mine"]}
    hers = signed_in_as(colleague)
    gone = {
        "removed": at("form-question-remove", draft, "start", "reason"),
        "thrown away": at("form-throw-away", draft),
        "page gone": at("form-remove", draft, "part", "start"),
    }[how]
    assert hers.post(gone).status_code == 302
    answer = browser.post(url, mine)
    assert answer.status_code == 409 and "Words of mine" in answer.content.decode()
    assert "Your change was not saved" in answer.content.decode()


# -- Trying it out -----------------------------------------------------------------------------------------------------------


def test_every_page_can_be_tried_out_for_everybody_it_is_for(browser, draft):
    page = browser.get(at("form-try", draft)).content.decode()
    links = re.findall(rf'href="({re.escape(at("form-try", draft))}[^"]+)"', page)
    assert len(links) > 30
    changes = Event.objects.count()
    for url in links:
        answer = browser.get(url)
        assert answer.status_code == 200, url
        body = answer.content.decode()
        assert "invented family" in body and "{name}" not in body, url
        assert "data-part " not in body and "part.js" not in body, "nothing can be saved from here"
    assert Event.objects.count() == changes
    for part in now(draft).parts:
        assert browser.get(at("form-try-page", draft, part.key)).status_code == 200


def test_an_unsound_page_can_be_tried_out(browser, draft):
    with as_system():
        spec = now(draft)
        data = to_json(spec)
        data["sections"][1]["parts"][0]["questions"] += [
            {"key": "lost", "label": "Lost", "kind": "text", "shown_when": {"question": "gone", "any_of": ["x"]}},
            {"key": "empty", "label": "Empty", "kind": "choice"},
        ]
        FormVersion.objects.filter(pk=draft.pk).update(spec=data)
    page = browser.get(at("form-try-page", draft, "start"))
    assert page.status_code == 200 and "Asked only when a question that has been taken out" in page.content.decode()
    outline = browser.get(at("form-version", draft)).content.decode()
    assert "Offers no answers" in outline
    for key in ("lost", "empty"):
        assert browser.get(at("form-question", draft, "start", key)).status_code == 200


MARKUP = '<script>alert("x")</script><b onclick=x>'


def test_markup_in_a_form_is_shown_as_words(browser, draft, lead, code_of, people, signed_in_as):
    words = {"label": MARKUP, "hint": MARKUP, "help": MARKUP, "heading": MARKUP}
    sent = QUESTION | words | {"kind": "choice", "options": f"one | {MARKUP} | {MARKUP}"}
    assert browser.post(at("form-add-question", draft, "child"), sent).status_code == 302
    key = now(draft).find("child").questions[-1].key
    assert change(browser, at("form-facts", draft), title=MARKUP, about=MARKUP).status_code == 302
    assert change(browser, at("form-change", draft, "part", "start"), title=MARKUP, intro=MARKUP, hint=MARKUP).status_code == 302
    urls = [
        reverse("form-list"), at("form-version", draft), at("form-question", draft, "child", key),
        at("form-question-remove", draft, "child", key), at("form-compare", draft), at("form-try", draft),
        at("form-try-for", draft, "child", "child"), at("form-try-for", draft, "start", "family"),
        at("form-publish", draft), at("form-change", draft, "part", "start"), at("form-throw-away", draft),
        at("form-copy", draft),
    ]  # fmt: skip
    for url in urls:
        page = browser.get(url).content.decode()
        assert "<script>alert" not in page and "<b onclick" not in page, url
    assert sum("&lt;script&gt;alert" in browser.get(url).content.decode() for url in urls) >= 10


# -- Speed -----------------------------------------------------------------------------------------------------------------


def test_queries(browser, draft, queries_of):
    for url in (
        reverse("form-list"), at("form-version", draft), at("form-try", draft), at("form-compare", draft),
        at("form-publish", draft), at("form-question", draft, "child", "gp"), at("form-try-for", draft, "child", "child"),
        at("form-change", draft, "part", "child"), at("form-remove", draft, "part", "child"),
    ):  # fmt: skip
        count = queries_of(browser, url)
        assert count <= 25, (url, count)


def test_a_form_of_200_questions_is_written_as_quickly(browser, lead, queries_of):
    with as_system():
        version = FormVersion.objects.create(
            code="long", version=1, title="A form", spec=to_json(form_of(200)), edited_by=lead,
        )  # fmt: skip
    assert queries_of(browser, at("form-version", version)) <= 25
    assert queries_of(browser, at("form-question", version, "only", "q1")) <= 25


def test_every_setting_has_words_and_is_compared():
    from assessments.editor import words
    from assessments.editor.comparison import not_compared

    assert set(words.KINDS) == set(Kind)
    assert not_compared(Part) == set() and not_compared(Question) == set()
