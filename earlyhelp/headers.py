"""What every response says about itself, and how long a session may live."""

import time
from contextlib import suppress

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.sessions.backends.base import UpdateError
from django.http import HttpResponseNotAllowed
from django.utils.cache import patch_vary_headers

SIGNED_IN_AT = "signed_in_at"
USED_AT = "used_at"
ONLY_ASKS = "/account/session/"  # a page that asks how long there is does not make it longer
# TRACE and made-up methods reach no view.
METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]


class HeadersMiddleware:
    """Keep pages about families out of every cache, and switch off what a browser offers and we never use.

    It is the outermost middleware, so that refusals and errors carry the headers too. A static file keeps its own
    caching: only it is answered without a session.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method in METHODS:
            response = self.get_response(request)
        else:
            response = HttpResponseNotAllowed(METHODS)
        user = getattr(request, "user", None)
        if (user is not None and user.is_authenticated) or not response.has_header("Cache-Control"):
            response.headers["Cache-Control"] = "no-store"
        if getattr(request, "htmx", False):
            patch_vary_headers(response, ["HX-Request"])
        response.headers.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class SessionAgeMiddleware:
    """End a session that is older than the longest working day, however busy it was (SESSION_ABSOLUTE_HOURS).

    A session that nobody uses ends earlier: its cookie and row expire after SESSION_IDLE_MINUTES.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.user.is_authenticated:
            signed_in_at = request.session.setdefault(SIGNED_IN_AT, int(time.time()))
            if time.time() - signed_in_at > settings.SESSION_ABSOLUTE_SECONDS:
                logout(request)
            elif request.method != "GET" or request.path_info != ONLY_ASKS:
                self._keep_awake(request)
        return self.get_response(request)

    @staticmethod
    def _keep_awake(request):
        """Put the idle limit forward, but write the session at most once a minute.

        At once, not with the answer: what another request of the same person puts there meanwhile, a message for the
        page that follows, would be written over.
        """
        now = int(time.time())
        if now - request.session.get(USED_AT, 0) >= 60:
            request.session[USED_AT] = now
            with suppress(UpdateError):  # it has just ended elsewhere: the answer says so
                request.session.save()
                request.session.modified = False
