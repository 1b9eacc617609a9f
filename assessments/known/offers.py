"""Answers that a page can start with, because somebody the family agreed to has recorded them already.

Only what the reader may see: everything is read under row-level security. What fewer people may read than the new
page has readers is never offered there (`meaning.may_stand_in`).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.conf import settings
from django.utils import timezone

from assessments.answers import Value, is_blank, is_not_known
from assessments.forms.part import OFFER_SUFFIX
from assessments.household import told
from assessments.known.meaning import (
    Meaning,
    fits,
    is_filled_in,
    may_be_asked_of_each,
    may_stand_in,
    meanings,
    same_nature,
    sources,
)
from assessments.known.record import Record
from assessments.models import Assessment, AssessmentStatus, Section
from assessments.origins import ASSESSMENT, NOTE, PART, PERSON, PLAN, origin
from assessments.pages import Book, PageOf
from assessments.spec import CATEGORIES, Kind, Nature, Opens, Part, Question, Shows, Source
from earlyhelp.web.dates import day
from hubs.models import Category

DAYS_A_MONTH = 30.5
STILL_RIGHT = "Still right?"
STILL_SAY = "Do they still say this?"


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """An answer that was given before: what, where it stands in words, and what is kept of that once confirmed.

    `asks` is the question about it; `is_quote`: somebody's own words, which are shown as a quotation.
    """

    value: Value
    source: str
    origin: Mapping[str, Any] = field(default_factory=dict)
    asks: str = STILL_RIGHT
    is_old: bool = False
    is_quote: bool = False


@dataclass(frozen=True, kw_only=True)
class _Found:
    """One answer that could fill in another question."""

    value: Value
    kind: Kind | None
    nature: Nature | None
    category: int | None
    person: str
    at: dt.datetime
    source: str
    origin: Mapping[str, Any]


def earlier_answers(book: Book, page: PageOf, wanted: Collection[str]) -> dict[str, Earlier]:
    """The answers that one page could start with, by question key, of the questions in `wanted` (`offered`).

    Two queries for what assessments say, and one for each subject of the record that the page asks for.
    """
    return next(iter(_offers(book, [page], wanted=wanted)))[1]


def offered(section: Section | None, part: Part, data: Mapping[str, Any] | None) -> set[str]:
    """The questions of a page for which an earlier answer matters.

    Those that nobody has answered yet; when the page is sent back, those for which it had offered one.
    """
    if data is not None:
        return {name.removesuffix(OFFER_SUFFIX) for name in data if name.endswith(OFFER_SUFFIX)}
    answered = section.answers if section is not None else {}
    return {question.key for question in part.questions if question.key not in answered}


def offers(book: Book) -> list[tuple[PageOf, dict[str, Earlier]]]:
    """Every page of an assessment that can be filled in now, with the answers that it could start with.

    Pages without any are left out. The same number of queries for any number of pages and earlier assessments.
    """
    pages = [
        page
        for part in book.form.parts
        if part.source is Source.ANSWERS and part.opens is Opens.REGISTERED and not part.repeats
        for page in book.of_part(part)
    ]
    return [(page, found) for page, found in _offers(book, pages) if found]


def _offers(
    book: Book, pages: list[PageOf], *, wanted: Collection[str] | None = None
) -> Iterator[tuple[PageOf, dict[str, Earlier]]]:
    """For each page the answers it could start with; `wanted` is None when the book holds all its pages."""
    asked = {
        (page.part.key, question.key)
        for page in pages
        for question in page.part.questions
        if is_filled_in(question) and (wanted is None or question.key in wanted)
    }
    if not asked:
        yield from ((page, {}) for page in pages)
        return
    before = _assessments(book.assessment)
    mine = meanings(book.form)
    meant = {meaning for spot in asked for meaning in mine[spot]}
    known = _index(book, before, meant, every_page=wanted is None)
    record = Record(book.assessment.case, book.people, before)
    for page in pages:
        found = {}
        for question in page.part.questions:
            if (page.part.key, question.key) in asked and (
                best := _best(book, page, question, mine, known, record)
            ):
                found[question.key] = best
        yield page, found


def _assessments(assessment: Assessment) -> list[Assessment]:
    """The family's other assessments that the reader may see, the oldest first. Not those that were withdrawn."""
    return list(
        Assessment.objects.filter(case__family=assessment.case.family_id)
        .exclude(pk=assessment.pk)
        .exclude(status=AssessmentStatus.WITHDRAWN)
        .select_related("form_version")
        .defer("form_version__spec")
        .order_by("initiated_at", "id")
    )


def _index(
    book: Book, before: list[Assessment], wanted: set[Meaning], *, every_page: bool
) -> dict[Meaning, list[_Found]]:
    """Every answer that means one of `wanted`, by meaning. One query.

    `every_page`: whether the book holds all pages of this assessment, so that they need not be read again.
    """
    forms = {each.pk: each.form for each in before}
    if not every_page:
        forms[book.assessment.pk] = book.form
    keys = {
        part
        for form in set(forms.values())
        for (part, _), known in meanings(form).items()
        if wanted.intersection(known)
    }
    rows = list(
        Section.objects.filter(assessment__in=list(forms), key__in=keys)
        .exclude(answers={})
        .select_related("saved_by__user", "saved_by__agency")
    )
    references = {each.pk: each.reference for each in before}
    if every_page:
        rows += [row for page in book.pages.values() for row in page.rows]
    index: dict[Meaning, list[_Found]] = defaultdict(list)
    for row in rows:
        form = forms.get(row.assessment_id, book.form)
        try:
            part = form.find(row.key)
        except KeyError:
            continue
        known = meanings(form)
        for question in sources(part):
            here = wanted.intersection(known[part.key, question.key])
            if not here:
                continue
            value = row.answers.get(question.key)
            if is_blank(value) or is_not_known(value) or row.differing.get(question.key):
                continue
            found = _found(book, row, part, question, value, references.get(row.assessment_id, ""))
            for meaning in here:
                index[meaning].append(found)
    return index


