"""Asking for emergency access, and checking that somebody else used it well."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cases.actions.emergency import break_glass, check_emergency, tries_of
from cases.forms.emergency import CheckForm, EmergencyForm
from cases.models import Case
from cases.protect import emergencies_to_check, restrictions_in_force
from cases.rules.emergency import check_can_break_glass
from cases.views.attempts import attempt
from earlyhelp.access import Permission, access
from earlyhelp.audit import record_look

NOT_OPENED = (
    "No record could be opened. Check the reference with the hub or the colleague who gave it to you. "
    "The hub can tell you what you need to know."
)


@access(Permission.CASE_READ)
def emergency(request: HttpRequest) -> HttpResponse:
    """Open one record by its reference, for some hours, to read. A wrong reference reads like one that is kept back."""
    check_can_break_glass(request.actor, tries_of(request.actor))
    form = EmergencyForm(request.POST or None, request=request)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        reference = data["reference"].strip().upper()
        if Case.objects.granted_to(request.actor).filter(reference=reference).exists():
            return redirect("record-overview", reference)
        opened, case = attempt(
            form, break_glass, reference=reference, harm=data["harm"], reason=data["reason"], by=request.actor
        )
        if case:
            hours = settings.EARLY_HELP["EMERGENCY_HOURS"]
            messages.success(
                request, f"Opened for {hours} hours, to read. A manager has been told and will ask you."
            )
            return redirect("record-overview", case.reference)
        if opened:
            form.add_error(None, NOT_OPENED)
    context = {"form": form, "nav": "find", "roomy": True, "hours": settings.EARLY_HELP["EMERGENCY_HOURS"]}
    return render(request, "cases/protect/emergency.html", context)


@access(Permission.CASE_READ, Permission.AGREEMENT_MANAGE)
def protection(request: HttpRequest) -> HttpResponse:
    """What waits for a second pair of eyes: emergency access used, restrictions to lift or to look at again."""
    emergencies, restrictions = emergencies_to_check(request.actor), restrictions_in_force(request.actor)
    record_look(
        request.actor,
        "Saw emergency access and restrictions to check",
        level="results",
        emergencies=len(emergencies),
        restrictions=len(restrictions),
    )
    context = {
        "emergencies": emergencies,
        "to_lift": [each for each in restrictions if each.lift_asked_at],
        "in_force": restrictions,
        "nav": "work",
    }
    return render(request, "cases/protect/protection.html", context)


@access(Permission.CASE_READ, Permission.AGREEMENT_MANAGE)
def emergency_check(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign off one emergency access with a note. Somebody else's, or one that was checked, does not exist."""
    found = next((each for each in emergencies_to_check(request.actor) if each.id == pk), None)
    if found is None:
        raise Http404
    record_look(request.actor, "Opened an emergency access to check", level="section", emergency=pk)
    form = CheckForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done, _ = attempt(
            form, check_emergency, emergency=pk, note=form.cleaned_data["note"], by=request.actor
        )
        if done:
            messages.success(request, "Signed off. Your note stands with the record.")
            return redirect("protection")
    return render(
        request, "cases/protect/emergency_check.html", {"form": form, "found": found, "nav": "work"}
    )
