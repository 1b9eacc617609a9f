"""Errors of the API: problem details (RFC 9457) in plain words. They say what is wrong with the request, no more.

Every error at an address of the API comes from here, whether a view, the middleware or Django itself refuses: something
that is not shared reads like something that does not exist, byte for byte.
"""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views import defaults
from rest_framework import exceptions
from rest_framework.views import set_rollback

from earlyhelp.access import NotAllowed

CONTENT_TYPE = "application/problem+json"
REALM = 'Bearer realm="Early Help"'
TITLES = {
    400: ("Bad request", "Something in the request is not right."),
    401: ("Not signed in", "Send a key that is in force, as Authorization: Bearer."),
    403: ("Not allowed", "Your role does not let you do this."),
    404: ("Not found", "There is nothing here, or it is not shared with you."),
    405: ("Method not allowed", "This address does not take this method."),
    413: ("Too large", "The request is too large."),
    415: ("Wrong type", "Send JSON, with Content-Type: application/json."),
    429: ("Too many tries", "Too many wrong keys came from your network. Wait a minute."),
    500: ("Something went wrong", "Nothing was changed. Try again in a few minutes."),
    503: ("Not available", "Try again in a few minutes."),
}


def problem(
    status: int, detail: str = "", *, errors: dict | None = None, allow: str = "", wait: int = 0
) -> JsonResponse:
    """One error. `errors` names what is wrong with each field; `wait` is in seconds."""
    title, usual = TITLES[status]
    body: dict = {"type": "about:blank", "title": title, "status": status, "detail": detail or usual}
    if errors:
        body["errors"] = errors
    response = JsonResponse(body, status=status, content_type=CONTENT_TYPE)
    if status == 401:
        response["WWW-Authenticate"] = REALM
    if allow:
        response["Allow"] = allow
    if wait:
        response["Retry-After"] = str(wait)
    return response


def is_for_programs(request: HttpRequest) -> bool:
    """Whether this address belongs to the API."""
    return request.path_info.startswith(settings.API_PREFIX)


def handle(error: Exception, context: dict) -> HttpResponse | None:
    """What a view of the API answers to an error. None lets Django handle what nobody foresaw: a 500."""
    found = _answer_to(error, context)
    if found is not None:
        set_rollback()
    return found


def _answer_to(error: Exception, context: dict) -> HttpResponse | None:
    if isinstance(error, exceptions.ValidationError):
        return problem(400, errors=_by_field(error.detail))
    if isinstance(error, ValidationError):
        return problem(400, " ".join(error.messages))
    if isinstance(error, Http404):
        return problem(404)
    if isinstance(error, NotAllowed):
        return problem(403, str(error))
    if isinstance(error, (exceptions.NotAuthenticated, exceptions.AuthenticationFailed)):
        return problem(401)
    if isinstance(error, PermissionDenied):
        return problem(403)
    if isinstance(error, exceptions.MethodNotAllowed):
        return problem(405, allow=", ".join(context["view"].allowed_methods))
    if isinstance(error, exceptions.APIException) and error.status_code in TITLES:
        own_words = error.status_code in {400, 403}
        return problem(error.status_code, str(error.detail) if own_words else "")
    return None


def _by_field(detail) -> dict[str, list[str]]:
    """What is wrong, by field, however deep it lay; never what was sent."""
    if isinstance(detail, dict):
        return {str(name)[:60]: _sentences(words) for name, words in detail.items()}
    return {"": _sentences(detail)}


def _sentences(detail) -> list[str]:
    if isinstance(detail, dict):
        return [sentence for words in detail.values() for sentence in _sentences(words)]
    if isinstance(detail, (list, tuple)):
        return list(dict.fromkeys(sentence for words in detail for sentence in _sentences(words)))
    return [str(detail)]


# -- Errors outside a view: an unknown address, a refusal by the middleware, a crash -----------------------------------


def bad_request(request, exception):
    return problem(400) if is_for_programs(request) else defaults.bad_request(request, exception)


def not_allowed(request, exception):
    if not is_for_programs(request):
        return defaults.permission_denied(request, exception)
    return problem(403)


def not_found(request, exception):
    return problem(404) if is_for_programs(request) else defaults.page_not_found(request, exception)


def server_error(request):
    return problem(500) if is_for_programs(request) else defaults.server_error(request)
