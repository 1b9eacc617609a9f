"""What panels are asked for one family: choosing a panel, asking it, who reads the item, another date."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from cases.models import Sitting
from cases.panels.actions import requests as actions
from cases.panels.forms import ReasonForm
from cases.panels.item_forms import AgreementForm, MoveForm, RequestForm
from cases.panels.places import panels_to_ask, seats_of
from cases.panels.querysets import members_in_force
from cases.panels.reading import item_of
from cases.panels.rules import (
    RESTRICTED,
    can_change_request,
    can_close_item,
    can_offer,
    can_speak,
    check_can_ask_panel,
    check_can_change_request,
)
from cases.panels.views.common import get_request_for, request_form
from cases.rules.case import check_can_write
from cases.rules.sharing import missing_to_share
from cases.views.attempts import attempt
from cases.views.common import get_case_for, render_record
from earlyhelp.access import Permission, access
from earlyhelp.web.dates import clock, weekday
from earlyhelp.web.templatetags.eh import plural
from hubs.models import Agency


@access(Permission.CASE_WRITE)
def panel_choose(request: HttpRequest, reference: str) -> HttpResponse:
    """Which panel to ask for this family; for a restricted record what to do instead."""
    case = get_case_for(request, reference, "panels")
    check_can_write(request.actor, case)
    context = {
        "panels": [] if case.restricted_now else panels_to_ask(case),
        "restricted": RESTRICTED if case.restricted_now else "",
        "is_open": case.is_open,
    }
    return render_record(request, "cases/panels/choose.html", case, "meetings", context)


@access(Permission.CASE_WRITE)
def panel_ask(request: HttpRequest, reference: str, panel) -> HttpResponse:
    """Ask one panel: what is wanted, and what the family agreed to."""
    case = get_case_for(request, reference, "panels")
    asked = next((each for each in panels_to_ask(case) if each.pk == panel), None)
    if asked is None:
        raise Http404
    check_can_ask_panel(request.actor, case)
    agencies = list(Agency.objects.filter(pk__in=asked.agency_ids).order_by("name"))
    missing = missing_to_share(case, agencies)
    form = RequestForm(request.POST or None, case=case, agencies=agencies, missing=missing)
    if request.method == "POST" and form.is_valid():
        done, made = attempt(
            form, actions.ask_panel, case=case, panel=asked.pk, by=request.actor, **form.facts()
        )
        if done:
            messages.success(request, "The panel is asked. Look below who can read the request.")
            return redirect("panel-request", case.reference, made.pk)
    context = {"form": form, "asked_panel": asked}
    return render_record(request, "cases/panels/ask.html", case, "meetings", context)


@access(Permission.CASE_READ)
def panel_request(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """One request: what was asked, what was said and offered, who of the panel reads it and who does not, and why."""
    case, found = get_request_for(request, reference, pk)
    actor = request.actor
    item = item_of(found)
    may_change = can_change_request(actor, found)
    context = {
        "asked": item.request,
        "item": item,
        "seats": seats_of(found) if may_change else [],
        "agreed": Agency.objects.filter(pk__in=found.agreed_agencies).order_by("name"),
        "may_change": may_change,
        "may_speak": can_speak(actor, found),
        "may_offer": can_offer(actor, found),
        "may_close": can_close_item(actor, found) and found.status == "waiting",
        "is_restricted": case.restricted_now,
        "restricted": RESTRICTED,
    }
    return render_record(request, "cases/panels/request.html", case, "meetings", context)


@access(Permission.CASE_WRITE)
def panel_agreement(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """Put right which agencies of the panel the family agreed to."""
    case, found = get_request_for(request, reference, pk)
    check_can_change_request(request.actor, found)
    ids = {each.membership.agency_id for each in members_in_force(found.panel.members)}
    agencies = Agency.objects.filter(pk__in=ids | set(found.agreed_agencies)).order_by("name")
    initial = {"agreed_agencies": [str(each) for each in found.agreed_agencies]}
    sent = request.POST if request.method == "POST" else None  # all boxes empty is an answer
    form = AgreementForm(sent, agencies=agencies, initial=initial)
    if request.method == "POST" and form.is_valid():
        done, _ = attempt(
            form,
            actions.change_agreement,
            request=found,
            agreed_agencies=form.agencies(),
            by=request.actor,
        )
        if done:
            messages.success(request, "Changed. Who can read the request follows from it at once.")
            return redirect("panel-request", case.reference, found.pk)
    return request_form(request, case, found, form, "What the family agreed to", "Save changes")


@access(Permission.CASE_WRITE)
@require_POST
def panel_let_in(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """Look again at who may read the request."""
    case, found = get_request_for(request, reference, pk)
    check_can_change_request(request.actor, found)
    number = actions.let_in(request=found, by=request.actor)
    messages.success(request, f"{plural(number, 'person,people')} of the panel can read the request now.")
    return redirect("panel-request", case.reference, found.pk)


@access(Permission.CASE_WRITE)
def panel_move(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """Put a request that waits on another date."""
    case, found = get_request_for(request, reference, pk)
    check_can_change_request(request.actor, found)
    sittings = list(Sitting.objects.to_come().filter(panel=found.panel_id)[:12])
    form = MoveForm(request.POST or None, sittings=sittings, words=_words)
    if request.method == "POST" and form.is_valid():
        done, _ = attempt(
            form,
            actions.move_request,
            request=found,
            sitting=form.cleaned_data["sitting"],
            by=request.actor,
        )
        if done:
            messages.success(request, "Put on another date.")
            return redirect("panel-request", case.reference, found.pk)
    return request_form(
        request, case, found, form, "Another date", "Put it on this date", nothing=not sittings
    )


def _words(sitting: Sitting) -> str:
    return f"{weekday(sitting.starts_at)}, {clock(sitting.starts_at)}"


@access(Permission.CASE_WRITE)
def panel_withdraw(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """Take a request back."""
    case, found = get_request_for(request, reference, pk)
    check_can_change_request(request.actor, found)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done, _ = attempt(
            form, actions.withdraw_request, request=found, by=request.actor, **form.cleaned_data
        )
        if done:
            messages.success(request, "Request taken back. The panel does not read it any more.")
            return redirect("panel-request", case.reference, found.pk)
    return request_form(request, case, found, form, "Take the request back", "Take it back")
