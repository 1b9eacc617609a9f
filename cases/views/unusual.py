"""Looks that somebody should ask about, one day at a time."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from cases.forms.log import DayFilter
from cases.unusual import unusual_looks
from earlyhelp.access import Permission, access
from earlyhelp.audit import record_look


@access(Permission.AUDIT_READ)
def unusual(request: HttpRequest) -> HttpResponse:
    """For information governance leads and auditors. Looking here is recorded too."""
    filters = DayFilter(request.GET or None)
    day = (filters.cleaned_data["day"] if filters.is_valid() else None) or timezone.localdate()
    kinds = unusual_looks(day)
    record_look(
        request.actor,
        "Opened unusual looks",
        level="results",
        day=day.isoformat(),
        rows=sum(len(found) for _words, found in kinds),
    )
    return render(
        request, "cases/protect/unusual.html", {"day": day, "kinds": kinds, "filters": filters, "nav": "log"}
    )
