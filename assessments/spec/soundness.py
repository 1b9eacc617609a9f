"""What makes a form definition usable.

Every rule answers with a sentence that the form's editor can act on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .form import (
    CATEGORIES,
    CHOOSING,
    CLOCK_STARTS,
    DECIDING,
    KEY,
    NAME,
    NOT_KNOWN,
    RESERVED_KEYS,
    FormSpec,
    Kind,
    Nature,
    Opens,
    Part,
    Per,
    Question,
    Shows,
    Source,
    Whom,
)
from .prefills import PREFILLS

# Each child's own, whatever a form says: never copied to brothers and sisters.
OWN = frozenset({Kind.SCALE, Kind.NEEDS, Kind.LEVEL})


def problems(form: FormSpec) -> Iterator[str]:
    """Say, one sentence each, why this definition cannot be used. Nothing said means that it is sound."""
    yield from _key_problems("form", form.code)
    if form.version < 1:
        yield "form: the version is 1 or more"
    yield from _text_problems("form title", form.title, 120)
    yield from _text_problems("form about", form.about, 400, blank=True, per=Per.ONCE)
    yield from _unique_problems("group", (group.key for group in form.groups))
    for group in form.groups:
        yield from _key_problems("group", group.key)
        yield from _text_problems(f"group {group.key} title", group.title, 120)
    if [section.number for section in form.sections] != list(range(1, len(form.sections) + 1)):
        yield "form: sections are numbered 1, 2, 3 in order"
    yield from _unique_problems("section", (section.key for section in form.sections))
    yield from _unique_problems("part", (part.key for part in form.parts))
    groups = {group.key for group in form.groups}
    for section in form.sections:
        yield from _key_problems("section", section.key)
        yield from _text_problems(f"section {section.key} title", section.title, 200)
        for part in section.parts:
            yield from _part_problems(part, groups)
    yield from _stage_problems(form)
    levels = sum(question.kind is Kind.LEVEL for _, question in form.every_question())
    if levels > 1:
        yield "form: the level of need is asked once"
    yield from _unique_problems("minimum", form.minimum)
    for ref in form.minimum:
        yield from _minimum_problems(form, ref)


def _stage_problems(form: FormSpec) -> Iterator[str]:
    yield from _unique_problems("stage", (stage.key for stage in form.stages))
    before: list[str] = []
    for stage in form.stages:
        where = f"stage {stage.key}"
        yield from _key_problems("stage", stage.key)
        yield from _text_problems(f"{where} title", stage.title, 120, per=Per.ONCE)
        if stage.key in CLOCK_STARTS:
            yield f"{where}: choose another name, since {stage.key} is where a clock can start"
        if not 0 <= stage.days <= 730:
            yield f"{where}: allow between 0 and 730 days"
        if stage.after not in CLOCK_STARTS and stage.after not in before:
            yield f"{where}: starts after {stage.after}, which is no earlier stage"
        before.append(stage.key)
    for part in form.parts:
        if part.stage and part.stage not in before:
            yield f"part {part.key}: there is no stage {part.stage}"


def _minimum_problems(form: FormSpec, ref: str) -> Iterator[str]:
    part_key, _, question_key = ref.partition(".")
    try:
        part = form.find(part_key)
        question = part.find(question_key)
    except KeyError:
        yield f"minimum {ref}: there is no such question"
        return
    if question.shown_when is not None:
        yield f"minimum {ref}: a question that is not always asked cannot be compulsory"
    if part.opens is not Opens.REGISTERED:
        yield f"minimum {ref}: this part cannot be filled in before sign-off"
    if part.repeats:
        yield f"minimum {ref}: a part that is filled in again each time cannot be compulsory"
    if part.category != "family":
        yield f"minimum {ref}: only what the whole team may read can block sign-off"


def _part_problems(part: Part, groups: set[str]) -> Iterator[str]:
    where = f"part {part.key}"
    yield from _key_problems("part", part.key)
    for name, value, longest in (
        ("title", part.title, 200),
        ("question", part.question, 300),
        ("hint", part.hint, 300),
        ("intro", part.intro, 2000),
    ):
        yield from _text_problems(f"{where} {name}", value, longest, blank=name != "title", per=part.per)
    yield from _text_problems(f"{where} together", part.together, 200, blank=True, per=Per.ONCE)
    if part.together and part.per is Per.ONCE:
        yield f"{where}: comes once, so there is nothing to put together"
    if NAME in part.title and not part.together and part.opens is not Opens.REGISTERED:
        yield f"{where}: give the line for all persons (“together”), since it is listed before it can be filled in"
    if part.shows is Shows.PERSON and part.per is Per.ONCE:
        yield f"{where}: is about nobody, so it cannot show a person"
    if part.group not in groups:
        yield f"{where}: there is no group {part.group}"
    if part.category not in CATEGORIES:
        yield f"{where}: there is no information category {part.category}"
    if part.source is not Source.ANSWERS and part.questions:
        yield f"{where}: is kept elsewhere on the record, so it asks nothing"
    if part.source is not Source.ANSWERS and part.per is not Per.ONCE:
        yield f"{where}: is kept elsewhere on the record, so it comes once"
    if part.source is not Source.ANSWERS and part.repeats:
        yield f"{where}: is kept elsewhere on the record, so it is not filled in again"
    if part.whom is not Whom.ALL and part.per not in {Per.CHILD, Per.PERSON}:
        yield f"{where}: only a page for each child can be for children who are born, or not yet"
    yield from _unique_problems(f"{where} question", (question.key for question in part.questions))
    seen: dict[str, Question] = {}
    for question in part.questions:
        yield from _question_problems(part, question, seen)
        seen[question.key] = question


def _question_problems(part: Part, question: Question, before: Mapping[str, Question]) -> Iterator[str]:
    where = f"question {part.key}.{question.key}"
    yield from _key_problems("question", question.key)
    if question.key in RESERVED_KEYS:
        yield f"{where}: this name is used by the page itself"
    yield from _text_problems(f"{where} label", question.label, 300, per=part.per)
    for name, longest in (("hint", 600), ("help", 3000), ("heading", 200), ("low", 80), ("high", 80)):
        yield from _text_problems(
            f"{where} {name}", getattr(question, name), longest, blank=True, per=part.per
        )
    if question.whom is not Whom.ALL and part.per not in {Per.CHILD, Per.PERSON}:
        yield f"{where}: only a question on each child's page can leave out children who are born, or not yet"
    if question.whom is not Whom.ALL and part.whom not in {Whom.ALL, question.whom}:
        yield f"{where}: is for {question.whom} children on a page for {part.whom} children: nobody is asked"
    if question.siblings and part.per not in {Per.CHILD, Per.PERSON}:
        yield f"{where}: only what is asked for each child can be copied to brothers and sisters"
    if question.siblings and (question.nature is not Nature.FACT or question.kind in OWN):
        yield f"{where}: each child has their own words and needs, so only a fact is copied to others"
    if question.area and not KEY.fullmatch(question.area):
        yield f"{where}: an area is named in small letters"
    if question.kind in CHOOSING:
        if not question.options:
            yield f"{where}: offers no answers"
    elif question.options:
        yield f"{where}: a question of kind {question.kind} brings its own answers"
    yield from _unique_problems(f"{where} answer", (option.value for option in question.options))
    for option in question.options:
        if not KEY.fullmatch(option.value) or option.value == NOT_KNOWN:
            yield f"{where}: the answer {option.value!r} is not a name in small letters"
        yield from _text_problems(f"{where} answer {option.value}", option.label, 200)
        yield from _text_problems(f"{where} answer {option.value} hint", option.hint, 300, blank=True)
    if question.prefill and question.prefill not in PREFILLS:
        yield f"{where}: there is nothing to fill it in from called {question.prefill}"
    if question.voice and (question.kind is not Kind.LONG_TEXT or part.per is not Per.CHILD):
        yield f"{where}: own words are a long text on a child's page"
    if question.kind is Kind.SCALE and question.shown_when is not None:
        yield f"{where}: a scale is always shown"
    if question.shown_when is not None:
        asked = before.get(question.shown_when.question)
        if asked is None or asked.kind not in DECIDING:
            yield f"{where}: depends on {question.shown_when.question}, no earlier choice of this part"
            return
        possible = {"yes", "no"} if asked.kind is Kind.YES_NO else {option.value for option in asked.options}
        if not question.shown_when.any_of or not set(question.shown_when.any_of) <= possible:
            yield f"{where}: depends on an answer that {question.shown_when.question} does not offer"
        if asked.whom not in {Whom.ALL, question.whom}:
            yield f"{where}: depends on {asked.key}, which is not asked of the same children"


def _key_problems(what: str, key: str) -> Iterator[str]:
    if len(key) > 40 or not KEY.fullmatch(key):
        yield f"{what} {key!r}: a key is up to 40 small letters, digits and single underscores"


def _text_problems(
    where: str, text: str, longest: int, *, blank: bool = False, per: Per = Per.PERSON
) -> Iterator[str]:
    if not blank and not text.strip():
        yield f"{where}: is blank"
    if len(text) > longest:
        yield f"{where}: is longer than {longest} characters"
    if any(ord(char) < 32 and char != "\n" for char in text):
        yield f"{where}: holds a control character"
    if NAME in text and per is Per.ONCE:
        yield f"{where}: speaks of {NAME} in a part that is about nobody"


def _unique_problems(what: str, keys: Any) -> Iterator[str]:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            yield f"{what} {key}: appears twice"
        seen.add(key)
