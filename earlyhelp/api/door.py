"""The door for programs: a key in the Authorization header stands for a session with both factors.

The middleware asks here, and only for addresses of the API; everything after it (context, declared access, rules) is
the same for a person and a program. With a key no cookie counts; without one the session does, and then a token
against forged requests is needed.
"""

from __future__ import annotations

import dataclasses
import logging
import re

from allauth.core.internal import ratelimit
from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.module_loading import import_string
from redis.exceptions import RedisError

from earlyhelp.access import Actor
from earlyhelp.api.models import ApiKey, hash_of
from earlyhelp.api.problems import is_for_programs, problem

log = logging.getLogger("earlyhelp.api")
SHAPE = re.compile(r"Bearer (eh_[0-9a-f]{8}_[A-Za-z0-9_-]{43})", re.ASCII)
WAIT = 60  # seconds, as in settings.API_WRONG_KEYS


def brings_key(request: HttpRequest) -> bool:
    """Whether a program stands before the door: the header is there, at an address of the API."""
    return is_for_programs(request) and "Authorization" in request.headers


def actor_of_key(request: HttpRequest) -> Actor | HttpResponse:
    """Who the key in the header stands for, or the refusal, the same for every cause.

    A key that is in force is never refused because others behind the same network address sent wrong ones.
    """
    if settings.SECURE_SSL_REDIRECT and not request.is_secure():
        return problem(403, "Use https. A key that was sent in the clear should be revoked.")
    key = _key_of(request.headers["Authorization"])
    if key is None:
        return _refuse(request)
    load = import_string(settings.ACCESS_ACTOR_FOR_MEMBERSHIP)
    try:
        actor = load(key.membership_id)
    except ObjectDoesNotExist:
        return _refuse(request)
    today = timezone.localdate()
    if key.last_used_on != today:
        ApiKey.objects.filter(pk=key.pk).update(last_used_on=today)
    return dataclasses.replace(actor, api_key=key)


def _key_of(header: str) -> ApiKey | None:
    found = SHAPE.fullmatch(header)
    if found is None:
        return None
    key = ApiKey.objects.with_people().filter(secret_hash=hash_of(found[1])).first()
    if key is None:
        return None
    if not key.is_live:
        log.warning("key refused, not in force: key %s", key.pk)
        return None
    return key


def _refuse(request: HttpRequest) -> HttpResponse:
    try:
        counted = ratelimit.consume(
            request,
            app="earlyhelp.api",
            action="wrong_key",
            config={"wrong_key": settings.API_WRONG_KEYS},
            limit_get=True,
        )
    except RedisError:
        counted = True  # refused all the same: what cannot be counted is not let in
    return problem(401) if counted else problem(429, wait=WAIT)
