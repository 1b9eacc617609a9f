"""Everything that is known already, on one page: read it, say of each line whether it is still right, go on."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from assessments import known
from assessments.actions.answers import category_of
from assessments.actions.known import Confirmed, confirm_known
from assessments.answers import digest
from assessments.household import told
from assessments.known import Earlier
from assessments.models import SectionStatus
from assessments.pages import Book, PageOf, first_to_do, read
from assessments.review import in_words
from assessments.rules import can_write_in_case, open_categories, takes_answers
from assessments.spec import Question
from assessments.views.common import ADDRESS_TYPED, ANOTHERS, get_assessment_for, new_writer
from assessments.views.record import part_url
from cases.addresses import mentions_protected_address
from earlyhelp.access import Permission, access
from earlyhelp.accounts.kept import is_anothers
from earlyhelp.audit import record_look

ALL = "all"


@dataclass(frozen=True, kw_only=True)
class Offer:
    """One line: a question, what was answered before, and what the writer said of it ("yes", "no" or "")."""

    key: str
    name: str
    label: str
    heading: str
    lines: tuple[str, ...]
    earlier: Earlier
    shown: str
    marked: str = ""

    @property
    def is_right(self) -> bool:
        return self.marked == "yes"


@dataclass(frozen=True, kw_only=True)
class KnownPage:
    """One page of the form with its lines. `left` counts the questions that nothing is known about."""

    page: PageOf
    name: str
    title: str
    url: str
    offers: tuple[Offer, ...]
    left: int
    is_done: bool
    wants_done: bool


@access(Permission.CASE_READ)
def already_known(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """List what earlier assessments and the record say that this assessment asks; confirm it line by line, or all.

    The button for all confirms the lines that were on the page and that were not marked "No", and says how many.
    """
    assessment = get_assessment_for(request, pk, verb="Opened what is already known")
    if request.method == "POST" and is_anothers(request):
        messages.error(request, ANOTHERS)
        return redirect("assessment-already-known", pk)
    book = read(assessment, request.actor, in_words=False)
    categories = open_categories(assessment.case)
    may_write = can_write_in_case(request.actor, assessment.case)
    sent = request.POST if request.method == "POST" else {}
    pages = list(_pages(book, categories, sent)) if may_write else []
    if request.method == "POST":
        return _confirm(request, book, pages, categories)
    context = {
        "assessment": assessment,
        "groups": _groups(book, pages),
        "count": sum(len(each.offers) for each in pages),
        "may_write": may_write,
        "go_on": part_url(assessment, first.part, first.subject) if (first := first_to_do(book)) else "",
        "nav": "work",
        "roomy": True,
    }
    return render(request, "assessments/already_known.html", context)


def _pages(book: Book, categories: frozenset[int], sent: Mapping[str, str]) -> Iterator[KnownPage]:
    """The pages with something to confirm that this reader can write now."""
    for page, found in known.offers(book):
        row = page.editable(is_shared=category_of(page.part) in categories)
        answered = row.answers if row is not None else {}
        name = f"{page.part.key}-{page.subject.id}" if page.subject else page.part.key
        asked = [question for question in page.part.questions if question.key not in answered]
        headings = {question.item: question.heading for question in page.part.questions if question.heading}
        lines = tuple(
            _offer(
                page,
                f"{name}-{question.key}",
                question,
                found[question.key],
                heading=told(question.heading or headings.get(question.item or None, ""), page.subject),
                words=in_words(
                    question, {question.key: found[question.key].value}, book.household, page.subject
                ),
                sent=sent,
            )
            for question in asked
            if question.key in found
        )
        if lines and takes_answers(book.assessment, page.part):
            yield KnownPage(
                page=page,
                name=name,
                title=page.title,
                url=part_url(book.assessment, page.part, page.subject),
                offers=lines,
                left=len(asked) - len(lines),
                is_done=page.status == SectionStatus.COMPLETED,
                wants_done=f"{name}-done" in sent,
            )


def _offer(
    page: PageOf,
    name: str,
    question: Question,
    earlier: Earlier,
    *,
    heading: str,
    words: Iterable[str],
    sent: Mapping[str, str],
) -> Offer:
    """One line, with what was sent of it. An answer to other words than these counts for nothing."""
    shown = digest(earlier.value)
    marked = sent.get(name, "")
    if sent.get(f"{name}-shown") != shown:
        marked = ""
    elif not marked and sent.get("go") == ALL:
        marked = "yes"
    return Offer(
        key=question.key,
        name=name,
        label=told(question.label, page.subject),
        heading=heading,
        lines=tuple(words),
        earlier=earlier,
        shown=shown,
        marked=marked,
    )


def _groups(book: Book, pages: list[KnownPage]) -> list[tuple[str, list[KnownPage]]]:
    """The pages under the headings of the task list."""
    groups = []
    for group in book.form.groups:
        if found := [each for each in pages if each.page.part.group == group.key]:
            groups.append((group.title, found))
    return groups


def _confirm(
    request: HttpRequest, book: Book, pages: list[KnownPage], categories: frozenset[int]
) -> HttpResponse:
    """Write what was said to be still right; then change what is not, or go on with what nobody knows yet."""
    assessment = book.assessment
    chosen = [
        Confirmed(
            part=each.page.part,
            person=book.people[each.page.subject.id] if each.page.subject else None,
            answers={offer.key: offer.earlier for offer in each.offers if offer.is_right},
            done=each.wants_done,
        )
        for each in pages
    ]
    written = confirm_known(
        assessment=assessment, pages=chosen, writer=new_writer(), categories=categories, by=request.actor
    )
    words = [str(given.value) for page in chosen for given in page.answers.values()]
    if words and mentions_protected_address(assessment.case, words):
        record_look(request.actor, "Was warned of a protected address", case=assessment.case, level="section")
        messages.warning(request, ADDRESS_TYPED)
    said = "1 answer confirmed." if written == 1 else f"{written} answers confirmed."
    if any(offer.marked != "yes" for each in pages for offer in each.offers):
        messages.success(request, f"{said} What is listed here is not: change it in its part.")
        return redirect("assessment-already-known", assessment.pk)
    messages.success(request, said)
    return redirect("assessment", assessment.pk)
