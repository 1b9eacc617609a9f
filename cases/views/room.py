"""The meeting's own page: before, during and after. During, it is where minutes, decisions and actions are written."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from cases.actions import minutes as actions
from cases.forms.meeting import AgreedActionForm, MinuteForm
from cases.models import AgendaItem, Attendance, Meeting, MeetingStatus
from cases.room import room_of
from cases.rules.meeting import can_write_minutes, check_can_write_minutes, runs_meeting
from cases.views.attempts import attempt
from cases.views.common import render_record
from cases.views.meeting import fetch
from earlyhelp.access import Permission, access
from earlyhelp.web.pdf import render_pdf


@access(Permission.CASE_READ)
def meeting(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """The meeting: who comes, the agenda, what is said, decided and agreed."""
    case, found = fetch(request, reference, pk)
    return _room_page(request, case, found, MinuteForm())


def _room_page(request, case, found, form, status=200):
    chosen = request.POST.get("item", "") or request.GET.get("item", "")
    may_write = can_write_minutes(request.actor, found)
    room = room_of(case, found, chosen, request.actor)
    context = {
        "case": case,
        "room": room,
        "meeting": found,
        "form": form,
        "may_write": may_write,
        "is_live": found.is_live or room.has_minutes and not found.is_locked,
        "may_change": may_write and runs_meeting(request.actor, found),
        "may_sign": may_write
        and found.status == MeetingStatus.HELD
        and found.chair_id == request.actor.membership.pk,
        "nav": "meetings",
    }
    return render(request, "cases/meetings/meeting.html", context, status=status)


@access(Permission.CASE_WRITE)
@require_POST
def minute_add(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """What was typed under an agenda item: an entry of the minutes, a decision, or an action still to be given away."""
    case, found = fetch(request, reference, pk)
    check_can_write_minutes(request.actor, found)
    item = _item(found, request.POST.get("item"))
    form = MinuteForm(request.POST)
    if form.is_valid():
        text, kind, who = (form.cleaned_data[name] for name in ("text", "kind", "who"))
        do = request.POST.get("do", "minute")
        if do == "action":
            page = AgreedActionForm(
                case=case, initial={"what": text[:200]}, choose_outcome=item is None or not item.outcome_id
            )
            return _action_page(request, case, found, page, item)
        if do == "decision":
            done, _ = attempt(
                form,
                actions.record_decision,
                meeting=found,
                item=item,
                text=text[:300],
                agreed_by=who,
                by=request.actor,
            )
        else:
            done, _ = attempt(
                form,
                actions.add_minute,
                meeting=found,
                item=item,
                text=text,
                kind=kind,
                said_by=who,
                by=request.actor,
            )
        if done:
            return _back(case, found, item)
    return _room_page(request, case, found, form, status=422)


@access(Permission.CASE_WRITE)
def action_agree(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """Who will do what by when, as the meeting agreed. It is in the plan at once."""
    case, found = fetch(request, reference, pk)
    check_can_write_minutes(request.actor, found)
    item = _item(found, request.POST.get("item") or request.GET.get("item"))
    form = AgreedActionForm(
        request.POST or None, case=case, choose_outcome=item is None or not item.outcome_id
    )
    if request.method == "POST" and form.is_valid():
        done, _ = attempt(
            form, actions.agree_action, meeting=found, item=item, by=request.actor, **form.cleaned_data
        )
        if done:
            messages.success(request, "Action agreed. It is in the plan.")
            return _back(case, found, item)
    return _action_page(request, case, found, form, item)


def _action_page(request, case, found, form, item):
    context = {"form": form, "meeting": found, "item": item}
    return render_record(request, "cases/meetings/action.html", case, "meetings", context)


@access(Permission.CASE_WRITE)
@require_POST
def item_move(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """Go on to an agenda item, for everybody."""
    case, found = fetch(request, reference, pk)
    item = _item(found, request.POST.get("item"))
    if item:
        actions.move_to_item(meeting=found, item=item, by=request.actor)
    return redirect("meeting", case.reference, found.pk)


@access(Permission.CASE_READ)
def minutes_pdf(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """The minutes as far as this person may read them, as a PDF."""
    case, found = fetch(request, reference, pk)
    room = room_of(case, found, "", request.actor)
    by_attendance = [
        (label, [i for i in room.invitations if i.attendance == code]) for code, label in Attendance.choices
    ]
    context = {"case": case, "meeting": found, "room": room, "by_attendance": by_attendance}
    response = HttpResponse(
        render_pdf("cases/meetings/minutes_pdf.html", context), content_type="application/pdf"
    )
    response["Content-Disposition"] = f'attachment; filename="minutes-{case.reference}.pdf"'
    return response


def _item(found: Meeting, key) -> AgendaItem | None:
    try:
        return get_object_or_404(found.agenda.select_related("outcome"), pk=key) if key else None
    except ValidationError:  # no id at all
        raise Http404 from None


def _back(case, found, item) -> HttpResponse:
    query = f"?item={item.pk}" if item else ""
    return redirect(reverse("meeting", args=[case.reference, found.pk]) + query + "#minutes")
