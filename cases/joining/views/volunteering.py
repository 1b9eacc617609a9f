"""A volunteer's pages: their families, and their own tasks in one of them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from cases.joining.forms import TaskForm
from cases.joining.rules import check_can_answer_own_task
from cases.joining.volunteering import answer_task, helping
from cases.models import Action, ActionStatus
from cases.views.attempts import attempt
from cases.views.common import current_team, get_case_for
from earlyhelp.access import Permission, access


@access(Permission.OWN_TASKS)
def family(request: HttpRequest, reference: str) -> HttpResponse:
    """One family as its volunteer sees it: own tasks, names and contact, and who else works with it."""
    case = get_case_for(request, reference, "helping")
    context = {"case": case, "help": helping(case, request.actor), "team": current_team(case), "nav": "work"}
    return render(request, "cases/joining/helping.html", context)


@access(Permission.OWN_TASKS)
def own_task(request: HttpRequest, reference: str, task) -> HttpResponse:
    """Say how one's own task stands."""
    case = get_case_for(request, reference, "helping")
    action = get_object_or_404(Action.objects.select_related("case"), pk=task, case=case)
    check_can_answer_own_task(request.actor, action)
    if not action.is_open:
        messages.info(request, "This task is finished.")
        return redirect("helping", case.reference)
    form = TaskForm(request.POST or None, has_begun=action.status == ActionStatus.STARTED)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        facts = {"status": data["status"], "why_not": data.get("why_not", "")}
        done, _ = attempt(form, answer_task, action=action, by=request.actor, **facts)
        if done:
            messages.success(request, "Thank you. The team can see it.")
            return redirect("helping", case.reference)
    return render(
        request, "cases/joining/task.html", {"case": case, "task": action, "form": form, "nav": "work"}
    )
