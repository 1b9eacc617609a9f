"""What is worked out for the whole family, without a page: prompts, who is mentioned, guidance, numbers side by side."""

from __future__ import annotations

import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from hypothesis import given
from hypothesis import strategies as st

from assessments.actions import save_answers
from assessments.answers import Sent, digest
from assessments.domains import NEEDS, NO_NEEDS
from assessments.family import prompts
from assessments.family.thresholds import SHIPPED, UnsoundGuidance, guides, load
from assessments.family.whole import read_whole
from assessments.household import Household, Level, Rater, Subject
from assessments.models import LevelIndicator
from assessments.pages import read
from assessments.review import in_words
from assessments.spec import Kind, Nature, Question, from_json
from cases.models import Person
from earlyhelp.access.context import as_system

INDICATORS, SIGNALS = prompts.indicators()


FORMS = {
    path.stem: from_json(json.loads(path.read_text(encoding="utf-8")))
    for path in sorted((SHIPPED.parents[2] / "forms_data").glob("*.json"))
}


# -- Prompts ---------------------------------------------------------------------------------------------------------


def test_every_indicator_names_signals_that_exist_and_says_where_it_comes_from():
    assert len({each.code for each in INDICATORS}) == len(INDICATORS)
    for each in INDICATORS:
        names = {name for group in each.all_of for name in group.split("|")}
        assert names <= set(SIGNALS), each.code
        assert each.title and each.why and each.consider and each.source, each.code
        assert 1 <= each.at_least <= len(each.all_of)
        for sentence in (each.why, *each.consider):
            assert max(len(part.split()) for part in sentence.replace(":", ".").split(".")) <= 30, sentence


def test_every_signal_is_an_answer_that_some_shipped_form_can_give():
    can_be = {f"need:{code}" for code, _ in NEEDS}
    for form in FORMS.values():
        for _part, question in form.every_question():
            can_be |= {f"answer:{question.key}={option.value}" for option in question.options}
            if question.kind is Kind.YES_NO:
                can_be |= {f"answer:{question.key}=yes", f"answer:{question.key}=no"}
    assert {answer for answers in SIGNALS.values() for answer in answers} <= can_be


def test_the_lists_of_the_county_and_of_the_guidance_are_all_there():
    """domain.md 2.1: Somerset's own list and KCSIE paragraph 18, as far as the form has an answer for it."""
    covered = {name for each in INDICATORS for group in each.all_of for name in group.split("|")}
    assert covered >= {
        "domestic_abuse", "adult_mental_health", "substances", "missing", "exploitation", "crime", "attendance",
        "young_carer", "send", "child_mental_health", "radicalisation", "honour", "private_foster", "teenage_parent",
        "living_conditions", "family_health", "isolation", "money", "excluded", "self_harm",
    }  # fmt: skip


@given(st.sets(st.sampled_from(sorted(SIGNALS))), st.sampled_from(sorted(SIGNALS)))
def test_one_more_answer_never_hides_what_was_pointed_out_except_by_the_stronger_one(signals, more):
    before = {each.code for each in prompts.matching(signals)}
    after = {each.code for each in prompts.matching(signals | {more})}
    stronger = {each.code for each in INDICATORS if each.unless in after}
    assert before - stronger <= after


def test_the_three_together_are_one_prompt_and_two_of_them_another():
    three = {"domestic_abuse", "adult_mental_health", "substances"}
    assert {"three_together"} == {each.code for each in prompts.matching(three) if each.code.endswith("_together")}
    for left_out in three:
        found = {each.code for each in prompts.matching(three - {left_out})}
        assert "two_together" in found and "three_together" not in found
    assert not {each.code for each in prompts.matching({"substances"}) if each.code.endswith("_together")}


@pytest.mark.django_db
@pytest.mark.parametrize("ticked", [["domestic_abuse", "adult_mental_health", "substances"], ["missing", "exploitation", "self_harm"]])
def test_indicators_never_change_level_status_or_what_is_missing(eha, people, seen_by, ticked):
    alice = seen_by(people.alice)

    def state():
        eha.refresh_from_db()
        eha.case.refresh_from_db()
        book = read(eha, alice)
        return eha.status, eha.signed_off_at, eha.case.level_id, eha.case.status, eha.due_on, len(book.missing())

    before = state()
    save_answers(
        assessment=eha, part=eha.form.find("safety"), person=None, by=alice, writer="w",
        sent={"prompts": Sent(value=ticked, base="-")},
    )  # fmt: skip
    whole = read_whole(read(eha, alice))
    assert whole.prompts
    assert state() == before


# -- Everyone mentioned ----------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("part", "per_child", "answers", "is_mentioned"),
    [
        ("child_needs", True, {"needs": ["behaviour"]}, True),
        ("child_needs", True, {"needs": [NO_NEEDS]}, True),
        ("learning", True, {"said": "I like art"}, True),
        ("child", True, {"first_language": "English"}, False),  # says who they are, not how they are
        ("summary", False, {"worries": "Ellie is often tired"}, False),  # words are not searched
    ],
)
def test_who_counts_as_mentioned(eha, people, seen_by, part, per_child, answers, is_mentioned):
    alice = seen_by(people.alice)
    with as_system():
        ellie = Person.objects.get(family=people.case.family_id, is_child=True)
    save_answers(
        assessment=eha, part=eha.form.find(part), person=ellie if per_child else None, by=alice, writer="w",
        sent={key: Sent(value=value, base="-") for key, value in answers.items()},
    )  # fmt: skip
    found = {person.subject.id: person for person in read_whole(read(eha, alice)).everyone}
    assert found[str(ellie.pk)].is_mentioned is is_mentioned


