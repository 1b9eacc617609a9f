"""Any sound definition renders, is filled in, read back and said in words; each kind of question on its own."""

import json
import uuid

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessments.answers import NOT_KNOWN_VALUE, Page, Stamp, is_blank, merge
from assessments.domains import NEEDS
from assessments.forms.part import PartForm
from assessments.forms.questions import raw
from assessments.household import Household, Level, Rater, Subject, slots
from assessments.review import missing, partial_date, rows
from assessments.spec import Kind, Nature, Option, Part, Per, Question, from_json, to_json
from tests.assessments.definitions import form_of, forms

CHILD = Subject(id=str(uuid.UUID(int=1)), name="Amara", full_name="Amara Okafor", note="9 years")
BABY = Subject(id=str(uuid.UUID(int=2)), name="the unborn baby", is_unborn=True)
MOTHER = Subject(id=str(uuid.UUID(int=3)), name="Grace", full_name="Grace Okafor", is_child=False, note="mother")
FAMILY = Household(
    people=(CHILD, BABY, MOTHER),
    professionals=(Rater(token="m7", label="Priya Nandra, pastoral lead"),),
    levels=(Level(number=2, name="Additional"), Level(number=3, name="Intensive")),
)
EMPTY = Household()
STAMP = Stamp(membership=7, name="Priya Nandra", writer="w", at="2026-03-10T10:42:00+00:00")


def form_for(part, subject=None, household=FAMILY, page=None, data=None, **more):
    return PartForm(data, part=part, subject=subject, household=household, page=page or Page(), **more)


def posted(values):
    data = QueryDict(mutable=True)
    for name, each in values.items():
        data.setlist(name, each)
    return data


def a_value(question, draw):
    """Some answer to a question, as it is stored."""
    text = st.text(alphabet=st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=30).filter(str.strip)
    match question.kind:
        case Kind.TEXT | Kind.LONG_TEXT:
            return draw(text).strip()
        case Kind.NUMBER:
            return draw(st.integers(0, 1000))
        case Kind.DATE:
            return draw(st.sampled_from(["2019-02-28", "2019-02", "2019"]))
        case Kind.YES_NO:
            return draw(st.sampled_from(["yes", "no", "unknown"]))
        case Kind.CHOICE:
            return draw(st.sampled_from(question.options)).value
        case Kind.MULTI:
            picked = draw(st.sets(st.sampled_from([option.value for option in question.options]), min_size=1))
            return [option.value for option in question.options if option.value in picked]
        case Kind.SCALE:
            return draw(st.one_of(st.integers(0, 10), st.just("na")))
        case Kind.PERSON:
            return draw(st.sampled_from(FAMILY.people)).id
        case Kind.PEOPLE:
            return [person.id for person in FAMILY.people[: draw(st.integers(1, 3))]]
        case Kind.NEEDS:
            return draw(st.sampled_from([["none"], [NEEDS[0][0], NEEDS[3][0]]]))
        case _:
            return "3"


@given(st.data())
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_any_sound_form_renders_saves_and_reads_back_in_words(data):
    form = from_json(to_json(data.draw(forms())))
    for part in form.parts:
        for subject in FAMILY.subjects(part):
            page, sent = Page(), {}
            for slot in slots(part, subject, FAMILY):
                page.answers[slot.name] = a_value(slot.question, data.draw)
                sent |= raw(slot, page.answers[slot.name])
            answered = dict(page.answers)
            drawn = form_for(part, subject, page=page)
            for line in drawn.lines():
                render_to_string("assessments/parts/line.html", {"line": line})
            again = form_for(part, subject, data=posted(sent | {"writer": ["w"]}))
            arrived = again.sent()
            assert not again.errors, again.errors
            stored = Page()
            merge(stored, arrived, STAMP)
            assert stored.answers == answered
            said = list(rows(form, part, subject, stored.answers, FAMILY))
            assert all(row.is_answered for row in said if row.key in answered or _is_scale(part, row.key, answered))
        for subject in EMPTY.subjects(part):
            for line in form_for(part, subject, household=EMPTY).lines():
                render_to_string("assessments/parts/line.html", {"line": line})
    assert all(item.label for item in missing(form, FAMILY, {}))


