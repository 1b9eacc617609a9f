"""Who works with a family: joining and leaving."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from cases.actions.team import add_to_team, change_place, leave_team
from cases.answers import answers_of
from cases.forms.sharing import CheckAgencyForm, LeaveForm, PlaceForm, TeamForm
from cases.joining.everybody import everybody
from cases.joining.handing_on import held_by
from cases.joining.missing import missing_for
from cases.joining.rules import can_hand_on, leads_or_runs_hub
from cases.models import RequestStatus, TeamMember
from cases.rules import NotAllowed
from cases.rules.case import can_write, check_can_write
from cases.rules.sharing import missing_to_share
from cases.views.attempts import attempt
from cases.views.common import current_team, get_case_for, render_record
from cases.views.sharing import back_to
from earlyhelp.access import Permission, access
from hubs.models import Agency


@access(Permission.CASE_READ)
def team(request: HttpRequest, reference: str) -> HttpResponse:
    """The team, and a form to add somebody of an agency that is covered; others with what is missing."""
    case = get_case_for(request, reference, "team")
    known = (
        Agency.objects.active()
        .filter(Q(pk__in=case.consents.values("agency")) | Q(pk__in=case.lawful_shares.values("agency")))
        .order_by("name")
    )
    missing = missing_to_share(case, known)
    open_agencies = [agency for agency, lacks in missing.items() if not lacks]
    form = TeamForm(request.POST or None, agencies=open_agencies)
    if request.method == "POST":
        check_can_write(request.actor, case)
        if form.is_valid():
            try:
                add_to_team(case=case, by=request.actor, **form.cleaned_data)
            except NotAllowed as refusal:
                form.add_error("membership", str(refusal))
            else:
                messages.success(request, "Added to the team. They can see the record from now on.")
                return redirect("record-team", case.reference)
    may_decide = case.is_open and leads_or_runs_hub(request.actor, case)
    waiting = case.join_requests.filter(status=RequestStatus.WAITING) if may_decide else []
    context = {
        "lines": everybody(case, current_team(case)),
        "waiting": waiting.select_related("asked_by__user", "asked_by__agency") if may_decide else [],
        "form": form,
        "check_form": CheckAgencyForm(),
        "may_change": can_write(request.actor, case),
        "missing": [(agency, lacks) for agency, lacks in missing.items() if lacks],
    }
    return render_record(request, "cases/team.html", case, "team", context)


@access(Permission.CASE_READ)
def missing(request: HttpRequest, reference: str) -> HttpResponse:
    """What one agency still needs before somebody of it can join, and how each is put right."""
    case = get_case_for(request, reference, "team")
    form = CheckAgencyForm(request.GET or None)
    if not form.is_valid():
        return redirect("record-team", case.reference)
    agency = form.cleaned_data["agency"]
    context = {"missing": missing_for(case, agency, answers_of(case), request.actor)}
    return render_record(request, "cases/joining/missing.html", case, "team", context)


@access(Permission.CASE_WRITE)
def place(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """Say anew what somebody helps with, and when they last had contact with the family."""
    case = get_case_for(request, reference, "team")
    member = get_object_or_404(TeamMember.objects.current().with_people(), pk=pk, case=case)
    check_can_write(request.actor, case)
    initial = {"helps_with": member.helps_with, "last_contact_on": member.last_contact_on}
    form = PlaceForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        done, _ = attempt(form, change_place, member=member, by=request.actor, **form.cleaned_data)
        if done:
            messages.success(request, "Saved.")
            return redirect("record-team", case.reference)
    return render_record(request, "cases/team_place.html", case, "team", {"form": form, "member": member})


@access(Permission.CASE_WRITE)
def leave(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """Take somebody off the team, with the reason."""
    case = get_case_for(request, reference, "team")
    member = get_object_or_404(TeamMember.objects.current().with_people(), pk=pk, case=case)
    check_can_write(request.actor, case)
    form = LeaveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            leave_team(member=member, reason=form.cleaned_data["reason"], by=request.actor)
        except NotAllowed as refusal:
            form.add_error("reason", str(refusal))
        else:
            messages.success(request, "Taken off the team. They no longer see the record.")
            return back_to(case, request)
    held = next((each for each in held_by(member.membership, request.actor) if each.case.pk == case.pk), None)
    context = {
        "form": form,
        "member": member,
        "held": held,
        "is_me": member.membership_id == request.actor.membership.pk,
        "may_hand_on": can_hand_on(request.actor, member.membership),
    }
    return render_record(request, "cases/team_leave.html", case, "team", context)
