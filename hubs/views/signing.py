"""Signatures under the agreement: an agency's own, those recorded from paper, suspending and withdrawing."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from earlyhelp.access import NotAllowed, Permission, access
from earlyhelp.audit import record_look
from hubs.actions import (
    resume_signature,
    sign_agreement,
    sign_for_agency,
    suspend_signature,
    withdraw_signature,
)
from hubs.comparison import compare
from hubs.effect import Effect, effect_of_withdrawal
from hubs.forms import SignatureForm, SignForm, SuspendForm, WithdrawForm
from hubs.models import Agreement, Signature
from hubs.rules import check_can_sign, check_can_withdraw
from hubs.terms import terms_of
from hubs.versions import rows_of
from hubs.views.agreement import frame, or_back, version_for


@access(Permission.AGREEMENT_SIGN)
@or_back
def sign_own(request: HttpRequest, version: int) -> HttpResponse:
    """An agency's signatory reads a version and signs it, with a fresh code."""
    found = version_for(request.actor, version)
    check_can_sign(found, request.actor)
    form = SignForm(request.POST or None, request=request)
    if request.method == "POST" and form.is_valid():
        try:
            sign_for_agency(agreement=found, confirmed=form.cleaned_data["confirmed"], by=request.actor)
        except (NotAllowed, ValueError) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Signed. Thank you.")
            return redirect("agreement-version", version)
    terms = terms_of(found)
    before = (
        Agreement.objects.filter(signatures__agency=request.actor.agency, version__lt=version)
        .order_by("-version")
        .first()
    )
    context = frame(request, found, "says") | {
        "form": form,
        "terms": terms,
        "before": before,
        "comparison": compare(terms_of(before), terms) if before else None,
        "mine": next(row for row in rows_of(terms) if row.code == request.actor.agency.kind),
    }
    return render(request, "hubs/agreement/sign.html", context)


@access(Permission.AGREEMENT_MANAGE)
def sign(request: HttpRequest) -> HttpResponse:
    """Record that an agency has signed a version on paper."""
    versions = Agreement.objects.to_sign()
    if not versions.exists():
        messages.error(request, "No version of the agreement is in force.")
        return redirect("agreement")
    form = SignatureForm(request.POST or None, versions=versions)
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        signed = facts.pop("version")
        sign_agreement(agreement=signed, by=request.actor, **facts)
        messages.success(request, "Signature recorded. The agency can be put on teams from now on.")
        return redirect("agreement-signatures", signed.version)
    return render(request, "hubs/sign.html", {"form": form, "nav": "agreement"})


def _signature(pk: int) -> Signature:
    return get_object_or_404(Signature.objects.select_related("agency", "agreement"), pk=pk)


def _effect(request: HttpRequest, signature: Signature) -> Effect | None:
    """What ends when this signature stops counting; None when it is not what gives sight today."""
    live = Agreement.objects.live()
    if live is None or live.pk != signature.agreement_id or not signature.is_live:
        return None
    effect = effect_of_withdrawal(signature.agency)
    record_look(
        request.actor,
        "Counted the effect of an agency's withdrawal",
        level="results",
        agency=signature.agency_id,
        ends=effect.ends.grants,
    )
    return effect


@access(Permission.AGREEMENT_MANAGE)
def suspend(request: HttpRequest, pk: int) -> HttpResponse:
    """Suspend an agency at once."""
    signature = _signature(pk)
    if not signature.is_live:
        messages.error(request, "This agency is suspended or has withdrawn already.")
        return redirect("agreement-signatures", signature.agreement.version)
    form = SuspendForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        suspend_signature(signature=signature, reason=form.cleaned_data["reason"], by=request.actor)
        messages.success(request, "Suspended. The agency sees no family from now on.")
        return redirect("agreement-signatures", signature.agreement.version)
    context = {
        "form": form,
        "signature": signature,
        "effect": _effect(request, signature),
        "nav": "agreement",
    }
    return render(request, "hubs/suspend.html", context)


@access(Permission.AGREEMENT_MANAGE)
@require_POST
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """End a suspension."""
    signature = _signature(pk)
    try:
        resume_signature(signature=signature, by=request.actor)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "The suspension has ended.")
    return redirect("agreement-signatures", signature.agreement.version)


@access(Permission.AGREEMENT_MANAGE)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraw an agency for good, with a reason and a fresh code."""
    signature = _signature(pk)
    try:
        check_can_withdraw(signature, request.actor)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return redirect("agreement-signatures", signature.agreement.version)
    form = WithdrawForm(request.POST or None, request=request)
    if request.method == "POST" and form.is_valid():
        try:
            withdraw_signature(signature=signature, reason=form.cleaned_data["reason"], by=request.actor)
        except (NotAllowed, ValueError) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Withdrawn. The agency sees no family from now on.")
            return redirect("agreement-signatures", signature.agreement.version)
    context = {
        "form": form,
        "signature": signature,
        "effect": _effect(request, signature),
        "nav": "agreement",
    }
    return render(request, "hubs/agreement/withdraw.html", context)
