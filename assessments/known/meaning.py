"""Which question asks for the same thing as which: within a form, between forms, from one assessment to the next."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from assessments.answers import LONGEST_LONG_TEXT, LONGEST_TEXT, Value
from assessments.domains import DOMAINS, NEED_LABELS, NO_NEEDS
from assessments.household import Household
from assessments.spec import FormSpec, Kind, Nature, Part, Question
from hubs.models import Category

Meaning = tuple[Any, ...]
WRITTEN = frozenset({Kind.TEXT, Kind.LONG_TEXT})
# A number somebody gives is of its day, and a level is decided each time: neither is ever filled in.
NEVER = frozenset({Kind.SCALE, Kind.LEVEL})
# These items are about the home that brothers and sisters share, on whichever page a form asks them.
OF_FAMILY = frozenset(
    item.code for domain in DOMAINS if domain.code != "development" for item in domain.items
)


@lru_cache(maxsize=64)
def meanings(form: FormSpec) -> dict[tuple[str, str], tuple[Meaning, ...]]:
    """What each question of a form asks for, by (part key, question key), the closest meaning first.

    The same part and question of another version or form; a shared name (`assessments.spec.prefills`); the needs
    that were found; the same item of the three domains, asked in the same nature. Where a part asks about one item
    twice, its first question stands for the item.
    """
    found = {}
    taken = set()
    for part, question in form.every_question():
        known: list[Meaning] = [("same", part.key, question.key, question.item)]
        if "." in question.prefill:
            known.append(("name", question.prefill))
        if question.kind is Kind.NEEDS:
            known.append(("needs",))
        if question.item:
            about = ("item", question.item, question.nature)
            if (about, part.key) not in taken:
                known.append(about)
                taken.add((about, part.key))
        found[part.key, question.key] = tuple(known)
    return found


def is_filled_in(question: Question) -> bool:
    """Whether a page may offer an earlier answer to this question."""
    return bool(question.prefill) and question.kind not in NEVER


def may_be_asked_of_each(meaning: Meaning, nature: Nature | None) -> bool:
    """Whether what was said of the family may be offered on one person's page, because another form asks it there.

    Never the other way: not everybody who reads the family's pages may read about each person. And never words:
    they are the person's own.
    """
    if nature is Nature.SAID:
        return False
    if meaning[0] == "name":
        return meaning[1].startswith("family.")
    return meaning[0] == "item" and meaning[1] in OF_FAMILY


def may_stand_in(meaning: Meaning, category: int | None, asked_in: int) -> bool:
    """Whether an answer given in one information category may be offered in another.

    In its own only. A fact with a shared name that stands on a page of the whole team (Category.FAMILY) may also be
    offered where fewer people read. None is the record itself, which everybody reads who sees the person.
    """
    return category in {None, asked_in} or (meaning[0] == "name" and category == Category.FAMILY)


def sources(part: Part) -> Iterator[Question]:
    """The questions of a part whose answers may fill in others."""
    return (question for question in part.questions if question.kind not in NEVER)


def same_nature(asked: Question, nature: Nature | None) -> bool:
    """Fact, words and view are never mixed (domain.md 6.5). What the record says (None) is nobody's words."""
    return asked.nature is nature if nature is not None else asked.nature is not Nature.SAID


def fits(question: Question, value: Value, kind: Kind | None, household: Household) -> bool:
    """Whether a value given to a question of `kind` can stand as an answer to this one, whole and unchanged.

    `kind` is None for what the record itself says. People whom the reader may not see make it unfit.
    """
    match question.kind:
        case Kind.TEXT | Kind.LONG_TEXT:
            longest = LONGEST_TEXT if question.kind is Kind.TEXT else LONGEST_LONG_TEXT
            return (kind is None or kind in WRITTEN) and isinstance(value, str) and len(value) <= longest
        case Kind.NUMBER:
            return isinstance(value, int)
        case Kind.DATE:
            return kind in {None, Kind.DATE} and isinstance(value, str)
        case Kind.YES_NO:
            return value in ("yes", "no")
        case Kind.CHOICE:
            return value in {option.value for option in question.options}
        case Kind.MULTI:
            return isinstance(value, list) and set(value) <= {option.value for option in question.options}
        case Kind.NEEDS:
            return kind is Kind.NEEDS and set(value) <= {*NEED_LABELS, NO_NEEDS}
        case Kind.PERSON:
            return kind is Kind.PERSON and household.subject(str(value)) is not None
        case Kind.PEOPLE:
            return kind is Kind.PEOPLE and all(household.subject(each) for each in value)
    return False
