"""A form as an outline: its sections, their pages, the questions of each, with what one has to know at a glance."""

from __future__ import annotations

from dataclasses import dataclass

from assessments.editor import words
from assessments.spec import FormSpec, Part, Per, Question, Section, Source, Whom


@dataclass(frozen=True)
class Ask:
    """One question of the outline."""

    question: Question
    key: str
    label: str
    kind: str
    notes: list[str]
    is_first: bool
    is_last: bool


@dataclass(frozen=True)
class Leaf:
    """One page of the outline."""

    part: Part
    title: str
    notes: list[str]
    asks: list[Ask]
    is_kept_elsewhere: bool
    is_open: bool
    is_first: bool
    is_last: bool


@dataclass(frozen=True)
class Branch:
    """One section of the outline."""

    section: Section
    leaves: list[Leaf]
    is_first: bool
    is_last: bool


def outline_of(form: FormSpec, open_part: str = "") -> list[Branch]:
    """The whole form. `open_part` is the page whose questions are in sight."""
    last = len(form.sections) - 1
    return [
        Branch(
            section=section,
            leaves=[
                _leaf(form, part, open_part, place == 0, place == len(section.parts) - 1)
                for place, part in enumerate(section.parts)
            ],
            is_first=number == 0,
            is_last=number == last,
        )
        for number, section in enumerate(form.sections)
    ]


def _leaf(form: FormSpec, part: Part, open_part: str, is_first: bool, is_last: bool) -> Leaf:
    notes = [words.PERS[part.per].lower()] if part.per is not Per.ONCE else []
    if part.whom is not Whom.ALL:
        notes.append(words.WHOMS[part.whom].lower())
    if part.repeats:
        notes.append("again each time")
    if part.stage:
        notes.append(f"clock “{words.said_of_stage(form, part.stage)}”")
    if part.category != "family":
        notes.append(f"{words.CATEGORY_LABELS.get(part.category, part.category).lower()} information")
    end = len(part.questions) - 1
    return Leaf(
        part=part,
        title=words.title_of(part),
        notes=notes if part.source is Source.ANSWERS else ["Kept elsewhere on the record: it asks nothing"],
        asks=[
            _ask(form, part, question, place == 0, place == end)
            for place, question in enumerate(part.questions)
        ],
        is_kept_elsewhere=part.source is not Source.ANSWERS,
        is_open=part.key == open_part,
        is_first=is_first,
        is_last=is_last,
    )


def _ask(form: FormSpec, part: Part, question: Question, is_first: bool, is_last: bool) -> Ask:
    key = f"{part.key}.{question.key}"
    notes = []
    if question.shown_when is not None:
        asked = words.said_of_condition(part, question.shown_when)
        notes.append(f"asked {asked[:1].lower()}{asked[1:]}")
    if question.whom is not Whom.ALL and part.per is not Per.ONCE:
        notes.append(words.WHOMS[question.whom].lower())
    if question.help:
        notes.append("with help")
    if question.prefill:
        notes.append("filled in from what is known")
    return Ask(
        question=question,
        key=key,
        label=words.label_of(part, question),
        kind=words.KINDS.get(question.kind, str(question.kind)),
        notes=notes,
        is_first=is_first,
        is_last=is_last,
    )
