"""How long the session still lasts, and what was typed when it had ended."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render, resolve_url
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from earlyhelp.access import public, signed_in
from earlyhelp.accounts import kept


@public
@never_cache
@require_http_methods(["GET", "POST"])
def session(request: HttpRequest) -> JsonResponse:
    """How long there is (GET, which keeps nothing awake), and "I am still here" (POST, which does)."""
    found = kept.times(request)
    if request.user.is_authenticated and not found["signed_in"]:
        found["first"] = resolve_url(settings.CHOOSE_AGENCY_URL)
    return JsonResponse(found)


@signed_in
@never_cache
@require_http_methods(["GET", "POST"])
def kept_words(request: HttpRequest) -> HttpResponse:
    """Show its writer what they typed before they were signed out, with one button that saves it; or forget it."""
    if request.actor is None:
        return redirect(settings.CHOOSE_AGENCY_URL)
    found = kept.find(request.session)
    is_own = found is not None and found.user == request.user.pk
    other_agency = is_own and found.membership != request.actor.membership.pk
    if not is_own or other_agency:
        found = None
    if request.method == "POST":
        kept.drop(request.session)
        return redirect(found.path if found else "/")
    return render(request, "accounts/kept.html", {"kept": found, "other_agency": other_agency, "roomy": True})
