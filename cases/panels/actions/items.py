"""One item at a sitting: what is said, what services offer, and what the family decides."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from cases.actions.notes import write_event, write_note
from cases.actions.plan import add_action
from cases.actions.team import add_to_team
from cases.models import (
    CaseNote,
    NoteKind,
    PanelNote,
    PanelNoteKind,
    PanelOffer,
    PanelOfferStatus,
    PanelRequest,
    PanelRequestStatus,
    Person,
)
from cases.panels.actions.requests import locked
from cases.panels.places import end_places, end_places_not_needed
from cases.panels.rules import (
    check_can_change_request,
    check_can_close_item,
    check_can_offer,
    check_can_speak,
    check_can_take_back_offer,
)
from cases.rules import NotAllowed
from cases.rules.sharing import check_can_add_to_team
from cases.states import check_can_become
from earlyhelp.access import Actor
from earlyhelp.audit import record_change
from earlyhelp.outbox import notify
from hubs.models import Category, Membership

ANSWERS = {PanelOfferStatus.ACCEPTED, PanelOfferStatus.DECLINED, PanelOfferStatus.OTHER}


@transaction.atomic
def open_item(*, request: PanelRequest, by: Actor) -> PanelRequest:
    """The sitting talks about this item now, and about no other. Raises cases.rules.NotAllowed."""
    request = locked(request)
    check_can_close_item(by, request)
    if request.status != PanelRequestStatus.WAITING or request.sitting is None or request.sitting.is_over:
        raise NotAllowed("This item is not on a sitting that is still to end.")
    others = PanelRequest.objects.filter(sitting=request.sitting, opened_at__isnull=False)
    others.exclude(pk=request.pk).update(opened_at=None)
    request.opened_at = timezone.now()
    request.save(update_fields=["opened_at"])
    record_change(by, "Moved a sitting on to an item", case=request.case, obj=request)
    return request


@transaction.atomic
def write_item_note(
    *,
    request: PanelRequest,
    text: str,
    kind: str = PanelNoteKind.DISCUSSION,
    says: str = NoteKind.VIEW,
    category: int = Category.FAMILY,
    by: Actor,
) -> CaseNote:
    """Write down what was said or decided about an item. It is an entry of the family's timeline, read as those are.

    Args:
        kind: discussion or decision. says: a code of NoteKind: a fact, what somebody said, or a professional view.

    Raises cases.rules.NotAllowed, or ValueError without words.
    """
    request = locked(request)
    check_can_speak(by, request)
    if not text.strip():
        raise ValueError("Enter what was said or decided.")
    title = "Decision of a panel" if kind == PanelNoteKind.DECISION else "Talked about at a panel"
    note = write_note(case=request.case, kind=says, title=title, body=text.strip(), category=category, by=by)
    PanelNote.objects.create(case=request.case, request=request, note=note, kind=PanelNoteKind(kind))
    return note


@transaction.atomic
def make_offer(
    *,
    request: PanelRequest,
    helps: bool,
    service: str = "",
    worker: Membership | None = None,
    from_on: dt.date | None = None,
    reason: str = "",
    by: Actor,
) -> PanelOffer:
    """Say whether one's agency can help, with what, from when and who; or why it cannot. The family decides later.

    Raises cases.rules.NotAllowed, or ValueError when the worker is not of the same agency or something is missing.
    """
    request = locked(request)
    check_can_offer(by, request)
    facts: dict[str, object]
    if helps:
        if not service.strip() or worker is None or from_on is None:
            raise ValueError("Say what your agency can help with, from when, and who will do it.")
        if worker.agency_id != by.agency.pk or not worker.is_live:
            raise ValueError("Name somebody who works for your agency today.")
        if from_on < timezone.localdate():
            raise ValueError("The date the help starts must be today or later.")
        facts = {"service": service.strip(), "worker": worker, "from_on": from_on}
    else:
        if not reason.strip():
            raise ValueError("Say why your agency cannot help. The family may be told.")
        facts = {"reason": reason.strip(), "status": PanelOfferStatus.CANNOT}
    offer = PanelOffer.objects.create(
        case=request.case, request=request, agency=by.agency, made_by=by.membership, **facts
    )
    record_change(by, "Answered a request at a panel", case=request.case, obj=offer, helps=helps)
    return offer


@transaction.atomic
def take_back_offer(*, offer: PanelOffer, by: Actor) -> PanelOffer:
    """Take an offer back before the family has answered. Raises cases.rules.NotAllowed."""
    request = locked(offer.request)
    offer = _locked_offer(offer)
    check_can_take_back_offer(by, offer)
    check_can_become(offer, PanelOfferStatus.TAKEN_BACK)
    offer.status = PanelOfferStatus.TAKEN_BACK
    offer.save(update_fields=["status"])
    record_change(by, "Took an offer of help back", case=request.case, obj=offer)
    _end_when_answered(request, by)
    return offer


@transaction.atomic
def close_item(*, request: PanelRequest, next_step: str, by: Actor) -> PanelRequest:
    """Close an item: what was offered now waits for the family, or no service could help.

    Raises cases.rules.NotAllowed, or ValueError without a next step or before the sitting has begun.
    """
    request = locked(request)
    check_can_close_item(by, request)
    if request.sitting is None or request.sitting.starts_at > timezone.now():
        raise ValueError("The sitting has not begun yet. Close the item when the panel has talked about it.")
    has_offer = request.offers.waiting().exists()
    status = PanelRequestStatus.OFFERED if has_offer else PanelRequestStatus.NO_OFFER
    check_can_become(request, status)
    if not next_step.strip():
        raise ValueError("Enter the next step, so that the family can be told what happens now.")
    now = timezone.now()
    request.status, request.next_step, request.opened_at = status, next_step.strip(), None
    request.closed_at, request.closed_by = now, by.membership
    if has_offer:
        days = dt.timedelta(days=settings.EARLY_HELP["PANEL_ANSWER_DAYS"])
        request.answer_by = timezone.localdate() + days
    else:
        request.ended_at = now
    fields = ["status", "next_step", "opened_at", "closed_at", "closed_by", "answer_by", "ended_at"]
    request.save(update_fields=fields)
    record_change(by, "Closed an item at a panel", case=request.case, obj=request, status=status)
    title = "A panel suggests help: the family decides" if has_offer else "A panel could not offer help"
    write_event(case=request.case, title=title, body=request.next_step, by=by)
    notify(
        "panel-answered",
        to=request.asked_by,
        key=f"panel-answered:{request.pk}",
        link=reverse("my-work"),
    )
    if not has_offer:
        end_places_not_needed(request, by)
    return request


@transaction.atomic
def answer_offer(
    *,
    offer: PanelOffer,
    answer: str,
    words: str = "",
    answered_person: Person | None = None,
    answered_on: dt.date,
    by: Actor,
) -> PanelOffer:
    """Write down what the family answered. Accepted: the worker joins the team, with an action in the plan.

    Args:
        answer: accepted, declined or other (the family wants something else).
        answered_person: who of the family answered.

    Raises cases.rules.NotAllowed with what is missing when the worker's agency is not covered any more, or ValueError.
    """
    request = locked(offer.request)
    offer = _locked_offer(offer)
    check_can_change_request(by, request)
    if request.status == PanelRequestStatus.WAITING:
        raise NotAllowed("The panel has not finished with this yet. Ask the family when it has.")
    check_can_become(request, PanelRequestStatus.ANSWERED)
    check_can_become(offer, answer)
    if answer not in ANSWERS:
        raise ValueError("Select what the family answered.")
    if answered_on > timezone.localdate():
        raise ValueError("The date the family answered is in the future.")
    if answer == PanelOfferStatus.OTHER and not words.strip():
        raise ValueError("Write what the family wants instead, in their words.")
    if answered_person is not None and answered_person.family_id != request.case.family_id:
        raise ValueError("That person is not in this family.")
    if answer == PanelOfferStatus.ACCEPTED:
        offer.action = _let_help_begin(offer, request, by)
    offer.status, offer.answer_words = answer, words.strip()
    offer.answered_person, offer.answered_on, offer.recorded_by = answered_person, answered_on, by.membership
    offer.save(
        update_fields=[
            "status", "answer_words", "answered_person", "answered_on", "recorded_by", "action",
        ]
    )  # fmt: skip
    record_change(by, "Wrote down a family's answer to an offer", case=request.case, obj=offer, answer=answer)
    write_event(
        case=request.case,
        title=f"{PanelOfferStatus(answer).label}: {offer.agency.name}"[:160],
        body=offer.service,
        by=by,
    )
    _end_when_answered(request, by)
    return offer


def _let_help_begin(offer: PanelOffer, request: PanelRequest, by: Actor):
    worker, case = offer.worker, request.case
    if worker is None or not worker.is_live:
        raise NotAllowed("The worker who was named has left. Ask their agency to name somebody else.")
    check_can_add_to_team(by, case, worker.agency)
    # A panel's place becomes a professional's: it has no end, and the worker writes in the record.
    end_places(case, [worker.pk], "Works with the family from now on", by)
    add_to_team(case=case, membership=worker, helps_with=offer.service, by=by)
    due_on = max(offer.from_on or timezone.localdate(), timezone.localdate())
    action = add_action(case=case, what=f"Begin: {offer.service}"[:200], owner=worker, due_on=due_on, by=by)
    notify("panel-worker", to=worker, key=f"panel-worker:{offer.pk}", link=reverse("my-work"))
    return action


def _end_when_answered(request: PanelRequest, by: Actor) -> None:
    """The last offer is answered or taken back: the request ends, and with it what the panel may read."""
    statuses = set(request.offers.values_list("status", flat=True))
    if request.status == PanelRequestStatus.OFFERED and PanelOfferStatus.WAITING not in statuses:
        ends_as = PanelRequestStatus.ANSWERED if statuses & ANSWERS else PanelRequestStatus.NO_OFFER
        check_can_become(request, ends_as)
        request.status, request.ended_at = ends_as, timezone.now()
        request.save(update_fields=["status", "ended_at"])
        record_change(by, "A panel request has ended", case=request.case, obj=request, status=ends_as)
    if request.status != PanelRequestStatus.WAITING:
        end_places_not_needed(request, by)


def _locked_offer(offer: PanelOffer) -> PanelOffer:
    found = (
        PanelOffer.objects.select_for_update(of=("self",))
        .select_related("agency", "worker__agency", "worker__user", "request__panel")
        .filter(pk=offer.pk)
        .first()
    )
    if found is None:
        raise NotAllowed("You cannot see this record any more.")
    return found
