"""Putting something right: an answer, a fact of the registration, the wrong person; and what was put right before."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.dateparse import parse_date, parse_datetime

from assessments.actions.answers import category_of
from assessments.corrected import of_answer, of_person
from assessments.flow import corrections, registration, withdrawal, wrong_person
from assessments.flow.forms import ReasonForm, RegistrationForm, WrongPersonForm
from assessments.forms.part import PartForm
from assessments.household import told
from assessments.models import Assessment, Correction, CorrectionKind
from assessments.pages import Book, PageOf, read, read_page, stored_page
from assessments.rules import check_can_answer_for, open_categories
from assessments.spec import Part, Per, Source
from assessments.views.common import get_assessment_for, new_writer, part_of, words_of
from cases.addresses import check_words_sent
from cases.rules import NotAllowed
from cases.views.common import render_record
from earlyhelp.access import Permission, access
from earlyhelp.web.dates import day, moment


@access(Permission.CASE_READ)
def listed(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Everything that was put right in an assessment, and the ways to put something right."""
    assessment = get_assessment_for(request, pk, verb="Opened what was put right in an assessment")
    book = read(assessment, request.actor)
    may_correct = corrections.can_correct(request.actor, assessment)
    context = {
        "assessment": assessment,
        "found": [
            _entry(book, each) for each in Correction.objects.filter(assessment=assessment).with_people()
        ],
        "pages": [(page.title, correct_url(page, assessment)) for page in _pages(book)]
        if may_correct
        else [],
        "may_correct": may_correct,
        "may_correct_registration": registration.can_correct_registration(request.actor, assessment),
    }
    return render_record(
        request, "assessments/flow/corrections.html", assessment.case, "assessments", context
    )


def _entry(book: Book, each: Correction) -> dict:
    """One correction in words: where, what, and the sentence beside it."""
    if each.kind == CorrectionKind.FACT:
        was = _fact_in_words(each.box, each.was)
        what = f"Was “{was}”, is “{_fact_in_words(each.box, each.now)}”"
        return {"where": registration.FACTS.get(each.box, each.box), "what": what, "by": each}
    subject = book.household.subject(str(each.person_id)) if each.person_id else None
    try:
        where = told(book.form.find(each.part).title, subject)
    except KeyError:
        where = each.part
    if each.kind == CorrectionKind.PERSON:
        return {"where": where, "what": of_person(each, book.household)[1][1], "by": each}
    return {"where": where, "what": of_answer(each, book.form, book.household, subject), "by": each}


def _fact_in_words(name: str, value: str) -> str:
    if name == "initiated_on":
        found = parse_date(value)
        return day(found) if found else value
    if name == "consent_at":
        found_at = parse_datetime(value)
        return moment(found_at) if found_at else value
    return value


def _pages(book: Book) -> list[PageOf]:
    """Pages whose answers are put right instead of changed."""
    return [
        page
        for part in book.form.parts
        if corrections.is_closed(book.assessment, part)
        for page in book.of_part(part)
    ]


def correct_url(page: PageOf, assessment: Assessment, question: str = "") -> str:
    """Where an answer of a page is put right: keys of the form and opaque ids alone."""
    name = "assessment-correct" if page.subject is None else "assessment-correct-person"
    about = [] if page.subject is None else [page.subject.id]
    asked = [f"round={page.round}"] * (page.round > 1) + [f"question={question}"] * bool(question)
    return reverse(name, args=[assessment.pk, page.part.key, *about]) + (
        "?" + "&".join(asked) if asked else ""
    )


@access(Permission.CASE_WRITE)
def answer(request: HttpRequest, pk: uuid.UUID, key: str, person: uuid.UUID | None = None) -> HttpResponse:
    """First which answer of a page, then what is right and why."""
    assessment = get_assessment_for(request, pk, verb="Opened putting an answer right", part=key)
    part = part_of(assessment, key)
    book, page = _read(request, assessment, part, person)
    corrections.check_can_correct(request.actor, assessment)
    corrections.check_part_is_closed(assessment, part)
    question = next((each for each in part.questions if each.key == request.GET.get("question")), None)
    context = {"assessment": assessment, "page": page, "part": part}
    if question is None:
        rows = [(row, correct_url(page, assessment, row.key)) for row in book.words(page)[0][1]]
        context["rows"] = rows
        return render_record(
            request, "assessments/flow/which_answer.html", assessment.case, "assessments", context
        )
    is_shared = category_of(part) in open_categories(assessment.case)
    form = PartForm(
        request.POST or None,
        part=part,
        subject=page.subject,
        household=book.household,
        page=stored_page(page.editable(is_shared=is_shared)),
        writer=new_writer(),
        only=frozenset({question.key}),
    )
    # A question of the form may be called "reason" too.
    why = ReasonForm(request.POST or None, prefix="why")
    if request.method == "POST":
        check_words_sent(assessment.case, request.POST)
        sent = form.sent()
        if why.is_valid() and not form.errors:
            try:
                corrections.correct_answers(
                    assessment=assessment,
                    part=part,
                    person=book.people[page.subject.id] if page.subject else None,
                    round=page.round,
                    sent=sent,
                    reason=why.cleaned_data["reason"],
                    by=request.actor,
                )
            except ValidationError as refusal:
                why.add_error(None, words_of(refusal))
            else:
                messages.success(request, "The answer is put right. What stood there before is kept.")
                return redirect("assessment-corrections", assessment.pk)
    context |= {"form": form, "why": why, "question": question, "back": correct_url(page, assessment)}
    return render_record(request, "assessments/flow/correct.html", assessment.case, "assessments", context)


