"""Reading an assessment:

its people, its pages of answers, what is missing. Everything passes row-level security.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from assessments import origins
from assessments.answers import Page, Value
from assessments.corrected import Spot, corrections_by_page
from assessments.household import Household, Level, Rater, Subject, told
from assessments.models import Assessment, Correction, Section, SectionStatus
from assessments.review import Missing, Row, missing, rows
from assessments.spec import FormSpec, Kind, Opens, Part, Source
from cases.models import Case, LevelOfNeed, Person
from earlyhelp.access import Actor
from earlyhelp.web.dates import age
from hubs.models import Membership
from hubs.querysets import in_force


def people_of(case: Case) -> dict[str, Person]:
    """The people of a family whom the reader may see, by id."""
    return {str(person.pk): person for person in Person.objects.filter(family_id=case.family_id)}


def household_for(
    people: dict[str, Person], *, raters: Iterable[int] = (), with_levels: bool = True
) -> Household:
    """A family as the form's pages speak of it. At most two queries.

    Args:
        raters: memberships who give a number, or gave one already, so that their row stays on the page.
        with_levels: whether the county's levels of need are wanted.
    """
    first = Counter((person.known_as or person.first_name).casefold() for person in people.values())
    wanted = set(raters)
    members = Membership.objects.filter(pk__in=wanted).select_related("user").order_by("pk") if wanted else []
    levels = LevelOfNeed.objects.filter(in_force()).order_by("number") if with_levels else []
    return Household(
        people=tuple(_subject(person, first) for person in people.values()),
        professionals=tuple(
            Rater(token=f"m{member.pk}", label=f"{member.user.full_name}, {member.job_title.lower()}")
            for member in members
        ),
        levels=tuple(
            Level(number=each.number, name=each.name, description=each.description) for each in levels
        ),
    )


def _subject(person: Person, first_names: Counter) -> Subject:
    name = person.known_as or person.first_name
    if person.is_unborn and not name:
        name = "the unborn baby"
    elif not name or first_names[name.casefold()] > 1:
        name = person.full_name
    note = age(person.born_on) if person.is_child and person.born_on else person.role_in_household
    return Subject(
        id=str(person.pk),
        name=name,
        full_name=person.called,
        is_child=person.is_child,
        is_unborn=person.is_unborn,
        note="not born yet" if person.is_unborn else note,
        born_on=person.born_on,
    )


@dataclass(kw_only=True)
class PageOf:
    """One page of the form for one person:

    the row everybody shares, and what single agencies wrote beside it. `round` counts the times for a part that
    is filled in again.
    """

    part: Part
    subject: Subject | None
    round: int = 1
    shared: Section | None = None
    own: Section | None = None
    others: list[Section] = field(default_factory=list)

    @property
    def title(self) -> str:
        """What the page is called, with the person's name; from the second time on with its number."""
        again = f" ({self.round})" if self.round > 1 else ""
        return told(self.part.title, self.subject) + again

    @property
    def rows(self) -> list[Section]:
        """Every stored row, the shared one first."""
        return [row for row in (self.shared, self.own, *self.others) if row is not None]

    @property
    def answers(self) -> dict[str, Value]:
        """All answers together; where two agencies answered the same, the shared row counts."""
        merged: dict[str, Value] = {}
        for row in reversed(self.rows):
            merged.update(row.answers)
        return merged

    @property
    def latest(self) -> Section | None:
        """The row that was saved last."""
        return max((row for row in self.rows if row.version), key=lambda row: row.saved_at, default=None)

    @property
    def status(self) -> str:
        """not_started, in_progress or completed; completed when whoever wrote last finished it."""
        if self.latest is None:
            return "not_started"
        return (
            SectionStatus.COMPLETED
            if self.latest.status == SectionStatus.COMPLETED
            else SectionStatus.IN_PROGRESS
        )

    @property
    def has_differing(self) -> bool:
        return any(row.differing for row in self.rows)

    def editable(self, *, is_shared: bool) -> Section | None:
        """The row that this reader writes in."""
        return self.shared if is_shared else self.own

    def also(self, *, is_shared: bool) -> tuple[tuple[str, dict[str, Value]], ...]:
        """What other rows say, as (agency, answers), for the reader of `editable`."""
        mine = self.editable(is_shared=is_shared)
        found = []
        for row in self.rows:
            if row is not mine and row.answers:
                found.append((row.agency.name if row.agency else "The team", row.answers))
        return tuple(found)


