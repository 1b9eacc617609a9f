"""Asking to join a family's team after a search, and deciding on it."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from cases.answers import answers_of
from cases.joining import asking
from cases.joining.forms import AskToJoinForm, DecideJoinForm, SearchedForm
from cases.joining.missing import missing_for
from cases.joining.rules import check_can_ask_to_join, check_can_decide_join
from cases.models import JoinRequest, RequestStatus
from cases.views.attempts import attempt
from cases.views.common import get_case_for, render_record
from earlyhelp.access import Permission, access
from earlyhelp.audit import record_look


@access(Permission.CASE_SEARCH)
def ask(request: HttpRequest) -> HttpResponse:
    """Ask to join the team of the family that a search met. What was searched for comes and goes by POST alone."""
    check_can_ask_to_join(request.actor)
    searched = SearchedForm(request.POST or None)
    if not searched.is_valid():
        return redirect("find-family")
    record_look(request.actor, "Opened asking to join a team", level="search")
    clocks = settings.EARLY_HELP
    is_sent = "reason" in request.POST
    form = AskToJoinForm(
        request.POST if is_sent else None,
        initial={name: request.POST.get(name, "") for name in searched.fields},
        days=clocks["JOIN_DECISION_WORKING_DAYS"],
        hours=clocks["JOIN_URGENT_HOURS"],
    )
    if is_sent and form.is_valid():
        data = form.cleaned_data
        what = asking.Searched(data["words"], data["born_on"], data["postcode"], data["number"])
        done, _ = attempt(
            form,
            asking.ask_to_join,
            searched=what,
            hub=data["hub"],
            reason=data["reason"],
            urgent=data["urgency"] == "urgent",
            by=request.actor,
        )
        if done:
            messages.success(request, "Request sent. You will be told the answer here and by e-mail.")
            return redirect("join-mine")
    context = {"form": form, "hub": searched.cleaned_data["hub"], "nav": "find"}
    return render(request, "cases/joining/ask.html", context)


@access(Permission.CASE_SEARCH)
def mine(request: HttpRequest) -> HttpResponse:
    """What this person asked, and the answers: yes or no, and the record once they see it."""
    requests = asking.my_requests()
    record_look(request.actor, "Opened own requests to join", level="search", found=len(requests))
    return render(request, "cases/joining/mine.html", {"requests": requests, "nav": "find"})


@access(Permission.CASE_SEARCH)
@require_POST
def take_back(request: HttpRequest, pk) -> HttpResponse:
    """Take one's own request back before it is answered."""
    if not any(each.id == pk for each in asking.my_requests()):
        raise Http404
    asking.take_back_join(request=pk, by=request.actor)
    messages.success(request, "Request taken back.")
    return redirect("join-mine")


@access(Permission.CASE_WRITE)
def decide(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """Read who asks and why, what their agency still needs, and decide with a reason."""
    case = get_case_for(request, reference, "team")
    found = get_object_or_404(
        JoinRequest.objects.select_related("case", "asked_by__user", "asked_by__agency"), pk=pk, case=case
    )
    if found.status != RequestStatus.WAITING:
        messages.info(request, f"This request was answered: {found.get_status_display().lower()}.")
        return redirect("record-team", case.reference)
    check_can_decide_join(request.actor, found)
    missing = missing_for(case, found.asked_by.agency, answers_of(case), request.actor)
    form = DecideJoinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if data["answer"] == "accept":
            facts = {"helps_with": data.get("helps_with", ""), "reason": data["reason"]}
            done, _ = attempt(form, asking.accept_join, request=found, by=request.actor, **facts)
            words = "They are on the team and can see the record from now on."
        else:
            done, _ = attempt(
                form, asking.decline_join, request=found, reason=data["reason"], by=request.actor
            )
            words = "Your answer was sent. They learn no more than that."
        if done:
            messages.success(request, words)
            return redirect("record-team", case.reference)
    context = {"form": form, "asked": found, "missing": missing}
    return render_record(request, "cases/joining/decide.html", case, "team", context)
