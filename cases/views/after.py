"""After a meeting: additions to signed minutes, and the copy that the family takes home."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from cases.actions.addendum import add_addendum
from cases.addresses import mentions_protected_address
from cases.family_copy import HOLDS_ADDRESS, meeting_copy_for
from cases.forms.after import AddendumForm
from cases.forms.copy import CopyForm
from cases.models import MeetingStatus, Outcome
from cases.reading_log import readers_of
from cases.room import room_of
from cases.rules import NotAllowed
from cases.rules.meeting import check_can_add_addendum
from cases.views.attempts import attempt
from cases.views.common import render_record
from cases.views.meeting import fetch
from cases.views.papers_of_family import pdf, record_copy
from earlyhelp.access import Permission, access


@access(Permission.CASE_WRITE)
def addendum_add(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """Put something right in signed minutes, beneath them and in one's own name."""
    case, found = fetch(request, reference, pk)
    check_can_add_addendum(request.actor, found)
    form = AddendumForm(request.POST or None, meeting=found)
    if request.method == "POST" and form.is_valid():
        done, _ = attempt(form, add_addendum, meeting=found, by=request.actor, **form.cleaned_data)
        if done:
            messages.success(request, "Added under the minutes.")
            return redirect("meeting", case.reference, found.pk)
    context = {
        "form": form,
        "meeting": found,
        "heading": "Put something right in the minutes",
        "button": "Add to the minutes",
    }
    return render_record(request, "cases/meetings/form.html", case, "meetings", context)


@access(Permission.CASE_READ)
def family_copy(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """What a meeting agreed, in plain English for one person of the family: whose copy, then the PDF."""
    case, found = fetch(request, reference, pk)
    if found.status not in (MeetingStatus.HELD, MeetingStatus.SIGNED_OFF):
        raise NotAllowed("The family’s copy is made once the meeting has ended.")
    form = CopyForm(request.GET if "person" in request.GET else None, people=readers_of(case))
    if form.is_bound and form.is_valid():
        reader = form.cleaned_data["person"]
        outcomes = Outcome.objects.filter(case=case).select_related("person")
        copy = meeting_copy_for(reader, room_of(case, found, "", request.actor), outcomes)
        if not mentions_protected_address(case, copy.texts):
            record_copy(request, case, "Made a family’s copy of a meeting", reader)
            context = {"case": case, "meeting": found, "copy": copy, "today": timezone.localdate()}
            return pdf("cases/meetings/copy_pdf.html", context, f"meeting-{case.reference}.pdf")
        form.add_error(None, HOLDS_ADDRESS)
    context = {"form": form, "heading": "A copy of the meeting for the family", "meeting": found}
    return render_record(
        request, "cases/plan/copy.html", case, "meetings", context, status=422 if form.errors else 200
    )