def _found(book: Book, row: Section, part: Any, question: Any, value: Value, reference: str) -> _Found:
    mark = row.marks.get(question.key, {})
    at = dt.datetime.fromisoformat(mark["at"]) if mark.get("at") else row.saved_at
    name = mark.get("name", "")
    if row.saved_by is not None and row.saved_by_id == mark.get("m"):
        name = f"{name}, {row.saved_by.agency.name}"
    person = str(row.person_id) if row.person_id else ""
    if reference:
        kept = _first_source(mark) or origin(ASSESSMENT, of=row.assessment_id, by=name, at=at)
        where = f"From assessment {reference}"
    else:
        kept = origin(PART, at=at)
        subject = book.household.subject(person) if person else None
        again = f", time {row.round}" if row.round > 1 else ""
        where = f"From “{told(part.title, subject)}”{again} in this assessment"
    who = f", {name}" if name else ""
    return _Found(
        value=value,
        kind=question.kind,
        nature=question.nature,
        category=row.category,
        person=person,
        at=at,
        source=f"{where}{who}, {day(timezone.localtime(at))}",
        origin=kept | {"row": str(row.pk)},
    )


def _first_source(mark: Mapping[str, Any]) -> dict[str, Any]:
    """Where an answer was first recorded, when it has been confirmed from assessment to assessment."""
    source = mark.get("from", {})
    return dict(source) if source.get("kind") in {ASSESSMENT, NOTE} else {}


def _best(
    book: Book, page: PageOf, question: Question, mine: Any, known: Any, record: Record
) -> Earlier | None:
    """The latest answer that can stand here; of two from one moment, the one with the closer meaning."""
    category = Category(CATEGORIES.index(page.part.category) + 1).value
    here = page.subject.id if page.subject else ""
    person = book.people.get(here) if here else None
    rows = {str(row.pk) for row in page.rows}
    found: list[_Found] = []
    for meaning in mine[page.part.key, question.key]:
        for each in known.get(meaning, ()):
            if each.person != here and (each.person or not may_be_asked_of_each(meaning, each.nature)):
                continue
            if may_stand_in(meaning, each.category, category) and each.origin.get("row") not in rows:
                found.append(each)
    shows_it = question.prefill == "case.services" and page.part.shows is Shows.TEAM
    for said in () if shows_it else record.says(question.prefill, person, category):
        found.append(_of_record(said))
    fitting = _fitting(book, question, found)
    asks = STILL_SAY if question.nature is Nature.SAID else STILL_RIGHT
    if not fitting and question.siblings and page.subject is not None:
        asks = f"Also true of {page.subject.name}?"
        fitting = _fitting(book, question, _of_siblings(known, mine, page, question, category))
    if not fitting:
        return None
    best = max(reversed(fitting), key=lambda each: each.at)
    months = settings.EARLY_HELP["OLD_ANSWER_MONTHS"]
    is_old = timezone.now() - best.at > dt.timedelta(days=months * DAYS_A_MONTH)
    age = f", over {months} {'month' if months == 1 else 'months'} old" if is_old else ""
    return Earlier(
        value=best.value,
        source=best.source + age,
        origin={name: value for name, value in best.origin.items() if name != "row"},
        asks=asks,
        is_old=is_old,
        is_quote=question.nature is Nature.SAID,
    )


def _fitting(book: Book, question: Question, found: list[_Found]) -> list[_Found]:
    return [
        each
        for each in found
        if same_nature(question, each.nature) and fits(question, each.value, each.kind, book.household)
    ]


def _of_siblings(known: Any, mine: Any, page: PageOf, question: Question, category: int) -> list[_Found]:
    """What this assessment says of the brothers and sisters, for a question whose answer they usually share."""
    return [
        replace(each, origin=origin(PERSON, of=each.person, at=each.at))
        for each in known.get(mine[page.part.key, question.key][0], ())
        if each.origin["kind"] == PART and each.person and each.category == category
        if page.subject is not None and each.person != page.subject.id
    ]


def _of_record(said: Any) -> _Found:
    words = {
        ASSESSMENT: f"From assessment {said.by}",
        PLAN: "From the plan",
        NOTE: f"Said, from the timeline{f', {said.by}' if said.by else ''}",
    }.get(said.where, "From the family’s record")
    return _Found(
        value=said.value,
        kind=None,
        nature=said.nature,
        category=None,
        person="",
        at=said.at,
        source=f"{words}, {day(timezone.localtime(said.at))}",
        origin=origin(said.where, of=said.of, by="" if said.where == ASSESSMENT else said.by, at=said.at),
    )
