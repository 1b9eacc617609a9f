"""Whatever is done to a draft, in whatever order: it can be read back, tried out and compared, and only what is sound is published."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.editor import actions, tree
from assessments.editor.comparison import compare
from assessments.editor.forms import PartForm, QuestionForm
from assessments.editor.outline import outline_of
from assessments.editor.preview import EVERYBODY, YOU, order_of, sheet_of
from assessments.editor.problems import NO_PAGE, problems_of
from assessments.editor.reading import definition_of, state_of
from assessments.editor.tree import Gone, What
from assessments.household import Household
from assessments.models import DEFAULT_FORM, FormVersion
from assessments.spec import (
    CATEGORIES,
    Condition,
    FormSpec,
    Kind,
    Nature,
    Option,
    Part,
    Per,
    Source,
    Whom,
    from_draft,
    from_json,
    problems,
    to_json,
)
from assessments.spec.form import KEY
from earlyhelp.access import NotAllowed
from tests.assessments.definitions import WORDS, forms
from tests.fixtures.writing import at, change

FAMILY = Household(people=EVERYBODY, professionals=(YOU,))


def places(form: FormSpec) -> list[tuple[What, str]]:
    """Everything there is to change, move or remove."""
    return [
        *((What.GROUP, group.key) for group in form.groups),
        *((What.STAGE, stage.key) for stage in form.stages),
        *((What.SECTION, section.key) for section in form.sections),
        *((What.PART, part.key) for part in form.parts),
        *((What.QUESTION, f"{part.key}.{question.key}") for part, question in form.every_question()),
    ]


def edited(form: FormSpec, chance: random.Random, words: str) -> FormSpec:
    """One thing that a practice lead may do to a draft, sensible or not."""
    what, key = chance.choice(places(form) or [(None, "")])
    did = chance.choice(["add", "change", "up", "down", "remove", "elsewhere", "need"])
    if what is None or did == "add":
        return _added(form, chance, words)
    thing = tree.find(form, what, key)
    if did in ("up", "down"):
        return tree.move(form, what, key, up=did == "up")
    if did == "remove":
        return tree.remove(form, what, key)
    if did == "elsewhere" and what is What.PART:
        return tree.move_part(form, key, chance.choice(form.sections).key)
    if did == "elsewhere" and what is What.QUESTION:
        return tree.move_question(form, key, chance.choice(form.parts).key)[0]
    if did == "need" and what is What.QUESTION:
        return tree.need(form, key, chance.random() < 0.5)
    if what is What.QUESTION:
        asked = chance.choice(form.find(key.partition(".")[0]).questions).key
        facts = {
            "label": words,
            "kind": chance.choice(list(Kind)),
            "nature": chance.choice(list(Nature)),
            "whom": chance.choice(list(Whom)),
            "siblings": chance.random() < 0.3,
            "options": (Option(value="a", label=words),) if chance.random() < 0.5 else (),
            "shown_when": Condition(question=asked, any_of=("yes", "a")) if chance.random() < 0.4 else None,
        }
        return tree.change(form, what, key, replace(thing, **facts))
    if what is What.PART:
        facts = {
            "title": words,
            "per": chance.choice(list(Per)),
            "category": chance.choice(CATEGORIES),
            "source": chance.choice([Source.ANSWERS, Source.ANSWERS, Source.PLAN]),
            "repeats": chance.random() < 0.3,
        }
        return tree.change(form, what, key, tree.fit_questions(replace(thing, **facts)))
    return tree.change(form, what, key, replace(thing, title=words))


def _added(form: FormSpec, chance: random.Random, words: str) -> FormSpec:
    what = chance.choice(list(What))
    if what is What.PART and not form.sections or what is What.QUESTION and not form.parts:
        return form
    inside = ""
    facts: dict = {}
    if what is What.SECTION:
        facts = {"number": 0}
    if what is What.STAGE:
        facts = {"days": chance.randrange(100)}
    if what is What.PART:
        inside = chance.choice(form.sections).key
        facts = {"group": form.groups[0].key if form.groups else "none"}
    if what is What.QUESTION:
        inside = chance.choice(form.parts).key
        facts = {"kind": chance.choice(list(Kind))}
    key = tree.new_key(words, tree.keys_of(form, what, inside))
    return tree.add(form, what, tree.blank(what, key, words, **facts), inside=inside)


@settings(max_examples=150)
@given(forms(), st.randoms(use_true_random=False), st.lists(WORDS, min_size=1, max_size=12))
def test_any_edits_leave_a_draft_that_can_be_read_tried_out_and_compared(form, chance, words):
    first = form
    for each in words:
        form = edited(form, chance, each)
        assert from_draft(to_json(form)) == form
        assert [section.number for section in form.sections] == list(range(1, len(form.sections) + 1))
        keys = places(form)
        assert len(keys) == len(set(keys)), "every thing has a key of its own"
        assert set(form.minimum) <= {key for what, key in keys if what is What.QUESTION}
    found = problems_of(form)
    assert [problem for problem in found if problem.words != NO_PAGE] == [] or list(problems(form))
    for problem in found:
        if problem.what is not None:
            tree.find(form, problem.what, problem.key)
    if not found:
        from_json(to_json(form))
    outline_of(form)
    for key, who in order_of(form):
        sheet_of(form, form.find(key), who, FAMILY)
    assert compare(form, form) == []
    assert bool(compare(first, form)) == (_without_names(first) != _without_names(form))


def _without_names(form: FormSpec) -> FormSpec:
    return replace(form, minimum=tuple(sorted(form.minimum)))


@settings(max_examples=150)
@given(forms())
def test_every_page_and_question_opens_with_the_settings_it_has(form):
    """What the boxes hold, sent back, is what was there; labels with a bar in an answer are not asked for."""
    for part in form.parts:
        sent = PartForm(spec=form, thing=part, seen="x")
        assert sent.initial["title"] == part.title and sent.initial["section"] == form.section_of(part.key).key
        for question in part.questions:
            made = QuestionForm(spec=form, page=part, thing=question, seen="x")
            rule = question.shown_when
            assert made.initial["asked_when"] == (rule.question if rule else "0")
            assert made.initial["needed"] == (f"{part.key}.{question.key}" in form.minimum)


@given(WORDS, st.sets(st.sampled_from(["a", "sleep", "sleep_2", "base", "item"])))
def test_keys_are_made_of_words_and_are_new(words, taken):
    key = tree.new_key(words, taken)
    assert key not in taken and key not in {"base", "done", "go", "version"}
    assert KEY.fullmatch(key) and len(key) <= tree.LONGEST_KEY


def test_a_reserved_or_wordless_name_gives_a_key_that_may_be_used():
    assert tree.new_key("Done", ()) == "done_asked"
    assert tree.new_key("{name}", ()) == "item"
    assert tree.new_key("1. Schlafen – gut?", {"schlafen_gut"}) == "schlafen_gut_2"
    assert len(tree.new_key("sleeps " * 30, ())) <= tree.LONGEST_KEY


def test_things_that_are_not_there_are_gone():
    form = FormSpec(code="a", version=1, title="A")
    for what in What:
        with pytest.raises(Gone):
            tree.find(form, what, "x.y" if what is What.QUESTION else "x")
        with pytest.raises(Gone):
            tree.remove(form, what, "x.y" if what is What.QUESTION else "x")


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(4))
def test_what_is_published_is_sound_whatever_was_done_before(draft, lead, seen_by, seed):
    """Through the actions and the database: a draft is published exactly when nothing is wrong with it."""
    by, chance = seen_by(lead), random.Random(seed)
    for number in range(12):
        spec = definition_of(FormVersion.objects.get(pk=draft.pk))
        what, key = chance.choice(places(spec))
        act = chance.choice([_move, _remove, _rename, _recategorise])
        try:
            with transaction.atomic():
                act(draft, spec, what, key, chance, by)
        except NotAllowed:
            assert what is What.GROUP
        stored = FormVersion.objects.get(pk=draft.pk)
        found = problems_of(definition_of(stored))
        if number % 4 == 3:
            _publish_if_sound(stored, found, by)
            if not found:
                draft = actions.start_draft(source=FormVersion.objects.get(pk=draft.pk), by=by)


def _publish_if_sound(stored: FormVersion, found: list, by) -> None:
    if found:
        with pytest.raises(NotAllowed, match="put right first"):
            actions.publish(version=stored, note="Tried", seen=stored.lock_version, by=by)
        return
    actions.publish(version=stored, note="Tried", seen=stored.lock_version, by=by)
    published = FormVersion.objects.newest(DEFAULT_FORM)
    assert published.pk == stored.pk and list(problems(published.form)) == []


def _move(draft, spec, what, key, chance, by):
    actions.move_thing(version=draft, what=what, key=key, up=chance.random() < 0.5, by=by)


def _remove(draft, spec, what, key, chance, by):
    actions.remove_thing(version=draft, what=what, key=key, by=by)


def _rename(draft, spec, what, key, chance, by):
    name = "label" if what is What.QUESTION else "title"
    seen = state_of(spec, what, key)
    actions.change_thing(version=draft, what=what, key=key, facts={name: "Other words"}, seen=seen, by=by)


def _recategorise(draft, spec, what, key, chance, by):
    if what is not What.PART:
        return
    facts = {"category": chance.choice(CATEGORIES)}
    actions.change_thing(
        version=draft, what=what, key=key, facts=facts, seen=state_of(spec, what, key), by=by
    )


@pytest.mark.django_db
def test_a_page_that_is_no_longer_for_children_keeps_nothing_of_children(editor, draft):
    """The own words of a child cannot stand on a page for the family, and nobody could take the tick away."""
    answer = change(
        editor, at("form-change", draft, "part", "child_words"), per="once", whom="all", title="Their words",
        question="", intro="", hint="", together="", shows="nothing",
    )  # fmt: skip
    assert answer.status_code == 302
    part: Part = definition_of(FormVersion.objects.get(pk=draft.pk)).find("child_words")
    assert not any(question.voice or question.siblings for question in part.questions)
    assert {question.whom for question in part.questions} == {Whom.ALL}
