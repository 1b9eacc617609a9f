"""The check for an existing record.

What was typed never stands in an address: the result has an opaque one.
"""

from __future__ import annotations

import uuid

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from assessments.actions import check_for_record, clear_check
from assessments.forms.match import MatchForm, NotAMatchForm
from assessments.matching import Asked, results
from assessments.models import MatchCheck
from assessments.rules import check_can_register
from cases.log import ids_of
from earlyhelp.access import Permission, access
from earlyhelp.audit import record_look


@access(Permission.CASE_REGISTER)
def start(request: HttpRequest) -> HttpResponse:
    """Ask who it is, before anything can be started."""
    check_can_register(request.actor)
    form = MatchForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        check = check_for_record(asked=form.asked(), by=request.actor)
        return redirect("assessment-check-result", check.pk)
    return render(request, "assessments/match.html", {"form": form, "nav": "find", "roomy": True})


@access(Permission.CASE_REGISTER)
def result(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What was found: records the reader may see, and for any other only which hub to ring."""
    check = get_check_for(request, pk)
    people, hubs = results(check)
    form = NotAMatchForm(request.POST if request.method == "POST" else None, people=people, hubs=bool(hubs))
    if request.method == "POST" and (people or hubs) and form.is_valid():
        try:
            clear_check(
                check=check,
                reason=form.cleaned_data.get("reason", ""),
                not_them=form.not_them(),
                by=request.actor,
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            known = "again" in check.asked
            return redirect("assessment-statement" if known else "assessment-register", check.pk)
    shown = ids_of(case for each in people for case in each["person"].family.cases.all())
    record_look(request.actor, "Opened what a check found", level="results", cases=shown, hubs=len(hubs))
    context = {
        "check": check,
        "asked": Asked.from_json({"first_name": "", "last_name": ""} | check.asked),
        "people": people,
        "hubs": hubs,
        "form": form,
        "known": "again" in check.asked,
        "nav": "find",
    }
    return render(request, "assessments/match_result.html", context)


def get_check_for(request: HttpRequest, pk: uuid.UUID) -> MatchCheck:
    """A check of this person's own that may still be used. Raises Http404 for any other."""
    check = MatchCheck.objects.of(request.actor).fresh().filter(pk=pk, used_at__isnull=True).first()
    if check is None:
        raise Http404
    return check
