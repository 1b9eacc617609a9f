"""Guessing is slow for an attacker, and an attacker cannot lock the owner out.

Wrong passwords are counted for each account. A browser that has signed in to the account before holds a signed cookie
and has a count of its own, so that somebody else's guesses do not keep the owner out (OWASP: device cookies).
The counts are in the cache. Without the cache nobody signs in: sign-in fails closed.
"""

from __future__ import annotations

import secrets
from functools import wraps

from allauth.core.internal import ratelimit
from django.conf import settings
from django.core import signing
from django.shortcuts import render
from django.utils.crypto import salted_hmac
from redis.exceptions import RedisError

APP = "allauth.account"
ACTION = "login_failed"
STRANGER = {ACTION: "30/m/ip,5/5m/key"}
KNOWN_DEVICE = {ACTION: "5/5m/key"}
CODES = {ACTION: "5/5m/key,20/d/key"}
DEVICE_COOKIE = "device"
DEVICE_DAYS = 180
_SALT = "earlyhelp.accounts.device"


def _email_key(email: str) -> str:
    return f"account:{email.strip().lower()}"


def _device_of(request, email: str) -> str | None:
    """The mark of this browser, if it has signed in to this account before."""
    try:
        marks = signing.loads(
            request.COOKIES.get(device_cookie_name(), ""), salt=_SALT, max_age=DEVICE_DAYS * 86400
        )
    except signing.BadSignature:
        return None
    return marks.get(_fingerprint(email))


def _fingerprint(email: str) -> str:
    return salted_hmac(_SALT, email.strip().lower(), algorithm="sha256").hexdigest()[:32]


def device_cookie_name() -> str:
    return f"__Host-{DEVICE_COOKIE}" if settings.SESSION_COOKIE_SECURE else f"eh-{DEVICE_COOKIE}"


def is_known_device(request, email: str) -> bool:
    """Whether this browser has signed in to the account of `email` before."""
    return _device_of(request, email) is not None


def remember_device(request, response, email: str) -> None:
    """Mark the browser as one that has signed in to this account. The cookie says nothing about whose it is."""
    try:
        marks = signing.loads(request.COOKIES.get(device_cookie_name(), ""), salt=_SALT)
    except signing.BadSignature:
        marks = {}
    marks = dict(list(marks.items())[-9:])  # a shared machine: the last ten people
    marks[_fingerprint(email)] = secrets.token_urlsafe(12)
    response.set_cookie(
        device_cookie_name(),
        signing.dumps(marks, salt=_SALT),
        max_age=DEVICE_DAYS * 86400,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _rule(request, email: str) -> tuple[dict, str]:
    device = _device_of(request, email)
    if device:
        return KNOWN_DEVICE, f"device:{device}:{_email_key(email)}"
    return STRANGER, _email_key(email)


def count_attempt(request, email: str):
    """Count one try at the password of `email`. Returns what can be given back on success, or None: too many tries."""
    config, key = _rule(request, email)
    return ratelimit.consume(request, app=APP, action=ACTION, config=config, key=key)


def count_code(request, user):
    """Count one try at a code of `user`. Returns what can be given back on success, or None: too many tries."""
    return ratelimit.consume(request, app=APP, action=ACTION, config=CODES, key=f"code:{user.pk}")


def forget_attempts(request, email: str) -> None:
    """Start counting again, after the owner has proved the address by setting a new password."""
    ratelimit.clear(request, app=APP, action=ACTION, config={ACTION: "5/5m/key"}, key=_email_key(email))


def fails_closed(view):
    """Answer 503 with a plain page when the counts cannot be kept, in place of letting anybody try."""

    @wraps(view)
    def wrapped(request, *args, **kwargs):
        try:
            return view(request, *args, **kwargs)
        except RedisError:
            return render(request, "accounts/unavailable.html", status=503)

    return wrapped
