"""Assessment forms as data: what a form asks, of whom, and who may read the answers.

A form is a tree that never changes once published: sections as the paper form numbers them, parts (one page each, the unit that is
saved and shared), questions. It is plain data that goes to and from JSON, so a county can change a form without a release, and an
assessment keeps the version it was started with. Nothing here touches the database or HTTP.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from enum import StrEnum
from functools import cached_property
from typing import Any

KEY = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
CATEGORIES = ("family", "education", "health", "police", "housing", "finance", "safeguarding")
RESERVED_KEYS = frozenset({"base", "done", "go", "settle", "csrfmiddlewaretoken", "version"})
NOT_KNOWN = "unknown"
NAME = "{name}"


class Kind(StrEnum):
    """How a question is answered."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    DATE = "date"
    YES_NO = "yes_no"
    CHOICE = "choice"
    MULTI = "multi"
    SCALE = "scale"
    PERSON = "person"
    PEOPLE = "people"
    NEEDS = "needs"
    LEVEL = "level"


class Nature(StrEnum):
    """Whose truth an answer is: the three are never mixed in one box (Hertfordshire recording standard, domain.md 6.5)."""

    FACT = "fact"
    SAID = "said"
    VIEW = "view"


class Per(StrEnum):
    """How often a part is filled in."""

    ONCE = "once"
    CHILD = "child"
    ADULT = "adult"
    PERSON = "person"


class Source(StrEnum):
    """Where a part that is kept elsewhere on the record lives. Such a part asks nothing: it links."""

    ANSWERS = "answers"
    CONSENT = "consent"
    MEETINGS = "meetings"
    REVIEWS = "reviews"
    PLAN = "plan"


class Opens(StrEnum):
    """When a part can first be filled in."""

    REGISTERED = "registered"
    COMPLETED = "completed"


CHOOSING = frozenset({Kind.CHOICE, Kind.MULTI})
DECIDING = frozenset({Kind.CHOICE, Kind.MULTI, Kind.YES_NO})
PREFILLS = frozenset(
    {
        "previous",
        "person.first_language",
        "person.school",
        "assessor.relationship",
        "team",
    }
)


