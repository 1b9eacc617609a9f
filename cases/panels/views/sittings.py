"""Pages of one sitting: its agenda before, during and after, each reader's own items."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from cases.log import ids_of
from cases.panels.actions import panels as actions
from cases.panels.forms import AttendanceForm, GeneralNoteForm, ReasonForm, SittingForm
from cases.panels.reading import members_of, names_on, sitting_page
from cases.panels.rules import can_run_panel, can_write_general_note, check_can_run_panel
from cases.panels.rules import check_can_write_general_note as check_can_write_note
from cases.panels.views.common import get_sitting_for, look_at_sitting, panel_form
from cases.rules import NotAllowed
from cases.views.attempts import attempt
from earlyhelp.access import Permission, access
from earlyhelp.audit import record_look
from earlyhelp.web.pdf import render_pdf


@access(Permission.CASE_READ)
def sitting(request: HttpRequest, pk) -> HttpResponse:
    """The agenda of a sitting: the reader's own items, who came, general notes."""
    return _page(request, get_sitting_for(request, pk), GeneralNoteForm())


def _page(request: HttpRequest, found, form, status: int = 200) -> HttpResponse:
    page = sitting_page(found)
    record_look(
        request.actor,
        "Opened a panel's sitting",
        level="results",
        sitting=str(found.pk),
        cases=ids_of(page.case_ids),
    )
    context = {
        "sitting": found,
        "panel": found.panel,
        "page": page,
        "form": form,
        "may_run": can_run_panel(request.actor, found.panel),
        "may_note": can_write_general_note(request.actor, found.panel),
        "nav": "meetings",
    }
    return render(request, "cases/panels/sitting.html", context, status=status)


@access(Permission.CASE_WRITE)
@require_POST
def sitting_note(request: HttpRequest, pk) -> HttpResponse:
    """A general note. Words that name a family on the agenda are asked about first."""
    found = get_sitting_for(request, pk)
    look_at_sitting(request, found)
    check_can_write_note(request.actor, found.panel)
    form = GeneralNoteForm(request.POST, names=names_on(found))
    if form.is_valid():
        done, _ = attempt(
            form,
            actions.write_general_note,
            sitting=found,
            text=form.cleaned_data["text"],
            by=request.actor,
        )
        if done:
            messages.success(request, "Note added.")
            return redirect("sitting", found.pk)
    return _page(request, found, form, status=422)


@access(Permission.CASE_WRITE)
def sitting_change(request: HttpRequest, pk) -> HttpResponse:
    """Move a sitting, or change where it is."""
    found = _to_change(request, pk)
    form = SittingForm(request.POST or None, sitting=found)
    if request.method == "POST" and form.is_valid():
        done, _ = attempt(form, actions.change_sitting, sitting=found, by=request.actor, **form.facts())
        if done:
            messages.success(request, "Date changed. Every item has gone with it.")
            return redirect("sitting", found.pk)
    return _form(request, found, form, "Change the date", "Save changes")


@access(Permission.CASE_WRITE)
def sitting_cancel(request: HttpRequest, pk) -> HttpResponse:
    """Cancel a sitting, with the reason."""
    found = _to_change(request, pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done, _ = attempt(form, actions.cancel_sitting, sitting=found, by=request.actor, **form.cleaned_data)
        if done:
            messages.success(request, "Sitting cancelled. Its items are on the next date, if there is one.")
            return redirect("panel", found.panel_id)
    return _form(request, found, form, "Cancel the sitting", "Cancel the sitting")


@access(Permission.CASE_WRITE)
def sitting_end(request: HttpRequest, pk) -> HttpResponse:
    """End a sitting: who came."""
    found = _to_change(request, pk)
    members = [row.membership for row in members_of(found.panel)]
    form = AttendanceForm(request.POST or None, members=members)
    if request.method == "POST" and form.is_valid():
        done, _ = attempt(
            form, actions.end_sitting, sitting=found, attendance=form.attendance(), by=request.actor
        )
        if done:
            messages.success(request, "Sitting ended. Items that nobody talked about are on the next date.")
            return redirect("sitting", found.pk)
    return _form(request, found, form, "End the sitting", "End the sitting")


@access(Permission.CASE_WRITE)
@require_POST
def sitting_tell(request: HttpRequest, pk) -> HttpResponse:
    """Tell the members that the agenda can be read."""
    found = _to_change(request, pk)
    try:
        told = actions.tell_members(sitting=found, by=request.actor)
    except ValueError as refusal:
        raise NotAllowed(str(refusal)) from None
    messages.success(
        request, f"{told} members are told that the agenda is ready. The message names no family."
    )
    return redirect("sitting", found.pk)


@access(Permission.CASE_READ)
def sitting_pdf(request: HttpRequest, pk) -> HttpResponse:
    """The reader's own items as a file to print."""
    found = get_sitting_for(request, pk)
    page = sitting_page(found)
    record_look(
        request.actor,
        "Printed a panel's sitting",
        level="results",
        sitting=str(found.pk),
        cases=ids_of(page.case_ids),
    )
    context = {"sitting": found, "panel": found.panel, "page": page, "reader": request.actor}
    response = HttpResponse(
        render_pdf("cases/panels/sitting_pdf.html", context), content_type="application/pdf"
    )
    response["Content-Disposition"] = 'inline; filename="panel-agenda.pdf"'
    return response


def _to_change(request: HttpRequest, pk):
    found = get_sitting_for(request, pk)
    look_at_sitting(request, found)
    check_can_run_panel(request.actor, found.panel)
    return found


def _form(request, found, form, heading, button) -> HttpResponse:
    back = reverse("sitting", args=[found.pk])
    return panel_form(request, form, heading, button, back, "Sitting", strip=found.panel.name, sitting=found)
