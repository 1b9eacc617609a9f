"""Asking a panel for one family, and who of the panel reads it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from cases.actions.lead import lock_case
from cases.actions.notes import write_event
from cases.models import Case, PanelRequest, PanelRequestStatus, Person, Sitting
from cases.panels.places import end_places_not_needed, give_places, panels_to_ask, tell_of_places
from cases.panels.rules import check_can_ask_panel, check_can_change_request
from cases.rules import NotAllowed
from cases.states import check_can_become
from earlyhelp.access import Actor
from earlyhelp.audit import record_change


@transaction.atomic
def ask_panel(
    *,
    case: Case,
    panel,
    what: str,
    tried: str = "",
    needs_several: bool,
    agreed_person: Person,
    agreed_on: dt.date,
    agreed_how: str,
    agreed_agencies: Iterable[int],
    leaflet_given: bool,
    by: Actor,
) -> PanelRequest:
    """Ask a panel of the family's district for help. The request goes on its next date.

    Args:
        panel: the id of the panel.
        agreed_person, agreed_on, agreed_how: who of the family agreed that this panel talks about them, when and how.
        agreed_agencies: ids of the agencies of the panel that the family agreed to; others do not learn of it.

    Raises cases.rules.NotAllowed, or ValueError with what is missing.
    """
    case = lock_case(case)
    check_can_ask_panel(by, case)
    asked = next((each for each in panels_to_ask(case) if each.pk == panel), None)
    if asked is None:
        raise ValueError("Choose one of the panels of this family’s district.")
    if asked.lacks_assessment:
        raise ValueError(
            "This panel takes a family only with a registered assessment. Register one, then ask again."
        )
    agreed = sorted(set(agreed_agencies) & set(asked.agency_ids))
    if not agreed:
        raise ValueError("Select at least one agency that the family agreed may talk about them.")
    if agreed_person.family_id != case.family_id:
        raise ValueError("That person is not in this family.")
    if agreed_on > timezone.localdate():
        raise ValueError("The date the family agreed is in the future.")
    if PanelRequest.objects.open().filter(case=case, panel=panel).exists():
        raise ValueError("This panel has been asked for this family already. Add to that request.")
    days = settings.EARLY_HELP["PANEL_SITTING_DAYS"]
    request = PanelRequest.objects.create(
        case=case,
        agency=by.agency,
        panel_id=asked.pk,
        sitting_id=asked.sitting_id,
        what=what,
        tried=tried,
        needs_several=needs_several,
        agreed_person=agreed_person,
        agreed_on=agreed_on,
        agreed_how=agreed_how,
        agreed_agencies=agreed,
        leaflet_given=leaflet_given,
        asked_by=by.membership,
        sit_by=timezone.localdate() + dt.timedelta(days=days),
    )
    record_change(by, "Asked a panel for help", case=case, obj=request, agencies=len(agreed))
    request = locked(request)
    tell_of_places(case, give_places(request, by), request.panel, by)
    return request


@transaction.atomic
def change_agreement(*, request: PanelRequest, agreed_agencies: Iterable[int], by: Actor) -> PanelRequest:
    """Change which agencies of the panel the family agreed to; who may read the item follows at once.

    With none left nobody of the panel reads it. Raises cases.rules.NotAllowed.
    """
    request = locked(request)
    check_can_change_request(by, request)
    _check_open(request)
    request.agreed_agencies = sorted(set(agreed_agencies))
    request.save(update_fields=["agreed_agencies"])
    record_change(
        by,
        "Changed what a family agreed to for a panel",
        case=request.case,
        obj=request,
        agencies=len(request.agreed_agencies),
    )
    write_event(
        case=request.case,
        title="What the family agreed to for a panel was changed",
        body=request.panel.name,
        by=by,
    )
    give_places(request, by)
    return request


@transaction.atomic
def let_in(*, request: PanelRequest, by: Actor) -> int:
    """Look again at who may read the item: somebody may have signed since, or the family agreed. Returns how many may.

    Raises cases.rules.NotAllowed.
    """
    request = locked(request)
    check_can_change_request(by, request)
    _check_open(request)
    return give_places(request, by)


@transaction.atomic
def move_request(*, request: PanelRequest, sitting: Sitting, by: Actor) -> PanelRequest:
    """Put a request that waits on another date of its panel. Raises cases.rules.NotAllowed, or ValueError."""
    request = locked(request)
    check_can_change_request(by, request)
    if request.status != PanelRequestStatus.WAITING:
        raise NotAllowed("The panel has talked about this already.")
    if sitting.panel_id != request.panel_id or sitting.is_over:
        raise ValueError("Choose a date of this panel that is still to come.")
    request.sitting, request.opened_at = sitting, None
    request.save(update_fields=["sitting", "opened_at"])
    record_change(by, "Put a panel request on another date", case=request.case, obj=request)
    give_places(request, by)
    return request


@transaction.atomic
def withdraw_request(*, request: PanelRequest, reason: str, by: Actor) -> PanelRequest:
    """Take a request back: the panel reads the record no longer, and its offers end.

    Raises cases.rules.NotAllowed, or ValueError without a reason.
    """
    request = locked(request)
    check_can_change_request(by, request)
    check_can_become(request, PanelRequestStatus.WITHDRAWN)
    if not reason.strip():
        raise ValueError("Say why the request is taken back.")
    _withdraw(request, reason.strip(), by)
    return request


def withdraw_when_closed(*, case: Case, by: Actor) -> None:
    """A record is being closed: what a panel was asked for it is taken back. A listener of cases.actions.hooks."""
    for request in PanelRequest.objects.open().filter(case=case).select_related("case", "panel"):
        _withdraw(request, "The record was closed", by)


def _withdraw(request: PanelRequest, reason: str, by: Actor) -> None:
    request.offers.waiting().update(status="taken_back")
    request.status, request.ended_at, request.end_reason = (
        PanelRequestStatus.WITHDRAWN,
        timezone.now(),
        reason[:200],
    )
    request.opened_at = None
    request.save(update_fields=["status", "ended_at", "end_reason", "opened_at"])
    record_change(by, "Took a panel request back", case=request.case, obj=request)
    write_event(
        case=request.case, title="A request to a panel was taken back", body=request.panel.name, by=by
    )
    end_places_not_needed(request, by)


def locked(request: PanelRequest) -> PanelRequest:
    """The request as it is now, its case locked until the transaction ends: it is decided about in turn.

    Raises NotAllowed when it is not in the actor's sight any more.
    """
    case = lock_case(request.case)
    found = (
        PanelRequest.objects.select_for_update(of=("self",))
        .select_related("panel", "sitting", "asked_by__user")
        .filter(pk=request.pk)
        .first()
    )
    if found is None:
        raise NotAllowed("You cannot see this record any more.")
    found.case = case
    return found


def _check_open(request: PanelRequest) -> None:
    if not request.is_open:
        raise NotAllowed("This request has ended. Ask the panel again if the family still needs help.")
