"""A record's history: who looked and who changed what."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from cases.log import sentence, with_names
from cases.views.common import get_case_for, render_record
from earlyhelp.access import Permission, access
from earlyhelp.audit.models import Event
from earlyhelp.web.pagination import page_of


@access(Permission.CASE_READ)
def history(request: HttpRequest, reference: str) -> HttpResponse:
    """Every look at the record and every change to it, newest first."""
    case = get_case_for(request, reference, "history")
    events = Event.objects.for_case(case)
    show = request.GET.get("show", "")
    if show == "looks":
        events = events.looks()
    elif show == "changes":
        events = events.changes()
    page = page_of(events, request, per_page=25)
    with_names(page.object_list)
    for event in page.object_list:
        event.sentence = sentence(event)
    return render_record(request, "cases/history.html", case, "history", {"page": page, "show": show})
