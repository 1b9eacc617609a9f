"""Who stands at the other end of a connection: asked again at every message, from the session and today's facts."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from importlib import import_module
from types import SimpleNamespace
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, load_backend
from django.http.cookie import parse_cookie
from django.utils.crypto import constant_time_compare
from django.utils.module_loading import import_string

from earlyhelp.access import Actor
from earlyhelp.access.context import begin_request
from earlyhelp.access.declare import Declaration
from earlyhelp.headers import SIGNED_IN_AT


@dataclass(frozen=True)
class Door:
    """What a browser brought to the handshake: the session's key, kept only in this process's memory."""

    session_key: str

    @property
    def fingerprint(self) -> str:
        """As the database names the session when it ends (cases/sql/live_v1.sql)."""
        return hashlib.sha256(self.session_key.encode()).hexdigest()


def door_of(scope: dict) -> Door | None:
    """The session that the handshake's cookie names, if it comes from one of our own pages.

    A browser sends our cookie along whoever's page asks for the connection, so its origin is checked (ASVS 4.4.2).
    """
    headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
    if not is_our_page(headers.get(b"origin", "")):
        return None
    key = parse_cookie(headers.get(b"cookie", "")).get(settings.SESSION_COOKIE_NAME, "")
    return Door(key) if 8 <= len(key) <= 64 and key.isalnum() else None


def is_our_page(origin: str) -> bool:
    """Whether `origin` is exactly one of this site's; a missing one is not."""
    found = urlsplit(origin)
    return f"{found.scheme}://{found.netloc}" == origin and origin in settings.CSRF_TRUSTED_ORIGINS


def enter(door: Door, declared: Declaration) -> Actor | None:
    """Take on the eyes of whoever the session belongs to, for the rest of the transaction; None when it opens nothing.

    The same questions as AccessMiddleware asks of a page: session, second factor, agency, permission. Writes nothing: a
    connection keeps no session awake.
    """
    request = _request_of(door)
    if request is None or not import_string(settings.ACCESS_SECOND_FACTOR)(request):
        return None
    actor = import_string(settings.ACCESS_ACTOR_FOR_REQUEST)(request)
    if actor is None or not any(actor.may(permission) for permission in declared.permissions):
        return None
    begin_request(actor.user.pk, actor.membership.pk)
    return actor


def is_signed_in(door: Door) -> bool:
    """Whether the session still belongs to somebody. Tells "signed out" from "may not see this any more"."""
    return _request_of(door) is not None


def _request_of(door: Door):
    """What the rest of the system wants to know of a request: `user` and `session`. None when nobody is signed in."""
    session = import_module(settings.SESSION_ENGINE).SessionStore(door.session_key)
    known = session.load()
    if session.session_key is None or SESSION_KEY not in known:
        return None
    if time.time() - known.get(SIGNED_IN_AT, time.time()) > settings.SESSION_ABSOLUTE_SECONDS:
        return None
    user = _user_of(known)
    if user is None or not user.is_active or user.is_asleep:
        return None
    return SimpleNamespace(user=user, session=session)


def _user_of(known: dict):
    """The session's user. Django's own function would end or renew a session that does not fit; this only reads."""
    path = known.get(BACKEND_SESSION_KEY)
    if path not in settings.AUTHENTICATION_BACKENDS:
        return None
    user = load_backend(path).get_user(known[SESSION_KEY])
    if user is None:
        return None
    claimed = known.get(HASH_SESSION_KEY, "")
    hashes = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    return user if any(constant_time_compare(claimed, each) for each in hashes) else None