class UnsoundForm(ValueError):
    """A form definition that cannot be used. `problems` lists every reason, in words a form's editor can act on."""

    def __init__(self, problems: list[str]):
        self.problems = problems
        super().__init__("; ".join(problems))


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """One of the answers a choice offers."""

    value: str
    label: str
    hint: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """A question is asked when an earlier one in the same part has any of these answers."""

    question: str
    any_of: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """One thing asked. `help` is the guidance beside it, `item` the CAF domain item it belongs to, `area` what a scale measures."""

    key: str
    label: str
    kind: Kind
    nature: Nature = Nature.FACT
    hint: str = ""
    help: str = ""
    heading: str = ""
    item: str = ""
    optional: bool = True
    options: tuple[Option, ...] = ()
    shown_when: Condition | None = None
    prefill: str = ""
    area: str = ""
    low: str = "0 is very worrying"
    high: str = "10 is going really well"

    @property
    def may_be_unknown(self) -> bool:
        """Whether "I do not know" is offered. Always for a fact; a view or somebody's words are simply left blank."""
        return self.nature is Nature.FACT and self.kind not in {Kind.NEEDS, Kind.SCALE, Kind.MULTI, Kind.PEOPLE}


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One page of a form: saved, shared and marked as finished as a whole. `category` says which agencies may read it."""

    key: str
    title: str
    group: str
    category: str = "family"
    per: Per = Per.ONCE
    source: Source = Source.ANSWERS
    opens: Opens = Opens.REGISTERED
    hint: str = ""
    intro: str = ""
    question: str = ""
    questions: tuple[Question, ...] = ()

    def find(self, key: str) -> Question:
        """The question with this key. Raises KeyError."""
        for question in self.questions:
            if question.key == key:
                return question
        raise KeyError(key)


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """A numbered section of the paper form, made of one part or several."""

    number: int
    key: str
    title: str
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """A heading of the task list. Parts are listed by group, because a worried practitioner reads by subject, not by number."""

    key: str
    title: str


@dataclass(frozen=True, kw_only=True)
class FormSpec:
    """A whole form. `minimum` names ("part.question") what must be answered before it can be signed off; all else may stay blank."""

    code: str
    version: int
    title: str
    groups: tuple[Group, ...] = ()
    sections: tuple[Section, ...] = ()
    minimum: tuple[str, ...] = field(default=())

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Every part, in the order of the task list: by group, then as written."""
        order = {group.key: place for place, group in enumerate(self.groups)}
        written = [part for section in self.sections for part in section.parts]
        return tuple(sorted(written, key=lambda part: order.get(part.group, len(order))))

    def find(self, key: str) -> Part:
        """The part with this key. Raises KeyError."""
        for part in self.parts:
            if part.key == key:
                return part
        raise KeyError(key)

    def section_of(self, key: str) -> Section:
        """The numbered section that holds a part. Raises KeyError."""
        for section in self.sections:
            if any(part.key == key for part in section.parts):
                return section
        raise KeyError(key)

    def minimum_of(self, part: Part) -> tuple[Question, ...]:
        """The questions of a part that block sign-off while unanswered."""
        wanted = {ref.partition(".")[2] for ref in self.minimum if ref.partition(".")[0] == part.key}
        return tuple(question for question in part.questions if question.key in wanted)

    def every_question(self) -> Iterator[tuple[Part, Question]]:
        """Each part and question, in task list order."""
        for part in self.parts:
            for question in part.questions:
                yield part, question

    def to_json(self) -> dict[str, Any]:
        """Plain data that `from_json` reads back. What has its ordinary value is left out."""
        return _dump(self)

    @classmethod
    def from_json(cls, data: Any) -> FormSpec:
        """Read a definition and check it. Raises UnsoundForm with every problem found."""
        problems: list[str] = []
        form = _load(cls, data, "form", problems)
        if not problems:
            problems = list(form.problems())
        if problems:
            raise UnsoundForm(problems)
        return form

    def problems(self) -> Iterator[str]:
        """Say, one sentence each, why this definition cannot be used. Nothing said means that it is sound."""
        yield from _key_problems("form", self.code)
        if self.version < 1:
            yield "form: the version is 1 or more"
        yield from _text_problems("form title", self.title, 120)
        yield from _unique_problems("group", (group.key for group in self.groups))
        for group in self.groups:
            yield from _key_problems("group", group.key)
            yield from _text_problems(f"group {group.key} title", group.title, 120)
        if [section.number for section in self.sections] != list(range(1, len(self.sections) + 1)):
            yield "form: sections are numbered 1, 2, 3 in order"
        yield from _unique_problems("section", (section.key for section in self.sections))
        yield from _unique_problems("part", (part.key for part in self.parts))
        groups = {group.key for group in self.groups}
        for section in self.sections:
            yield from _key_problems("section", section.key)
            yield from _text_problems(f"section {section.key} title", section.title, 200)
            for part in section.parts:
                yield from _part_problems(part, groups)
        levels = sum(question.kind is Kind.LEVEL for _, question in self.every_question())
        if levels > 1:
            yield "form: the level of need is asked once"
        yield from _unique_problems("minimum", self.minimum)
        for ref in self.minimum:
            yield from self._minimum_problems(ref)

    def _minimum_problems(self, ref: str) -> Iterator[str]:
        part_key, _, question_key = ref.partition(".")
        try:
            part = self.find(part_key)
            question = part.find(question_key)
        except KeyError:
            yield f"minimum {ref}: there is no such question"
            return
        if question.shown_when is not None:
            yield f"minimum {ref}: a question that is not always asked cannot be compulsory"
        if part.opens is not Opens.REGISTERED:
            yield f"minimum {ref}: this part cannot be filled in before sign-off"
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
    if part.group not in groups:
        yield f"{where}: there is no group {part.group}"
    if part.category not in CATEGORIES:
        yield f"{where}: there is no information category {part.category}"
    if part.source is not Source.ANSWERS and part.source is not Source.CONSENT and part.questions:
        yield f"{where}: is kept elsewhere on the record, so it asks nothing"
    if part.source is not Source.ANSWERS and part.per is not Per.ONCE:
        yield f"{where}: is kept elsewhere on the record, so it comes once"
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
        yield from _text_problems(f"{where} {name}", getattr(question, name), longest, blank=True, per=part.per)
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
    if question.kind is Kind.SCALE and question.shown_when is not None:
        yield f"{where}: a scale is always shown"
    if question.shown_when is not None:
        asked = before.get(question.shown_when.question)
        if asked is None or asked.kind not in DECIDING:
            yield f"{where}: depends on {question.shown_when.question}, which is not an earlier choice in this part"
            return
        possible = {"yes", "no"} if asked.kind is Kind.YES_NO else {option.value for option in asked.options}
        if not question.shown_when.any_of or not set(question.shown_when.any_of) <= possible:
            yield f"{where}: depends on an answer that {question.shown_when.question} does not offer"


