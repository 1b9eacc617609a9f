"""Everyone mentioned: for each person of the family, whether the assessment says anything about them.

Somebody is mentioned when a need is ticked for them, when a page about them holds more than who they are, when an
answer of people names them, when somebody's number or words are theirs, or when it was said that no needs were found.
Free text is not searched. Only people and answers that the reader may see are looked at, so nothing of anybody else
shows (Essex paper 2011: "many practitioners fail to fully capture the wider family's needs"; users-ask.md 29, 53).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from assessments.answers import Value, is_blank
from assessments.domains import NEED_LABELS, NO_NEEDS
from assessments.household import Subject
from assessments.models import NoNeeds
from assessments.pages import Book, PageOf
from assessments.spec import Kind, Nature, Shows

NOT_ASKED = "na"


@dataclass(frozen=True, kw_only=True)
class Person:
    """One person of the family in an assessment.

    `needs` are the labels ticked for them; `where` the titles of pages that mention them; `no_needs` who said that
    none were found (the table's row, or None when it was ticked on a page).
    """

    subject: Subject
    needs: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    ticked_none: bool = False
    no_needs: NoNeeds | None = None

    @property
    def is_mentioned(self) -> bool:
        return bool(self.needs or self.where or self.without_needs)

    @property
    def without_needs(self) -> bool:
        """Whether it was said that no needs were found, and no need has been ticked since."""
        return not self.needs and (self.ticked_none or self.no_needs is not None)


def everyone(book: Book, no_needs: Iterable[NoNeeds], speakers: Collection[str]) -> tuple[Person, ...]:
    """Every person of the family whom the reader sees, children first, with what mentions them.

    Args:
        no_needs: the rows that stand.
        speakers: ids of people whose own words or views are kept.
    """
    said = {str(row.person_id): row for row in no_needs}
    needs: dict[str, list[str]] = {}
    none: set[str] = set()
    where: dict[str, list[str]] = {}
    for page in book.pages.values():
        about = page.subject.id if page.subject else ""
        answers = page.answers
        for codes in _needs(page, answers):
            if about and NO_NEEDS in codes:
                none.add(about)
            elif about:
                needs.setdefault(about, []).extend(NEED_LABELS.get(code, code) for code in codes)
        for person in _named(page, answers):
            where.setdefault(person, []).append(page.title)
    for person in speakers:
        where.setdefault(person, []).append("Their own words")
    return tuple(
        Person(
            subject=subject,
            needs=tuple(dict.fromkeys(needs.get(subject.id, ()))),
            where=tuple(dict.fromkeys(where.get(subject.id, ()))),
            ticked_none=subject.id in none,
            no_needs=said.get(subject.id),
        )
        for subject in book.household.people
    )


def _needs(page: PageOf, answers: dict[str, Value]) -> Iterator[list[str]]:
    for question in page.part.questions:
        codes = answers.get(question.key)
        if question.kind is Kind.NEEDS and isinstance(codes, list) and codes:
            yield codes


def _named(page: PageOf, answers: dict[str, Value]) -> Iterator[str]:
    """Ids of the people whom one page mentions."""
    kinds = {question.key: question for question in page.part.questions}
    for name, value in answers.items():
        key, _, rater = name.partition("__")
        question = kinds.get(key)
        if question is None or is_blank(value):
            continue
        if rater.startswith("p") and value != NOT_ASKED:
            yield _id(rater[1:])
        if question.kind in {Kind.PERSON, Kind.PEOPLE}:
            yield from [value] if isinstance(value, str) else value
        elif page.subject is not None and question.kind is not Kind.NEEDS and value != NOT_ASKED:
            # Their language and school say who they are, not how they are.
            if page.part.shows is not Shows.PERSON or question.nature is not Nature.FACT:
                yield page.subject.id


def _id(plain: str) -> str:
    """A person's id as it stands inside a box's name, with its hyphens again."""
    cuts = (0, 8, 12, 16, 20, 32)
    return "-".join(plain[start:end] for start, end in zip(cuts, cuts[1:], strict=False))
