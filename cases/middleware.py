"""Asks first when a form holds a protected address. Whatever page of a record it was sent from."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

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
        context = {"case": error.case, "sent": sent, "keep": KEEP, "has_files": bool(request.FILES), "nav": "work"}
        return render(request, "cases/protect/address_typed.html", context, status=422)
