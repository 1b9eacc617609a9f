"""A page of a form as a practitioner will see it, for a family that does not exist. Nothing is read or saved."""

from __future__ import annotations

from dataclasses import dataclass

from assessments.answers import Page
from assessments.editor.words import said_of_condition, said_of_prefill
from assessments.forms.part import Line, PartForm
from assessments.household import Household, Level, Rater, Subject, told
from assessments.spec import FormSpec, Part, Shows, Source
from cases.models import LevelOfNeed
from hubs.querysets import in_force

# Nobody: the surname says so, and the ids belong to no row.
CHILD = Subject(
    id="00000000-0000-4000-8000-000000000001", name="Robin", full_name="Robin Example", note="8 years"
)
TODDLER = Subject(
    id="00000000-0000-4000-8000-000000000002", name="Ash", full_name="Ash Example", note="2 years"
)
UNBORN = Subject(
    id="00000000-0000-4000-8000-000000000003",
    name="the unborn baby",
    full_name="the unborn baby",
    is_unborn=True,
    note="not born yet",
)
MOTHER = Subject(
    id="00000000-0000-4000-8000-000000000004",
    name="Kit",
    full_name="Kit Example",
    is_child=False,
    note="mother",
)
FATHER = Subject(
    id="00000000-0000-4000-8000-000000000005",
    name="Lee",
    full_name="Lee Example",
    is_child=False,
    note="father",
)
YOU = Rater(label="You, your job", token="m1")  # noqa: S106  the name of a box
EVERYBODY = (CHILD, TODDLER, UNBORN, MOTHER, FATHER)
FAMILY = "family"
WHO = {FAMILY: "the family", "child": "a child", "unborn": "an unborn baby", "adult": "an adult"}
_SUBJECTS = {"child": CHILD, "unborn": UNBORN, "adult": MOTHER}
_KNOWN = {
    Shows.ASSESSOR: [("You", "Your job and your agency", "Your phone number")],
    Shows.TEAM: [("Sam Invented", "Health visitor, a health trust", "On the team since last month")],
}


@dataclass(frozen=True)
class Sheet:
    """One page, tried out: its texts, its questions, what stands beside it."""

    part: Part
    subject: Subject | None
    heading: str
    intro: str
    caption: str
    facts: list[tuple[str, str, str]]
    form: PartForm
    lines: list[tuple[Line, str]]
    needed: list[str]
    filled: list[tuple[str, str]]
    all_optional: bool


def family() -> Household:
    """The invented family, with the county's own levels of need. One query."""
    levels = LevelOfNeed.objects.filter(in_force()).order_by("number")
    return Household(
        people=EVERYBODY,
        professionals=(YOU,),
        levels=tuple(
            Level(number=each.number, name=each.name, description=each.description) for each in levels
        ),
    )


def who_for(part: Part) -> list[str]:
    """For whom a page can be tried out: keys of WHO. Empty when nobody would ever see it."""
    subjects = Household(people=EVERYBODY).subjects(part)
    if subjects == (None,):
        return [FAMILY]
    return [who for who, subject in _SUBJECTS.items() if subject in subjects]


def sheet_of(form: FormSpec, part: Part, who: str, household: Household) -> Sheet:
    """A page as it would be shown for one of `who_for(part)`. Raises KeyError for anybody else."""
    if who not in who_for(part):
        raise KeyError(who)
    subject = _SUBJECTS.get(who)
    made = PartForm(part=part, subject=subject, household=household, page=Page())
    section = form.section_of(part.key)
    inside = made.revealed_names
    return Sheet(
        part=part,
        subject=subject,
        heading=told(part.question or part.title, subject),
        intro=told(part.intro, subject),
        caption=f"{section.number}. {section.title}",
        facts=_person(subject) if part.shows is Shows.PERSON else _KNOWN.get(part.shows, []),
        form=made,
        lines=[(line, _asked(part, line)) for line in made.lines() if line.question.key not in inside],
        needed=[told(question.label, subject) for question in form.minimum_of(part)],
        filled=[
            (told(question.label, subject), said_of_prefill(question.prefill))
            for question in part.questions
            if question.prefill
        ],
        all_optional=all(question.optional for question in part.questions),
    )


def _person(subject: Subject | None) -> list[tuple[str, str, str]]:
    return [("Name", subject.full_name, subject.note)] if subject is not None else []


def _asked(part: Part, line: Line) -> str:
    """When a question is asked, unless that is always: "when “Smoking” is “Yes”"."""
    rule = line.question.shown_when
    return said_of_condition(part, rule).replace("When", "when", 1) if rule is not None else ""


def order_of(form: FormSpec) -> list[tuple[str, str]]:
    """Every sheet there is, as (page, who), in the order of the list of pages."""
    return [(part.key, who) for part in form.parts if part.source is Source.ANSWERS for who in who_for(part)]
