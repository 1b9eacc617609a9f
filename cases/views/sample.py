"""The monthly sample of looks: answering for colleagues, and following a month to its end."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from cases.actions.sample import answer_look, follow_up, sign_off
from cases.forms.sample import AnswerForm, FollowUpForm, MonthFilter, SignOffForm
from cases.models import AccessSample, LookAnswer
from cases.rules.sample import (
    can_follow_the_sample,
    can_sign_off_sample,
    check_can_follow_the_sample,
)
from cases.sample import Line, lines_of, looks_of, looks_waiting, sample_of
from cases.views.attempts import attempt
from earlyhelp.access import Permission, access
from earlyhelp.audit import record_look
from earlyhelp.web.tables import Table


@access(Permission.CASE_READ, Permission.AUDIT_READ)
def looks(request: HttpRequest) -> HttpResponse:
    """Looks of colleagues that wait for somebody's word: "Why did X open this record on 3 November?".

    Empty for whoever answers for nobody.
    """
    found = looks_waiting(request.actor)
    record_look(request.actor, "Opened looks to answer for", level="results", rows=len(found))
    context = {
        "mine": [look for look in found if look.may_answer],
        "others": [look for look in found if not look.may_answer],
        "may_follow": can_follow_the_sample(request.actor),
        "nav": "work",
    }
    return render(request, "cases/sample/looks.html", context)


@access(Permission.CASE_READ, Permission.AUDIT_READ)
def look_answer(request: HttpRequest, pk) -> HttpResponse:
    """Answer for one look, or follow up one that nobody could explain. Others' looks do not exist."""
    look, form_class, action, done = _asked(request, pk)
    record_look(request.actor, "Opened a look to answer for", level="section", look=str(pk))
    form = form_class(request.POST or None)
    if request.method == "POST" and form.is_valid():
        saved, _ = attempt(form, action, look=look.id, by=request.actor, **form.cleaned_data)
        if saved:
            messages.success(request, done)
            if can_follow_the_sample(request.actor):
                return redirect(f"{reverse('look-sample-progress')}?month={look.month}")
            return redirect("look-sample")
    return render(request, "cases/sample/answer.html", {"look": look, "form": form, "nav": "work"})


def _asked(request: HttpRequest, pk):
    """The look with the form that this person may send about it now. Raises Http404 when there is none."""
    waiting = next((each for each in looks_waiting(request.actor) if each.id == pk), None)
    if waiting is not None and waiting.may_answer:
        return waiting, AnswerForm, answer_look, "Saved. Your answer stands with the look."
    if can_sign_off_sample(request.actor):
        for month in AccessSample.objects.filter(signed_off_at=None).values_list("month", flat=True):
            for each in looks_of(month):
                if each.id == pk and each.needs_follow_up and not each.is_own:
                    return each, FollowUpForm, follow_up, "Saved. The look is followed up."
    raise Http404


@access(Permission.AUDIT_READ)
def progress(request: HttpRequest) -> HttpResponse:
    """How far a month has come: by agency, what was not explained, and signing it off."""
    check_can_follow_the_sample(request.actor)
    months = list(AccessSample.objects.values_list("month", flat=True))
    filters = MonthFilter(request.GET or None, months=months)
    chosen = filters.cleaned_data["month"] if filters.is_valid() else ""
    sample = sample_of(dt.date.fromisoformat(chosen) if chosen else None)
    found = looks_of(sample.month) if sample else []
    record_look(request.actor, "Opened the monthly sample", level="results", rows=len(found))
    waiting = [look for look in found if not look.answer or look.needs_follow_up]
    may_sign = sample and not sample.signed_off_at and can_sign_off_sample(request.actor)
    form = SignOffForm(request.POST or None) if may_sign and not waiting else None
    if request.method == "POST" and form and form.is_valid():
        done, _ = attempt(form, sign_off, month=sample.month, by=request.actor, **form.cleaned_data)
        if done:
            messages.success(request, "Signed off. The month is closed.")
            return redirect(f"{reverse('look-sample-progress')}?month={sample.month}")
    context = {
        "sample": sample,
        "filters": filters,
        "table": _table(lines_of(found)),
        "not_explained": [look for look in found if look.answer == LookAnswer.NOT_EXPLAINED],
        "unanswered": [look for look in found if not look.answer],
        "waiting": waiting,
        "may_follow_up": can_sign_off_sample(request.actor),
        "form": form,
        "nav": "log",
    }
    return render(request, "cases/sample/progress.html", context)


def _table(lines: list[Line]) -> Table:
    heads = ["Agency", "Drawn", "Answered", "Not explained", "Overdue"]
    rows = [
        [line.agency.name, line.drawn, line.answered, line.not_explained, line.overdue or "None"]
        for line in lines
    ]
    return Table("By agency", heads, rows, numeric=(1, 2, 3, 4), empty="Nobody looked in this month.")
