"""Meetings: the lists, setting one up, and changing it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from cases.actions import meeting as actions
from cases.agenda import draft_agenda
from cases.forms.meeting import (
    AnswerForm,
    CancelForm,
    EndForm,
    FamilyAnswerForm,
    InviteForm,
)
from cases.invite_file import calendar_file
from cases.log import ids_of
from cases.models import Case, Invitation, Meeting, MeetingStatus
from cases.panels.reading import requests_of
from cases.panels.rules import can_ask_panel
from cases.rules import NotAllowed
from cases.rules.meeting import (
    can_arrange_meeting,
    check_can_answer_invitation,
    check_can_arrange_meeting,
    check_can_change_meeting,
)
from cases.scheduling.arranging import ChangeForm, MeetingForm
from cases.scheduling.days import last_meeting_of
from cases.scheduling.series import cancel_following, change_following, following
from cases.views.attempts import attempt
from cases.views.common import get_case_for, render_record
from earlyhelp.access import Permission, access
from earlyhelp.audit import record_look
from earlyhelp.web.pagination import page_of


@access(Permission.CASE_READ)
def my_meetings(request: HttpRequest) -> HttpResponse:
    """The meetings this person chairs or is invited to, of all families they may see."""
    mine = Meeting.objects.filter(case__in=Case.objects.visible_to(request.actor)).asking(request.actor)
    context = {
        "finding": list(mine.finding_a_time().with_answers()[:50]),
        "to_come": list(mine.to_come().with_list_data()[:50]),
        "page": page_of(mine.past().with_list_data(), request, per_page=20),
        "nav": "meetings",
    }
    shown = [
        each.case_id for each in [*context["finding"], *context["to_come"], *context["page"].object_list]
    ]
    record_look(request.actor, "Opened their meetings", level="results", cases=ids_of(shown))
    return render(request, "cases/meetings/mine.html", context)


@access(Permission.CASE_READ)
def meetings(request: HttpRequest, reference: str) -> HttpResponse:
    """The meetings about one family."""
    case = get_case_for(request, reference, "meetings")
    of_case = Meeting.objects.filter(case=case)
    context = {
        "finding": list(of_case.finding_a_time().with_answers()),
        "to_come": list(of_case.to_come().with_list_data()),
        "page": page_of(of_case.past().with_list_data(), request, per_page=20),
        "panel_requests": requests_of(case),
        "may_ask_panel": can_ask_panel(request.actor, case) or case.restricted_now,
        "may_arrange": can_arrange_meeting(request.actor, case),
    }
    return render_record(request, "cases/meetings/meetings.html", case, "meetings", context)


@access(Permission.CASE_WRITE)
def meeting_new(request: HttpRequest, reference: str) -> HttpResponse:
    """Set a meeting up on one page: when, where, who, and an agenda drafted from the plan."""
    case = get_case_for(request, reference, "meetings")
    check_can_arrange_meeting(request.actor, case)
    form = MeetingForm(
        request.POST or None,
        case=case,
        drafts=draft_agenda(case),
        last=last_meeting_of(case),
        actor=request.actor,
    )
    if request.method == "POST" and form.is_valid():
        done, meeting = attempt(form, actions.arrange_meeting, case=case, by=request.actor, **form.facts())
        if done:
            messages.success(request, "Meeting arranged. People are emailed, and see it in My work.")
            return redirect("meeting", case.reference, meeting.pk)
    return render_record(request, "cases/meetings/new.html", case, "meetings", {"form": form})


def fetch(request: HttpRequest, reference: str, pk) -> tuple[Case, Meeting]:
    """The case and its meeting, or 404. The look is recorded."""
    case = get_case_for(request, reference, "meetings")
    of_case = Meeting.objects.select_related("case", "chair__user", "chair__agency", "signed_off_by__user")
    return case, get_object_or_404(of_case, pk=pk, case=case)


@access(Permission.CASE_WRITE)
def meeting_change(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """Change when, where or who chairs."""
    case, meeting = fetch(request, reference, pk)
    check_can_change_meeting(request.actor, meeting)
    if meeting.status != MeetingStatus.PLANNED:
        raise NotAllowed("This meeting is not planned any more, or its time is still to be chosen.")
    form = ChangeForm(request.POST or None, meeting=meeting, has_following=bool(following(meeting)))
    if request.method == "POST" and form.is_valid():
        does_all = form.cleaned_data.get("which") == "following"
        action = change_following if does_all else actions.change_meeting
        done, _ = attempt(form, action, meeting=meeting, by=request.actor, **form.facts())
        if done:
            words = "Meetings changed" if does_all else "Meeting changed"
            messages.success(request, f"{words}. People are emailed.")
            return redirect("meeting", case.reference, meeting.pk)
    context = {"form": form, "meeting": meeting}
    return render_record(request, "cases/meetings/change.html", case, "meetings", context)


@access(Permission.CASE_WRITE)
def meeting_cancel(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """Cancel a meeting, with the reason."""
    case, meeting = fetch(request, reference, pk)
    check_can_change_meeting(request.actor, meeting)
    form = CancelForm(request.POST or None, has_following=bool(following(meeting)))
    if request.method == "POST" and form.is_valid():
        does_all = form.cleaned_data.get("which") == "following"
        action, reason = cancel_following if does_all else actions.cancel_meeting, form.cleaned_data["reason"]
        done, _ = attempt(form, action, meeting=meeting, reason=reason, by=request.actor)
        if done:
            words = "Meetings cancelled" if does_all else "Meeting cancelled"
            messages.success(request, f"{words}. People are emailed.")
            return redirect("record-meetings", case.reference)
    return form_page(request, case, meeting, form, "Cancel the meeting", "Cancel meeting")


@access(Permission.CASE_WRITE)
def meeting_invite(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """Ask one more person."""
    case, meeting = fetch(request, reference, pk)
    check_can_change_meeting(request.actor, meeting)
    form = InviteForm(request.POST or None, case=case)
    if request.method == "POST" and form.is_valid():
        done, _ = attempt(form, actions.invite, meeting=meeting, by=request.actor, **form.cleaned_data)
        if done:
            messages.success(request, "Invited.")
            return redirect("meeting", case.reference, meeting.pk)
    return form_page(request, case, meeting, form, "Ask somebody else", "Invite")


@access(Permission.CASE_WRITE)
def meeting_answer(request: HttpRequest, reference: str, pk, invitation) -> HttpResponse:
    """Answer an invitation: one's own, or for a member of the family."""
    case, meeting = fetch(request, reference, pk)
    found = get_object_or_404(
        Invitation.objects.select_related("meeting", "case", "person", "guest"),
        pk=invitation,
        meeting=meeting,
    )
    check_can_answer_invitation(request.actor, found)
    is_mine = found.membership_id is not None
    form = (
        AnswerForm(request.POST or None, meeting=meeting)
        if is_mine
        else FamilyAnswerForm(request.POST or None)
    )
    if request.method == "POST" and form.is_valid():
        done, _ = attempt(
            form, actions.answer_invitation, invitation=found, by=request.actor, **form.cleaned_data
        )
        if done:
            messages.success(request, "Answer recorded.")
            return redirect("meeting", case.reference, meeting.pk)
    heading = "Answer the invitation" if is_mine else f"Answer for {found.name}"
    return form_page(request, case, meeting, form, heading, "Save answer")