@dataclass(kw_only=True)
class Book:
    """An assessment as its reader may see it: the form, the family, every page."""

    assessment: Assessment
    form: FormSpec
    household: Household
    people: dict[str, Person]
    pages: dict[tuple[str, str, int], PageOf] = field(default_factory=dict)

    def page(self, part: Part, subject: Subject | None, round: int = 1) -> PageOf:
        """One page; an empty one when nobody wrote it yet."""
        key = (part.key, subject.id if subject else "", round)
        return self.pages.setdefault(key, PageOf(part=part, subject=subject, round=round))

    def of_part(self, part: Part) -> list[PageOf]:
        """The pages of one part: for each person it is about, one for each time it was filled in.

        A page that was written for a child stays when the part is not for them any more, because they have been
        born since.
        """
        written: dict[str, list[int]] = {}
        for key, person, number in self.pages:
            if key == part.key:
                written.setdefault(person, []).append(number)
        asked = [subject.id if subject else "" for subject in self.household.subjects(part)]
        order = [person.id for person in self.household.people]
        also = sorted(set(written) - set(asked), key=lambda person: order.index(person) if person else -1)
        return [
            self.page(part, self.household.subject(person), number)
            for person in (*asked, *also)
            for number in sorted({1, *written.get(person, ())} if person in asked else written[person])
        ]

    def next_round(self, part: Part, subject: Subject | None) -> int | None:
        """Which time comes next for a part that is filled in again; None until the last one is finished."""
        times = [page for page in self.of_part(part) if page.subject == subject]
        if not part.repeats or not times or times[-1].status != SectionStatus.COMPLETED:
            return None
        return times[-1].round + 1

    def missing(self) -> tuple[Missing, ...]:
        """What still blocks sign-off."""
        answers = {key[:2]: page.answers for key, page in self.pages.items() if page.round == 1}
        return missing(self.form, self.household, answers)

    @cached_property
    def _sources(self) -> origins.Visible:
        """What the reader may see of the places that confirmed answers come from. At most one query."""
        marks = [mark for page in self.pages.values() for row in page.rows for mark in row.marks.values()]
        names = {subject.id: subject.name for subject in self.household.people}
        return origins.visible(marks, names)

    def notes(self, row: Section | None) -> dict[str, str]:
        """By box: where an answer of this row comes from that was confirmed or copied, in words."""
        marks = row.marks if row is not None else {}
        said = {name: origins.in_words(mark, self._sources) for name, mark in marks.items() if "from" in mark}
        return {name: words for name, words in said.items() if name in row.answers}

    def words(self, page: PageOf) -> list[tuple[str, list[Row]]]:
        """A page in words, as (who wrote it, rows): the shared answers under "", then each agency's own."""
        shared = page.shared.answers if page.shared else {}
        wanted = self.assessment.is_open and not self.assessment.is_signed_off
        asked = rows(self.form, page.part, page.subject, shared, self.household, before_sign_off=wanted)
        found = [("", self._corrected(page, None, _noted(asked, self.notes(page.shared))))]
        for row in (page.own, *page.others):
            if row is not None and row.answers:
                asked = rows(self.form, page.part, page.subject, row.answers, self.household)
                answered = self._corrected(page, row.agency_id, _noted(asked, self.notes(row)))
                found.append((row.agency.name, [each for each in answered if each.is_answered]))
        return found

    @cached_property
    def _corrections(self) -> Mapping[Spot, Mapping[str, list[str]]]:
        """What was put right in this assessment, as far as its reader may see. One query, when words are wanted."""
        found = Correction.objects.filter(assessment=self.assessment).with_people()
        return corrections_by_page(found, self.form, self.household)

    def _corrected(self, page: PageOf, agency: int | None, found: list[Row]) -> list[Row]:
        """Rows with what was put right; what concerns the whole page stands at its first answer."""
        spot = (page.part.key, page.subject.id if page.subject else "", page.round, agency)
        said = self._corrections.get(spot)
        if not said:
            return found
        first = found[0].key if found else None
        return [
            replace(
                row, corrections=(*(said.get("", ()) if row.key == first else ()), *said.get(row.key, ()))
            )
            for row in found
        ]

    def finished(self) -> tuple[int, int]:
        """How many pages are finished, of how many that can be filled in before sign-off."""
        pages = [
            page
            for part in self.form.parts
            if part.source is Source.ANSWERS and part.opens is Opens.REGISTERED and not part.repeats
            for page in self.of_part(part)
        ]
        return sum(page.status == SectionStatus.COMPLETED for page in pages), len(pages)


def _noted(found: Iterable[Row], notes: dict[str, str]) -> list[Row]:
    """Rows with the words about where their answers come from."""
    return [replace(row, note=notes[row.key]) if row.key in notes else row for row in found]


