"""Where a case stands between early help, social care and other services; advice that was asked for."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from cases.actions import consultation as actions
from cases.forms.steps_up import AdviceForm, ConsultationForm
from cases.models import Consultation, ConsultationStatus, StepDown, StepIn, StepUp
from cases.rereferral import earlier_steps_of, is_rereferral
from cases.rules.case import can_close, check_can_write
from cases.rules.steps import can_ask_to_step_in, can_step_down, can_step_up, can_tell_incident
from cases.states import check_can_become
from cases.views.attempts import attempt
from cases.views.common import get_case_for, render_record
from earlyhelp.access import Permission, access


@access(Permission.CASE_READ)
def steps(request: HttpRequest, reference: str) -> HttpResponse:
    """Where the case stands between early help and social care, and what can be done next."""
    case = get_case_for(request, reference, "steps")
    step_ups = list(StepUp.objects.filter(case=case).with_list_data())
    may_tell = can_tell_incident(request.actor, case)
    context = {
        "step_ups": step_ups,
        "step_downs": list(StepDown.objects.filter(case=case).with_list_data()),
        "step_ins": list(StepIn.objects.filter(case=case).with_list_data()),
        "consultations": list(
            Consultation.objects.filter(case=case).select_related("recorded_by__user", "agency")
        ),
        "may_tell": may_tell,
        "may_step_up": may_tell and can_step_up(request.actor, case),
        "may_step_down": can_step_down(request.actor, case),
        "may_step_in": may_tell and can_ask_to_step_in(request.actor, case),
        "may_close": can_close(request.actor, case),
        "is_rereferral": is_rereferral(case),
        "earlier": earlier_steps_of(case),
    }
    return render_record(request, "cases/steps/steps.html", case, "steps", context)


@access(Permission.CASE_WRITE)
def consultation_add(request: HttpRequest, reference: str) -> HttpResponse:
    """Write down advice from the helpline, a safeguarding lead or somebody else."""
    case = get_case_for(request, reference, "steps")
    check_can_write(request.actor, case)
    form = ConsultationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done, _ = attempt(form, actions.record_consultation, case=case, by=request.actor, **form.facts())
        if done:
            messages.success(request, "The advice is written down.")
            return redirect("record-steps", case.reference)
    return render_record(request, "cases/steps/consultation.html", case, "steps", {"form": form})


@access(Permission.CASE_WRITE)
def consultation_decide(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """Say whether advice was followed, and why."""
    case = get_case_for(request, reference, "steps")
    found = get_object_or_404(Consultation, pk=pk, case=case)
    check_can_write(request.actor, case)
    check_can_become(found, ConsultationStatus.FOLLOWED)
    form = AdviceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done, _ = attempt(
            form, actions.decide_on_advice, consultation=found, by=request.actor, **form.cleaned_data
        )
        if done:
            messages.success(request, "What was done about the advice is written down.")
            return redirect("record-steps", case.reference)
    context = {"form": form, "consultation": found}
    return render_record(request, "cases/steps/consultation_decide.html", case, "steps", context)
