"""What pages of panels share: fetching a panel, a sitting or a request, with the look recorded."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from cases.models import Case, Panel, PanelRequest, Sitting
from cases.panels.actions.panels import CASEWORK
from cases.views.common import get_case_for, render_record
from earlyhelp.audit import record_look
from hubs.models import Membership


def get_panel_for(request: HttpRequest, pk) -> Panel:
    """A panel that this person runs or sits on, or that was asked for a family they see. Raises Http404 otherwise."""
    panel = Panel.objects.with_people().filter(pk=pk).first()
    if panel is None:
        raise Http404
    record_look(request.actor, "Opened a panel", level="results", panel=str(panel.pk))
    return panel


def get_sitting_for(request: HttpRequest, pk) -> Sitting:
    """A sitting of such a panel. Raises Http404 otherwise. The page records which families it showed."""
    sitting = Sitting.objects.select_related("panel__hub", "panel__chair__user").filter(pk=pk).first()
    if sitting is None:
        raise Http404
    return sitting


def look_at_sitting(request: HttpRequest, sitting: Sitting) -> None:
    """Record a look at a page of a sitting that shows no family."""
    record_look(request.actor, "Opened a panel's sitting", level="results", sitting=str(sitting.pk))


def get_request_for(request: HttpRequest, reference: str, pk) -> tuple[Case, PanelRequest]:
    """A family's record and one request to a panel in it, or 404. The look is recorded."""
    case = get_case_for(request, reference, "panels")
    found = PanelRequest.objects.with_list_data().filter(pk=pk, case=case).first()
    if found is None:
        raise Http404
    found.case = case
    return case, found


def request_form(
    request: HttpRequest, case: Case, found: PanelRequest | None, form, heading: str, button: str, **more
) -> HttpResponse:
    """One form about a request, on a page of its own."""
    context = {"form": form, "asked": found, "heading": heading, "button": button, **more}
    return render_record(request, "cases/panels/form.html", case, "meetings", context)


def panel_form(request: HttpRequest, form, heading: str, button: str, back: str, back_words: str, **more):
    """One form about a panel or a sitting, on a page of its own."""
    context = {
        "form": form,
        "heading": heading,
        "button": button,
        "back": back,
        "back_words": back_words,
        "nav": "meetings",
        **more,
    }
    return render(request, "cases/panels/panel_form.html", context)


def people_for_panels() -> list[Membership]:
    """Everybody who works with families and is no volunteer: who can sit on a panel."""
    live = Membership.objects.live().with_people()
    roles = [str(role) for role in CASEWORK]
    return list(live.filter(roles__overlap=roles).exclude(roles__contains=["volunteer"]))
