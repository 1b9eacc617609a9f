"""A record's history: who looked and who changed what."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cases.forms.log import AccessLogFilter
from cases.views.common import get_case_for, render_record
from earlyhelp.access import Permission, access
from earlyhelp.audit import record_look
from earlyhelp.audit.models import Event
from earlyhelp.web.pagination import page_of
from hubs.models import Membership


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
    return render_record(request, "cases/history.html", case, "history", {"page": page, "show": show})


def with_names(events) -> None:
    """Give each event `membership` (or None), in one query: events keep ids, never names."""
    ids = {event.membership_id for event in events}
    members = Membership.objects.with_people().in_bulk(list(ids - {None}))
    for event in events:
        event.membership = members.get(event.membership_id)


@access(Permission.AUDIT_READ)
def access_log(request: HttpRequest) -> HttpResponse:
    """Everybody's looks and changes, for the information governance lead and auditors. Looking here is recorded too."""
    form = AccessLogFilter(request.GET or None)
    events = Event.objects.all()
    if form.is_valid():
        events = form.narrow(events)
    # A count of every event ever would cost more than the page: further back is one date away.
    page = page_of(events[:5000], request, per_page=50)
    record_look(request.actor, "Opened the access log", level="results", rows=len(page.object_list))
    with_names(page.object_list)
    return render(request, "cases/access_log.html", {"page": page, "form": form, "nav": "log"})
