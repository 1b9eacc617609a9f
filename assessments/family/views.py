"""The whole family in one assessment: who is mentioned, their tree, what may matter; and the guidance on levels."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from assessments.family.actions import consider, say_no_needs, take_off
from assessments.family.forms import ConsiderForm, NoNeedsForm
from assessments.family.prompts import find
from assessments.family.rules import can_consider, can_say, check_can_consider, check_can_say
from assessments.family.thresholds import guides
from assessments.family.whole import read_whole
from assessments.household import told
from assessments.models import Assessment, NoNeeds
from assessments.pages import read
from assessments.views.common import get_assessment_for
from cases.addresses import check_words_sent
from cases.genogram import tree_of
from cases.models import Person
from cases.views.common import render_record
from earlyhelp.access import Permission, access


@access(Permission.CASE_READ)
def family(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Everybody in the family on one page: their tree, who is mentioned, their words, what may matter."""
    assessment = get_assessment_for(request, pk, verb="Opened the whole family in an assessment")
    book = read(assessment, request.actor)
    whole = read_whole(book)
    context = {
        "assessment": assessment,
        "whole": whole,
        "tree": tree_of(list(book.people.values())),
        "voices": _by_page(whole),
        "may_say": can_say(request.actor, assessment),
        "may_consider": can_consider(request.actor, assessment),
    }
    return render_record(request, "assessments/family/family.html", assessment.case, "assessments", context)


def _by_page(whole) -> list[tuple]:
    """Pages with people's own words or differing views on them, in the form's order."""
    found = []
    for part in whole.book.form.parts:
        for page in whole.book.of_part(part):
            voices, views = whole.voices_on(page), whole.views_on(page)
            if voices or views:
                labels = {question.key: told(question.label, page.subject) for question in part.questions}
                found.append((page, voices, [(labels.get(key, ""), each) for key, each in views.items()]))
    return found


def sent_words(request: HttpRequest, assessment: Assessment) -> None:
    """Ask first when what was sent holds a protected address, as every page of a record does."""
    if request.method == "POST":
        check_words_sent(assessment.case, request.POST)


@access(Permission.CASE_WRITE)
def no_needs(request: HttpRequest, pk: uuid.UUID, person: uuid.UUID) -> HttpResponse:
    """Say that no needs were found for one person: one click, or with a reason."""
    assessment = get_assessment_for(request, pk, verb="Opened saying that no needs were found")
    about = get_object_or_404(Person, pk=person, family=assessment.case.family_id)
    check_can_say(request.actor, assessment)
    sent_words(request, assessment)
    form = NoNeedsForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        say_no_needs(
            assessment=assessment, person=about, reason=form.cleaned_data["reason"], by=request.actor
        )
        messages.success(request, "Recorded that no needs were found.")
        return redirect(f"{reverse('assessment-family', args=[assessment.pk])}#everyone")
    name = read_name(assessment, about)
    return ask(request, assessment, form, f"No needs found for {name}", "Record no needs")


def read_name(assessment: Assessment, person: Person) -> str:
    """What a person is called on this assessment's pages."""
    return person.called or "the unborn baby"


@access(Permission.CASE_WRITE)
@require_POST
def needs_after_all(request: HttpRequest, pk: uuid.UUID, row: uuid.UUID) -> HttpResponse:
    """Take "no needs" back."""
    assessment = get_assessment_for(request, pk)
    said = get_object_or_404(
        NoNeeds.objects.select_related("assessment__case"), pk=row, assessment=assessment
    )
    take_off(row=said, by=request.actor)
    messages.success(request, "Taken back.")
    return redirect(f"{reverse('assessment-family', args=[assessment.pk])}#everyone")


@access(Permission.CASE_WRITE)
def considered(request: HttpRequest, pk: uuid.UUID, indicator: str) -> HttpResponse:
    """Note that somebody has thought about what the form pointed out."""
    assessment = get_assessment_for(request, pk, verb="Opened considering a prompt")
    check_can_consider(request.actor, assessment)
    try:
        found = find(indicator)
    except KeyError:
        raise Http404 from None
    sent_words(request, assessment)
    form = ConsiderForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        consider(assessment=assessment, indicator=indicator, note=form.cleaned_data["note"], by=request.actor)
        messages.success(request, "Your note is kept.")
        return redirect(f"{reverse('assessment-family', args=[assessment.pk])}#prompts")
    prompts = [
        each for each in read_whole(read(assessment, request.actor)).prompts if each.indicator == found
    ]
    context = {"prompt": prompts[0] if prompts else None, "indicator": found}
    return ask(request, assessment, form, found.title, "Keep this note", **context)


@access(Permission.CASE_READ)
def threshold_guidance(request: HttpRequest) -> HttpResponse:
    """The county's guidance on levels of need, to read or print. Holds nothing about a family."""
    return render(request, "assessments/family/guidance.html", {"guides": guides(), "nav": "work"})


def ask(
    request: HttpRequest, assessment: Assessment, form, heading: str, button: str, back: str = "", **context
) -> HttpResponse:
    """One question about the family, with the way back."""
    context |= {
        "assessment": assessment,
        "form": form,
        "heading": heading,
        "button": button,
        "back": back or reverse("assessment-family", args=[assessment.pk]),
        "nav": "work",
        "roomy": True,
    }
    return render(request, "assessments/family/ask.html", context, status=422 if form.is_bound else 200)


__all__ = ["considered", "family", "needs_after_all", "no_needs", "threshold_guidance"]
