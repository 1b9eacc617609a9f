"""Find a family."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cases.forms.work import FindForm
from cases.joining.rules import can_ask_to_join
from cases.log import ids_of
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
            record_look(request.actor, "Searched for a family", level="search", by=["reference"], found=1)
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
            by=_kinds_of(data),
            found=len(findings.people),
            elsewhere=[hub.pk for hub in findings.elsewhere],
        )
        shown = [each.case for each in findings.people if each.case]
        if shown:
            record_look(request.actor, "Saw what a search found", level="results", cases=ids_of(shown))
    searched = []
    if findings is not None and findings.elsewhere:
        # Carried into asking to join, by POST again.
        born = form.cleaned_data["born_on"]
        searched = [(name, form.cleaned_data[name]) for name in ("words", "postcode", "number")]
        searched.append(("born_on", born.isoformat() if born else ""))
    may_merge = request.actor.may(Permission.RECORDS_MERGE)
    context = {
        "form": form,
        "findings": findings,
        "searched": searched,
        "may_ask_to_join": can_ask_to_join(request.actor),
        "may_merge": may_merge,
        "nav": "find",
    }
    return render(request, "cases/find.html", context)


def _kinds_of(data: dict) -> list[str]:
    """Which kinds of words were searched for, never the words (cases.log.SEARCHED_BY)."""
    kinds = {"words": "name", "born_on": "born", "postcode": "postcode", "number": "number"}
    return [kind for field, kind in kinds.items() if data.get(field)]
