"""What happens to one item: notes, offers, moving on, closing, and the family's answers."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from cases.models import Case, PanelOffer, PanelRequest
from cases.panels.actions import items as actions
from cases.panels.item_forms import CannotForm, CloseItemForm, FamilyAnswerForm, ItemNoteForm, OfferForm
from cases.panels.rules import (
    check_can_change_request,
    check_can_close_item,
    check_can_offer,
    check_can_speak,
    check_can_take_back_offer,
)
from cases.panels.views.common import get_request_for, request_form
from cases.views.attempts import attempt
from earlyhelp.access import Permission, access
from hubs.models import Membership


@access(Permission.CASE_WRITE)
def item_note(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """Write down what was said or decided. It goes into the timeline."""
    case, found = get_request_for(request, reference, pk)
    check_can_speak(request.actor, found)
    form = ItemNoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done, _ = attempt(form, actions.write_item_note, request=found, by=request.actor, **form.cleaned_data)
        if done:
            messages.success(request, "Written down. It is in the family’s timeline.")
            return redirect("panel-request", case.reference, found.pk)
    return request_form(request, case, found, form, "Write down what was said", "Add to the record")


@access(Permission.CASE_WRITE)
def item_offer(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """Offer help: with what, from when, by whom."""
    case, found = get_request_for(request, reference, pk)
    check_can_offer(request.actor, found)
    people = Membership.objects.live().with_people().for_agency(request.actor.agency)
    form = OfferForm(request.POST or None, people=people.exclude(roles__contains=["volunteer"]))
    if request.method == "POST" and form.is_valid():
        done, _ = attempt(
            form, actions.make_offer, request=found, helps=True, by=request.actor, **form.cleaned_data
        )
        if done:
            messages.success(request, "Suggested. The family decides.")
            return redirect("panel-request", case.reference, found.pk)
    return request_form(request, case, found, form, "We can help", "Suggest this help")


@access(Permission.CASE_WRITE)
def item_cannot(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """Say why one's agency cannot help."""
    case, found = get_request_for(request, reference, pk)
    check_can_offer(request.actor, found)
    form = CannotForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done, _ = attempt(
            form, actions.make_offer, request=found, helps=False, by=request.actor, **form.cleaned_data
        )
        if done:
            messages.success(request, "Written down.")
            return redirect("panel-request", case.reference, found.pk)
    return request_form(request, case, found, form, "We cannot help", "Save the reason")


@access(Permission.CASE_WRITE)
@require_POST
def item_open(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """The sitting talks about this item now."""
    _case, found = get_request_for(request, reference, pk)
    check_can_close_item(request.actor, found)
    actions.open_item(request=found, by=request.actor)
    return redirect("sitting", found.sitting_id)


@access(Permission.CASE_WRITE)
def item_close(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """Close an item, with its next step."""
    case, found = get_request_for(request, reference, pk)
    check_can_close_item(request.actor, found)
    form = CloseItemForm(request.POST or None)
    sitting = found.sitting_id
    if request.method == "POST" and form.is_valid():
        done, _ = attempt(form, actions.close_item, request=found, by=request.actor, **form.cleaned_data)
        if done:
            messages.success(request, "Item closed. Whoever asked is told that there is something to read.")
            # The panel may have nothing more to do with the record, and its chair not see it any more.
            return redirect("sitting", sitting)
    offers = found.offers.waiting().select_related("agency", "worker__user")
    return request_form(
        request,
        case,
        found,
        form,
        "Close the item",
        "Close the item",
        suggested=list(offers),
        is_closing=True,
    )


def get_offer(found: PanelRequest, pk) -> PanelOffer:
    """One offer of a request, or Http404."""
    offer = (
        PanelOffer.objects.with_people().select_related("request__panel").filter(pk=pk, request=found).first()
    )
    if offer is None:
        raise Http404
    offer.case = offer.request.case = found.case
    return offer


@access(Permission.CASE_WRITE)
def offer_answer(request: HttpRequest, reference: str, pk, offer) -> HttpResponse:
    """What the family answered to one offer."""
    case, found = get_request_for(request, reference, pk)
    suggested = get_offer(found, offer)
    check_can_change_request(request.actor, found)
    form = FamilyAnswerForm(request.POST or None, case=case)
    if request.method == "POST" and form.is_valid():
        done, _ = attempt(form, actions.answer_offer, offer=suggested, by=request.actor, **form.cleaned_data)
        if done:
            messages.success(request, "Answer written down.")
            return redirect("panel-request", case.reference, found.pk)
    return request_form(
        request, case, found, form, "What the family decides", "Save the answer", suggested=[suggested]
    )


@access(Permission.CASE_WRITE)
@require_POST
def offer_take_back(request: HttpRequest, reference: str, pk, offer) -> HttpResponse:
    """Take an offer back before the family has answered."""
    case, found = get_request_for(request, reference, pk)
    suggested = get_offer(found, offer)
    check_can_take_back_offer(request.actor, suggested)
    actions.take_back_offer(offer=suggested, by=request.actor)
    messages.success(request, "Offer taken back.")
    return _after(request, case, found)


def _after(request: HttpRequest, case: Case, found: PanelRequest) -> HttpResponse:
    """Back to the request; to the sitting when it is not in this person's sight any more."""
    if PanelRequest.objects.filter(pk=found.pk).exists() or found.sitting_id is None:
        return redirect("panel-request", case.reference, found.pk)
    return redirect("sitting", found.sitting_id)
