"""The page on how quality checks come out over time."""

from __future__ import annotations

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from assessments.quality.sample import scopes_of
from earlyhelp.access import Permission, access
from earlyhelp.audit import record_look
from earlyhelp.web.forms import FilterForm
from reporting.quality import trend_of


class ScopeFilter(FilterForm):
    """Which hub, or one's own agency."""

    def __init__(self, *args, scopes, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["of"] = forms.ChoiceField(
            label="Checks of", required=False, choices=[(each.code, each.name) for each in scopes]
        )


@access(Permission.QUALITY_AUDIT)
def trend(request: HttpRequest) -> HttpResponse:
    """Grades by quarter, by question and, for a hub, by agency; small counts are hidden."""
    scopes = scopes_of(request.actor)
    if not scopes:
        raise Http404
    filters = ScopeFilter(request.GET or None, scopes=scopes)
    chosen = filters.cleaned_data["of"] if filters.is_valid() else ""
    scope = next((each for each in scopes if each.code == chosen), scopes[0])
    record_look(request.actor, "Opened how quality checks come out", level="results")
    context = {
        "filters": filters if len(scopes) > 1 else None,
        "scope": scope,
        "trend": trend_of(scope),
        "nav": "quality",
    }
    return render(request, "reporting/quality.html", context)
