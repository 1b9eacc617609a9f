"""The information sharing agreement: what it gives to whom, and who has signed."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from earlyhelp.access import Permission, access
from earlyhelp.web.pagination import page_of
from hubs.actions import resume_signature, sign_agreement, suspend_signature
from hubs.forms import SignatureForm, SuspendForm
from hubs.models import AgencyKind, Agreement, Category, Signature


@access(Permission.AGREEMENT_READ, Permission.AGREEMENT_MANAGE)
def agreement(request: HttpRequest) -> HttpResponse:
    """The version in force: categories by kind of agency, and every signature."""
    live = Agreement.objects.live()
    cells = set(live.matrix.values_list("agency_kind", "category")) if live else set()
    matrix = [
        (kind.label, [(kind.value, category.value) in cells for category in Category]) for kind in AgencyKind
    ]
    signatures = (
        live.signatures.select_related("agency").order_by("agency__name")
        if live
        else Signature.objects.none()
    )
    context = {
        "agreement": live,
        "matrix": matrix,
        "categories": Category.labels,
        "page": page_of(signatures, request),
        "may_manage": request.actor.may(Permission.AGREEMENT_MANAGE),
        "nav": "agreement",
    }
    return render(request, "hubs/agreement.html", context)


@access(Permission.AGREEMENT_MANAGE)
def sign(request: HttpRequest) -> HttpResponse:
    """Record that an agency has signed the version in force."""
    live = Agreement.objects.live()
    if live is None:
        messages.error(request, "No version of the agreement is in force.")
        return redirect("agreement")
    form = SignatureForm(request.POST or None, agreement=live)
    if request.method == "POST" and form.is_valid():
        sign_agreement(agreement=live, by=request.actor, **form.cleaned_data)
        messages.success(request, "Signature recorded. The agency can be put on teams from now on.")
        return redirect("agreement")
    return render(request, "hubs/sign.html", {"form": form, "agreement": live, "nav": "agreement"})


@access(Permission.AGREEMENT_MANAGE)
def suspend(request: HttpRequest, pk: int) -> HttpResponse:
    """Suspend an agency at once."""
    signature = get_object_or_404(Signature.objects.select_related("agency"), pk=pk)
    if not signature.is_live:
        messages.error(request, "This agency is suspended or has withdrawn already.")
        return redirect("agreement")
    form = SuspendForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        suspend_signature(signature=signature, reason=form.cleaned_data["reason"], by=request.actor)
        messages.success(request, "Suspended. The agency sees no family from now on.")
        return redirect("agreement")
    return render(request, "hubs/suspend.html", {"form": form, "signature": signature, "nav": "agreement"})


@access(Permission.AGREEMENT_MANAGE)
@require_POST
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """End a suspension."""
    signature = get_object_or_404(Signature, pk=pk)
    resume_signature(signature=signature, by=request.actor)
    messages.success(request, "The suspension has ended.")
    return redirect("agreement")