def _is_scale(part, key, answered):
    return any(name.startswith(f"{key}__") for name in answered)


@given(st.data())
@settings(max_examples=60)
def test_no_post_whatever_breaks_the_page(data):
    part = form_of(13).parts[0]
    junk = st.text(max_size=20)
    names = list(form_for(part).fields) + ["q2_day", "q3_month", "base", "settle", "done"]
    sent = data.draw(st.dictionaries(st.sampled_from(names), st.lists(junk, min_size=1, max_size=3), max_size=8))
    form = form_for(part, data=posted(sent))
    arrived = form.sent()
    merge(Page(), arrived, STAMP)
    assert not set(arrived) & set(form.errors)


@pytest.mark.parametrize("count", [0, 200])
def test_form_of_200_questions_and_of_none_renders(count):
    part = form_of(count).parts[0]
    html = "".join(render_to_string("assessments/parts/line.html", {"line": line}) for line in form_for(part).lines())
    assert html.count("data-question=") == count


def question(kind, **more):
    return Part(key="p", title="P", group="g", questions=(Question(key="q", label="Q?", kind=kind, **more),))


@pytest.mark.parametrize(
    ("kind", "sent", "value"),
    [
        (Kind.TEXT, {"q": ["  Somali \x00 "]}, "Somali"),
        (Kind.LONG_TEXT, {"q": ["one\r\ntwo"]}, "one\ntwo"),
        (Kind.LONG_TEXT, {"q": ["مرحبا 👶🏽"]}, "مرحبا 👶🏽"),
        (Kind.NUMBER, {"q": ["1 200"]}, 1200),
        (Kind.NUMBER, {"q": ["91%"]}, 91),
        (Kind.NUMBER, {"q": ["0"]}, 0),
        (Kind.DATE, {"q_year": ["2019"]}, "2019"),
        (Kind.DATE, {"q_year": ["2019"], "q_month": ["March"]}, "2019-03"),
        (Kind.DATE, {"q_year": ["2019"], "q_month": ["3"], "q_day": ["7"]}, "2019-03-07"),
        (Kind.YES_NO, {"q": ["unknown"]}, "unknown"),
        (Kind.TEXT, {"q__nk": ["on"]}, NOT_KNOWN_VALUE),
        (Kind.TEXT, {"q": ["Somali"], "q__nk": ["on"]}, "Somali"),
        (Kind.NUMBER, {"q__nk": ["on"]}, NOT_KNOWN_VALUE),
        (Kind.DATE, {"q__nk": ["on"]}, NOT_KNOWN_VALUE),
        (Kind.PERSON, {"q": [MOTHER.id]}, MOTHER.id),
        (Kind.PEOPLE, {"q": [MOTHER.id, CHILD.id]}, [CHILD.id, MOTHER.id]),
        (Kind.NEEDS, {"q": ["none"]}, ["none"]),
        (Kind.LEVEL, {"q": ["3"]}, "3"),
        (Kind.TEXT, {}, None),
    ],
)
def test_answer_is_read_as_people_give_it(kind, sent, value):
    form = form_for(question(kind), data=posted(sent))
    assert form.sent()["q"].value == value
    assert not form.errors


@pytest.mark.parametrize(
    ("kind", "sent", "says"),
    [
        (Kind.TEXT, {"q": ["x" * 301]}, "Shorten this answer to 300 characters. It has 301."),
        (Kind.LONG_TEXT, {"q": ["x" * 100_000]}, "It has 100,000."),
        (Kind.NUMBER, {"q": ["lots"]}, "enter a whole number"),
        (Kind.NUMBER, {"q": ["-3"]}, "enter a whole number"),
        (Kind.NUMBER, {"q": ["9" * 5000]}, "enter a whole number"),
        (Kind.DATE, {"q_year": ["19"]}, "enter the year with 4 numbers"),
        (Kind.DATE, {"q_year": ["2019"], "q_day": ["4"]}, "enter a real month"),
        (Kind.DATE, {"q_year": ["2019"], "q_month": ["2"], "q_day": ["30"]}, "enter a real date"),
        (Kind.DATE, {"q_year": ["2999"]}, "enter a date in the past"),
        (Kind.NEEDS, {"q": ["none", NEEDS[0][0]]}, "not both"),
        (Kind.PERSON, {"q": [str(uuid.UUID(int=9))]}, "Select one of the answers"),
    ],
)
def test_wrong_answer_is_explained_and_left_out(kind, sent, says):
    form = form_for(question(kind), data=posted(sent))
    assert "q" not in form.sent() and says in str(form.errors)


