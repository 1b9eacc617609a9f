"""Assessment forms as data: what a form asks, of whom, and who may read the answers.

A form is a tree that never changes once published: sections as the paper form numbers them, parts (one page
each, the unit that is saved and shared), questions. It is plain data that goes to and from JSON, so a county
can change a form without a release, and an assessment keeps the version it was started with. Nothing here
touches the database or HTTP.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

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
    SCHOOL_YEAR = "school_year"


class Nature(StrEnum):
    """Whose truth an answer is:

    the three are never mixed in one box (Hertfordshire recording standard, domain.md 6.5).
    """

    FACT = "fact"
    SAID = "said"
    VIEW = "view"


class Per(StrEnum):
    """How often a part is filled in."""

    ONCE = "once"
    CHILD = "child"
    ADULT = "adult"
    PERSON = "person"


class Whom(StrEnum):
    """Which children a page or a question is for. A question about the whole family is for all."""

    ALL = "all"
    BORN = "born"
    UNBORN = "unborn"


class Source(StrEnum):
    """Where a part that is kept elsewhere on the record lives. Such a part asks nothing: it links."""

    ANSWERS = "answers"
    MATCH = "match"
    CONSENT = "consent"
    HOUSEHOLD = "household"
    MEETINGS = "meetings"
    REVIEWS = "reviews"
    PLAN = "plan"


class Shows(StrEnum):
    """What a page lists above its questions, read from the record so that it is not asked again."""

    NOTHING = "nothing"
    ASSESSOR = "assessor"
    TEAM = "team"
    PERSON = "person"


class Opens(StrEnum):
    """When a part can first be filled in."""

    REGISTERED = "registered"
    COMPLETED = "completed"


CHOOSING = frozenset({Kind.CHOICE, Kind.MULTI})
DECIDING = frozenset({Kind.CHOICE, Kind.MULTI, Kind.YES_NO})
CLOCK_STARTS = ("registered", "signed_off", "completed")


class UnsoundForm(ValueError):
    """A form definition that cannot be used.

    `problems` lists every reason, in words a form's editor can act on.
    """

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
    """One thing asked.

    `help` is the guidance beside it, `item` the CAF domain item it belongs to, `area` what a scale measures.
    `whom` leaves it out for some children of a page; `siblings` says that the fact is usually the same for
    brothers and sisters, so that one sitting can write it for all of them.
    """

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
    voice: bool = False
    low: str = "0 is very worrying"
    high: str = "10 is going really well"
    whom: Whom = Whom.ALL
    siblings: bool = False

    @property
    def may_be_unknown(self) -> bool:
        """Whether "I do not know" is offered.

        Always for a fact; a view or somebody's words are simply left blank.
        """
        return self.nature is Nature.FACT and self.kind not in {
            Kind.NEEDS,
            Kind.SCALE,
            Kind.MULTI,
            Kind.PEOPLE,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One page of a form: saved, shared and marked as finished as a whole.

    `category` says which agencies may read it. `question` is the page's heading; `together` the one line
    under which the task list puts the pages of all persons, who else have a line each. A part that `repeats`
    is filled in again each time (a review); `stage` is the clock of the form that it belongs to.
    """

    key: str
    title: str
    group: str
    category: str = "family"
    per: Per = Per.ONCE
    source: Source = Source.ANSWERS
    opens: Opens = Opens.REGISTERED
    shows: Shows = Shows.NOTHING
    together: str = ""
    hint: str = ""
    intro: str = ""
    question: str = ""
    questions: tuple[Question, ...] = ()
    whom: Whom = Whom.ALL
    repeats: bool = False
    stage: str = ""

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
    """A heading of the task list.

    Parts are listed by group, because a worried practitioner reads by subject, not by number.
    """

    key: str
    title: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """A clock of the form: its parts are to be finished `days` after something happened.

    `working` counts Monday to Friday without bank holidays, else every day. `after` is one of CLOCK_STARTS, or
    the key of an earlier stage: the day that one was finished. A stage is done when its parts are completed.
    """

    key: str
    title: str
    days: int
    working: bool = True
    after: str = "registered"


@dataclass(frozen=True, kw_only=True)
class FormSpec:
    """A whole form.

    `about` says in a sentence or two when to choose it. `minimum` names ("part.question") what must be
    answered before it can be signed off; all else may stay blank. `stages` are its clocks, in order.
    `countersigned` has a manager sign after the author.
    """

    code: str
    version: int
    title: str
    groups: tuple[Group, ...] = ()
    sections: tuple[Section, ...] = ()
    minimum: tuple[str, ...] = field(default=())
    stages: tuple[Stage, ...] = field(default=())
    about: str = ""
    countersigned: bool = False

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

    def parts_of(self, stage: Stage) -> tuple[Part, ...]:
        """The parts whose end is the end of a stage, in the order of the task list."""
        return tuple(part for part in self.parts if part.stage == stage.key)

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
