"""Pages for finding a time: proposing times, the answers side by side, saying when one can come, choosing; series."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from cases.agenda import draft_agenda
from cases.models import Case, Invitation, Meeting, MeetingStatus, ProposedTime
from cases.rules.meeting import (
    can_change_meeting,
    check_can_answer_times,
    check_can_arrange_meeting,
    check_can_change_meeting,
    check_can_send_link,
)
from cases.scheduling import actions
from cases.scheduling.arranging import MoreTimesForm, ProposeForm
from cases.scheduling.days import dates_every, last_meeting_of
from cases.scheduling.forms import LinkForm, SeriesForm, WhenForm
from cases.scheduling.reading import finding_of
from cases.scheduling.series import following, gaps_too_long, plan_series
from cases.scheduling.telling import addresses_of
from cases.views.attempts import attempt
from cases.views.common import get_case_for, render_record
from cases.views.meeting import fetch
from earlyhelp.access import Permission, access
from earlyhelp.web.templatetags.eh import plural


@access(Permission.CASE_READ)
def go(request: HttpRequest, pk) -> HttpResponse:
    """Where an e-mail leads: on to the meeting's own page, or to the times while they are being found."""
    cases = Case.objects.visible_to(request.actor)
    meeting = Meeting.objects.filter(pk=pk, case__in=cases).select_related("case").first()
    if meeting is None:
        raise Http404
    return redirect(_page_of(meeting), meeting.case.reference, meeting.pk)


@access(Permission.CASE_WRITE)
def propose(request: HttpRequest, reference: str) -> HttpResponse:
    """Set a meeting up whose time is to be found: several times, who is asked, the agenda."""
    case = get_case_for(request, reference, "meetings")
    check_can_arrange_meeting(request.actor, case)
    form = ProposeForm(
        request.POST or None,
        case=case,
        drafts=draft_agenda(case),
        last=last_meeting_of(case),
        actor=request.actor,
    )
    if request.method == "POST" and form.is_valid():
        done, meeting = attempt(form, actions.propose_meeting, case=case, by=request.actor, **form.facts())
        if done:
            messages.success(request, "People are emailed and asked when they can come.")
            return redirect("meeting-times", case.reference, meeting.pk)
    return render_record(request, "cases/scheduling/propose.html", case, "meetings", {"form": form})


