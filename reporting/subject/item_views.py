"""Reading the working copy and deciding what is withheld."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from cases.rules import NotAllowed
from earlyhelp.access import Permission, access
from earlyhelp.audit import record_look
from earlyhelp.web.pagination import page_of
from reporting.models import Redaction, RedactionStatus, SubjectItem, SubjectRequest
from reporting.subject import actions, forms
from reporting.subject.inventory import CHAPTERS
from reporting.subject.reading import Marked, chapters_of, groups_to_decide, is_protected, view_of
from reporting.subject.rules import can_work_on
from reporting.subject.states import Step, can_take
from reporting.subject.views import request_for

ITEMS_A_PAGE = 25


def _read(request: HttpRequest, subject: UUID) -> SubjectRequest:
    """The request, if this person reads its working copy: the database decides. Raises Http404."""
    found = request_for(request, subject)
    if not found.items.exists():
        raise Http404
    record_look(request.actor, "Read what is held about somebody", level="section", request=str(found.pk))
    return found


def _may_mark(request: HttpRequest, found: SubjectRequest) -> bool:
    return can_take(Step.MARK, found.status) and can_work_on(request.actor, found)


@access(Permission.SUBJECT_ACCESS)
def subject_items(request: HttpRequest, subject: UUID) -> HttpResponse:
    """A chapter of what was gathered; with POST, one decision for many proposals."""
    found = _read(request, subject)
    marks = _may_mark(request, found)
    chapters = chapters_of(found)
    codes = [code for code, *_rest in chapters]
    chapter = request.GET.get("part") if request.GET.get("part") in codes else codes[0]
    groups = groups_to_decide(found) if marks else []
    form = forms.ManyForm(request.POST or None, choices=groups) if groups else None
    if request.method == "POST":
        if form is None:
            raise Http404
        if form.is_valid():
            why, agency = form.cleaned_data["which"].split(":")
            try:
                number = actions.decide_many(
                    request=found,
                    why=why,
                    agency=int(agency) if agency else None,
                    by=request.actor,
                    **form.facts,
                )
            except (ValueError, NotAllowed) as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, f"Decided: {number}.")
                return redirect(f"{reverse('subject-items', args=[found.pk])}?part={chapter}")
    items = found.items.filter(chapter=chapter).select_related("agency").prefetch_related("redactions")
    page = page_of(items, request, per_page=ITEMS_A_PAGE)
    context = {
        "found": found,
        "chapters": chapters,
        "chapter": chapter,
        "title": CHAPTERS[chapter],
        "views": [view_of(item) for item in page],
        "page": page,
        "marked": Marked.counted(found),
        "marks": marks,
        "form": form,
        "nav": "subject",
    }
    return render(request, "reporting/subject/items.html", context)


@access(Permission.SUBJECT_ACCESS)
def subject_item(request: HttpRequest, subject: UUID, item: int) -> HttpResponse:
    """One item by its number: decide about each thing pointed out, or withhold other words."""
    found = _read(request, subject)
    one = get_object_or_404(
        SubjectItem.objects.select_related("agency", "request").prefetch_related(
            "redactions__decided_by__user"
        ),
        request=found,
        position=item,
    )
    if is_protected(one):
        record_look(
            request.actor, "Showed a protected address", level="section", request=str(found.pk), item=item
        )
    marks = _may_mark(request, found)
    form = forms.WithholdForm(request.POST or None, item=one) if marks else None
    if request.method == "POST":
        if form is None:
            raise Http404
        if form.is_valid():
            data = form.cleaned_data
            try:
                actions.withhold(
                    item=one,
                    field=data["where"],
                    words=data["words"],
                    why=data["why"],
                    note=data["note"],
                    opinion_by=data["opinion_by"] or "",
                    opinion_on=data["opinion_on"],
                    by=request.actor,
                )
            except (ValueError, NotAllowed) as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, "Withheld.")
                return redirect("subject-item", found.pk, one.position)
    decisions = [
        (each, one.words_of(each.field)[each.starts : each.ends] if each.field else "The whole item")
        for each in one.redactions.all()
    ]
    nearby = found.redactions.filter(status=RedactionStatus.PROPOSED, item__position__gt=one.position)
    after = nearby.order_by("item__position").values_list("item__position", flat=True).first()
    context = {
        "found": found,
        "view": view_of(one, opened=True),
        "item": one,
        "decisions": decisions,
        "next": after,
        "marks": marks,
        "form": form,
        "nav": "subject",
    }
    return render(request, "reporting/subject/item.html", context)


@access(Permission.SUBJECT_ACCESS)
def subject_decide(request: HttpRequest, subject: UUID, mark: UUID) -> HttpResponse:
    """Withhold what one proposal points out, or give it with a reason."""
    found = _read(request, subject)
    redaction = get_object_or_404(Redaction.objects.select_related("item", "request"), request=found, pk=mark)
    if not _may_mark(request, found):
        raise Http404
    form = forms.DecideForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.decide(redaction=redaction, by=request.actor, **form.facts)
        except (ValueError, NotAllowed) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Decided.")
            return redirect("subject-item", found.pk, redaction.item.position)
    words = (
        redaction.item.words_of(redaction.field)[redaction.starts : redaction.ends] if redaction.field else ""
    )
    context = {"found": found, "redaction": redaction, "words": words, "form": form, "nav": "subject"}
    return render(request, "reporting/subject/decide.html", context)
