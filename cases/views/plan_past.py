"""Earlier versions of a plan, progress of its actions, and answering a drift alarm."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from cases.actions.drift import answer_drift
from cases.actions.progress import note_progress
from cases.drift import Alarm, alarms_of
from cases.forms.plan import DriftForm, ProgressForm
from cases.models import Action, DriftKind
from cases.plan_past import changes_between, rows_of, versions_of
from cases.rules.plan import check_can_change_plan, check_can_review_plan
from cases.views.attempts import attempt
from cases.views.common import get_case_for, render_record
from earlyhelp.access import Permission, access


@access(Permission.CASE_READ)
def version(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """The plan as it stood when it was reviewed or a meeting's minutes were signed off, and what changed after."""
    case = get_case_for(request, reference, "plan")
    versions = versions_of(case)
    found = next((each for each in versions if each.pk == pk), None)
    if found is None:
        raise Http404
    following = next((each for each in versions if each.number == found.number + 1), None)
    rows = rows_of(case)
    then = rows.at(found.frozen_at)
    after = rows.at(following.frozen_at if following else timezone.now())
    context = {
        "version": found,
        "versions": versions,
        "following": following,
        "then": then,
        "lines": changes_between(rows, then, after),
    }
    return render_record(request, "cases/plan/version.html", case, "plan", context)


@access(Permission.CASE_WRITE)
def action_progress(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """Write how an action is going."""
    case = get_case_for(request, reference, "plan")
    action = get_object_or_404(Action.objects.with_owners().select_related("case"), pk=pk, case=case)
    check_can_change_plan(request.actor, case)
    form = ProgressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done, _ = attempt(form, note_progress, action=action, by=request.actor, **form.cleaned_data)
        if done:
            messages.success(request, "Progress recorded.")
            return redirect("record-plan", case.reference)
    context = {
        "form": form,
        "heading": "How is this action going?",
        "button": "Save progress",
        "about": action.what,
    }
    return render_record(request, "cases/plan/form.html", case, "plan", context)


@access(Permission.CASE_WRITE)
def drift_answer(request: HttpRequest, reference: str, kind: str) -> HttpResponse:
    """Say why a family's plan stands still, which quiets the alarm until a day."""
    case = get_case_for(request, reference, "plan")
    alarm = _alarm(case, kind)
    check_can_review_plan(request.actor, case)
    form = DriftForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done, _ = attempt(form, answer_drift, case=case, kind=kind, by=request.actor, **form.cleaned_data)
        if done:
            messages.success(request, "Answer recorded. The alarm is quiet until the day you named.")
            return redirect("record-plan", case.reference)
    context = {
        "form": form,
        "heading": "Is there a good reason?",
        "button": "Save the reason",
        "about": alarm.facts,
    }
    return render_record(request, "cases/plan/form.html", case, "plan", context)


def _alarm(case, kind: str) -> Alarm:
    """The alarm of this kind that the case has now. Raises Http404."""
    found = next((alarm for alarm in alarms_of(case) if alarm.kind == kind), None)
    if kind not in DriftKind.values or found is None:
        raise Http404
    return found
