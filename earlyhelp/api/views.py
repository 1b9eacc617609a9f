"""Keys for programs: one's own, and everybody's for those who manage accounts."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.cache import never_cache

from earlyhelp.access import NotAllowed, Permission, access
from earlyhelp.accounts.throttle import fails_closed
from earlyhelp.api.actions import make_key, revoke_key
from earlyhelp.api.forms import KeyForm
from earlyhelp.api.models import ApiKey, Scope
from earlyhelp.web.dates import day
from earlyhelp.web.pagination import page_of
from earlyhelp.web.tables import Table


@access(Permission.MY_WORK)
@never_cache
def own_keys(request: HttpRequest) -> HttpResponse:
    """One's own keys, in every agency."""
    keys = ApiKey.objects.of_user(request.user).with_people()
    return render(request, "api/keys.html", {"table": _table(keys, "api-key-revoke", own=True)})


@access(Permission.MY_WORK)
@fails_closed
@never_cache
def new_key(request: HttpRequest) -> HttpResponse:
    """Make a key for the agency one acts for now. It is shown this once, in the answer."""
    form = KeyForm(request.POST or None, request=request)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = make_key(
                name=data["name"],
                days=data["days"],
                may_write=data["scope"] == Scope.WRITE,
                by=request.actor,
            )
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            return render(request, "api/key_shown.html", {"made": made})
    return render(request, "api/key_new.html", {"form": form, "roomy": True})


@access(Permission.MY_WORK)
@never_cache
def revoke_own_key(request: HttpRequest, pk: int) -> HttpResponse:
    """Revoke one of one's own keys. Somebody else's does not exist here."""
    key = get_object_or_404(ApiKey.objects.of_user(request.user).with_people(), pk=pk)
    return _revoke(request, key, "api-keys")


@access(Permission.ACCOUNTS_MANAGE)
@never_cache
def all_keys(request: HttpRequest) -> HttpResponse:
    """Keys that are in force, whoever made them, so that one that is not needed can be revoked."""
    page = page_of(ApiKey.objects.live().with_people(), request)
    table = _table(page, "api-key-revoke-for", own=False)
    return render(request, "api/keys_all.html", {"table": table, "page": page})


@access(Permission.ACCOUNTS_MANAGE)
@never_cache
def revoke_key_for(request: HttpRequest, pk: int) -> HttpResponse:
    """Revoke somebody's key."""
    key = get_object_or_404(ApiKey.objects.with_people(), pk=pk)
    return _revoke(request, key, "api-keys-all")


def _revoke(request: HttpRequest, key: ApiKey, back: str) -> HttpResponse:
    if request.method == "POST":
        revoke_key(key=key, by=request.actor)
        messages.success(request, "The key is revoked. It opens nothing any more.")
        return redirect(back)
    return render(request, "api/key_revoke.html", {"key": key, "back": reverse(back)})


def _table(keys, revoke: str, *, own: bool) -> Table:
    heads = ["Key", *([] if own else ["Whose"]), "Agency", "May", "Last used", "Until", "Revoke"]
    rows = [
        [
            format_html("{}<br><code>{}…</code>", key.name, key.prefix),
            *([] if own else [key.membership.user.full_name]),
            key.membership.agency.name,
            Scope.WRITE.label if key.may_write else Scope.READ.label,
            day(key.last_used_on) if key.last_used_on else "Never",
            _until(key),
            format_html(
                '<a class="govuk-link" href="{}">Revoke<span class="govuk-visually-hidden"> {}</span></a>',
                reverse(revoke, args=[key.pk]),
                key.prefix,
            )
            if key.is_live
            else "",
        ]
        for key in keys
    ]
    return Table("Keys", heads, rows, hide_caption=True, empty="There is no key.")


def _until(key: ApiKey) -> str:
    if key.revoked_at:
        return f"Revoked {day(timezone.localdate(key.revoked_at))}"
    if not key.is_live:
        return "Not in force any more"
    return day(timezone.localdate(key.expires_at))