def _key_problems(what: str, key: str) -> Iterator[str]:
    if len(key) > 40 or not KEY.fullmatch(key):
        yield f"{what} {key!r}: a key is up to 40 small letters, digits and single underscores"


def _text_problems(where: str, text: str, longest: int, *, blank: bool = False, per: Per = Per.PERSON) -> Iterator[str]:
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


_NESTED: dict[tuple[type, str], type] = {
    (FormSpec, "groups"): Group,
    (FormSpec, "sections"): Section,
    (Section, "parts"): Part,
    (Part, "questions"): Question,
    (Question, "options"): Option,
    (Question, "shown_when"): Condition,
}
_ENUMS: dict[tuple[type, str], type[StrEnum]] = {
    (Question, "kind"): Kind,
    (Question, "nature"): Nature,
    (Part, "per"): Per,
    (Part, "source"): Source,
    (Part, "opens"): Opens,
}
_LISTS_OF_TEXT = {(FormSpec, "minimum"), (Condition, "any_of")}
_PLAIN: dict[str, type] = {"int": int, "bool": bool, "str": str}


def _dump(thing: Any) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for spot in fields(thing):
        value = getattr(thing, spot.name)
        if spot.default is not MISSING and value == spot.default:
            continue
        if isinstance(value, tuple):
            out[spot.name] = [item if isinstance(item, str) else _dump(item) for item in value]
        elif isinstance(value, Condition):
            out[spot.name] = _dump(value)
        else:
            out[spot.name] = str(value) if isinstance(value, StrEnum) else value
    return out


def _load(cls: type, data: Any, where: str, problems: list[str]) -> Any:
    if not isinstance(data, Mapping):
        problems.append(f"{where}: is not an object")
        return None
    where = f"{where} {data['key']}" if isinstance(data.get("key"), str) else where
    spots = {spot.name: spot for spot in fields(cls)}
    for unknown in sorted(set(map(str, data)) - set(spots)):
        problems.append(f"{where}: knows no {unknown}")
    values: dict[str, Any] = {}
    for name, spot in spots.items():
        if name in data:
            values[name] = _load_value(cls, name, str(spot.type), data[name], f"{where} {name}", problems)
        elif spot.default is MISSING:
            problems.append(f"{where}: has no {name}")
    return None if problems else cls(**values)


def _load_value(cls: type, name: str, kind: str, value: Any, where: str, problems: list[str]) -> Any:
    if (nested := _NESTED.get((cls, name))) is not None:
        if nested is Condition:
            return _load(nested, value, where, problems)
        if isinstance(value, list):
            return tuple(_load(nested, item, where, problems) for item in value)
        problems.append(f"{where}: is not a list")
    elif (cls, name) in _LISTS_OF_TEXT:
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        problems.append(f"{where}: is not a list of texts")
    elif (enum := _ENUMS.get((cls, name))) is not None:
        if value in {str(member) for member in enum}:
            return enum(value)
        problems.append(f"{where}: there is no {value!r}")
    elif type(value) is _PLAIN[kind]:
        return value
    else:
        problems.append(f"{where}: is not {kind}")
    return None
