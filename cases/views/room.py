"""The meeting's own page: before, during and after. During, it is where minutes, decisions and actions are written."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from cases.actions import minutes as actions
from cases.actions import room as room_actions
from cases.forms.meeting import AgreedActionForm, MinuteForm
from cases.forms.plan import NotDoneForm
from cases.forms.room import ChairForm, DecisionForm, LetInForm, MessageForm, RoomActionForm
from cases.live_room.call import has_calls
from cases.live_room.sight import address_of_room
from cases.live_room.signals import PARTS
from cases.models import Action, AgendaItem, Attendance, Case, Invitation, Meeting, MeetingStatus
from cases.room import room_of
from cases.rules.meeting import (
    can_add_addendum,
    can_hand_over_chair,
    can_write_minutes,
    check_can_change_meeting,
    check_can_hand_over_chair,
    check_can_write_minutes,
    runs_meeting,
)
from cases.views.attempts import attempt
from cases.views.common import render_record
from cases.views.meeting import fetch, form_page
from earlyhelp.access import Permission, access
from earlyhelp.web.pdf import render_pdf


@access(Permission.CASE_READ)
def meeting(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """The meeting: who comes, the agenda, what is said, decided and agreed. `?part=`: some parts of the page alone."""
    case, found = fetch(request, reference, pk)
    if found.status == MeetingStatus.PROPOSED:
        return redirect("meeting-times", case.reference, found.pk)
    names = [name for name in PARTS if name in request.GET.getlist("part")]
    return _room_page(request, case, found, MinuteForm(), names=names)


def _room_page(request, case, found, form, status=200, names=(), **forms):
    """The page, or the parts of it named in `names`. `forms`: one that was refused, by its name in the context."""
    chosen = request.POST.get("item", "") or request.GET.get("item", "")
    may_write = can_write_minutes(request.actor, found)
    room = room_of(case, found, chosen, request.actor, names or PARTS)
    is_live = found.is_live or room.has_minutes and not found.is_locked
    context = {
        "case": case,
        "room": room,
        "meeting": found,
        "form": form,
        "may_write": may_write,
        "is_live": is_live,
        "may_change": may_write and runs_meeting(request.actor, found),
        "may_hand_over": may_write and is_live and can_hand_over_chair(request.actor, found),
        "may_add": can_add_addendum(request.actor, found),
        "may_sign": may_write
        and found.status == MeetingStatus.HELD
        and found.chair_id == request.actor.membership.pk,
        "nav": "meetings",
        "live_address": address_of_room(found),
        "live_port": settings.LIVE_PORT,
        "has_call": has_calls() and found.is_now,
        "names": names,
    }
    if names:
        return render(request, "cases/meetings/parts/answer.html", context, status=status)
    context["refused"] = next(iter(forms.values()), form)
    if may_write and is_live:
        choose = room.item is None or not room.item.outcome_id
        context |= {
            "decision_form": DecisionForm(prefix="decision"),
            "action_form": RoomActionForm(case=case, choose_outcome=choose, prefix="action"),
            "message_form": MessageForm(prefix="message"),
        }
    response = render(request, "cases/meetings/meeting.html", context | forms, status=status)
    if context["has_call"]:  # microphone and camera are switched off on every other page
        response.headers["Permissions-Policy"] = settings.CALL_PERMISSIONS
    return response


@access(Permission.CASE_WRITE)
@require_POST
def minute_add(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """What was typed under an agenda item: an entry of the minutes, a decision, or an action still to be given away."""
    case, found = fetch(request, reference, pk)
    check_can_write_minutes(request.actor, found)
    item = item_of(found, request.POST.get("item"))
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
    item = item_of(found, request.POST.get("item") or request.GET.get("item"))
    is_inline = request.POST.get("inline") == "1"
    form = (RoomActionForm if is_inline else AgreedActionForm)(
        request.POST or None,
        case=case,
        choose_outcome=item is None or not item.outcome_id,
        prefix="action" if is_inline else None,
    )
    if request.method == "POST" and form.is_valid():
        done, _ = attempt(
            form, actions.agree_action, meeting=found, item=item, by=request.actor, **form.cleaned_data
        )
        if done:
            messages.success(request, "Action agreed. It is in the plan.")
            return _back(case, found, item, "h-act")
    if is_inline:
        return _room_page(request, case, found, MinuteForm(), status=422, action_form=form)
    return _action_page(request, case, found, form, item)


def _action_page(request, case, found, form, item):
    context = {"form": form, "meeting": found, "item": item}
    return render_record(request, "cases/meetings/action.html", case, "meetings", context)


@access(Permission.CASE_WRITE)
@require_POST
def decision_add(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """Record what was decided, at the item that is talked about."""
    case, found = fetch(request, reference, pk)
    check_can_write_minutes(request.actor, found)
    item = item_of(found, request.POST.get("item"))
    form = DecisionForm(request.POST, prefix="decision")
    if form.is_valid():
        facts = form.cleaned_data
        done, _ = attempt(form, actions.record_decision, meeting=found, item=item, by=request.actor, **facts)
        if done:
            return _back(case, found, item, "h-dec")
    return _room_page(request, case, found, MinuteForm(), status=422, decision_form=form)


@access(Permission.CASE_WRITE)
@require_POST
def message_add(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """Send a short message to those in the room."""
    case, found = fetch(request, reference, pk)
    check_can_write_minutes(request.actor, found)
    item = item_of(found, request.POST.get("item"))
    form = MessageForm(request.POST, prefix="message")
    if form.is_valid():
        facts = form.cleaned_data
        done, _ = attempt(
            form, room_actions.send_message, meeting=found, item=item, by=request.actor, **facts
        )
        if done:
            return _back(case, found, item, "h-msg")
    return _room_page(request, case, found, MinuteForm(), status=422, message_form=form)


@access(Permission.CASE_WRITE)
@require_POST
def action_done(request: HttpRequest, reference: str, pk, action) -> HttpResponse:
    """Say in the meeting that an action is done."""
    case, found = fetch(request, reference, pk)
    action = get_object_or_404(Action, pk=action, case=case)
    return do_and_return(
        request, case, found, room_actions.finish_in_room, meeting=found, action=action, by=request.actor
    )


@access(Permission.CASE_WRITE)
def action_not_done(request: HttpRequest, reference: str, pk, action) -> HttpResponse:
    """Say in the meeting why an action was not done, and whether it goes on."""
    case, found = fetch(request, reference, pk)
    action = get_object_or_404(Action, pk=action, case=case)
    check_can_write_minutes(request.actor, found)
    form = NotDoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        facts = {"why_not": form.cleaned_data["why_not"], "carry_to": form.cleaned_data["carry_to"] or None}
        give_up = room_actions.give_up_in_room
        done, _ = attempt(form, give_up, meeting=found, action=action, by=request.actor, **facts)
        if done:
            messages.success(request, "Recorded.")
            return redirect("meeting", case.reference, found.pk)
    return form_page(request, case, found, form, "An action was not done", "Save")


@access(Permission.CASE_WRITE)
@require_POST
def here(request: HttpRequest, reference: str, pk, invitation) -> HttpResponse:
    """Say that somebody is here, or take that back."""
    case, found = fetch(request, reference, pk)
    asked = get_object_or_404(Invitation.objects.select_related("meeting"), pk=invitation, meeting=found)
    is_here = request.POST.get("do") != "away"
    mark = room_actions.mark_here
    return do_and_return(request, case, found, mark, invitation=asked, is_here=is_here, by=request.actor)


@access(Permission.CASE_WRITE)
def let_in(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """Somebody has come who was not asked."""
    case, found = fetch(request, reference, pk)
    check_can_change_meeting(request.actor, found)
    form = LetInForm(request.POST or None, case=case)
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        done, _ = attempt(form, room_actions.let_in, meeting=found, by=request.actor, **facts)
        if done:
            messages.success(request, "They are in the meeting.")
            return redirect("meeting", case.reference, found.pk)
    return form_page(request, case, found, form, "Let someone in", "Let in")


@access(Permission.CASE_WRITE)
def chair(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """Give the chair to somebody who is here."""
    case, found = fetch(request, reference, pk)
    check_can_hand_over_chair(request.actor, found)
    others = found.invitations.filter(membership__isnull=False, arrived_at__isnull=False)
    others = others.exclude(membership=found.chair_id).select_related(
        "membership__user", "membership__agency"
    )
    form = ChairForm(request.POST or None, here=list(others))
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        done, _ = attempt(form, room_actions.hand_over_chair, meeting=found, by=request.actor, **facts)
        if done:
            messages.success(request, f"{facts['to'].name} chairs the meeting now.")
            return redirect("meeting", case.reference, found.pk)
    return form_page(request, case, found, form, "Hand over the chair", "Hand over")


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


def item_of(found: Meeting, key) -> AgendaItem | None:
    """The item of this meeting with this id, None without one. Raises Http404 for one that is not on its agenda."""
    items = found.agenda.filter(removed_at=None).select_related("outcome")
    try:
        return get_object_or_404(items, pk=key) if key else None
    except ValidationError:  # no id at all
        raise Http404 from None


def do_and_return(request: HttpRequest, case: Case, found: Meeting, do, /, **facts) -> HttpResponse:
    """Do what a button says, and go back to the meeting; a refusal about what has changed meanwhile is said there."""
    try:
        do(**facts)
    except ValueError as refusal:
        messages.warning(request, str(refusal))
    return redirect("meeting", case.reference, found.pk)


def _back(case, found, item, place="minutes") -> HttpResponse:
    """To the meeting; to another item than the current one only for somebody who looks at it on purpose."""
    query = f"?item={item.pk}" if item and item.pk != found.current_item_id else ""
    return redirect(f"{reverse('meeting', args=[case.reference, found.pk])}{query}#{place}")
