"""Who leads: asking, answering, taking back."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from cases.actions import lead as actions
from cases.forms.lead import AnswerLeadForm, AskToLeadForm, AssignLeadForm
from cases.leading import could_lead
from cases.models import LeadProfessional, LeadRequest, RequestStatus, TeamPlace
from cases.rules.lead import (
    can_acknowledge_lead,
    can_ask_to_lead,
    can_take_back_lead_request,
    check_can_answer_lead_request,
    check_can_ask_to_lead,
)
from cases.rules.plan import is_on_team, runs_hub_of
from cases.rules.sharing import missing_to_share
from cases.views.attempts import attempt
from cases.views.common import current_team, get_case_for, render_record
from earlyhelp.access import Permission, access
from hubs.models import Agency


def _requests(case):
    return case.lead_requests.select_related(
        "to_membership__user", "to_membership__agency", "from_membership__user", "from_membership__agency"
    )


@access(Permission.CASE_READ)
def lead(request: HttpRequest, reference: str) -> HttpResponse:
    """Who leads and who led; asking somebody else, with how many families each leads already."""
    case = get_case_for(request, reference, "lead")
    leads = list(case.leads.select_related("membership__user", "membership__agency", "asked"))
    current = next((each for each in leads if each.until_at is None), None)
    waiting = _requests(case).filter(status=RequestStatus.WAITING).first()
    context = {
        "leads": leads,
        "current": current,
        "waiting": waiting,
        "answered": _requests(case).filter(status=RequestStatus.DECLINED)[:3],
        "may_ask": bool(current) and can_ask_to_lead(request.actor, case),
        "may_take_back": bool(waiting) and can_take_back_lead_request(request.actor, waiting),
        "covers": [member for member in current_team(case) if member.place == TeamPlace.COVER],
        "is_for_me": bool(waiting) and waiting.to_membership_id == request.actor.membership.pk,
        "may_acknowledge": bool(current)
        and current.read_by is not None
        and current.read_at is None
        and can_acknowledge_lead(request.actor, current),
        "may_assign": current is None
        and case.is_open
        and (runs_hub_of(request.actor, case) or is_on_team(request.actor, case)),
    }
    if context["may_assign"]:
        team = [member.membership for member in current_team(case)]
        if not runs_hub_of(request.actor, case):
            team = [membership for membership in team if membership.pk == request.actor.membership.pk]
        context["form"] = AssignLeadForm(
            request.POST or None, memberships=team, workload=actions.workload_of(team)
        )
        if request.method == "POST" and context["form"].is_valid():
            form = context["form"]
            agreed = form.agreed()
            done, _ = attempt(
                form, actions.assign_lead, case=case, agreed=agreed, by=request.actor, **form.cleaned_data
            )
            if done:
                messages.success(request, "This family has a lead again.")
                return redirect("record-lead", case.reference)
    return render_record(request, "cases/lead/lead.html", case, "lead", context)


@access(Permission.CASE_WRITE)
def ask(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask somebody to lead. Those who cannot be asked yet are listed with what is missing."""
    case = get_case_for(request, reference, "lead")
    check_can_ask_to_lead(request.actor, case)
    leading = case.leads.filter(until_at__isnull=True).values_list("membership_id", flat=True)
    people = [membership for membership in could_lead(case) if membership.pk not in set(leading)]
    form = AskToLeadForm(
        request.POST or None,
        memberships=people,
        workload=actions.workload_of(people),
        former_days=settings.EARLY_HELP["FORMER_LEAD_DAYS"],
    )
    if request.method == "POST" and form.is_valid():
        agreed = form.agreed()
        facts = {**form.cleaned_data, "agreed": agreed}
        facts["former_lead_stays"] = facts.pop("stays") == "yes"
        done, _ = attempt(form, actions.ask_to_lead, case=case, by=request.actor, **facts)
        if done:
            messages.success(request, "Request sent. The lead does not change until it is accepted.")
            return redirect("record-lead", case.reference)
    known = Agency.objects.active().filter(consents__case=case).distinct()
    missing = [(agency, lacks) for agency, lacks in missing_to_share(case, known).items() if lacks]
    return render_record(request, "cases/lead/ask.html", case, "lead", {"form": form, "missing": missing})


@access(Permission.CASE_WRITE)
def answer(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """Read the hand-over note, then accept or decline."""
    case = get_case_for(request, reference, "lead")
    asked = get_object_or_404(_requests(case), pk=pk)
    if asked.status != RequestStatus.WAITING:
        messages.info(request, f"This request was answered: {asked.get_status_display().lower()}.")
        return redirect("record-lead", case.reference)
    check_can_answer_lead_request(request.actor, asked)
    form = AnswerLeadForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["answer"] == "accept":
            done, _ = attempt(form, actions.accept_lead, request=asked, by=request.actor)
        else:
            done, _ = attempt(
                form,
                actions.decline_lead,
                request=asked,
                reason=form.cleaned_data["reason"],
                by=request.actor,
            )
        if done:
            accepted = form.cleaned_data["answer"] == "accept"
            messages.success(
                request, "You lead this family from now on." if accepted else "Your answer was sent back."
            )
            return redirect("record-overview", case.reference)
    load = actions.workload_of([request.actor.membership])[request.actor.membership.pk]
    context = {"form": form, "asked": asked, "load": load, "load_after": load + 1, "team": current_team(case)}
    return render_record(request, "cases/lead/answer.html", case, "lead", context)


@access(Permission.CASE_WRITE)
@require_POST
def acknowledge(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """The new lead says that they have read the plan and the hand-over note."""
    case = get_case_for(request, reference, "lead")
    found = get_object_or_404(LeadProfessional, pk=pk, case=case)
    actions.acknowledge_lead(lead=found, by=request.actor)
    messages.success(request, "Recorded. The family’s hub can see that you have read it.")
    return redirect("record-lead", case.reference)


@access(Permission.CASE_WRITE)
@require_POST
def take_back(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """Take a request back before it is answered."""
    case = get_case_for(request, reference, "lead")
    actions.take_back_lead_request(request=get_object_or_404(LeadRequest, pk=pk, case=case), by=request.actor)
    messages.success(request, "Request taken back.")
    return redirect("record-lead", case.reference)
