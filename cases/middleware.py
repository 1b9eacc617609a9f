"""What holds for whatever page of a record: a protected address is asked about, and an old link to somebody who was
merged leads to the record that stays.
"""

from __future__ import annotations

from uuid import UUID

from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from cases.addresses import KEEP, ProtectedAddressTyped
from earlyhelp.audit import record_look


class ProtectedAddressMiddleware:
    """Turns ProtectedAddressTyped into a page that holds everything typed and says what to do."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, ProtectedAddressTyped):
            return None
        record_look(request.actor, "Was warned of a protected address", case=error.case, level="section")
        sent = [
            (name, text)
            for name, texts in request.POST.lists()
            if name != "csrfmiddlewaretoken"
            for text in texts
        ]
        context = {
            "case": error.case,
            "sent": sent,
            "keep": KEEP,
            "has_files": bool(request.FILES),
            "nav": "work",
        }
        return render(request, "cases/protect/address_typed.html", context, status=422)


class MergedMiddleware:
    """Leads an address that names a person who was merged into another to the same page of the one who stays.

    Only where the page was not found, only to look at, and only for somebody who sees the record that stays.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        found = request.resolver_match
        if (
            not isinstance(error, Http404)
            or request.method != "GET"
            or getattr(request, "actor", None) is None
        ):
            return None
        ids = {name: value for name, value in found.kwargs.items() if isinstance(value, UUID)}
        stays = {name: kept for name, pk in ids.items() if (kept := merged_to(pk))}
        return redirect(reverse(found.view_name, kwargs=found.kwargs | stays)) if stays else None


def merged_to(person: UUID) -> UUID | None:
    """The person into whom this one was merged, when the reader sees them."""
    with connection.cursor() as cursor:
        cursor.execute("select app.merged_to(%s)", [person])
        return cursor.fetchone()[0]
