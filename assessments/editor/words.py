"""The words in which a form's settings are shown to whoever writes it: one table for pages, comparison and problems."""

from __future__ import annotations

from typing import Any

from assessments.domains import DOMAINS
from assessments.household import Subject, told
from assessments.spec import (
    CATEGORIES,
    Condition,
    FormSpec,
    Kind,
    Nature,
    Opens,
    Option,
    Part,
    Per,
    Question,
    Shows,
    Source,
    Whom,
)
from assessments.spec.prefills import PREFILLS
from hubs.models import Category

KINDS = {
    Kind.TEXT: "A few words",
    Kind.LONG_TEXT: "Longer text",
    Kind.NUMBER: "A whole number",
    Kind.DATE: "A date",
    Kind.YES_NO: "Yes or no",
    Kind.CHOICE: "One answer from your list",
    Kind.MULTI: "Any number of answers from your list",
    Kind.SCALE: "A number from 0 to 10, from each person",
    Kind.PERSON: "One person of the family",
    Kind.PEOPLE: "Any people of the family",
    Kind.SCHOOL_YEAR: "A school year",
    Kind.NEEDS: "Needs, from the county’s list",
    Kind.LEVEL: "Level of need",
}
NATURES = {
    Nature.FACT: "A fact",
    Nature.SAID: "What somebody said, in their words",
    Nature.VIEW: "The professional’s view",
}
PERS = {
    Per.ONCE: "Once, for the whole family",
    Per.CHILD: "For each child",
    Per.ADULT: "For each adult",
    Per.PERSON: "For each person",
}
WHOMS = {
    Whom.ALL: "All children",
    Whom.BORN: "Children who are born",
    Whom.UNBORN: "Babies who are not born yet",
}
SOURCES = {
    Source.ANSWERS: "Answers to the questions on this page",
    Source.MATCH: "The check for an existing record",
    Source.CONSENT: "Agreement and consent",
    Source.HOUSEHOLD: "The people of the family",
    Source.MEETINGS: "Meetings of the team",
    Source.REVIEWS: "Reviews of the plan",
    Source.PLAN: "The plan",
}
SHOWN = {
    Shows.NOTHING: "Nothing",
    Shows.ASSESSOR: "Who does the assessment",
    Shows.TEAM: "Who is on the team",
    Shows.PERSON: "What is recorded about the person",
}
OPENS = {
    Opens.REGISTERED: "As soon as the assessment is started",
    Opens.COMPLETED: "After the assessment is complete",
}
STARTS = {
    "registered": "the assessment is started",
    "signed_off": "the assessment is signed off",
    "completed": "the assessment is complete",
}
ITEMS = {item.code: item.label for domain in DOMAINS for item in domain.items}
CATEGORY_LABELS = {name: Category[name.upper()].label for name in CATEGORIES}
NOBODY = {
    Per.CHILD: Subject(id="", name="the child"),
    Per.ADULT: Subject(id="", name="the adult", is_child=False),
    Per.PERSON: Subject(id="", name="the person"),
}
NOT_SET = "Nothing"


def said(text: str, per: Per) -> str:
    """A text of a form as its writer reads it: "{name}" is "the child", for instance."""
    words = told(text, NOBODY.get(per))
    return words[:1].upper() + words[1:]


def title_of(part: Part) -> str:
    """What a page is called in the editor."""
    return said(part.title, part.per)


def label_of(part: Part, question: Question) -> str:
    """What a question is called in the editor."""
    return said(question.label, part.per)


def said_of_options(options: tuple[Option, ...]) -> str:
    """The answers offered, one to a line, as the question's page takes them."""
    lines = (" | ".join(filter(None, (option.value, option.label, option.hint))) for option in options)
    return "\n".join(lines)


def said_of_condition(part: Part, rule: Condition | None) -> str:
    """When a question is asked: "Always", or "When “Smoking” is Yes or No"."""
    if rule is None:
        return "Always"
    try:
        asked = part.find(rule.question)
    except KeyError:
        return f"When a question that has been taken out ({rule.question}) is {_either(rule.any_of)}"
    labels = {"yes": "Yes", "no": "No"} | {option.value: option.label for option in asked.options}
    return (
        f"When “{label_of(part, asked)}” is {_either(tuple(labels.get(each, each) for each in rule.any_of))}"
    )


def _either(labels: tuple[str, ...]) -> str:
    return " or ".join(f"“{label}”" for label in labels) or "answered"


def said_of_start(form: FormSpec, after: str) -> str:
    """From when a clock runs."""
    titles = {stage.key: f"“{stage.title}” is finished" for stage in form.stages}
    return f"After {STARTS.get(after) or titles.get(after) or 'something that is not in the form'}"


def said_of_stage(form: FormSpec, key: str) -> str:
    """The title of a clock, by its key."""
    return next((stage.title for stage in form.stages if stage.key == key), key) or "None"


def said_of_group(form: FormSpec, key: str) -> str:
    """The heading of the list of parts under which a page stands."""
    return next((group.title for group in form.groups if group.key == key), key) or "None"


def said_of_days(days: int, working: bool) -> str:
    """How long a clock runs."""
    unit = "working day" if working else "day"
    return f"{days} {unit}" if days == 1 else f"{days} {unit}s"


def said_of_prefill(name: str) -> str:
    """Where an answer is filled in from."""
    return PREFILLS.get(name, name) or NOT_SET


def said_of(value: Any) -> str:
    """A plain value in words."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return str(value) if value not in ("", None, ()) else NOT_SET
