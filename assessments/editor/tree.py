"""Changing a definition: add, change, move, remove. Pure functions from a form to a new form, sound or not.

A thing of a form is named by what it is and its key; a question's key is "part.question", as in `minimum`. Keys are
made here, once, from the first words somebody gave a thing, and stay: answers are stored under them, and what is
known of a family is found again by them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import replace
from enum import StrEnum
from typing import Any

from assessments.spec import Condition, FormSpec, Group, Part, Per, Question, Section, Stage, Whom
from assessments.spec.form import RESERVED_KEYS

LONGEST_KEY = 40
Thing = Group | Stage | Section | Part | Question


class What(StrEnum):
    """What somebody adds, changes, moves or removes."""

    GROUP = "group"
    STAGE = "stage"
    SECTION = "section"
    PART = "part"
    QUESTION = "question"


class Gone(LookupError):
    """The thing that somebody wants to change is not in the form any more."""


def new_key(words: str, taken: Collection[str]) -> str:
    """A key for something called `words`, that none of `taken` has: small letters, digits, single underscores."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    found = re.sub(r"[^a-z0-9]+", "_", plain.replace("{name}", "")).strip("_")
    found = found.lstrip("0123456789_")[: LONGEST_KEY - 4].strip("_") or "item"
    if found in RESERVED_KEYS:
        found = f"{found}_asked"
    key, number = found, 2
    while key in taken:
        key, number = f"{found}_{number}", number + 1
    return key


def find(form: FormSpec, what: What, key: str) -> Any:
    """The thing with this key. Raises Gone."""
    for thing in _list_of(form, what, key):
        if thing.key == _own(key):
            return thing
    raise Gone(key)


def place_of(form: FormSpec, what: What, key: str) -> tuple[int, int]:
    """At which place a thing stands among its like, from 1, and how many there are. Raises Gone."""
    keys = [thing.key for thing in _list_of(form, what, key)]
    if _own(key) not in keys:
        raise Gone(key)
    return keys.index(_own(key)) + 1, len(keys)


def add(form: FormSpec, what: What, thing: Thing, *, inside: str = "") -> FormSpec:
    """Add a thing at the end. `inside`: the section of a part, the part of a question. Raises Gone."""
    key = f"{inside}.{thing.key}" if what is What.QUESTION else thing.key
    if what is What.PART:
        section = find(form, What.SECTION, inside)
        return change(form, What.SECTION, inside, replace(section, parts=(*section.parts, thing)))
    return _with(form, what, key, (*_list_of(form, what, key), thing))


def change(form: FormSpec, what: What, key: str, thing: Thing) -> FormSpec:
    """Put `thing` in the place of the one with this key. Raises Gone."""
    find(form, what, key)
    things = tuple(thing if each.key == _own(key) else each for each in _list_of(form, what, key))
    return _with(form, what, key, things)


def move(form: FormSpec, what: What, key: str, *, up: bool) -> FormSpec:
    """Let a thing and its neighbour change places; at the end of the row nothing happens. Raises Gone."""
    here, last = place_of(form, what, key)
    there = here - 1 if up else here + 1
    if not 1 <= there <= last:
        return form
    things = list(_list_of(form, what, key))
    things[here - 1], things[there - 1] = things[there - 1], things[here - 1]
    return _with(form, what, key, tuple(things))


def remove(form: FormSpec, what: What, key: str) -> FormSpec:
    """Take a thing out, with all that only makes sense with it. Raises Gone.

    Questions that were asked because of a question's answer are asked always; what was compulsory is so no more.
    Clocks that ran from a stage run from where that one began.
    """
    thing = find(form, what, key)
    rest = tuple(each for each in _list_of(form, what, key) if each.key != _own(key))
    if what is What.QUESTION:
        rest = tuple(
            replace(each, shown_when=None)
            if each.shown_when is not None and each.shown_when.question == thing.key
            else each
            for each in rest
        )
    form = _with(form, what, key, rest)
    if isinstance(thing, Stage):
        form = _without_stage(form, thing)
    return replace(form, minimum=tuple(ref for ref in form.minimum if _is_there(form, ref)))


def move_part(form: FormSpec, key: str, section: str) -> FormSpec:
    """Put a part at the end of another section. Raises Gone."""
    part, target = find(form, What.PART, key), find(form, What.SECTION, section)
    if form.section_of(key).key == section:
        return form
    minimum = form.minimum
    form = remove(form, What.PART, key)
    target = find(form, What.SECTION, target.key)
    form = change(form, What.SECTION, section, replace(target, parts=(*target.parts, part)))
    return replace(form, minimum=minimum)