@pytest.mark.django_db
def test_named_in_an_answer_of_people_or_asked_for_a_number_counts_and_not_asked_does_not(eha, people, seen_by):
    alice = seen_by(people.alice)
    with as_system():
        ellie = Person.objects.get(family=people.case.family_id, is_child=True)
        dana = Person.objects.get(family=people.case.family_id, is_child=False)
    token = f"overall__p{str(dana.pk).replace('-', '')}"

    def mentioned():
        return {each.subject.id for each in read_whole(read(eha, alice)).everyone if each.is_mentioned}

    def say(part, person, values):
        save_answers(
            assessment=eha, part=eha.form.find(part), person=person, by=alice, writer="w",
            sent={key: Sent(value=value, base=base) for key, (value, base) in values.items()},
        )  # fmt: skip

    say("rating", ellie, {token: ("na", "-")})
    assert mentioned() == set()
    say("rating", ellie, {token: (4, digest("na"))})
    assert mentioned() == {str(dana.pk), str(ellie.pk)}
    say("start", None, {"present": ([str(ellie.pk)], "-")})
    assert str(ellie.pk) in mentioned()


# -- Strengths first, numbers side by side ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", FORMS)
def test_strengths_stand_before_worries_in_every_shipped_form(name):
    form = FORMS[name]
    parts = [part.key for part in form.parts]
    strengths = [at for at, key in enumerate(parts) if "strengths" in key]
    worries = [
        at for at, part in enumerate(form.parts)
        if any(question.key.endswith("worry") or "worries" in question.label.lower() for question in part.questions)
    ]  # fmt: skip
    assert strengths, name
    assert min(strengths) < min(worries, default=len(parts)), name
    for part in form.parts:
        keys = [question.key for question in part.questions]
        for key in keys:
            if key.endswith("_worry") and (well := key.removesuffix("worry") + "well") in keys:
                assert keys.index(well) < keys.index(key), (name, part.key, key)
        for question in part.questions:
            values = [option.value for option in question.options]
            if {"well", "worry"} <= set(values):
                assert values.index("well") < values.index("worry")


def test_four_people_who_rate_stand_on_one_line_and_who_was_not_asked_after_them():
    ellie, dana = Subject(id="1" * 32, name="Ellie"), Subject(id="2" * 32, name="Dana", is_child=False, note="mother")
    sam = Subject(id="3" * 32, name="Sam", is_child=False, note="stepfather")
    home = Household(
        people=(ellie, dana, sam), professionals=(Rater(token="m1", label="Priya Shah, teacher"),),
        levels=(Level(number=1, name="Universal"),),
    )  # fmt: skip
    question = Question(key="overall", label="Where?", kind=Kind.SCALE, nature=Nature.VIEW)
    answers = {"overall__p" + "1" * 32: 4, "overall__p" + "2" * 32: 6, "overall__m1": 3, "overall__p" + "3" * 32: "na"}
    assert list(in_words(question, answers, home, ellie)) == [
        "Ellie 4, Dana (mother) 6, Priya Shah (teacher) 3 out of 10",
        "Not asked: Sam (stepfather)",
    ]
    assert list(in_words(question, {"overall__m1": 0}, home, ellie)) == ["Priya Shah (teacher) 0 out of 10"]


# -- Guidance --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_shipped_guidance_is_there_for_every_level_and_domain(world):
    for number in (1, 2, 3, 4):
        world.level(number)
    found = guides()
    assert [len(guide.domains) for guide in found] == [3] * len(found)
    assert LevelIndicator.objects.count() == sum(
        len(texts) for domains in json.loads(SHIPPED.read_text())["levels"].values() for texts in domains.values()
    )


@pytest.mark.django_db
def test_a_county_loads_its_own_and_an_unsound_file_changes_nothing(tmp_path, capsys):
    mine = tmp_path / "guidance.json"
    mine.write_text(json.dumps({"levels": {"2": {"parents": ["Needs advice now and then."]}}}))
    with as_system():
        call_command("load_threshold_guidance", str(mine), "--source", "Our county 2026")
        assert capsys.readouterr().out == "lines=1\n"
        assert [(line.text, line.source) for line in LevelIndicator.objects.all()] == [
            ("Needs advice now and then.", "Our county 2026")
        ]
        for wrong in ("no json", "{}", '{"levels": {"5": {}}}', '{"levels": {"1": {"home": []}}}', '{"levels": {"1": {"parents": [""]}}}', '{"levels": []}'):
            with pytest.raises(UnsoundGuidance):
                load(wrong)
        with pytest.raises(CommandError, match="cannot be read"):
            call_command("load_threshold_guidance", str(tmp_path / "none.json"))
        assert LevelIndicator.objects.count() == 1
        call_command("load_threshold_guidance")
        assert LevelIndicator.objects.count() > 30

