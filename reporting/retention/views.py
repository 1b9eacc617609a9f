"""Pages of retention: what is due, one record, and its disposal by a second person."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from cases.rules import NotAllowed
from earlyhelp.access import Permission, access
from earlyhelp.audit import record_look
from earlyhelp.web.pagination import page_of
from hubs.models import Hub
from reporting.models import RetentionHold, RetentionReview, Tombstone
from reporting.retention import actions, forms
from reporting.retention.records import DueRecord, due_records, record_of
from reporting.retention.rules import can_confirm, can_read_tombstones, rule_words, years

NO_RECORD = "There is no record of this reference that you look after."


@access(Permission.RETENTION_MANAGE)
def retention(request: HttpRequest) -> HttpResponse:
    """Records that are due, what is held, and what is gone; with POST, one record by its reference."""
    form = forms.FindForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reference = form.cleaned_data["reference"].strip().upper()
        found = record_of(reference)
        if found:
            return redirect("retention-record", found.reference)
        stone = None
        if can_read_tombstones(request.actor):
            stone = actions.find_tombstone(reference=reference, by=request.actor)
        if stone:
            return redirect("retention-stone", stone.pk)
        form.add_error("reference", NO_RECORD)
    due = due_records()
    hubs = dict(Hub.objects.values_list("pk", "name"))
    page = page_of(due, request, per_page=25)
    holds = RetentionHold.objects.filter(ended_at=None).select_related("placed_by__user")
    stones = (
        Tombstone.objects.select_related("confirmed_by__user") if can_read_tombstones(request.actor) else []
    )
    record_look(request.actor, "Saw records that are due", level="results", due=len(due))
    context = {
        "form": form,
        "page": page,
        "rows": [(each, hubs.get(each.hub_id, "")) for each in page],
        "due": len(due),
        "held": holds.count(),
        "late_holds": holds.filter(review_on__lt=timezone.localdate()).count(),
        "stones": stones[:25],
        "shows_stones": can_read_tombstones(request.actor),
        "rules": [rule_words(code) for code in ("birthday", "closed", "stepped_up", "adoption", "adult")],
        "least_closed": years()[1],
        "nav": "retention",
    }
    return render(request, "reporting/retention/due.html", context)


def _record(request: HttpRequest, reference: str) -> DueRecord:
    """One record by its reference. Raises Http404, also when it is one of a family close to this person."""
    found = record_of(reference)
    if found is None:
        raise Http404
    record_look(request.actor, "Opened a record’s retention", level="section", reference=found.reference)
    return found


@access(Permission.RETENTION_MANAGE)
def retention_record(request: HttpRequest, reference: str) -> HttpResponse:
    """When one record is due and why, what stands in the way, and what was decided."""
    found = _record(request, reference)
    reviews = RetentionReview.objects.filter(family_id=found.family_id).select_related(
        "decided_by__user", "sent_back_by__user"
    )
    proposal = next((each for each in reviews if each.pk == found.proposal_id), None)
    context = {
        "found": found,
        "hub": Hub.objects.filter(pk=found.hub_id).first(),
        "reviews": reviews,
        "proposal": proposal,
        "confirms": proposal is not None and can_confirm(request.actor, proposal.decided_by),
        "hold": RetentionHold.objects.filter(pk=found.hold_id).select_related("placed_by__user").first(),
        "nav": "retention",
    }
    return render(request, "reporting/retention/record.html", context)


def _decide(
    request: HttpRequest,
    found: DueRecord,
    form,
    title: str,
    button: str,
    action: Callable[..., object],
    done: str,
) -> HttpResponse:
    """A page with one form about one record."""
    if request.method == "POST" and form.is_valid():
        try:
            action(by=request.actor, **form.cleaned_data)
        except (ValueError, NotAllowed) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, done)
            return redirect("retention-record", found.reference)
    context = {
        "found": found,
        "form": form,
        "page_title": title,
        "button": button,
        "nav": "retention",
        "roomy": True,
    }
    return render(request, "reporting/retention/decide.html", context)


@access(Permission.RETENTION_MANAGE)
def retention_hold(request: HttpRequest, reference: str) -> HttpResponse:
    """Put a record on legal hold."""
    found = _record(request, reference)
    form = forms.HoldForm(request.POST or None)
    return _decide(
        request, found, form, "Put this record on hold", "Put on hold",
        lambda **facts: actions.place_hold(record=found, **facts), "On hold. It is not disposed of while this stands.",
    )  # fmt: skip


@access(Permission.RETENTION_MANAGE)
def retention_hold_end(request: HttpRequest, reference: str) -> HttpResponse:
    """End the hold."""
    found = _record(request, reference)
    hold = get_object_or_404(RetentionHold, pk=found.hold_id)
    form = forms.ReasonForm(request.POST or None)
    return _decide(
        request, found, form, "End the hold", "End the hold",
        lambda **facts: actions.end_hold(hold=hold, **facts), "The hold has ended.",
    )  # fmt: skip


@access(Permission.RETENTION_MANAGE)
def retention_keep(request: HttpRequest, reference: str) -> HttpResponse:
    """Keep a record that is due for longer."""
    found = _record(request, reference)
    form = forms.KeepForm(request.POST or None)
    return _decide(
        request, found, form, "Keep this record for longer", "Keep it",
        lambda **facts: actions.keep_record(record=found, **facts), "Kept. It is listed again on that day.",
    )  # fmt: skip


@access(Permission.RETENTION_MANAGE)
def retention_propose(request: HttpRequest, reference: str) -> HttpResponse:
    """Propose that a record goes."""
    found = _record(request, reference)
    form = forms.ProposeForm(request.POST or None)
    return _decide(
        request, found, form, "Propose to dispose of this record", "Propose it",
        lambda **facts: actions.propose_disposal(record=found, **facts), "Proposed. Somebody else confirms.",
    )  # fmt: skip


def _proposal(request: HttpRequest, reference: str) -> tuple[DueRecord, RetentionReview]:
    """A record and the proposal that somebody else made for it. Raises Http404 or NotAllowed."""
    found = _record(request, reference)
    review = get_object_or_404(
        RetentionReview.objects.select_related("decided_by__user"), pk=found.proposal_id
    )
    if not can_confirm(request.actor, review.decided_by):
        raise Http404
    return found, review


@access(Permission.RETENTION_MANAGE)
def retention_send_back(request: HttpRequest, reference: str) -> HttpResponse:
    """Do not confirm a proposal."""
    found, review = _proposal(request, reference)
    form = forms.ReasonForm(request.POST or None)
    return _decide(
        request, found, form, "Send the proposal back", "Send it back",
        lambda **facts: actions.send_back(review=review, **facts), "Sent back. The record stays.",
    )  # fmt: skip


@access(Permission.RETENTION_MANAGE)
def retention_confirm(request: HttpRequest, reference: str) -> HttpResponse:
    """The second person confirms: the record goes for good."""
    found, review = _proposal(request, reference)
    form = forms.ConfirmForm(request.POST or None, request=request, references=found.references)
    if request.method == "POST" and form.is_valid():
        try:
            references = actions.dispose(review=review, by=request.actor)
        except (ValueError, NotAllowed) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"Disposed of: {', '.join(references)}. A tombstone stays.")
            return redirect("retention")
    context = {"found": found, "review": review, "form": form, "nav": "retention"}
    return render(request, "reporting/retention/confirm.html", context)


@access(Permission.AUDIT_READ)
def retention_stone(request: HttpRequest, stone: UUID) -> HttpResponse:
    """That a record was disposed of: when, by which rule and by whom. For information governance leads."""
    found = get_object_or_404(
        Tombstone.objects.select_related("proposed_by__user", "confirmed_by__user").prefetch_related("files"),
        pk=stone,
    )
    record_look(request.actor, "Opened a tombstone", level="section", tombstone=str(found.pk))
    context = {
        "found": found,
        "rule": rule_words(found.rule),
        "rows": sorted(found.counts.items()),
        "files": len(found.files.all()),
        "files_left": sum(1 for each in found.files.all() if not each.gone_at),
        "nav": "retention",
    }
    return render(request, "reporting/retention/stone.html", context)