@access(Permission.CASE_WRITE)
def meeting_end(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """End a meeting: who was there, and when people meet next."""
    case, meeting = fetch(request, reference, pk)
    check_can_change_meeting(request.actor, meeting)
    invitations = list(meeting.invitations.select_related("membership__user", "person", "guest"))
    form = EndForm(request.POST or None, meeting=meeting, invitations=invitations)
    if request.method == "POST" and form.is_valid():
        done, following = attempt(
            form, actions.end_meeting, meeting=meeting, by=request.actor, **form.facts()
        )
        if done:
            words = "Meeting ended, and the next one is arranged." if following else "Meeting ended."
            messages.success(request, f"{words} The chair can now sign off the minutes.")
            return redirect("meeting", case.reference, meeting.pk)
    return render_record(
        request,
        "cases/meetings/end.html",
        case,
        "meetings",
        {"form": form, "meeting": meeting, "planned": actions.next_planned(meeting)},
    )


@access(Permission.CASE_WRITE)
@require_POST
def meeting_sign_off(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """The chair signs off the minutes, which locks them."""
    case, meeting = fetch(request, reference, pk)
    actions.sign_off(meeting=meeting, by=request.actor)
    messages.success(request, "Minutes signed off and locked.")
    return redirect("meeting", case.reference, meeting.pk)


@access(Permission.CASE_READ)
def meeting_calendar(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """The meeting as a file for one's own calendar."""
    case, meeting = fetch(request, reference, pk)
    address = request.build_absolute_uri(reverse("meeting", args=[case.reference, meeting.pk]))
    response = HttpResponse(calendar_file(meeting, address), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="meeting-{case.reference}.ics"'
    return response


def form_page(request, case, meeting, form, heading, button, status=200) -> HttpResponse:
    """One form about a meeting on a page of its own."""
    context = {"form": form, "meeting": meeting, "heading": heading, "button": button}
    return render_record(request, "cases/meetings/form.html", case, "meetings", context, status=status)