def test_scale_has_a_row_for_each_person_who_rates_but_not_for_other_children():
    part = Part(
        key="p", title="P", group="g", per=Per.CHILD, questions=(Question(key="q", label="Q?", kind=Kind.SCALE),)
    )
    form = form_for(part, CHILD)
    assert [box.label for box in form.lines()[0].boxes] == ["Amara", "Grace, mother", "Priya Nandra, pastoral lead"]
    assert [box.label for box in form_for(part, BABY).lines()[0].boxes] == ["Grace, mother", "Priya Nandra, pastoral lead"]
    arrived = form_for(part, CHILD, data=posted({f"q__{CHILD.token}": ["0"], "q__m7": ["na"]})).sent()
    assert {name: item.value for name, item in arrived.items() if not is_blank(item.value)} == {
        f"q__{CHILD.token}": 0,
        "q__m7": "na",
    }


def test_conditional_question_is_asked_when_it_applies_and_never_loses_what_was_typed():
    part = Part(
        key="p", title="P", group="g",
        questions=(
            Question(key="carer", label="Carer?", kind=Kind.YES_NO),
            Question(key="who", label="For whom?", kind=Kind.TEXT, shown_when=_when("carer", "yes")),
        ),
    )  # fmt: skip
    form = form_of(0)
    assert [row.key for row in rows(form, part, None, {"carer": "no"}, FAMILY)] == ["carer"]
    assert [row.key for row in rows(form, part, None, {"carer": "yes"}, FAMILY)] == ["carer", "who"]
    arrived = form_for(part, data=posted({"carer": ["no"], "who": ["Gran"]})).sent()
    assert arrived["who"].value == "Gran"
    assert [row.key for row in rows(form, part, None, {"carer": "no", "who": "Gran"}, FAMILY)] == ["carer", "who"]


def _when(question, *any_of):
    from assessments.spec import Condition

    return Condition(question=question, any_of=any_of)


def test_only_the_questions_that_autosave_names_are_read():
    part = form_of(4).parts[0]
    form = form_for(part, data=posted({"q0": ["A"], "q1": ["B"]}), only=frozenset({"q1"}))
    assert set(form.sent()) == {"q1"}


def test_a_page_sent_without_its_hidden_field_overwrites_nothing():
    part = question(Kind.TEXT)
    page = Page(answers={"q": "Theirs"})
    for base in ("", "not json", "[1]", json.dumps({"q": "x"}), json.dumps({"q": ["1", "2", "3"]})):
        form = form_for(part, page=page, data=posted({"q": ["Mine"], "base": [base]}))
        outcome = merge(Page(answers={"q": "Theirs"}), form.sent(), STAMP)
        assert outcome.kept == ["q"], base


def test_labels_speak_of_the_person_and_escape_their_name():
    part = Part(
        key="p", title="P", group="g", per=Per.CHILD,
        questions=(Question(key="q", label="What did {name} say?", kind=Kind.CHOICE, nature=Nature.SAID,
                            options=(Option(value="a", label="A"),)),),
    )  # fmt: skip
    naughty = Subject(id=CHILD.id, name="<b>Bo</b>")
    html = "".join(
        render_to_string("assessments/parts/line.html", {"line": line}) for line in form_for(part, naughty).lines()
    )
    assert "<b>Bo" not in html and "&lt;b&gt;Bo" in html


@pytest.mark.parametrize(
    ("value", "words"), [("2019-03-07", "7 March 2019"), ("2019-03", "March 2019"), ("2019", "2019"), ("2019-13", "2019-13")]
)
def test_partial_dates_in_words(value, words):
    assert partial_date(value) == words
