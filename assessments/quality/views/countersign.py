"""A manager reads a signed assessment and answers."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from assessments.pages import read
from assessments.quality.countersign import countersign, send_back
from assessments.quality.forms import CountersignForm
from assessments.quality.rules import can_countersign
from assessments.views.common import get_assessment_for, words_of
from assessments.views.finish import in_words
from cases.views.common import render_record
from earlyhelp.access import NotAllowed, Permission, access


@access(Permission.CASE_READ)
def answer(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """All answers, and under them: countersign, or send back with what to change. Others are told who answers."""
    assessment = get_assessment_for(request, pk, verb="Opened an assessment to countersign")
    form = CountersignForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            if form.cleaned_data["answer"] == "agree":
                done = countersign(assessment=assessment, by=request.actor)
                messages.success(
                    request,
                    "Countersigned. The assessment is complete."
                    if done.completed_at
                    else "Countersigned. It is complete as soon as an action of the plan has started.",
                )
            else:
                send_back(assessment=assessment, words=form.cleaned_data["words"], by=request.actor)
                messages.success(request, "Sent back. The author sees what to change.")
        except ValidationError as error:
            form.add_error(None, words_of(error))
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("assessment", assessment.pk)
    context = {
        "assessment": assessment,
        "form": form,
        "groups": in_words(read(assessment, request.actor)),
        "may_answer": assessment.awaits_countersign and can_countersign(request.actor, assessment),
    }
    status = 422 if form.is_bound else 200
    return render_record(
        request,
        "assessments/quality/countersign.html",
        assessment.case,
        "assessments",
        context,
        status=status,
    )
