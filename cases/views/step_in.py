"""A service steps in: asked from the record, answered by the service's leads."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from cases.actions import step_in as actions
from cases.actions.lead import workload_of
from cases.forms.steps import AnswerStepInForm, StepInForm
from cases.models import Case, StepIn, StepInStatus
from cases.rules.steps import (
    can_answer_step_in,
    can_take_back_step_in,
    check_can_answer_step_in,
    check_can_ask_to_step_in,
)
from cases.views.attempts import attempt
from cases.views.common import get_case_for, render_record
from earlyhelp.access import Permission, Role, access
from earlyhelp.audit import record_look
from hubs.models import Agency, Membership


@access(Permission.CASE_WRITE)
def step_in_new(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask a service to join the team, with what and why. What is missing before they may is said in words."""
    case = get_case_for(request, reference, "steps")
    check_can_ask_to_step_in(request.actor, case)
    agencies = Agency.objects.active().exclude(pk=request.actor.agency.pk).order_by("name")
    form = StepInForm(request.POST or None, agencies=agencies)
    if request.method == "POST" and form.is_valid():
        done, step_in = attempt(
            form, actions.ask_to_step_in, case=case, by=request.actor, **form.cleaned_data
        )
        if done:
            messages.success(request, "Sent. The lead stays as it is, whatever they answer.")
            return redirect("step-in", step_in.pk)
    return render_record(request, "cases/steps/step_in_new.html", case, "steps", {"form": form})


@access(Permission.CASE_READ)
def step_in(request: HttpRequest, pk) -> HttpResponse:
    """One request, for both sides: what is asked, the clock, the answer. The service answers here."""
    found = get_object_or_404(StepIn.objects.with_list_data().select_related("asked_by__agency"), pk=pk)
    # The service sees the request and not the case: its id is enough for the log.
    case = Case.objects.granted_to(request.actor).filter(pk=found.case_id).first()
    record_look(
        request.actor,
        "Opened a request to step in",
        case=Case(pk=found.case_id),
        level="section",
        step_in=str(found.pk),
    )
    form = None
    if can_answer_step_in(request.actor, found) and found.status == StepInStatus.ASKED:
        people = _workers(found.to_agency)
        form = AnswerStepInForm(request.POST or None, memberships=people, workload=workload_of(people))
    if request.method == "POST":
        check_can_answer_step_in(request.actor, found)
        if form is None:
            messages.info(request, "This request was answered already.")
            return redirect("step-in", found.pk)
        if form.is_valid() and _answer(request, found, form):
            messages.success(request, "Your answer was sent.")
            return redirect("step-in", found.pk)
    may_take_back = False
    if case and found.status == StepInStatus.ASKED:
        found.case = case
        may_take_back = can_take_back_step_in(request.actor, found)
    context = {"step_in": found, "case": case, "form": form, "nav": "work", "may_take_back": may_take_back}
    return render(request, "cases/steps/step_in.html", context)


def _workers(agency: Agency) -> list[Membership]:
    people = Membership.objects.live().for_agency(agency).with_people()
    roles = [Role.PRACTITIONER.value, Role.AGENCY_LEAD.value]
    return list(people.filter(roles__overlap=roles).order_by("user__last_name", "user__first_name", "pk"))


def _answer(request, found: StepIn, form) -> bool:
    data, by = form.cleaned_data, request.actor
    if data["answer"] == "join":
        return attempt(form, actions.accept_step_in, step_in=found, worker=data["worker"], by=by)[0]
    if data["answer"] == "offer":
        return attempt(form, actions.offer_instead, step_in=found, offer=data["offer"], by=by)[0]
    return attempt(form, actions.decline_step_in, step_in=found, reason=data["reason"], by=by)[0]


@access(Permission.CASE_WRITE)
@require_POST
def step_in_withdraw(request: HttpRequest, pk) -> HttpResponse:
    """Take a request back before it is answered."""
    found = get_object_or_404(StepIn, pk=pk)
    found.case = get_object_or_404(Case.objects.granted_to(request.actor), pk=found.case_id)
    actions.take_back_step_in(step_in=found, by=request.actor)
    messages.success(request, "The request was taken back.")
    return redirect("record-steps", found.case.reference)
