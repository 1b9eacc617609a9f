"""Letting a quick note become part of an answer: which part, which question, and the words as they are to stand."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from assessments.actions.answers import category_of
from assessments.addresses import part_url
from assessments.answers import LONGEST_TEXT, Sent, digest, is_blank, is_not_known
from assessments.flow import quick_notes as actions
from assessments.flow.forms import IntoAnswerForm, PageForm
from assessments.flow.views.quick_notes import note_of_family
from assessments.household import told
from assessments.models import Assessment, QuickNote
from assessments.pages import Book, PageOf, read
from assessments.review import is_asked
from assessments.rules import open_categories, takes_answers
from assessments.spec import Kind, Question, Source
from assessments.views.common import new_writer, words_of
from cases.models import Case
from cases.rules import NotAllowed
from cases.views.common import render_record
from earlyhelp.access import Permission, access

WORDS = frozenset({Kind.TEXT, Kind.LONG_TEXT})
CHARACTERS_SHOWN = 200


@access(Permission.CASE_WRITE)
def answer(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """First which part, then which question: the words are added to what stands there, never put in its place."""
    note, case = note_of_family(request, pk, "assessments")
    books = [read(each, request.actor, in_words=False) for each in _open(case)]
    pages = {_code(book, page): (book, page) for book in books for page in _pages(book)}
    chosen = pages.get(request.GET.get("page", ""))
    if chosen is None:
        form = PageForm(request.GET if "page" in request.GET else None, pages=_choices(books))
        context = {"form": form, "note": note, "has_pages": bool(pages)}
        return render_record(request, "assessments/flow/which_part.html", case, "assessments", context)
    return _into(request, note, case, *chosen)


def _into(request: HttpRequest, note: QuickNote, case: Case, book: Book, page: PageOf) -> HttpResponse:
    is_shared = category_of(page.part) in open_categories(case)
    row = page.editable(is_shared=is_shared)
    answers = row.answers if row else {}
    questions = list(_questions(page))
    form = IntoAnswerForm(
        request.POST or None,
        questions=[(each.key, told(each.label, page.subject), _shown(answers, each)) for each in questions],
        initial={"words": note.body, "question": questions[0].key if len(questions) == 1 else None},
    )
    if request.method == "POST" and form.is_valid():
        question = page.part.find(form.cleaned_data["question"])
        now = answers.get(question.key)
        has_words = isinstance(now, str) and not is_not_known(now) and bool(now)
        value = f"{now}\n\n{form.cleaned_data['words']}" if has_words else form.cleaned_data["words"]
        if question.kind is Kind.TEXT:
            value = " ".join(value.split())
        if question.kind is Kind.TEXT and len(value) > LONGEST_TEXT:
            form.add_error(
                "words",
                f"This question takes {LONGEST_TEXT} characters. Shorten the words, or choose another.",
            )
        else:
            try:
                saved = actions.put_in_answer(
                    note=note,
                    assessment=book.assessment,
                    part=page.part,
                    person=book.people[page.subject.id] if page.subject else None,
                    round=page.round,
                    box=question.key,
                    sent=Sent(value=value, base=digest(now)),
                    writer=new_writer(),
                    by=request.actor,
                )
            except (ValidationError, NotAllowed) as refusal:
                form.add_error(
                    None, words_of(refusal) if isinstance(refusal, ValidationError) else str(refusal)
                )
            else:
                kept = " Somebody wrote there meanwhile: both are kept." if saved.outcome.kept else ""
                messages.success(request, f"Added to the answer.{kept}")
                return redirect(part_url(book.assessment, page.part, page.subject, page.round))
    context = {"form": form, "note": note, "page": page, "assessment": book.assessment}
    return render_record(request, "assessments/flow/which_question.html", case, "assessments", context)


def _open(case: Case) -> list[Assessment]:
    """Assessments of a family that still take answers."""
    found = Assessment.objects.filter(case=case, status__in=["initiated", "completed"]).with_record_data()
    return list(found)


def _pages(book: Book) -> Iterator[PageOf]:
    """Pages that take answers now and ask something that words can answer."""
    for part in book.form.parts:
        if part.source is not Source.ANSWERS or not takes_answers(book.assessment, part):
            continue
        for page in book.of_part(part):
            if any(_questions(page)):
                yield page


def _questions(page: PageOf) -> Iterator[Question]:
    for question in page.part.questions:
        if question.kind in WORDS and is_asked(question, page.answers, page.subject):
            yield question


def _choices(books: list[Book]) -> list[tuple[str, list[tuple[str, str]]]]:
    """The parts to choose from, by assessment and group of its task list."""
    found = []
    for book in books:
        titles = {group.key: group.title for group in book.form.groups}
        for group, title in titles.items():
            pages = [page for page in _pages(book) if page.part.group == group]
            if pages:
                name = f"{title}, {book.assessment.reference}" if len(books) > 1 else title
                found.append((name, [(_code(book, page), page.title) for page in pages]))
    return found


def _code(book: Book, page: PageOf) -> str:
    """A page's name in an address: ids and keys of the form, nothing of the family."""
    return ".".join(
        [str(book.assessment.pk), page.part.key, page.subject.id if page.subject else "", str(page.round)]
    )


def _shown(answers: dict, question: Question) -> str:
    now = answers.get(question.key)
    if is_blank(now) or not isinstance(now, str):
        return ""
    return now if len(now) <= CHARACTERS_SHOWN else f"{now[:CHARACTERS_SHOWN]}…"
