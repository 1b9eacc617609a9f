"""The access log: everybody's looks and changes, for the information governance lead and auditors."""

from __future__ import annotations

import csv
import datetime as dt
import io

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from cases.forms.log import AccessLogFilter, ExportForm
from cases.log import records_words, sentence, with_names, with_references
from earlyhelp.access import Permission, access
from earlyhelp.audit import record_look
from earlyhelp.audit.models import Event
from earlyhelp.web.pagination import page_of

# A count of every event ever would cost more than the page: further back is one date away.
SHOWN_AT_MOST = 5000
EXPORTED_AT_MOST = 10_000
HEADS = ("When (UTC)", "Who", "Job", "Agency", "How close", "What", "Records", "Event")
# A spreadsheet takes a cell that begins with one of these for a formula (OWASP, "CSV injection").
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


@access(Permission.AUDIT_READ)
def access_log(request: HttpRequest) -> HttpResponse:
    """Newest first, with filters. Looking here is recorded too."""
    form = AccessLogFilter(request.GET or None)
    events = _asked_for(form)
    page = page_of(events[:SHOWN_AT_MOST], request, per_page=50)
    record_look(
        request.actor,
        "Opened the access log",
        level="results",
        rows=len(page.object_list),
        filter=form.facts(),
    )
    _complete(page.object_list)
    context = {
        "page": page,
        "form": form,
        "nav": "log",
        "query": _without_page(request),
        "shown_at_most": SHOWN_AT_MOST,
        "is_capped": page.total == SHOWN_AT_MOST,
    }
    return render(request, "cases/access_log.html", context)


@access(Permission.AUDIT_READ)
@require_http_methods(["GET", "POST"])
def access_log_export(request: HttpRequest) -> HttpResponse:
    """The same events as a file for a spreadsheet, after a fresh code. The export is an event like any look."""
    filters = AccessLogFilter(request.GET or None)
    events = _asked_for(filters)
    found = events[: EXPORTED_AT_MOST + 1].count()
    form = ExportForm(request.POST or None, request=request)
    if found > EXPORTED_AT_MOST or not filters.is_usable:
        form = None
    elif request.method == "POST" and form.is_valid():
        return _file(request, filters, list(events[:EXPORTED_AT_MOST]))
    else:
        record_look(request.actor, "Asked to export the access log", level="results", filter=filters.facts())
    context = {
        "form": form,
        "filters": filters,
        "found": found,
        "at_most": EXPORTED_AT_MOST,
        "query": _without_page(request),
        "nav": "log",
    }
    return render(request, "cases/access_log_export.html", context)


def _without_page(request: HttpRequest) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    return query.urlencode()


def _asked_for(form: AccessLogFilter):
    events = Event.objects.all()
    return form.narrow(events) if form.is_usable else events.none()


def _complete(events) -> None:
    with_names(events)
    with_references(events)
    for event in events:
        event.sentence, event.records = sentence(event), records_words(event)


def _file(request: HttpRequest, filters: AccessLogFilter, events: list[Event]) -> HttpResponse:
    record_look(
        request.actor,
        "Exported the access log",
        level="results",
        rows=len(events),
        filter=filters.facts(),
    )
    _complete(events)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADS)
    for event in events:
        who = event.membership
        row = (
            event.at.astimezone(dt.UTC).isoformat(timespec="seconds"),
            event.who,
            who.job_title if who else "",
            who.agency.name if who else "",
            event.get_level_display(),
            event.sentence,
            event.records,
            str(event.pk),
        )
        writer.writerow([f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell for cell in row])
    # With a mark, so that Excel reads the letters right.
    response = HttpResponse(text.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="access-log.csv"'
    return response
