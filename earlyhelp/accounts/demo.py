"""The demo's "Sign in as" page: one click and you are one of the invented people.

It exists only with EH_DEMO, which production settings refuse (earlyhelp.checks). The people are in
``var/demo-signins.json``, each with a password and a secret, so that the normal way in can be tried too.
"""

from __future__ import annotations

import json
import time
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model, login, logout
from django.core.exceptions import ImproperlyConfigured
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from earlyhelp.access import public
from earlyhelp.accounts import actions, kept
from earlyhelp.accounts.second_factor import stamp_second_factor
from earlyhelp.headers import SIGNED_IN_AT

BACKEND = "earlyhelp.accounts.backends.SignInBackend"


def refuse_outside_demo() -> None:
    """Raise ImproperlyConfigured unless the settings are those of the demo or of the tests."""
    if settings.EH_DEMO and settings.DEPLOYMENT not in {"demo", "test"}:
        raise ImproperlyConfigured("Remove EH_DEMO: the demo's sign-in page must not exist outside the demo.")


def personas_file() -> Path:
    return Path(settings.DEMO_FILES) / "demo-signins.json"


def personas() -> list[dict]:
    """People to sign in as: dicts with persona, name, agency, role, email, password, totp_secret."""
    try:
        return json.loads(personas_file().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []


@public
@never_cache
@require_http_methods(["GET", "POST"])
def sign_in_as(request) -> HttpResponse:
    """Show the people; on POST become the one chosen, as if with password and second factor."""
    if not settings.EH_DEMO:
        raise Http404
    people = personas()
    if request.method == "POST":
        chosen = next((person for person in people if person["email"] == request.POST.get("email")), None)
        user = chosen and get_user_model().objects.active().filter(email=chosen["email"].lower()).first()
        if user is None:
            raise Http404
        if request.user.is_authenticated:
            logout(request)
        if user.is_asleep:
            actions.wake_for_demo(user)
        login(request, user, backend=BACKEND)
        stamp_second_factor(request.session, user, "demo")
        request.session[SIGNED_IN_AT] = int(time.time())
        kept.drop_if_anothers(request.session, user)
        actions.note_sign_in(user, second_factor=True)
        return redirect("accounts:kept" if kept.find(request.session) else settings.LOGIN_REDIRECT_URL)
    return render(request, "accounts/demo.html", {"people": people})
