"""Stepping down from children's social care: proposed, answered by the hub, finished by a named lead professional."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from cases.actions import step_down as actions
from cases.actions.lead import workload_of
from cases.forms.lead import AnswerLeadForm
from cases.forms.steps import CloseForm, HubAnswerForm, StepDownForm
from cases.leading import could_lead
from cases.models import Case, StepDown
from cases.rereferral import earlier_steps_of, is_rereferral
from cases.rules.steps import (
    can_answer_step_down_for_hub,
    can_close_for_social_care,
    can_take_over,
    can_withdraw_step_down,
    check_can_close_for_social_care,
    check_can_step_down,
)
from cases.views.attempts import attempt
from cases.views.common import get_case_for, lead_of, render_record
from earlyhelp.access import Permission, access
from hubs.models import AgencyKind


def _candidates(case: Case):
    """Who could lead in early help: nobody of children's social care itself."""
    return [m for m in could_lead(case) if m.agency.kind != AgencyKind.COUNCIL_SOCIAL_CARE]


@access(Permission.CASE_WRITE)
def step_down_new(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask the hub to take a family back into early help."""
    case = get_case_for(request, reference, "steps")
    check_can_step_down(request.actor, case)
    people = _candidates(case)
    form = StepDownForm(request.POST or None, memberships=people, workload=workload_of(people))
    if request.method == "POST" and form.is_valid():
        done, step_down = attempt(
            form, actions.propose_step_down, case=case, by=request.actor, **form.facts()
        )
        if done:
            messages.success(
                request, "Sent. Children’s social care holds the case until a lead professional accepts."
            )
            return redirect("step-down", step_down.pk)
    return render_record(request, "cases/steps/step_down_new.html", case, "steps", {"form": form})


@access(Permission.CASE_READ)
def step_down(request: HttpRequest, pk) -> HttpResponse:
    """One step-down, for all three sides: who has to do what next, by when. Hub and named lead answer here."""
    found, case = _fetch(request, pk)
    may_lead = found.is_open and can_take_over(request.actor, found)
    may_hub = found.is_open and can_answer_step_down_for_hub(request.actor, found) and not may_lead
    form = lead_form = None
    if may_lead:
        lead_form = AnswerLeadForm(request.POST or None)
    elif may_hub:
        people = _candidates(case)
        form = HubAnswerForm(
            request.POST or None,
            memberships=people,
            workload=workload_of(people),
            initial={"answer": "name", "lead": str(found.proposed_lead_id or "")},
        )
    if request.method == "POST":
        asked = lead_form or form
        if asked is None:
            messages.info(request, "This step-down is not waiting for your answer.")
            return redirect("step-down", found.pk)
        if asked.is_valid() and _answer(request, found, asked, bool(lead_form)):
            messages.success(request, "Your answer was recorded.")
            return redirect("step-down", found.pk)
    context = {
        "step_down": found,
        "form": form,
        "lead_form": lead_form,
        "may_withdraw": found.is_open and can_withdraw_step_down(request.actor, found),
        "close_form": CloseForm() if can_close_for_social_care(request.actor, found) else None,
        "is_rereferral": is_rereferral(case),
        "earlier": earlier_steps_of(case, but=found),
        "load_after": _load_after(request, case) if may_lead else 0,
    }
    return render_record(request, "cases/steps/step_down.html", case, "steps", context)


def _load_after(request, case: Case) -> int:
    """How many families the reader leads once they have accepted; they may lead this one already."""
    mine = request.actor.membership.pk
    lead = lead_of(case)
    return workload_of([mine])[mine] + (lead is None or lead.membership_id != mine)


def _answer(request, found, form, for_lead: bool) -> bool:
    data = form.cleaned_data
    if for_lead:
        if data["answer"] == "accept":
            return attempt(form, actions.take_over, step_down=found, by=request.actor)[0]
        return attempt(
            form, actions.decline_to_take_over, step_down=found, reason=data["reason"], by=request.actor
        )[0]
    if data["answer"] == "name":
        return attempt(form, actions.accept_for_hub, step_down=found, lead=data["lead"], by=request.actor)[0]
    return attempt(form, actions.return_step_down, step_down=found, reason=data["reason"], by=request.actor)[
        0
    ]


@access(Permission.CASE_WRITE)
@require_POST
def step_down_withdraw(request: HttpRequest, pk) -> HttpResponse:
    """Children's social care takes a hand-back back."""
    found, _case = _fetch(request, pk)
    actions.withdraw_step_down(step_down=found, by=request.actor)
    messages.success(request, "The step-down was taken back.")
    return redirect("step-down", found.pk)


@access(Permission.CASE_WRITE)
@require_POST
def step_down_close(request: HttpRequest, pk) -> HttpResponse:
    """Children's social care says that it has closed its own case, stepping across to early help."""
    found, _case = _fetch(request, pk)
    check_can_close_for_social_care(request.actor, found)
    form = CloseForm(request.POST)
    if (
        form.is_valid()
        and attempt(
            form,
            actions.close_for_social_care,
            step_down=found,
            code=form.cleaned_data["code"],
            by=request.actor,
        )[0]
    ):
        messages.success(request, "Recorded: social care’s case is closed.")
    else:
        messages.error(request, "Select why social care’s case was closed.")
    return redirect("step-down", found.pk)


def _fetch(request, pk) -> tuple[StepDown, Case]:
    found = get_object_or_404(StepDown.objects.with_list_data().select_related("case"), pk=pk)
    return found, get_case_for(request, found.case.reference, "steps")
