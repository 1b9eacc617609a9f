"""The agenda of a meeting: adding, changing, putting in order, removing, going on."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from cases.actions import agenda as actions
from cases.forms.room import AgendaItemForm
from cases.models import AgendaItem
from cases.rules.meeting import check_can_change_item, check_can_change_meeting, check_can_write_minutes
from cases.views.attempts import attempt
from cases.views.meeting import fetch, form_page
from cases.views.room import do_and_return, item_of
from earlyhelp.access import Permission, access


@access(Permission.CASE_WRITE)
def item_add(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """Put something on the agenda, for everybody or for some."""
    case, meeting = fetch(request, reference, pk)
    check_can_write_minutes(request.actor, meeting)
    form = AgendaItemForm(request.POST or None, case=case, actor=request.actor)
    if request.method == "POST" and form.is_valid():
        done, _ = attempt(
            form, actions.add_agenda_item, meeting=meeting, by=request.actor, **form.cleaned_data
        )
        if done:
            messages.success(request, "Added to the agenda.")
            return redirect("meeting", case.reference, meeting.pk)
    return form_page(request, case, meeting, form, "Add to the agenda", "Add item")


@access(Permission.CASE_WRITE)
def item_change(request: HttpRequest, reference: str, pk, item) -> HttpResponse:
    """Change one item: its words, its time, whom it is for."""
    case, meeting, found = _item(request, reference, pk, item)
    check_can_change_item(request.actor, found)
    form = AgendaItemForm(request.POST or None, case=case, actor=request.actor, item=found)
    if request.method == "POST" and form.is_valid():
        done, _ = attempt(form, actions.change_item, item=found, by=request.actor, **form.cleaned_data)
        if done:
            messages.success(request, "Item changed.")
            return redirect("meeting", case.reference, meeting.pk)
    return form_page(request, case, meeting, form, "Change an item of the agenda", "Save item")


@access(Permission.CASE_WRITE)
@require_POST
def item_shift(request: HttpRequest, reference: str, pk, item) -> HttpResponse:
    """Move an item one place up or down."""
    case, meeting, found = _item(request, reference, pk, item)
    is_up = request.POST.get("do") == "up"
    return do_and_return(
        request, case, meeting, actions.shift_item, item=found, is_up=is_up, by=request.actor
    )


@access(Permission.CASE_WRITE)
@require_POST
def item_remove(request: HttpRequest, reference: str, pk, item) -> HttpResponse:
    """Take an item off the agenda."""
    case, meeting, found = _item(request, reference, pk, item)
    return do_and_return(request, case, meeting, actions.remove_item, item=found, by=request.actor)


@access(Permission.CASE_WRITE)
@require_POST
def item_move(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """Go on to an agenda item, for everybody."""
    case, found = fetch(request, reference, pk)
    item = item_of(found, request.POST.get("item"))
    if item is None:
        check_can_change_meeting(request.actor, found)
        return redirect("meeting", case.reference, found.pk)
    return do_and_return(
        request, case, found, actions.move_to_item, meeting=found, item=item, by=request.actor
    )


def _item(request, reference, pk, item):
    case, meeting = fetch(request, reference, pk)
    found = get_object_or_404(
        AgendaItem.objects.select_related("meeting__case"), pk=item, meeting=meeting, removed_at=None
    )
    found.meeting.case = case
    return case, meeting, found
