"""Stepping up to children's social care: two ways to send it, and the side that decides."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from cases import national
from cases.actions import step_up as actions
from cases.forms.steps_up import DecideForm, IncidentForm, StepUpForm
from cases.guidance import levels_of_need
from cases.models import (
    Case,
    Consultation,
    Meeting,
    MeetingStatus,
    StepUp,
    StepUpBasis,
    StepUpPack,
    StepUpStatus,
    Threshold,
)
from cases.pack import choose, frozen, pack_of, what_they_may_have
from cases.rules.steps import (
    can_acknowledge,
    can_decide_step_up,
    can_step_up,
    can_withdraw_step_up,
    check_can_decide_step_up,
    check_can_step_up,
    check_can_tell_incident,
)
from cases.views.attempts import attempt
from cases.views.common import get_case_for, render_record
from earlyhelp.access import Permission, access
from earlyhelp.audit import record_look
from hubs.models import Agency, AgencyKind

MEETINGS_OFFERED = dt.timedelta(days=90)  # an escalation talked over longer ago was about something else


@access(Permission.CASE_WRITE)
def step_up_start(request: HttpRequest, reference: str) -> HttpResponse:
    """First of all: what to do when a child is in immediate danger. Then which of the two ways it is."""
    case = get_case_for(request, reference, "steps")
    check_can_tell_incident(request.actor, case)
    context = {
        "threshold": Threshold.choices,
        "guides": levels_of_need(),
        "may_step_up": can_step_up(request.actor, case),
        "is_held": case.status == "stepped_up",
    }
    return render_record(request, "cases/steps/danger.html", case, "steps", context)


@access(Permission.CASE_WRITE)
def step_up_write(request: HttpRequest, reference: str) -> HttpResponse:
    """A planned escalation: why social care is needed; then the same once more, with the pack, to check; then sent."""
    case = get_case_for(request, reference, "steps")
    check_can_step_up(request.actor, case)
    if request.method == "GET" and request.GET.get("read") != "yes":
        return redirect("step-up-start", case.reference)
    form = StepUpForm(request.POST or None, agencies=_who_may_decide(), meetings=_meetings(case))
    if request.method == "POST" and request.POST.get("do") != "change" and form.is_valid():
        if request.POST.get("do") != "send":
            return _check_page(request, case, form)
        done, step_up = attempt(
            form, actions.send_step_up, case=case, danger_told=True, by=request.actor, **form.facts()
        )
        if done:
            messages.success(request, "Sent to children’s social care.")
            return redirect("step-up", step_up.pk)
    context = {
        "form": form,
        "guides": levels_of_need(),
        "consultations": Consultation.objects.filter(case=case),
    }
    return render_record(request, "cases/steps/write.html", case, "steps", context)


@access(Permission.CASE_WRITE)
def step_up_incident(request: HttpRequest, reference: str) -> HttpResponse:
    """Something has happened: one short page, told at once."""
    case = get_case_for(request, reference, "steps")
    check_can_tell_incident(request.actor, case)
    form = IncidentForm(
        request.POST or None, agencies=_who_may_decide(), initial={"happened_on": timezone.localdate()}
    )
    if request.method == "POST" and form.is_valid():
        done, step_up = attempt(form, actions.tell_incident, case=case, by=request.actor, **form.facts())
        if done:
            messages.success(request, "Children’s social care has been told.")
            return redirect("step-up", step_up.pk)
    return render_record(request, "cases/steps/incident.html", case, "steps", {"form": form})


def _who_may_decide():
    return Agency.objects.active().of_kind(AgencyKind.COUNCIL_SOCIAL_CARE)


def _meetings(case: Case) -> list[Meeting]:
    held = [MeetingStatus.HELD, MeetingStatus.SIGNED_OFF]
    since = timezone.now() - MEETINGS_OFFERED
    return list(
        Meeting.objects.filter(case=case, status__in=held, starts_at__gte=since).order_by("-starts_at")
    )


def _check_page(request, case, form):
    data = form.cleaned_data
    facts = form.facts()
    kept = what_they_may_have(case, data["to_agency"], data["basis"])
    going, left_out = choose(data["categories"], kept)
    context = {
        "form": form,
        "data": data,
        "hidden": _as_sent(form),
        "meeting": facts["meeting"],
        "basis": StepUpBasis(data["basis"]).label,
        "threshold": [Threshold(code).label for code in data["threshold"]],
        "pack": pack_of(case, going) | {"left_out": left_out},
    }
    return render_record(request, "cases/steps/check.html", case, "steps", context)


def _as_sent(form) -> list[tuple[str, str]]:
    """What was typed, as hidden fields: nothing is kept on the server until it is sent."""
    return [(name, value) for name in form.fields for value in form.data.getlist(name) if value]


@access(Permission.CASE_READ)
def step_up(request: HttpRequest, pk) -> HttpResponse:
    """One step-up, for both sides: what was sent, the clock, the decision. The receiving side decides here."""
    found, case = _fetch(request, pk, "Opened a step-up")
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
    pack = StepUpPack.objects.filter(step_up=found).first()
    context = {
        "step_up": found,
        "pack": pack.content if pack else None,
        "sha256": pack.sha256 if pack else "",
        "case": case,
        "form": form,
        "nav": "work",
        "may_withdraw": bool(case)
        and found.status == StepUpStatus.SENT
        and can_withdraw_step_up(request.actor, found),
        "may_acknowledge": bool(case) and can_acknowledge(request.actor, found),
        "is_receiver": found.to_agency_id == request.actor.agency.pk,
    }
    return render(request, "cases/steps/step_up.html", context)


@access(Permission.CASE_READ)
def step_up_file(request: HttpRequest, pk) -> HttpResponse:
    """The pack as it was sent, byte for byte: its SHA-256 is the one on the page."""
    found, _case = _fetch(request, pk, "Downloaded what was sent with a step-up")
    return _file(frozen(_pack(found).content), f"step-up-{found.pk}.json")


@access(Permission.CASE_READ)
def step_up_national(request: HttpRequest, pk) -> HttpResponse:
    """The same in the shape of the draft national standard (cases/national.py)."""
    found, _case = _fetch(request, pk, "Downloaded a step-up in the draft national format")
    return _file(national.as_file(found, _pack(found)), f"step-up-{found.pk}-draft-national.json")


@access(Permission.CASE_WRITE)
@require_POST
def step_up_withdraw(request: HttpRequest, pk) -> HttpResponse:
    """Take a step-up back before it is decided."""
    found, case = _to_write(request, pk)
    actions.withdraw_step_up(step_up=found, by=request.actor)
    messages.success(request, "The step-up was taken back.")
    return redirect(reverse("record-steps", args=[case.reference]))


@access(Permission.CASE_WRITE)
@require_POST
def step_up_acknowledge(request: HttpRequest, pk) -> HttpResponse:
    """The sender's side says that it has read the decision."""
    found, _case = _to_write(request, pk)
    actions.acknowledge_step_up(step_up=found, by=request.actor)
    messages.success(request, "Recorded: you have read the decision.")
    return redirect("step-up", found.pk)


def _fetch(request, pk, verb: str) -> tuple[StepUp, Case | None]:
    found = get_object_or_404(
        StepUp.objects.with_list_data().select_related("sent_by__agency", "acknowledged_by__user", "meeting"),
        pk=pk,
    )
    # The row is visible to the side it was sent to even when the case is not (any more): its id is enough for the log.
    case = Case.objects.granted_to(request.actor).filter(pk=found.case_id).first()
    record_look(request.actor, verb, case=Case(pk=found.case_id), level="section", step_up=str(found.pk))
    return found, case


def _pack(step_up: StepUp) -> StepUpPack:
    return get_object_or_404(StepUpPack, step_up=step_up)


def _to_write(request, pk) -> tuple[StepUp, Case]:
    found = get_object_or_404(StepUp.objects.with_list_data(), pk=pk)
    case = Case.objects.granted_to(request.actor).filter(pk=found.case_id).first()
    if case is None:
        raise Http404
    return found, case


def _file(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response
