"""Answers in words:

the check-answers page, the PDFs and the list of what is still missing, all from the form's definition.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from assessments.answers import Value, is_blank, is_not_known
from assessments.domains import NEED_LABELS, NO_NEEDS
from assessments.household import Household, Subject, is_for, told
from assessments.school_years import LABELS as SCHOOL_YEARS
from assessments.spec import FormSpec, Kind, Nature, Opens, Part, Question, Source
from earlyhelp.web.dates import MONTHS, day

NOT_PROVIDED = "Not provided"
I_DO_NOT_KNOW = "I do not know"
NOT_ASKED = "Not asked"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One question and its answer in words.

    `lines` is empty when nothing was answered; `note` says where an answer comes from that was confirmed or
    copied; `corrections` what was put right, one sentence each.
    """

    key: str
    label: str
    lines: tuple[str, ...]
    heading: str = ""
    nature: Nature = Nature.FACT
    is_minimum: bool = False
    note: str = ""
    corrections: tuple[str, ...] = ()

    @property
    def is_answered(self) -> bool:
        return bool(self.lines)


@dataclass(frozen=True, kw_only=True)
class Missing:
    """Something that blocks sign-off: which question, on which page."""

    part: Part
    subject: Subject | None
    question: Question
    is_only: bool = False

    @property
    def label(self) -> str:
        """The page and the question, for a list of links."""
        title = told(self.part.title, self.subject)
        return title if self.is_only else f"{title}: {lower_first(told(self.question.label, self.subject))}"


def lower_first(text: str) -> str:
    """ "What needs to change?" -> "what needs to change?", for use inside a sentence."""
    return text[:1].lower() + text[1:]


def is_asked(question: Question, answers: Mapping[str, Value], subject: Subject | None = None) -> bool:
    """Whether a question applies to this person, given the answers of its part.

    One that somebody answered anyway is always shown.
    """
    rule = question.shown_when
    if is_answered(question, answers):
        return True
    if not is_for(question.whom, subject):
        return False
    if rule is None:
        return True
    given = answers.get(rule.question)
    chosen = given if isinstance(given, list) else [given]
    return any(value in rule.any_of for value in chosen)


def rows(
    form: FormSpec,
    part: Part,
    subject: Subject | None,
    answers: Mapping[str, Value],
    household: Household,
    *,
    before_sign_off: bool = True,
) -> Iterator[Row]:
    """Every question of a page that applies, with its answer in words.

    `before_sign_off`: whether what is missing from the minimum set is still wanted.
    """
    minimum = {question.key for question in form.minimum_of(part)} if before_sign_off else set()
    for question in part.questions:
        if is_asked(question, answers, subject):
            yield Row(
                key=question.key,
                label=told(question.label, subject),
                heading=told(question.heading, subject),
                lines=tuple(in_words(question, answers, household, subject)),
                nature=question.nature,
                is_minimum=question.key in minimum,
            )


def in_words(
    question: Question, answers: Mapping[str, Value], household: Household, subject: Subject | None
) -> Iterator[str]:
    """An answer as lines of text:

    one for each choice or rater, the text itself for text. Nothing when not answered.
    """
    if question.kind is Kind.SCALE:
        yield from _scores(question, answers, household, subject)
        return
    value: Value = answers.get(question.key)
    if is_blank(value):
        return
    if is_not_known(value):
        yield I_DO_NOT_KNOW
        return
    match question.kind:
        case Kind.YES_NO:
            yield {"yes": "Yes", "no": "No"}.get(str(value), str(value))
        case Kind.SCHOOL_YEAR:
            yield _labelled(SCHOOL_YEARS.get, value)
        case Kind.CHOICE:
            yield _labelled({option.value: option.label for option in question.options}.get, value)
        case Kind.MULTI:
            labels = {option.value: option.label for option in question.options}
            yield from (_labelled(labels.get, item) for item in value)
        case Kind.NEEDS:
            yield from (
                "No needs" if item == NO_NEEDS else _labelled(NEED_LABELS.get, item) for item in value
            )
        case Kind.LEVEL:
            names = {str(level.number): f"Level {level.number} {level.name}" for level in household.levels}
            yield names.get(str(value), f"Level {value}")
        case Kind.PERSON | Kind.PEOPLE:
            for item in [value] if isinstance(value, str) else value:
                found = household.subject(item)
                yield found.full_name or found.name if found else "Somebody no longer listed in this family"
        case Kind.DATE:
            yield partial_date(str(value))
        case _:
            yield str(value)


def _labelled(get: Callable[[str], str | None], value: str) -> str:
    return get(value) or str(value)


def _scores(
    question: Question, answers: Mapping[str, Value], household: Household, subject: Subject | None
) -> Iterator[str]:
    """The numbers people gave on one line, side by side: "Ellie 4, Dana (mother) 6, Priya Shah (teacher) 3 out of 10";
    then who was not asked.
    """
    labels = {rater.token: rater.label for rater in household.raters(subject)}
    start = f"{question.key}__"
    given = {name.removeprefix(start): value for name, value in answers.items() if name.startswith(start)}
    numbers, not_asked = [], []
    for token in [*labels, *sorted(set(given) - set(labels))]:
        value = given.get(token)
        if is_blank(value):
            continue
        name, _, who = labels.get(token, "Somebody else").partition(", ")
        who = f"{name} ({who})" if who else name
        if value == "na":
            not_asked.append(who)
        else:
            numbers.append(f"{who} {value}")
    if numbers:
        yield f"{', '.join(numbers)} out of 10"
    if not_asked:
        yield f"{NOT_ASKED}: {', '.join(not_asked)}"


def partial_date(value: str) -> str:
    """ "2025-03-27" -> "27 March 2025", "2025-03" -> "March 2025", "2025" as it is."""
    parts = value.split("-")
    try:
        match len(parts):
            case 3:
                return day(dt.date.fromisoformat(value))
            case 2:
                return f"{MONTHS[int(parts[1]) - 1]} {parts[0]}"
            case _:
                return value
    except (ValueError, IndexError):
        return value


def is_answered(question: Question, answers: Mapping[str, Value]) -> bool:
    """Whether the minimum set may count a question as answered.

    A scale counts as soon as anybody was asked.
    """
    if question.kind is Kind.SCALE:
        return any(
            name.startswith(f"{question.key}__") and not is_blank(value) for name, value in answers.items()
        )
    return not is_blank(answers.get(question.key))


def missing(
    form: FormSpec, household: Household, pages: Mapping[tuple[str, str], Mapping[str, Value]]
) -> tuple[Missing, ...]:
    """What must be answered before sign-off and is not.

    `pages` holds the answers by (part key, person id or "").
    """
    found = []
    for part in form.parts:
        for question in form.minimum_of(part):
            for subject in household.subjects(part):
                if not is_for(question.whom, subject):
                    continue
                answers = pages.get((part.key, subject.id if subject else ""), {})
                if not is_answered(question, answers):
                    only = len(form.minimum_of(part)) == 1
                    found.append(Missing(part=part, subject=subject, question=question, is_only=only))
    return tuple(found)


def writable(form: FormSpec) -> Iterator[Part]:
    """The parts that are pages of their own and open before sign-off."""
    for part in form.parts:
        if part.source is Source.ANSWERS and part.opens is Opens.REGISTERED:
            yield part