def _read(
    request: HttpRequest, assessment: Assessment, part: Part, person: uuid.UUID | None
) -> tuple[Book, PageOf]:
    number = request.GET.get("round", "1")
    try:
        return read_page(assessment, part, person, request.actor, int(number) if number.isdecimal() else 1)
    except KeyError:
        raise Http404 from None


@access(Permission.CASE_WRITE)
def facts(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Put facts of the registration right."""
    assessment = get_assessment_for(request, pk, verb="Opened putting a registration right")
    registration.check_can_correct_registration(request.actor, assessment)
    form = RegistrationForm(request.POST or None, facts=registration.facts_of(assessment))
    if request.method == "POST":
        check_words_sent(assessment.case, request.POST)
    if request.method == "POST" and form.is_valid():
        try:
            registration.correct_registration(
                assessment=assessment,
                facts=form.facts(),
                reason=form.cleaned_data["reason"],
                by=request.actor,
            )
        except ValidationError as refusal:
            _add(form, refusal)
        else:
            messages.success(request, "The registration is put right. What stood there before is kept.")
            return redirect("assessment-corrections", assessment.pk)
    context = {"assessment": assessment, "form": form}
    return render_record(
        request, "assessments/flow/registration.html", assessment.case, "assessments", context
    )


def _add(form: RegistrationForm, refusal: ValidationError) -> None:
    """A refusal at its field; when it was discussed is asked as a date and a time."""
    for name, errors in (
        getattr(refusal, "message_dict", {}).items() if hasattr(refusal, "error_dict") else []
    ):
        form.add_error("consent_on" if name == "consent_at" else name, errors)
    if not hasattr(refusal, "error_dict"):
        form.add_error(None, words_of(refusal))


@access(Permission.CASE_WRITE)
def person(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Move answers that were written on the wrong person's page to the right one."""
    assessment = get_assessment_for(request, pk, verb="Opened moving answers to the right person")
    check_can_answer_for(request.actor, assessment)
    book = read(assessment, request.actor, in_words=False)
    pages = {
        f"{page.part.key}.{page.subject.id}.{page.round}": page
        for part in book.form.parts
        if part.source is Source.ANSWERS and part.per is not Per.ONCE
        for page in book.of_part(part)
        if page.subject and page.answers
    }
    people = [(each.id, each.full_name or each.name) for each in book.household.people]
    form = WrongPersonForm(
        request.POST or None, pages=[(code, page.title) for code, page in pages.items()], people=people
    )
    if request.method == "POST":
        check_words_sent(assessment.case, request.POST)
    if request.method == "POST" and form.is_valid():
        page = pages[form.cleaned_data["page"]]
        try:
            wrong_person.move_to_right_person(
                assessment=assessment,
                part=page.part,
                person=book.people[page.subject.id],
                to=book.people[form.cleaned_data["to"]],
                household=book.household,
                round=page.round,
                reason=form.cleaned_data["reason"],
                by=request.actor,
            )
        except (ValidationError, NotAllowed) as refusal:
            form.add_error(None, words_of(refusal) if isinstance(refusal, ValidationError) else str(refusal))
        else:
            messages.success(request, "The answers are moved. Numbers and needs went with them.")
            return redirect("assessment-corrections", assessment.pk)
    context = {"assessment": assessment, "form": form, "has_pages": bool(pages)}
    return render_record(
        request, "assessments/flow/wrong_person.html", assessment.case, "assessments", context
    )


@access(Permission.CASE_WRITE)
def restore(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Undo a withdrawal on the day it was made."""
    assessment = get_assessment_for(request, pk, verb="Opened undoing a withdrawal")
    withdrawal.check_can_restore(request.actor, assessment)
    if request.method == "POST":
        withdrawal.restore(assessment=assessment, by=request.actor)
        messages.success(request, "The withdrawal is undone. The assessment goes on where it was.")
        return redirect("assessment", assessment.pk)
    return render_record(
        request, "assessments/flow/restore.html", assessment.case, "assessments", {"assessment": assessment}
    )