def read(assessment: Assessment, actor: Actor | None, *, in_words: bool = True) -> Book:
    """Read a whole assessment, in the same number of queries however many people and pages there are.

    Without `in_words` the names of professionals who rated and of levels are left out: the task list needs
    none.
    """
    sections = list(Section.objects.filter(assessment=assessment).with_writers())
    people = people_of(assessment.case)
    household = household_for(people, raters=_raters(sections) if in_words else (), with_levels=in_words)
    book = Book(assessment=assessment, form=assessment.form, household=household, people=people)
    for section in sections:
        try:
            part = book.form.find(section.key)
        except KeyError:
            continue
        subject = household.subject(str(section.person_id)) if section.person_id else None
        if section.person_id and subject is None:
            continue
        _place(book.page(part, subject, section.round), section, actor)
    return book


def read_page(
    assessment: Assessment, part: Part, subject_id: uuid.UUID | None, actor: Actor, round: int = 1
) -> tuple[Book, PageOf]:
    """Read one page, of a part that is filled in again that of one time.

    Raises KeyError when the part is not about this person, or about nobody of this family, or when the time
    before is not finished yet.
    """
    written = list(
        Section.objects.filter(assessment=assessment, key=part.key, person_id=subject_id).with_writers()
    )
    sections = [section for section in written if section.round == round]
    kinds = {question.kind for question in part.questions}
    people = people_of(assessment.case)
    household = household_for(
        people,
        raters=_raters(sections) | {actor.membership.pk} if Kind.SCALE in kinds else (),
        with_levels=Kind.LEVEL in kinds,
    )
    subject = household.subject(str(subject_id)) if subject_id else None
    if (subject is None) is not (subject_id is None):
        raise KeyError(str(subject_id))
    book = Book(assessment=assessment, form=assessment.form, household=household, people=people)
    for section in written:
        _place(book.page(part, subject, section.round), section, actor)
    is_asked = subject in household.subjects(part) and round in {1, book.next_round(part, subject)}
    if not sections and not is_asked:
        raise KeyError(part.key)
    return book, book.page(part, subject, round)


def _place(page: PageOf, section: Section, actor: Actor | None) -> None:
    if section.agency_id is None:
        page.shared = section
    elif actor is not None and section.agency_id == actor.agency.pk:
        page.own = section
    else:
        page.others.append(section)


def _raters(sections: list[Section]) -> set[int]:
    """Memberships whose numbers are on these pages."""
    found = set()
    for section in sections:
        for name in (*section.answers, *section.differing):
            _, _, token = name.partition("__")
            if token.startswith("m") and token[1:].isdecimal():
                found.add(int(token[1:]))
    return found


def stored_page(section: Section | None) -> Page:
    """The answers of a row, or an empty page."""
    return section.page if section is not None else Page()


def missing_for(assessment: Assessment, actor: Actor) -> tuple[Missing, ...]:
    """What still blocks sign-off, as far as this person can see."""
    return read(assessment, actor).missing()


def neighbours(book: Book, page: PageOf) -> tuple[PageOf | None, PageOf | None]:
    """The pages before and after one, in the order of the task list.

    A part that is filled in again stands for itself: only the first time leads on, from person to person.
    """
    order = _order(book, page)
    spot = (page.part.key, page.subject.id if page.subject else "")
    if page.round > 1 or spot not in order:
        return None, None
    here = order.index(spot)
    return (
        _at(book, order[here - 1]) if here > 0 else None,
        _at(book, order[here + 1]) if here + 1 < len(order) else None,
    )


def next_to_do(book: Book, page: PageOf) -> PageOf | None:
    """The first page after this one that nobody has finished, in the order of the task list. One query."""
    order = _order(book, page)
    spot = (page.part.key, page.subject.id if page.subject else "")
    if page.round > 1 or spot not in order:
        return None
    saved = Section.objects.filter(assessment=book.assessment, round=1, version__gt=0).order_by("saved_at")
    latest = {
        (key, str(person) if person else ""): status
        for key, person, status in saved.values_list("key", "person_id", "status")
    }
    ahead = order[order.index(spot) + 1 :]
    return next((_at(book, each) for each in ahead if latest.get(each) != SectionStatus.COMPLETED), None)


def first_to_do(book: Book) -> PageOf | None:
    """The first page of a whole assessment that nobody has finished and that can be filled in before sign-off."""
    return next(
        (
            page
            for part in book.form.parts
            if part.source is Source.ANSWERS and part.opens is Opens.REGISTERED and not part.repeats
            for page in book.of_part(part)
            if page.status != SectionStatus.COMPLETED
        ),
        None,
    )


def _order(book: Book, page: PageOf) -> list[tuple[str, str]]:
    """The pages that are filled in one after another with this one, as (part key, person id or "")."""
    return [
        (part.key, subject.id if subject else "")
        for part in book.form.parts
        if part.source is Source.ANSWERS and part.opens is page.part.opens
        if part == page.part or not (part.repeats or page.part.repeats)
        for subject in book.household.subjects(part)
    ]


def _at(book: Book, spot: tuple[str, str]) -> PageOf:
    key, person = spot
    return PageOf(part=book.form.find(key), subject=book.household.subject(person))
