"""Check your answers, sign off, take a sign-off back, withdraw."""

from __future__ import annotations

import json
import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from assessments.actions import sign_off, take_back_sign_off, withdraw
from assessments.family.forms import ask_for_everyone
from assessments.family.rules import can_consider, can_say
from assessments.family.whole import read_whole
from assessments.forms.registration import SignOffForm, TakeBackForm, WithdrawForm
from assessments.household import Subject
from assessments.models import Assessment
from assessments.pages import Book, PageOf, read
from assessments.quality.countersign import is_wanted, last_sent_back
from assessments.quality.rules import can_countersign
from assessments.rules import can_answer_for, can_write_in_case, check_can_answer_for, takes_answers
from assessments.spec import Opens, Part, Source
from assessments.views.common import get_assessment_for, words_of
from assessments.views.record import part_url
from cases.addresses import mentions_protected_address
from cases.views.common import render_record
from earlyhelp.access import Permission, access

# Asks a page of questions to lead back to the answers when it is saved.
FROM_CHECK = "?from=check"


@access(Permission.CASE_READ)
def check(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Every answer in words, drawn from the form's definition, with what is missing named; and signing off."""
    assessment = get_assessment_for(request, pk, verb="Checked the answers of an assessment")
    whole = read_whole(read(assessment, request.actor))
    form = ask_for_everyone(SignOffForm(request.POST or None), [each.subject.name for each in whole.not_mentioned])
    may_answer_for = can_answer_for(request.actor, assessment)
    if request.method == "POST" and form.is_valid():
        try:
            signed = sign_off(assessment=assessment, by=request.actor)
        except ValidationError as error:
            form.add_error(None, words_of(error))
        else:
            if signed.completed_at:
                messages.success(request, "Signed off. The assessment is complete.")
            elif signed.awaits_countersign:
                messages.success(request, "Signed off. It is with a manager, who reads and countersigns it.")
            else:
                messages.success(
                    request,
                    "Signed off. The assessment is complete as soon as an action of the plan has started.",
                )
            return redirect("assessment", assessment.pk)
    book = whole.book
    may_write = may_answer_for or can_write_in_case(request.actor, assessment.case)
    groups = in_words(book, may_write=may_write)
    whole.put_beside(groups)
    pages = [page for _title, found in groups for page in found]
    context = {
        "assessment": assessment,
        "form": form,
        "missing": _missing(book, may_write=may_write),
        "to_settle": [page for page in pages if page["has_differing"]],
        "left_blank": [(page, count) for page in pages if (count := _left_blank(page))],
        "groups": groups,
        "whole": whole,
        "may_say": can_say(request.actor, assessment),
        "may_consider": can_consider(request.actor, assessment),
        "holds_address": mentions_protected_address(assessment.case, everything_written(book)),
        "may_answer_for": may_answer_for,
        "is_countersigned": is_wanted(assessment),
        "sent_back": last_sent_back(assessment),
        "may_countersign": assessment.awaits_countersign and can_countersign(request.actor, assessment),
        "may_sign": may_answer_for and assessment.status == "initiated" and not assessment.is_signed_off,
    }
    return render_record(request, "assessments/check.html", assessment.case, "assessments", context)


def everything_written(book: Book) -> list[str]:
    """All answers that the reader may see, as they are kept."""
    pages = [page for part in book.form.parts for page in book.of_part(part)]
    return [
        json.dumps(row.answers, ensure_ascii=False)
        for page in pages
        for row in (page.shared, page.own, *page.others)
        if row is not None
    ]


def in_words(book: Book, *, may_write: bool = False) -> list[tuple[str, list[dict]]]:
    """Every page in words, by group of the task list; pages that cannot be read yet are left out.

    With `may_write`, a page that can be written now says where.
    """
    groups = []
    for group in book.form.groups:
        pages = [
            _page_in_words(book, page, may_write=may_write)
            for part in book.form.parts
            if part.group == group.key and part.source is Source.ANSWERS
            if part.opens is Opens.REGISTERED or book.assessment.completed_at is not None
            for page in book.of_part(part)
        ]
        if pages:
            groups.append((group.title, pages))
    return groups


def _page_in_words(book: Book, page: PageOf, *, may_write: bool) -> dict:
    shared, *contributions = book.words(page)
    change = ""
    if may_write and takes_answers(book.assessment, page.part):
        change = part_url(book.assessment, page.part, page.subject, page.round)
    return {
        "id": page_id(page.part, page.subject, page.round),
        "part": page.part,
        "about": page.subject.id if page.subject else "",
        "title": page.title,
        "rows": shared[1],
        "has_differing": page.has_differing,
        "has_minimum": any(row.is_minimum for row in shared[1]),
        "answered": [row for row in shared[1] if row.is_answered],
        "also": [(agency, found) for agency, found in contributions if found],
        "change": f"{change}{FROM_CHECK}" if change else "",
        "latest": page.latest,
        "voices": [],
        "views": {},
    }


def page_id(part: Part, subject: Subject | None, round: int = 1) -> str:
    """The name of one page of the form inside the check page, for links to it."""
    name = f"{part.key}-{subject.id}" if subject else part.key
    return name if round == 1 else f"{name}-again{round}"


def question_url(assessment: Assessment, part: Part, subject: Subject | None, key: str) -> str:
    """The address of one question on its page, from which saving leads back to the answers."""
    return f"{part_url(assessment, part, subject)}{FROM_CHECK}#q-{key}"


def _missing(book: Book, *, may_write: bool) -> list[tuple[str, str]]:
    """What blocks sign-off, each with where to answer it; nothing once the assessment is signed off or has ended."""
    assessment = book.assessment
    if assessment.is_signed_off or not assessment.is_open:
        return []
    return [
        (
            item.label,
            question_url(assessment, item.part, item.subject, item.question.key) if may_write else "",
        )
        for item in book.missing()
    ]


def _left_blank(page: dict) -> int:
    """Questions of a page without an answer that nothing waits for: they are shown as "Not provided"."""
    return sum(not row.is_answered and not row.is_minimum for row in page["rows"])


@access(Permission.CASE_WRITE)
def take_back(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Take a sign-off back to correct something."""
    assessment = get_assessment_for(request, pk, verb="Opened taking a sign-off back")
    check_can_answer_for(request.actor, assessment)
    form = TakeBackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            take_back_sign_off(assessment=assessment, reason=form.cleaned_data["reason"], by=request.actor)
        except ValidationError as error:
            form.add_error(None, words_of(error))
        else:
            messages.success(request, "The sign-off is taken back. Answers can be changed again.")
            return redirect("assessment", assessment.pk)
    return _ask(request, assessment, form, "Take back the sign-off", "Take back sign-off")


@access(Permission.CASE_WRITE)
def withdraw_assessment(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Withdraw with a reason. Nothing written is deleted."""
    assessment = get_assessment_for(request, pk, verb="Opened withdrawing an assessment")
    check_can_answer_for(request.actor, assessment)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            withdraw(assessment=assessment, reason=form.cleaned_data["reason"], by=request.actor)
        except ValidationError as error:
            form.add_error(None, words_of(error))
        else:
            messages.success(request, "The assessment is withdrawn. What was written is kept.")
            return redirect("record-assessments", assessment.case.reference)
    return _ask(request, assessment, form, "Withdraw this assessment", "Withdraw assessment")


def _ask(request: HttpRequest, assessment: Assessment, form, heading: str, button: str) -> HttpResponse:
    context = {
        "assessment": assessment,
        "form": form,
        "heading": heading,
        "button": button,
        "nav": "work",
        "roomy": True,
    }
    return render(request, "assessments/ask.html", context, status=422 if form.is_bound else 200)
