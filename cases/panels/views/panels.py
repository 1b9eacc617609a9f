"""Pages of panels: which there are for this person, who sits on them, what they sign."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from cases.models import PanelMember
from cases.panels.actions import panels as actions
from cases.panels.forms import MemberForm, PanelForm, SignForm, SittingForm
from cases.panels.reading import counts_of, members_of, my_panels
from cases.panels.rules import (
    can_run_panel,
    can_sign,
    can_start_panel,
    check_can_run_panel,
    check_can_sign,
    check_can_start_panel,
)
from cases.panels.views.common import get_panel_for, panel_form, people_for_panels
from cases.views.attempts import attempt
from earlyhelp.access import Permission, access
from earlyhelp.audit import record_look
from earlyhelp.web.pagination import page_of
from hubs.models import Agency, AgencyKind, Hub


@access(Permission.CASE_READ)
def panels(request: HttpRequest) -> HttpResponse:
    """The panels that this person sits on or runs."""
    record_look(request.actor, "Opened their panels", level="results")
    context = {
        "panels": my_panels(request.actor),
        "may_start": can_start_panel(request.actor),
        "nav": "meetings",
    }
    return render(request, "cases/panels/panels.html", context)


@access(Permission.CASE_READ)
def panel_new(request: HttpRequest) -> HttpResponse:
    """Start a panel: of one's own district, or of the school one leads."""
    record_look(request.actor, "Opened starting a panel", level="results")
    if not can_start_panel(request.actor):
        if request.method == "POST":
            check_can_start_panel(request.actor)
        return render(request, "cases/panels/not_yours.html", {"nav": "meetings"})
    hubs, schools = _where(request.actor)
    form = PanelForm(request.POST or None, hubs=hubs, schools=schools, people=people_for_panels())
    if request.method == "POST" and form.is_valid():
        done, panel = attempt(form, actions.start_panel, by=request.actor, **form.facts())
        if done:
            messages.success(request, "Panel started. Add its members, then set its first date.")
            return redirect("panel", panel.pk)
    return panel_form(request, form, "Start a panel", "Start the panel", reverse("panels"), "Panels")


def _where(actor) -> tuple[list[Hub], list[Agency]]:
    schools = Agency.objects.active().of_kind(AgencyKind.SCHOOL)
    if actor.hub_ids:
        return list(Hub.objects.open().filter(pk__in=actor.hub_ids)), list(schools)
    own = Hub.objects.open()
    if actor.agency.hub_id:
        own = own.filter(pk=actor.agency.hub_id)
    return list(own), list(schools.filter(pk=actor.agency.pk))


@access(Permission.CASE_READ)
def panel(request: HttpRequest, pk) -> HttpResponse:
    """One panel: its dates, its members and what they signed, how its requests stand as far as the reader sees them."""
    found = get_panel_for(request, pk)
    rows = members_of(found)
    mine = next((row for row in rows if row.member.membership_id == request.actor.membership.pk), None)
    context = {
        "panel": found,
        "members": rows,
        "mine": mine,
        "may_run": can_run_panel(request.actor, found),
        "counts": counts_of(found),
        "to_come": list(found.sittings.to_come()[:20]),
        "page": page_of(found.sittings.past(), request, per_page=10),
        "nav": "meetings",
    }
    return render(request, "cases/panels/panel.html", context)


@access(Permission.CASE_WRITE)
def panel_change(request: HttpRequest, pk) -> HttpResponse:
    """Change a panel's name, rhythm, terms or chair."""
    found = get_panel_for(request, pk)
    check_can_run_panel(request.actor, found)
    people = [row.membership for row in members_of(found)]
    form = PanelForm(request.POST or None, panel=found, people=people)
    if request.method == "POST" and form.is_valid():
        done, _ = attempt(form, actions.change_panel, panel=found, by=request.actor, **form.facts())
        if done:
            messages.success(request, "Panel changed.")
            return redirect("panel", found.pk)
    return _form(request, found, form, "Change the panel", "Save changes")


@access(Permission.CASE_WRITE)
def member_add(request: HttpRequest, pk) -> HttpResponse:
    """Let somebody sit on the panel."""
    found = get_panel_for(request, pk)
    check_can_run_panel(request.actor, found)
    form = MemberForm(request.POST or None, people=people_for_panels())
    if request.method == "POST" and form.is_valid():
        done, _ = attempt(form, actions.add_member, panel=found, by=request.actor, **form.cleaned_data)
        if done:
            messages.success(request, "Member added. They read no item until they have signed.")
            return redirect("panel", found.pk)
    return _form(request, found, form, "Add a member", "Add to the panel")


@access(Permission.CASE_WRITE)
def member_end(request: HttpRequest, pk, member) -> HttpResponse:
    """Take somebody off the panel."""
    found = get_panel_for(request, pk)
    leaving = get_object_or_404(
        PanelMember.objects.select_related("panel", "membership__user", "membership__agency"),
        pk=member,
        panel=found,
    )
    check_can_run_panel(request.actor, found)
    problem = ""
    if request.method == "POST":
        try:
            actions.end_member(member=leaving, by=request.actor)
        except ValueError as refusal:
            problem = str(refusal)
        else:
            messages.success(request, "Taken off the panel.")
            return redirect("panel", found.pk)
    context = {"panel": found, "member": leaving, "problem": problem, "nav": "meetings"}
    return render(request, "cases/panels/member_end.html", context)


@access(Permission.CASE_WRITE)
def panel_sign(request: HttpRequest, pk) -> HttpResponse:
    """Read and sign the panel's confidentiality agreement."""
    found = get_panel_for(request, pk)
    check_can_sign(request.actor, found)
    form = SignForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done, _ = attempt(form, actions.sign, panel=found, by=request.actor)
        if done:
            messages.success(
                request, "Signed. Whoever asks the panel can now let you read their family’s item."
            )
            return redirect("panel", found.pk)
    context = {"panel": found, "form": form, "nav": "meetings", "may_sign": can_sign(request.actor, found)}
    return render(request, "cases/panels/sign.html", context)


@access(Permission.CASE_WRITE)
def sitting_new(request: HttpRequest, pk) -> HttpResponse:
    """Set a date."""
    found = get_panel_for(request, pk)
    check_can_run_panel(request.actor, found)
    form = SittingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done, sitting = attempt(form, actions.arrange_sitting, panel=found, by=request.actor, **form.facts())
        if done:
            messages.success(request, "Date set.")
            return redirect("sitting", sitting.pk)
    return _form(request, found, form, "Set a date", "Set the date")


def _form(request, found, form, heading, button) -> HttpResponse:
    back = reverse("panel", args=[found.pk])
    return panel_form(request, form, heading, button, back, "Panel", strip=found.name)
