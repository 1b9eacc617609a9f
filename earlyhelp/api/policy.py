"""Who is asking, whether they may, and what may be sent: asked of every request to the API before its view runs.

REST framework loads these while it loads its own views, so nothing here imports a view.
"""

from __future__ import annotations

import json
from typing import Any

from rest_framework import exceptions
from rest_framework.authentication import SessionAuthentication
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.permissions import SAFE_METHODS, BasePermission

MOST_BYTES = 256 * 1024  # of a request's body


class WhoIsAsking(SessionAuthentication):
    """Whom the middleware found. A session needs a token against forged requests; a key, which no browser adds, not."""

    def authenticate(self, request):
        actor = request._request.actor
        if actor is None:
            return None
        if actor.api_key is None:
            self.enforce_csrf(request)
        return actor.user, actor.api_key

    def enforce_csrf(self, request):
        try:
            super().enforce_csrf(request)
        except exceptions.PermissionDenied:
            raise exceptions.PermissionDenied("A session needs the token against forged requests.") from None

    def authenticate_header(self, request):
        return "Bearer"


class Declared(BasePermission):
    """The declaration once more, for a view that is called past the middleware."""

    def has_permission(self, request, view):
        actor, its = request._request.actor, view.declaration
        return actor is not None and any(actor.may(permission) for permission in its.permissions)


class KeyMayWrite(BasePermission):
    """A key that may only read changes nothing."""

    message = "This key may only read. Make one that may write."

    def has_permission(self, request, view):
        key = request._request.actor.api_key
        return key is None or request.method in SAFE_METHODS or key.may_write


class OnlyJson(BaseContentNegotiation):
    """One kind of answer, whatever is asked for."""

    def select_parser(self, request, parsers):
        sent = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == sent), None)

    def select_renderer(self, request, renderers, format_suffix=None):
        return renderers[0], renderers[0].media_type


class TooLarge(exceptions.APIException):
    status_code = 413


class OneJson(BaseParser):
    """JSON in UTF-8, of a sane size and depth; each name at most once in an object (ASVS 1.5.3, 15.3.5)."""

    media_type = "application/json"

    def parse(self, stream, media_type=None, parser_context=None):
        body = stream.read(MOST_BYTES + 1)
        if len(body) > MOST_BYTES:
            raise TooLarge
        try:
            found = json.loads(
                body.decode("utf-8"), object_pairs_hook=_each_name_once, parse_constant=_no_such_number
            )
            json.dumps(found, ensure_ascii=False).encode("utf-8")  # halves of surrogate pairs are no text
        except (ValueError, RecursionError):
            raise exceptions.ParseError("This is not JSON as this API reads it.") from None
        if not isinstance(found, dict):
            raise exceptions.ParseError("Send one JSON object.")
        return found


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _no_such_number(_name: str):
    raise ValueError
