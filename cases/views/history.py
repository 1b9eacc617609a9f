"""A record's history: who looked and who changed what; and the list of looks that the family is given."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from cases.forms.history import ReaderForm
from cases.joining.covered import with_cover
from cases.log import sentence, with_names
from cases.reading_log import readers_of, reading_log
from cases.rules.history import can_make_reading_log, check_can_make_reading_log
from cases.views.common import get_case_for, render_record
from earlyhelp.access import Permission, access
from earlyhelp.audit import record_look
from earlyhelp.audit.models import Event
from earlyhelp.web.pagination import page_of
from earlyhelp.web.pdf import render_pdf


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
    with_cover(case, page.object_list)
    for event in page.object_list:
        event.sentence = sentence(event)
        if event.covered_for:
            event.sentence += f", covering for the lead, {event.covered_for}"
    context = {"page": page, "show": show, "may_make_log": can_make_reading_log(request.actor, case)}
    return render_record(request, "cases/history.html", case, "history", context)


@access(Permission.CASE_READ)
def for_the_family(request: HttpRequest, reference: str) -> HttpResponse:
    """Who has seen this family's record, when and why, as one reader in the family may have it."""
    case, form, log = _log_for(request, reference, "Opened the list of looks for a family")
    context = {"form": form, "log": log, "query": request.GET.urlencode(), **_words()}
    return render_record(request, "cases/history_for_family.html", case, "history", context)


@access(Permission.CASE_READ)
def for_the_family_copy(request: HttpRequest, reference: str) -> HttpResponse:
    """The same list to print or send."""
    case, _form, log = _log_for(request, reference, "Made the list of looks for a family")
    content = render_pdf("cases/history_for_family_pdf.html", {"case": case, "log": log, **_words()})
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="who-looked-{case.reference}.pdf"'
    return response


def _words() -> dict:
    return {"today": timezone.localdate(), "names_are_given": settings.EARLY_HELP["FAMILY_LOG_NAMES"]}


def _log_for(request: HttpRequest, reference: str, verb: str):
    """The case, the form with what may be chosen, and the list. Raises Http404 for somebody not of the family."""
    case = get_case_for(request, reference, "history")
    check_can_make_reading_log(request.actor, case)
    people = readers_of(case)
    wanted = request.GET.get("person", "")
    reader = next((each for each in people if str(each.pk) == wanted), None)
    if wanted and reader is None:
        raise Http404
    form = ReaderForm({"person": "", **request.GET.dict(), **_lists(request)}, people=people)
    log = reading_log(case, reader)
    form.offer(log.lines)
    left_out = form.cleaned_data.get("leave_out", [])
    log = log.without(left_out)
    record_look(
        request.actor,
        verb,
        case=case,
        level="section",
        section="history",
        reader=str(reader.pk) if reader else "family",
        lines=len(log.lines),
        left_out=left_out,
    )
    return case, form, log


def _lists(request: HttpRequest) -> dict:
    return {"leave_out": request.GET.getlist("leave_out")}
