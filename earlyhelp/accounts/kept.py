"""What somebody typed and sent after their session had ended: kept across the sign-in, for them alone.

A page with a long form says whose it is (`{% keep_words %}`, a signed mark). When such a form arrives and nobody is
signed in any more, or the sign-in is a newer one, what was typed is put away in this browser's session row: encrypted,
for at most half an hour, never in an address and never on the device. Once that person, for that agency, is signed in
again, a page shows it and sends it on with one button. It is thrown away as soon as anybody else signs in.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.urls import reverse
from django.views import csrf as django_csrf

from earlyhelp.accounts.encryption import fernet

FIELD = "page_of"
SENT_ON = "sent_on"
SESSION_KEY = "kept_words"
NOT_KEPT = {"csrfmiddlewaretoken", FIELD, SENT_ON}
LARGEST = 1_000_000  # characters
LONGEST = 30 * 60  # seconds
_PURPOSE = "kept-words"
_signer = signing.Signer(salt="earlyhelp.accounts.page-of")


@dataclass(frozen=True)
class Kept:
    """What was typed: by whom, for which address, and every field in order with its values."""

    user: int
    membership: int
    path: str
    fields: list[tuple[str, list[str]]]
    had_files: bool

    @property
    def words(self) -> list[str]:
        """What a person would know again: text that is longer than a code, as it was typed."""
        hidden = {"base", "writer", "turn", "go"}
        values = [value for name, values in self.fields if name not in hidden for value in values]
        return [value for value in values if " " in value.strip()]


# -- Whose page it is --------------------------------------------------------------------------------------------------


def page_of(actor: Any) -> str:
    """A mark for pages that `actor` opens; "" for nobody. It names no one, and cannot be made by anybody else."""
    return _signer.sign_object([actor.user.pk, actor.membership.pk]) if actor else ""


def _named(mark: str) -> tuple[int, int] | None:
    try:
        user, membership = _signer.unsign_object(mark)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return user, membership


def is_anothers(request: HttpRequest) -> bool:
    """Whether what arrived was typed on a page of somebody else, or for another of this person's agencies."""
    mark = request.POST.get(FIELD, "")
    return bool(mark) and mark != page_of(request.actor)


# -- Putting away ------------------------------------------------------------------------------------------------------


def hold(request: HttpRequest) -> bool:
    """Put away what was typed. False when there is nothing to keep, or the page does not say whose it is."""
    if request.method != "POST" or "text/html" not in request.headers.get("Accept", "text/html"):
        return False  # a script keeps in its page what it could not send
    named = _named(request.POST.get(FIELD, ""))
    if named is None:
        return False
    fields = [(name, values) for name, values in request.POST.lists() if name not in NOT_KEPT]
    plain = json.dumps([*named, request.get_full_path(), fields, bool(request.FILES)], ensure_ascii=False)
    if len(plain) > LARGEST:
        return False
    if request.user.is_authenticated and request.user.pk != named[0]:
        return False
    request.session[SESSION_KEY] = fernet(_PURPOSE).encrypt(plain.encode()).decode()
    return True


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send nobody to the sign-in page, and from there back to where they were."""
    return redirect_to_login(reverse("accounts:kept") if hold(request) else request.get_full_path())


def refused_token(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The answer to a form from before the last sign-in: to its own writer, what they typed; else Django's refusal."""
    if hold(request):
        return redirect("accounts:kept")
    return django_csrf.csrf_failure(request, reason)


# -- Giving back -------------------------------------------------------------------------------------------------------


def find(session: Any) -> Kept | None:
    """What is put away in this session, if it can still be read."""
    try:
        plain = fernet(_PURPOSE).decrypt(session.get(SESSION_KEY, "").encode(), ttl=LONGEST)
    except InvalidToken:
        return None
    user, membership, path, fields, had_files = json.loads(plain)
    return Kept(user, membership, path, [(name, values) for name, values in fields], had_files)


def give_back(request: HttpRequest) -> None:
    """What was kept has been sent on, and need not be kept any more."""
    if request.method == "POST" and SENT_ON in request.POST:
        drop(request.session)


def drop(session: Any) -> None:
    """Forget it."""
    session.pop(SESSION_KEY, None)


def drop_if_anothers(session: Any, user: Any) -> None:
    """Somebody has signed in: forget what anybody else had typed."""
    found = find(session)
    if found is None or found.user != user.pk:
        drop(session)


# -- How long there is -------------------------------------------------------------------------------------------------


def times(request: HttpRequest) -> dict[str, Any]:
    """What a page knows of its session: seconds until it ends unused, and until the longest day is over.

    `page_of` tells whether the person is still the one who opened the page; `token` goes into its forms.
    """
    from earlyhelp.headers import SIGNED_IN_AT, USED_AT

    if not request.user.is_authenticated:
        return {"signed_in": False}
    now = time.time()
    used, since = (request.session.get(name, now) for name in (USED_AT, SIGNED_IN_AT))
    return {
        "signed_in": request.actor is not None,
        "page_of": page_of(request.actor),
        "idle": max(0, round(used + settings.SESSION_IDLE_SECONDS - now)),
        "day": max(0, round(since + settings.SESSION_ABSOLUTE_SECONDS - now)),
        "token": get_token(request),
    }