def move_question(form: FormSpec, key: str, part: str) -> tuple[FormSpec, str]:
    """Put a question at the end of another part; gives the form and the question's new "part.question".

    It keeps its key unless the other part has one of that name. Raises Gone.
    """
    question, target = find(form, What.QUESTION, key), find(form, What.PART, part)
    if key.partition(".")[0] == part:
        return form, key
    is_needed = key in form.minimum
    own = question.key
    if own in {each.key for each in target.questions}:
        own = new_key(own, {each.key for each in target.questions})
    form = remove(form, What.QUESTION, key)
    form = add(form, What.QUESTION, replace(question, key=own, shown_when=None), inside=part)
    return need(form, f"{part}.{own}", is_needed), f"{part}.{own}"


def need(form: FormSpec, ref: str, is_needed: bool) -> FormSpec:
    """Say whether a question has to be answered before sign-off. The order is that of the form."""
    wanted = (set(form.minimum) | {ref}) if is_needed else (set(form.minimum) - {ref})
    order = [f"{part.key}.{question.key}" for part, question in form.every_question()]
    return replace(form, minimum=tuple(each for each in order if each in wanted))


def fit_questions(part: Part) -> Part:
    """Questions without the settings that a page like this one does not have: those for children."""
    is_for_children, is_of_a_child = part.per in {Per.CHILD, Per.PERSON}, part.per is Per.CHILD
    questions = tuple(
        replace(
            each,
            whom=each.whom if is_for_children else Whom.ALL,
            siblings=each.siblings and is_for_children,
            voice=each.voice and is_of_a_child,
        )
        for each in part.questions
    )
    return replace(part, questions=questions)


def blank(what: What, key: str, words: str, **facts: Any) -> Any:
    """A new thing with the words somebody gave it, `label` of a question and `title` of all others."""
    made = {
        What.GROUP: Group,
        What.STAGE: Stage,
        What.SECTION: Section,
        What.PART: Part,
        What.QUESTION: Question,
    }
    name = "label" if what is What.QUESTION else "title"
    return made[what](key=key, **{name: words}, **facts)


def depend_on(form: FormSpec, key: str) -> tuple[Question, ...]:
    """The questions that are asked because of an answer to this one ("part.question"). Raises Gone."""
    part = find(form, What.PART, key.partition(".")[0])
    return tuple(
        question
        for question in part.questions
        if isinstance(question.shown_when, Condition) and question.shown_when.question == _own(key)
    )


def keys_of(form: FormSpec, what: What, inside: str = "") -> set[str]:
    """The keys that a new thing of this kind must not have. Raises Gone."""
    if what is What.QUESTION:
        return {question.key for question in find(form, What.PART, inside).questions}
    if what is What.PART:
        return {part.key for part in form.parts}
    return {thing.key for thing in _list_of(form, what, "")}


def _own(key: str) -> str:
    return key.rpartition(".")[2]


def _list_of(form: FormSpec, what: What, key: str) -> tuple[Any, ...]:
    """The row in which a thing of this key stands."""
    match what:
        case What.GROUP:
            return form.groups
        case What.STAGE:
            return form.stages
        case What.SECTION:
            return form.sections
        case What.PART:
            return _section_of(form, key).parts
    return find(form, What.PART, key.partition(".")[0]).questions


def _section_of(form: FormSpec, part: str) -> Section:
    try:
        return form.section_of(part)
    except KeyError:
        raise Gone(part) from None


def _with(form: FormSpec, what: What, key: str, things: tuple[Any, ...]) -> FormSpec:
    match what:
        case What.GROUP:
            return replace(form, groups=things)
        case What.STAGE:
            return replace(form, stages=things)
        case What.SECTION:
            numbered = tuple(replace(each, number=place) for place, each in enumerate(things, start=1))
            return replace(form, sections=numbered)
        case What.PART:
            section = _section_of(form, key)
            return change(form, What.SECTION, section.key, replace(section, parts=things))
    part = key.partition(".")[0]
    return change(form, What.PART, part, replace(find(form, What.PART, part), questions=things))


def _without_stage(form: FormSpec, stage: Stage) -> FormSpec:
    stages = tuple(
        replace(each, after=stage.after) if each.after == stage.key else each for each in form.stages
    )
    sections = tuple(
        replace(
            section,
            parts=tuple(
                replace(part, stage="") if part.stage == stage.key else part for part in section.parts
            ),
        )
        for section in form.sections
    )
    return replace(form, stages=stages, sections=sections)


def _is_there(form: FormSpec, ref: str) -> bool:
    try:
        find(form, What.QUESTION, ref)
    except Gone:
        return False
    return True