@access(Permission.CASE_READ)
def times(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """The times that are proposed, and who can come when."""
    case, meeting = fetch(request, reference, pk)
    if meeting.status != MeetingStatus.PROPOSED:
        return redirect("meeting", case.reference, meeting.pk)
    context = {
        "meeting": meeting,
        "finding": finding_of(case, meeting, request.actor),
        "may_change": can_change_meeting(request.actor, meeting),
    }
    return render_record(request, "cases/scheduling/times.html", case, "meetings", context)


@access(Permission.CASE_WRITE)
def times_more(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """Propose more times."""
    case, meeting = fetch(request, reference, pk)
    check_can_change_meeting(request.actor, meeting)
    if meeting.status != MeetingStatus.PROPOSED:
        return redirect("meeting", case.reference, meeting.pk)
    taken = set(meeting.proposed_times.values_list("starts_at", flat=True))
    form = MoreTimesForm(request.POST or None, meeting=meeting, last=last_meeting_of(case), taken=taken)
    if request.method == "POST" and form.is_valid():
        done, _ = attempt(form, actions.propose_more, meeting=meeting, times=form.times, by=request.actor)
        if done:
            messages.success(request, "People are emailed and asked about these times.")
            return redirect("meeting-times", case.reference, meeting.pk)
    context = {"form": form, "meeting": meeting}
    return render_record(request, "cases/scheduling/more.html", case, "meetings", context)


@access(Permission.CASE_WRITE)
def times_answer(request: HttpRequest, reference: str, pk, invitation) -> HttpResponse:
    """Say when one can come, or when a member of the family or a guest can."""
    case, meeting = fetch(request, reference, pk)
    found = _invitation(meeting, invitation)
    check_can_answer_times(request.actor, found)
    said = {each.proposed_id: each.answer for each in found.time_answers.all()}
    to_come = meeting.proposed_times.filter(starts_at__gt=timezone.now())
    rows = [(each.pk, each.starts_at, each.ends_at, said.get(each.pk)) for each in to_come]
    form = WhenForm(request.POST or None, times=rows)
    if request.method == "POST" and form.is_valid():
        done, _ = attempt(
            form, actions.answer_times, invitation=found, answers=form.answers, by=request.actor
        )
        if done:
            messages.success(request, "Answer recorded.")
            return redirect("meeting-times", case.reference, meeting.pk)
    context = {
        "form": form,
        "meeting": meeting,
        "invitation": found,
        "is_mine": found.membership_id is not None,
    }
    return render_record(request, "cases/scheduling/when.html", case, "meetings", context)


@access(Permission.CASE_WRITE)
@require_POST
def times_choose(request: HttpRequest, reference: str, pk, proposed) -> HttpResponse:
    """Give the meeting one of its times."""
    case, meeting = fetch(request, reference, pk)
    found = get_object_or_404(ProposedTime.objects.select_related("meeting"), pk=proposed, meeting=meeting)
    try:
        actions.choose_time(proposed=found, by=request.actor)
    except ValueError as refusal:
        messages.error(request, str(refusal))
        return redirect("meeting-times", case.reference, meeting.pk)
    messages.success(request, "The meeting has its time. Everybody is emailed with a calendar file.")
    return redirect("meeting", case.reference, meeting.pk)


@access(Permission.CASE_WRITE)
def link(request: HttpRequest, reference: str, pk, invitation) -> HttpResponse:
    """Have a family member e-mailed a link of their own, or stop it."""
    case, meeting = fetch(request, reference, pk)
    found = _invitation(meeting, invitation)
    check_can_send_link(request.actor, found)
    known = addresses_of(case).get(found.person_id, "")
    if request.POST.get("do") == "stop":
        actions.stop_links(invitation=found, by=request.actor)
        messages.success(request, "No more emails are sent to them about meetings.")
        return redirect(_page_of(meeting), case.reference, meeting.pk)
    form = LinkForm(request.POST or None, initial={"email": known})
    if request.method == "POST" and form.is_valid():
        done, _ = attempt(
            form,
            actions.send_link,
            invitation=found,
            email=form.cleaned_data["email"],
            by=request.actor,
        )
        if done:
            messages.success(request, "A link is on its way to them.")
            return redirect(_page_of(meeting), case.reference, meeting.pk)
    context = {
        "form": form,
        "meeting": meeting,
        "invitation": found,
        "known": known,
        "back": _page_of(meeting),
    }
    return render_record(request, "cases/scheduling/link.html", case, "meetings", context)


@access(Permission.CASE_WRITE)
def series(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """Plan the meetings that follow one; "Show the dates" shows them before anybody is told."""
    case, meeting = fetch(request, reference, pk)
    check_can_change_meeting(request.actor, meeting)
    form = SeriesForm(request.POST or None)
    choices = {"weeks": 6, "number": 4, "skip_school_holidays": True}
    if request.method == "POST" and form.is_valid():
        choices = form.facts()
        if request.POST.get("do") != "show":
            done, planned = attempt(form, plan_series, meeting=meeting, by=request.actor, **choices)
            if done:
                words = plural(len(planned), "more meeting is,more meetings are") + " planned"
                messages.success(request, f"{words}. People are emailed with calendar files.")
                return redirect("record-meetings", case.reference)
    dates = dates_every(meeting.starts_at, **choices)
    context = {
        "form": form,
        "meeting": meeting,
        "dates": dates,
        "too_long": gaps_too_long([meeting.starts_at, *dates]),
        "following": following(meeting),
    }
    return render_record(request, "cases/scheduling/series.html", case, "meetings", context)


def _page_of(meeting: Meeting) -> str:
    return "meeting-times" if meeting.status == MeetingStatus.PROPOSED else "meeting"


def _invitation(meeting: Meeting, pk) -> Invitation:
    found = get_object_or_404(
        Invitation.objects.select_related("membership__user", "person", "guest"), pk=pk, meeting=meeting
    )
    found.meeting, found.case = meeting, meeting.case
    return found
