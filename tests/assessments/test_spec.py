"""Form definitions: what is refused, what survives the way to JSON and back, what ships."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings

from assessments.domains import DOMAINS, ITEMS, NEED_LABELS, need_code
from assessments.spec import CATEGORIES, Kind, Nature, UnsoundForm, from_json, to_json
from hubs.models import Category
from tests.assessments.definitions import form_of, forms

DATA = Path(__file__).parents[2] / "assessments" / "forms_data"
SOMERSET = json.loads((DATA / "somerset_eha_v1.json").read_text(encoding="utf-8"))


def small(**changes):
    question = {"key": "what", "label": "What?", "kind": "text"} | changes.pop("question", {})
    part = {"key": "start", "title": "Start", "group": "g", "questions": [question]} | changes.pop("part", {})
    return {
        "code": "small",
        "version": 1,
        "title": "Small",
        "groups": [{"key": "g", "title": "G"}],
        "sections": [{"number": 1, "key": "one", "title": "One", "parts": [part]}],
    } | changes


@given(forms())
@settings(max_examples=60)
def test_any_sound_form_survives_json(form):
    assert from_json(json.loads(json.dumps(to_json(form)))) == form


@pytest.mark.parametrize("count", [0, 1, 200])
def test_form_of_any_length_is_sound(count):
    assert from_json(to_json(form_of(count))) == form_of(count)


def test_form_with_no_section_is_sound():
    assert from_json({"code": "none", "version": 1, "title": "None"}).parts == ()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"code": "Has Capitals"}, "a key is up to 40"),
        ({"version": 0}, "the version is 1 or more"),
        ({"version": True}, "is not int"),
        ({"title": " "}, "is blank"),
        ({"colour": "red"}, "knows no colour"),
        ({"sections": [{"number": 2, "key": "one", "title": "One"}]}, "numbered 1, 2, 3"),
        ({"sections": "all"}, "is not a list"),
        ({"minimum": ["start.when"]}, "there is no such question"),
        ({"part": {"category": "gossip"}}, "no information category gossip"),
        ({"part": {"group": "nowhere"}}, "there is no group nowhere"),
        ({"part": {"source": "plan"}}, "so it asks nothing"),
        ({"part": {"title": "About {name}"}}, "a part that is about nobody"),
        ({"part": {"per": "sometimes"}}, "there is no 'sometimes'"),
        ({"part": {"category": "health"}, "minimum": ["start.what"]}, "only what the whole team may read"),
        ({"question": {"key": "go"}}, "used by the page itself"),
        ({"question": {"key": "two__parts"}}, "single underscores"),
        ({"question": {"kind": "essay"}}, "there is no 'essay'"),
        ({"question": {"kind": "choice"}}, "offers no answers"),
        ({"question": {"options": [{"value": "a", "label": "A"}]}}, "brings its own answers"),
        ({"question": {"kind": "choice", "options": [{"value": "unknown", "label": "?"}]}}, "not a name in small"),
        ({"question": {"shown_when": {"question": "later", "any_of": ["yes"]}}}, "no earlier choice"),
        ({"question": {"prefill": "gossip"}}, "nothing to fill it in from"),
        ({"question": {"label": "x" * 301}}, "longer than 300"),
        ({"question": {"hint": "\x00"}}, "control character"),
        ({"about": "x" * 401}, "longer than 400"),
        ({"stages": [{"key": "first", "title": "First", "days": -1}]}, "allow between 0 and 730 days"),
        ({"stages": [{"key": "first", "title": "First", "days": 2, "after": "later"}]}, "no earlier stage"),
        ({"stages": [{"key": "completed", "title": "Done", "days": 2}]}, "choose another name"),
        ({"part": {"stage": "nowhere"}}, "there is no stage nowhere"),
        ({"part": {"source": "plan", "questions": [], "repeats": True}}, "not filled in again"),
        ({"part": {"per": "child", "title": "{name} now", "opens": "completed"}}, "give the line for all persons"),
        ({"part": {"repeats": True}, "minimum": ["start.what"]}, "filled in again each time cannot be"),
        ({"part": {"whom": "unborn"}}, "only a page for each child"),
        ({"question": {"whom": "born"}}, "only a question on each child"),
        ({"part": {"per": "child", "whom": "born"}, "question": {"whom": "unborn"}}, "nobody is asked"),
        ({"question": {"siblings": True}}, "only what is asked for each child"),
        ({"part": {"per": "child"}, "question": {"siblings": True, "nature": "said"}}, "only a fact is copied"),
    ],
)
def test_unsound_form_is_refused_with_a_reason(change, says):
    from_json(small())
    with pytest.raises(UnsoundForm) as refused:
        from_json(small(**change))
    assert says in str(refused.value)


def test_questions_and_parts_that_appear_twice_are_refused():
    data = small()
    part = data["sections"][0]["parts"][0]
    data["sections"][0]["parts"] = [part, part | {"questions": part["questions"] * 2}]
    with pytest.raises(UnsoundForm) as refused:
        from_json(data)
    assert "part start: appears twice" in refused.value.problems
    assert "part start question what: appears twice" in refused.value.problems


def test_somerset_form_has_its_13_sections_in_order():
    form = from_json(SOMERSET)
    assert [section.title for section in form.sections] == [
        "Personal data: information and consent",
        "Initial details",
        "Person undertaking this assessment",
        "Children and young people in this family",
        "Adults in this home, and adults who do not live with the child but are important to them",
        "Who is working with this family at the moment",
        "Assessment",
        "Summary of need",
        "Needs that require support from other agencies",
        "TAC meeting record",
        "TAC review",
        "EHA action plan",
        "Closure summary",
    ]
    assert to_json(form) == SOMERSET


def test_somerset_form_covers_every_item_of_the_three_domains_with_strengths_first():
    form = from_json(SOMERSET)
    assert [len(domain.items) for domain in DOMAINS] == [12, 3, 4]
    seven = form.sections[6]
    asked = [question for part in seven.parts for question in part.questions if question.item]
    assert {question.item for question in asked} == set(ITEMS)
    for code in ITEMS:
        first, second = [question for question in asked if question.item == code][:2]
        assert first.label == "What is going well?" and second.label == "What are the worries?"
    groups = [group.key for group in form.groups]
    assert groups.index("well") < groups.index("life") < groups.index("words")


def test_somerset_form_has_help_beside_every_question_and_a_voice_for_each_child():
    form = from_json(SOMERSET)
    assert [question.key for _, question in form.every_question() if not question.help] == []
    words = form.find("child_words")
    assert words.per == "child" and words.questions[0].nature is Nature.SAID
    assert sum(question.kind is Kind.LEVEL for _, question in form.every_question()) == 1


SHIPPED = sorted(path.name for path in DATA.glob("*.json"))


def texts(form):
    """Every sentence of a form that somebody reads."""
    for stage in form.stages:
        yield stage.title
    yield form.about
    for part in form.parts:
        yield from (part.title, part.together, part.hint, part.intro, part.question)
        for question in part.questions:
            yield from (question.label, question.hint, question.help, question.heading, question.low, question.high)
            yield from (words for option in question.options for words in (option.label, option.hint))


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_form_is_plain_data_in_plain_english(name):
    data = json.loads((DATA / name).read_text(encoding="utf-8"))
    form = from_json(data)
    assert to_json(form) == data and name == f"{form.code}_v{form.version}.json"
    for text in texts(form):
        assert not set(text) & set("'\"*"), f"straight quotes or asterisks: {text}"
        for sentence in re.split(r"(?<=[.?!])\s|:\s", text):
            assert len(sentence.split()) <= 25, sentence
    assert not re.search(r"family star|outcomes star", json.dumps(data), re.IGNORECASE), "licensed wording is not shipped"
    assert [question.key for _, question in form.every_question() if not question.help] == []


@pytest.mark.parametrize("name", [name for name in SHIPPED if name != "somerset_eha_v1.json"])
def test_shipped_form_hears_every_child_looks_before_a_birth_and_is_reviewed(name):
    form = from_json(json.loads((DATA / name).read_text(encoding="utf-8")))
    asked = list(form.every_question())
    assert [part.per for part, question in asked if question.voice] == ["child"]
    assert any(part.whom == "unborn" for part in form.parts) and any(part.whom == "born" for part in form.parts)
    assert {part.per for part in form.parts if part.repeats} == {"once", "child"}
    assert sum(question.kind is Kind.NEEDS and part.per == "child" for part, question in asked) == 1
    assert any(question.kind is Kind.SCHOOL_YEAR and part.category == "education" for part, question in asked)
    assert any(question.kind is Kind.SCALE for _, question in asked) and form.about and form.stages
    assert {part.category for part in form.parts} >= set(CATEGORIES) - {"police"}
    assert all(part.whom == "unborn" or not question.siblings or question.prefill for part, question in asked)
    assert max(len(part.questions) for part in form.parts) <= 17, "few questions a page"


def test_caf_asks_strengths_needs_and_evidence_of_all_nineteen_items_where_there_is_something_to_say():
    form = from_json(json.loads((DATA / "caf_v1.json").read_text(encoding="utf-8")))
    found = {}
    for part, question in form.every_question():
        if question.item and question.shown_when:
            found.setdefault(question.item, []).append((part, question))
    assert set(found) == set(ITEMS) and len(ITEMS) == 19
    for asked in found.values():
        part, well = asked[0]
        ticks = part.find(well.shown_when.question)
        assert [option.value for option in ticks.options] == ["well", "worry"], "strengths before worries"
        worry = part.find(f"{ticks.key}_worry")
        assert (well.nature, worry.nature) == (Nature.FACT, Nature.VIEW)
        assert part.find(f"{ticks.key}_seen").shown_when == worry.shown_when
    assert form.find("agreement").source == "consent" and form.find("household").source == "household"
    assert form.find("safety").category == "safeguarding"


def test_kent_goes_through_its_stages_each_with_a_clock():
    form = from_json(json.loads((DATA / "kfsf_v1.json").read_text(encoding="utf-8")))
    assert [section.title for section in form.sections] == [
        "Notification", "Screening and allocation", "Assessment", "Family plan", "Outcome tracking", "Review", "Closure"
    ]  # fmt: skip
    clocks = [(stage.key, stage.days, stage.working, stage.after) for stage in form.stages]
    assert clocks[:3] == [
        ("screening", 2, True, "registered"), ("allocation", 4, True, "screening"), ("assessment", 14, False, "registered"),
    ]  # fmt: skip
    assert all(form.parts_of(stage) for stage in form.stages)


def test_somersets_second_version_keeps_every_question_of_the_first():
    one, two = (from_json(json.loads((DATA / f"somerset_eha_v{n}.json").read_text(encoding="utf-8"))) for n in (1, 2))
    for part, question in one.every_question():
        now = two.find(part.key).find(question.key)
        assert (now.kind, now.label, now.options, now.nature) == (question.kind, question.label, question.options, question.nature)
    assert one.minimum == two.minimum and [s.title for s in one.sections] == [s.title for s in two.sections]


def test_categories_are_those_of_the_agreement():
    assert tuple(category.name.lower() for category in Category) == CATEGORIES


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("school attendance", "school_attendance"),
        ("SEND", "send"),
        ("Anti-Social Behaviour ", "anti_social_behaviour"),
        ("parental mental health", "parental_mental_health"),
        ("substance misuse", "substance_misuse"),
        ("young carer", "young_carer"),
        ("Domestic violence", "domestic_abuse"),
        ("bereavement", "bereavement"),
        ("Housing", "housing"),
        ("pixie dust", None),
    ],
)
def test_needs_are_read_as_registers_write_them(words, code):
    assert need_code(words) == code
    assert code is None or code in NEED_LABELS
