"""Find a family."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cases.forms.work import FindForm
from cases.models import Case
from cases.search import find
from earlyhelp.access import Permission, access
from earlyhelp.audit import record_look


@access(Permission.CASE_SEARCH)
def find_family(request: HttpRequest) -> HttpResponse:
    """Search by POST, so that no name stands in an address or a server's log."""
    form = FindForm(request.POST or None)
    findings = None
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        case = Case.objects.granted_to(request.actor).filter(reference=data["words"].strip().upper()).first()
        if case:
            return redirect("record-overview", case.reference)
        findings = find(
            words=data["words"],
            born_on=data["born_on"],
            postcode=data["postcode"],
            number=data["number"],
            by=request.actor,
        )
        record_look(
            request.actor,
            "Searched for a family",
            level="search",
            found=len(findings.people),
            elsewhere=[hub.pk for hub in findings.elsewhere],
        )
    return render(request, "cases/find.html", {"form": form, "findings": findings, "nav": "find"})
