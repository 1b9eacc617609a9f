"""One sitting for all children: the facts that brothers and sisters share, written once for those ticked."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from assessments.actions.answers import category_of
from assessments.actions.siblings import Sibling, everybody, others, write_for_others
from assessments.answers import Value
from assessments.forms.together import TogetherForm
from assessments.household import Subject, told
from assessments.models import Assessment
from assessments.pages import Book, PageOf, household_for, people_of
from assessments.rules import can_write, check_can_write, open_categories
from assessments.views.common import ADDRESS_TYPED, ANOTHERS, get_assessment_for, new_writer, part_of
from cases.addresses import mentions_protected_address
from earlyhelp.access import Permission, access
from earlyhelp.accounts.kept import is_anothers
from earlyhelp.audit import record_look

TICK = "also-"


@access(Permission.CASE_READ)
def together(request: HttpRequest, pk: uuid.UUID, key: str) -> HttpResponse:
    """Ask the questions of one part that all children answer alike, once, with whom each answer is true of."""
    assessment = get_assessment_for(request, pk, verb="Opened a part for all children", part=key)
    part = part_of(assessment, key)
    if request.method == "POST" and is_anothers(request):
        messages.error(request, ANOTHERS)
        return redirect("assessment-together", pk, key)
    people = people_of(assessment.case)
    household = household_for(people, with_levels=False)
    categories = open_categories(assessment.case)
    everyone = everybody(
        assessment, part, household, is_shared=category_of(part) in categories, by=request.actor
    )
    if not any(each.open or each.answered for each in everyone):
        raise Http404
    form = TogetherForm(request.POST or None, part=part, household=household, everyone=everyone)
    if request.method == "POST":
        check_can_write(request.actor, assessment, part)
        if form.is_valid():
            written = write_for_others(
                assessment=assessment,
                part=part,
                values=form.values(),
                ticked=form.ticked(),
                siblings=everyone,
                people=people,
                writer=new_writer(),
                categories=categories,
                by=request.actor,
            )
            _say(request, assessment, written, form.values().values())
            return redirect("assessment", assessment.pk)
    context = {
        "assessment": assessment,
        "title": told(part.title, Subject(id="", name="each child")),
        "form": form,
        "may_write": can_write(request.actor, assessment, part),
        "nav": "work",
        "roomy": True,
    }
    return render(request, "assessments/together.html", context, status=422 if form.errors else 200)


def _say(request: HttpRequest, assessment: Assessment, written: int, values: Any) -> None:
    if mentions_protected_address(assessment.case, [str(value) for value in values]):
        record_look(request.actor, "Was warned of a protected address", case=assessment.case, level="section")
        messages.warning(request, ADDRESS_TYPED)
    if written:
        messages.success(
            request, f"{written} {'answer' if written == 1 else 'answers'} written on the children’s pages."
        )


def siblings_of(request: HttpRequest, book: Book, page: PageOf, *, is_shared: bool) -> list[Sibling]:
    """Whom else the answers of a page may be true of, for its ticks. At most one query."""
    if page.round > 1:
        return []
    return others(
        book.assessment, page.part, page.subject, book.household, is_shared=is_shared, by=request.actor
    )


def ticks(siblings: list[Sibling]) -> list[dict[str, Any]]:
    """The ticks of a page: for each of the others the questions they have no answer to, and those they have."""
    return [
        {
            "subject": each.subject,
            "open": [(question.key, told(question.label, each.subject)) for question in each.open],
            "answered": [told(question.label, each.subject) for question, _ in each.answered],
        }
        for each in siblings
    ]


def copy_ticked(
    request: HttpRequest, book: Book, page: PageOf, answers: Mapping[str, Value], *, is_shared: bool
) -> None:
    """Copy what was ticked on a page that was just saved to the pages of the others."""
    ticked = {
        name.removeprefix(TICK): set(request.POST.getlist(name))
        for name in request.POST
        if name.startswith(TICK)
    }
    if not ticked or page.subject is None:
        return
    written = write_for_others(
        assessment=book.assessment,
        part=page.part,
        values=answers,
        ticked=ticked,
        siblings=siblings_of(request, book, page, is_shared=is_shared),
        people=book.people,
        source=book.people[page.subject.id],
        writer=new_writer(),
        categories=open_categories(book.assessment.case),
        by=request.actor,
    )
    if written:
        messages.success(
            request, f"{written} {'answer' if written == 1 else 'answers'} copied to the other pages."
        )
