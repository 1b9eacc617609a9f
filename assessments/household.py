"""Whom a form asks about and who gives numbers:

what the pages need to know of a family, without the database.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property

from assessments.spec import NAME, Kind, Part, Per, Question, Whom


@dataclass(frozen=True, kw_only=True)
class Subject:
    """One person of the family, as the form's pages call them.

    `id` is the person's public id, `note` age or relation.
    """

    id: str
    name: str
    full_name: str = ""
    is_child: bool = True
    is_unborn: bool = False
    note: str = ""
    born_on: dt.date | None = None

    @property
    def token(self) -> str:
        """The name of this person inside a field name."""
        return f"p{self.id.replace('-', '')}"


@dataclass(frozen=True, kw_only=True)
class Rater:
    """Somebody who gives a number from 0 to 10: a person of the family (p...) or a professional (m...)."""

    token: str
    label: str


@dataclass(frozen=True, kw_only=True)
class Level:
    """A level of need as the county names it."""

    number: int
    name: str
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class Household:
    """The people of one family, the professionals who rate, and the county's levels of need."""

    people: tuple[Subject, ...] = ()
    professionals: tuple[Rater, ...] = ()
    levels: tuple[Level, ...] = ()
    needs: tuple[tuple[str, str], ...] = field(default=())

    @cached_property
    def _by_id(self) -> dict[str, Subject]:
        return {subject.id: subject for subject in self.people}

    def subject(self, person_id: str) -> Subject | None:
        """The person with this id, if they are of this family."""
        return self._by_id.get(person_id)

    def subjects(self, part: Part) -> tuple[Subject | None, ...]:
        """Whom a part is filled in for: one None for a part that comes once."""
        match part.per:
            case Per.ONCE:
                return (None,)
            case Per.CHILD:
                found = tuple(subject for subject in self.people if subject.is_child)
            case Per.ADULT:
                found = tuple(subject for subject in self.people if not subject.is_child)
            case _:
                found = self.people
        return tuple(subject for subject in found if is_for(part.whom, subject))

    def raters(self, subject: Subject | None) -> tuple[Rater, ...]:
        """Who may be asked for a number:

        the child it is about (or every child), each adult, each professional.
        """
        family = []
        for person in self.people:
            about_another = (
                subject is not None and subject.is_child and person.is_child and person.id != subject.id
            )
            if not person.is_unborn and not about_another:
                label = person.name if person.is_child or not person.note else f"{person.name}, {person.note}"
                family.append(Rater(token=person.token, label=label))
        return (*family, *self.professionals)


@dataclass(frozen=True, kw_only=True)
class Slot:
    """One box of a page:

    the smallest thing that is saved and merged. A scale has one for each person who rates.
    """

    name: str
    question: Question
    rater: Rater | None = None


def is_for(whom: Whom, subject: Subject | None) -> bool:
    """Whether a page or a question is for this person: some make sense only before a birth, some only after."""
    return subject is None or whom is Whom.ALL or subject.is_unborn == (whom is Whom.UNBORN)


def slots(
    part: Part, subject: Subject | None, household: Household, answered: Collection[str] = ()
) -> tuple[Slot, ...]:
    """Every box of one page, in order.

    `answered` names boxes with an answer: those stay even when the question is not for this person any more,
    because a baby has been born since.
    """
    found: list[Slot] = []
    for question in part.questions:
        if not is_for(question.whom, subject) and not any(
            name.partition("__")[0] == question.key for name in answered
        ):
            continue
        if question.kind is Kind.SCALE:
            found += [
                Slot(name=f"{question.key}__{rater.token}", question=question, rater=rater)
                for rater in household.raters(subject)
            ]
        else:
            found.append(Slot(name=question.key, question=question))
    return tuple(found)


def told(text: str, subject: Subject | None) -> str:
    """A text of the form with the person's name in it."""
    return text.replace(NAME, subject.name) if subject is not None else text
