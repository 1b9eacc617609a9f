"""Who works with a family: joining and leaving."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from cases.actions.team import add_to_team, leave_team
from cases.forms.sharing import LeaveForm, TeamForm
from cases.models import TeamMember
from cases.rules import NotAllowed
from cases.rules.case import can_write, check_can_write
from cases.rules.sharing import missing_to_share
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
    context = {
        "team": current_team(case),
        "form": form,
        "may_change": can_write(request.actor, case),
        "missing": [(agency, lacks) for agency, lacks in missing.items() if lacks],
    }
    return render_record(request, "cases/team.html", case, "team", context)


@access(Permission.CASE_WRITE)
def leave(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """Take somebody off the team, with the reason."""
    case = get_case_for(request, reference, "team")
    check_can_write(request.actor, case)
    member = get_object_or_404(TeamMember.objects.current().with_people(), pk=pk, case=case)
    form = LeaveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            leave_team(member=member, reason=form.cleaned_data["reason"], by=request.actor)
        except NotAllowed as refusal:
            form.add_error("reason", str(refusal))
        else:
            messages.success(request, "Taken off the team. They no longer see the record.")
            return back_to(case, request)
    return render_record(request, "cases/team_leave.html", case, "team", {"form": form, "member": member})
