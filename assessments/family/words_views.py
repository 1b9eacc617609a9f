"""Pages for people's own words and for views that differ: added, shown, taken off."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone

from assessments.addresses import part_url
from assessments.family.actions import add_view, add_voice, take_off
from assessments.family.differing import question_for_views
from assessments.family.forms import SOMEBODY_ELSE, TakeOffForm, ViewForm, VoiceForm
from assessments.family.rules import check_can_say
from assessments.family.views import ask, sent_words
from assessments.household import told
from assessments.models import Assessment, DifferingView, Voice
from assessments.pages import Book, PageOf, read_page
from assessments.review import in_words
from assessments.rules import check_can_write
from assessments.views.common import get_assessment_for, part_of
from cases.files import RefusedFile
from cases.models import Person
from cases.rules.document import check_can_be_given_out
from earlyhelp.access import Permission, access
from earlyhelp.audit import record_look

# Played or shown inside our own page: nothing in the file may run or fetch.
SEALED = "sandbox; default-src 'none'"


@dataclass(frozen=True)
class Spot:
    """The page of the form that something is added to."""

    assessment: Assessment
    book: Book
    page: PageOf
    person: Person | None
    url: str


def _spot(request: HttpRequest, pk: uuid.UUID, key: str, person: uuid.UUID | None, verb: str) -> Spot:
    assessment = get_assessment_for(request, pk, verb=verb, part=key)
    part = part_of(assessment, key)
    try:
        book, page = read_page(assessment, part, person, request.actor)
    except KeyError:
        raise Http404 from None
    check_can_write(request.actor, assessment, part)
    about = book.people[page.subject.id] if page.subject else None
    return Spot(assessment, book, page, about, part_url(assessment, part, page.subject))


@access(Permission.CASE_WRITE)
def voice_add(request: HttpRequest, pk: uuid.UUID, key: str, person: uuid.UUID | None = None) -> HttpResponse:
    """Add somebody's own words, a drawing or a recording to a page."""
    spot = _spot(request, pk, key, person, "Opened adding somebody's own words")
    sent_words(request, spot.assessment)
    form = VoiceForm(
        request.POST or None,
        request.FILES or None,
        household=spot.book.household,
        subject=spot.page.subject,
        initial={"obtained_by": request.actor.name, "obtained_on": timezone.localdate()},
    )
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        try:
            add_voice(
                assessment=spot.assessment,
                part=spot.page.part,
                person=spot.person,
                speaker=spot.book.people[facts.pop("speaker")],
                upload=facts.pop("file"),
                by=request.actor,
                **facts,
            )
        except RefusedFile as refusal:
            form.add_error("file", str(refusal))
        else:
            messages.success(request, "Added.")
            return redirect(f"{spot.url}#own-words")
    name = spot.page.subject.name if spot.page.subject else "Somebody of the family"
    return ask(
        request, spot.assessment, form, f"{name} in their own words", "Add", back=spot.url, has_file=True
    )


@access(Permission.CASE_READ)
def voice_file(request: HttpRequest, pk: uuid.UUID, voice: uuid.UUID) -> HttpResponse:
    """Give out the drawing or the recording, to be shown or played on the page."""
    assessment = get_assessment_for(request, pk)
    found = get_object_or_404(
        Voice.objects.standing().select_related("document"),
        pk=voice,
        assessment=assessment,
        document__isnull=False,
    )
    check_can_be_given_out(found.document)
    record_look(
        request.actor,
        "Opened a drawing or recording",
        case=assessment.case,
        level="section",
        document=str(found.document_id),
    )
    response = FileResponse(
        default_storage.open(found.document.storage_key, "rb"), content_type=found.document.content_type
    )
    response["Content-Security-Policy"] = SEALED
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Length"] = str(found.document.size)
    return response


@access(Permission.CASE_WRITE)
def view_add(
    request: HttpRequest, pk: uuid.UUID, key: str, question: str, person: uuid.UUID | None = None
) -> HttpResponse:
    """Keep how somebody sees the answer to one question differently."""
    spot = _spot(request, pk, key, person, "Opened adding a view that differs")
    try:
        asked = question_for_views(spot.page.part, question)
    except KeyError:
        raise Http404 from None
    sent_words(request, spot.assessment)
    form = ViewForm(request.POST or None, household=spot.book.household)
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        speaker = facts.pop("speaker")
        add_view(
            assessment=spot.assessment,
            part=spot.page.part,
            question=question,
            person=spot.person,
            speaker=None if speaker == SOMEBODY_ELSE else spot.book.people[speaker],
            said_by=facts.pop("said_by") if speaker == SOMEBODY_ELSE else "",
            by=request.actor,
            words=facts["words"],
            said_on=facts["said_on"],
        )
        messages.success(request, "Both views are kept.")
        return redirect(f"{spot.url}#views-{question}")
    stands = list(in_words(asked, spot.page.answers, spot.book.household, spot.page.subject))
    return ask(
        request,
        spot.assessment,
        form,
        "Somebody sees this differently",
        "Keep both views",
        back=spot.url,
        question=told(asked.label, spot.page.subject),
        stands=stands,
    )


@access(Permission.CASE_WRITE)
def voice_remove(request: HttpRequest, pk: uuid.UUID, voice: uuid.UUID) -> HttpResponse:
    """Take own words that were recorded by mistake off the pages."""
    return _take_off(request, pk, Voice, voice, "Take these words off the assessment")


@access(Permission.CASE_WRITE)
def view_remove(request: HttpRequest, pk: uuid.UUID, view: uuid.UUID) -> HttpResponse:
    """Take a differing view that was recorded by mistake off the pages."""
    return _take_off(request, pk, DifferingView, view, "Take this view off the assessment")


def _take_off(request: HttpRequest, pk: uuid.UUID, model, row_id: uuid.UUID, heading: str) -> HttpResponse:
    assessment = get_assessment_for(request, pk, verb="Opened taking something off an assessment")
    row = get_object_or_404(
        model.objects.standing().select_related("assessment__case", "speaker"),
        pk=row_id,
        assessment=assessment,
    )
    check_can_say(request.actor, assessment)
    sent_words(request, assessment)
    form = TakeOffForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        take_off(row=row, why=form.cleaned_data["why"], by=request.actor)
        messages.success(request, "Taken off. What was written is kept in the history.")
        return redirect(reverse("assessment-family", args=[assessment.pk]))
    return ask(request, assessment, form, heading, "Take it off", row=row)
