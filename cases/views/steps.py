"""Stepping up to children's social care: from the record, and from the side that decides."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from cases.actions import step_up as actions
from cases.forms.steps import DecideForm, StepUpForm
from cases.models import Case, StepDown, StepUp, StepUpBasis, StepUpKind, StepUpStatus, Threshold
from cases.rereferral import is_rereferral
from cases.rules.case import can_close
from cases.rules.steps import (
    can_decide_step_up,
    can_step_down,
    can_step_up,
    can_withdraw_step_up,
    check_can_decide_step_up,
    check_can_step_up,
)
from cases.views.attempts import attempt
from cases.views.common import get_case_for, render_record
from earlyhelp.access import Permission, access
from earlyhelp.audit import record_look
from hubs.models import Agency, AgencyKind


@access(Permission.CASE_READ)
def steps(request: HttpRequest, reference: str) -> HttpResponse:
    """Where the case stands between early help and social care, and what can be done next."""
    case = get_case_for(request, reference, "steps")
    context = {
        "step_ups": list(StepUp.objects.filter(case=case).with_list_data()),
        "step_downs": list(StepDown.objects.filter(case=case).with_list_data()),
        "may_step_up": can_step_up(request.actor, case),
        "may_step_down": can_step_down(request.actor, case),
        "may_close": can_close(request.actor, case),
        "is_rereferral": is_rereferral(case),
    }
    return render_record(request, "cases/steps/steps.html", case, "steps", context)


@access(Permission.CASE_WRITE)
def step_up_start(request: HttpRequest, reference: str) -> HttpResponse:
    """First of all: what to do when a child is in immediate danger."""
    case = get_case_for(request, reference, "steps")
    check_can_step_up(request.actor, case)
    context = {"threshold": Threshold.choices}
    return render_record(request, "cases/steps/danger.html", case, "steps", context)


@access(Permission.CASE_WRITE)
def step_up_write(request: HttpRequest, reference: str) -> HttpResponse:
    """Why social care is needed; then the same once more to check; then sent."""
    case = get_case_for(request, reference, "steps")
    check_can_step_up(request.actor, case)
    if request.method == "GET" and request.GET.get("read") != "yes":
        return redirect("step-up-start", case.reference)
    agencies = Agency.objects.active().of_kind(AgencyKind.COUNCIL_SOCIAL_CARE)
    form = StepUpForm(request.POST or None, agencies=agencies)
    if request.method == "POST" and request.POST.get("do") != "change" and form.is_valid():
        if request.POST.get("do") != "send":
            return _check_page(request, case, form)
        done, step_up = attempt(
            form, actions.send_step_up, case=case, danger_told=True, by=request.actor, **form.facts()
        )
        if done:
            messages.success(request, "Sent to children’s social care.")
            return redirect("step-up", step_up.pk)
    return render_record(request, "cases/steps/write.html", case, "steps", {"form": form})


def _check_page(request, case, form):
    data = form.cleaned_data
    context = {
        "form": form,
        "data": data,
        "hidden": _as_sent(form),
        "kind": StepUpKind(data["kind"]).label,
        "basis": StepUpBasis(data["basis"]).label,
        "threshold": [Threshold(code).label for code in data["threshold"]],
    }
    return render_record(request, "cases/steps/check.html", case, "steps", context)


def _as_sent(form) -> list[tuple[str, str]]:
    """What was typed, as hidden fields: nothing is kept on the server until it is sent."""
    return [(name, value) for name in form.fields for value in form.data.getlist(name) if value]


@access(Permission.CASE_READ)
def step_up(request: HttpRequest, pk) -> HttpResponse:
    """One step-up, for both sides: what was sent, the clock, the decision. The receiving side decides here."""
    found = get_object_or_404(StepUp.objects.with_list_data().select_related("sent_by__agency"), pk=pk)
    # The row is visible to the side it was sent to even when the case is not (any more): its id is enough for the log.
    case = Case.objects.granted_to(request.actor).filter(pk=found.case_id).first()
    record_look(
        request.actor, "Opened a step-up", case=Case(pk=found.case_id), level="section", step_up=str(found.pk)
    )
    may_decide = can_decide_step_up(request.actor, found) and found.status == StepUpStatus.SENT
    form = DecideForm(request.POST or None) if may_decide else None
    if request.method == "POST":
        check_can_decide_step_up(request.actor, found)
        if form is None:
            messages.info(request, "This step-up was answered already.")
            return redirect("step-up", found.pk)
        if form.is_valid():
            decide = (
                actions.accept_step_up if form.cleaned_data["answer"] == "accept" else actions.return_step_up
            )
            done, _ = attempt(
                form, decide, step_up=found, reason=form.cleaned_data["reason"], by=request.actor
            )
            if done:
                messages.success(request, "Your decision was sent back.")
                return redirect("step-up", found.pk)
    context = {
        "step_up": found,
        "case": case,
        "form": form,
        "nav": "work",
        "may_withdraw": bool(case)
        and found.status == StepUpStatus.SENT
        and can_withdraw_step_up(request.actor, found),
        "is_receiver": found.to_agency_id == request.actor.agency.pk,
    }
    return render(request, "cases/steps/step_up.html", context)


@access(Permission.CASE_WRITE)
@require_POST
def step_up_withdraw(request: HttpRequest, pk) -> HttpResponse:
    """Take a step-up back before it is decided."""
    found = get_object_or_404(StepUp.objects.with_list_data(), pk=pk)
    case = get_object_or_404(Case.objects.granted_to(request.actor), pk=found.case_id)
    actions.withdraw_step_up(step_up=found, by=request.actor)
    messages.success(request, "The step-up was taken back.")
    return redirect(reverse("record-steps", args=[case.reference]))
