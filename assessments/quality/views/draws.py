"""Quality checks as a manager finds them: what is to be checked, samples that were drawn, drawing another."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from assessments.models import QualityDraw, QualityFollowUp
from assessments.models.quality import AuditStatus
from assessments.quality.forms import DrawForm
from assessments.quality.sample import draw as draw_sample
from assessments.quality.sample import drawn_again, quarter_words, quarters_over, scopes_of
from assessments.quality.views.common import visible_audits
from assessments.views.common import words_of
from cases.log import ids_of
from earlyhelp.access import Permission, access
from earlyhelp.audit import record_look

SHOWN = 50


@access(Permission.QUALITY_AUDIT)
def home(request: HttpRequest) -> HttpResponse:
    """Checks to make, feedback that was given, follow-ups that are open, and the samples of the last quarters."""
    audits = visible_audits(request.actor)
    to_do = list(audits.filter(status=AuditStatus.TO_DO).order_by("drawn_at", "id")[:SHOWN])
    given = list(
        audits.filter(status__in=[AuditStatus.SHARED, AuditStatus.ANSWERED]).order_by("-shared_at")[:SHOWN]
    )
    follow_ups = list(
        QualityFollowUp.objects.open()
        .filter(audit__in=audits)
        .select_related("owner__user", "audit__assessment")[:SHOWN]
    )
    draws = QualityDraw.objects.select_related("hub", "agency", "drawn_by__user")[:SHOWN]
    record_look(
        request.actor,
        "Opened quality checks",
        level="results",
        cases=ids_of(each.case_id for each in (*to_do, *given, *follow_ups)),
    )
    me = request.actor.membership.pk
    context = {
        "mine": [each for each in to_do if each.auditor_id == me],
        "others": [each for each in to_do if each.auditor_id != me],
        "given": given,
        "follow_ups": follow_ups,
        "draws": [(each, quarter_words(each.quarter)) for each in draws],
        "nav": "quality",
    }
    return render(request, "assessments/quality/home.html", context)


@access(Permission.QUALITY_AUDIT)
def draw(request: HttpRequest) -> HttpResponse:
    """Draw a quarter's sample. What is drawn is left to chance."""
    scopes = scopes_of(request.actor)
    if not scopes:
        raise Http404
    form = DrawForm(request.POST or None, scopes=scopes, quarters=quarters_over())
    if request.method == "POST" and form.is_valid():
        try:
            made = draw_sample(**form.chosen(), by=request.actor)
        except ValidationError as error:
            form.add_error(None, words_of(error))
        else:
            messages.success(request, "The sample is drawn.")
            return redirect("quality-drawn", made.pk)
    context = {"form": form, "nav": "quality", "roomy": True}
    return render(
        request,
        "assessments/quality/draw.html",
        context,
        status=422 if form.is_bound and form.errors else 200,
    )


@access(Permission.QUALITY_AUDIT)
def drawn(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One sample: how it was drawn, that it comes out the same again, and how far its checks have come."""
    found = QualityDraw.objects.select_related("hub", "agency", "drawn_by__user").filter(pk=pk).first()
    if found is None:
        raise Http404
    audits = list(visible_audits(request.actor).filter(draw=found).order_by("agency__name", "drawn_at", "id"))
    record_look(
        request.actor, "Opened a dip sample", level="results", cases=ids_of(each.case_id for each in audits)
    )
    context = {
        "draw": found,
        "quarter": quarter_words(found.quarter),
        "audits": audits,
        "again": drawn_again(found.pk),
        "pool": len(found.pool),
        "nav": "quality",
    }
    return render(request, "assessments/quality/drawn.html", context)
