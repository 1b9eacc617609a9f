"""The quiet line that says who else has a record open."""

from __future__ import annotations

from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag(takes_context=True)
def live_record(context, case, section: str) -> SafeString | str:
    """The place for the line, and the script that fills it; nothing where live connections are switched off."""
    request = context.get("request")
    if not settings.LIVE_CONNECTIONS or request is None or getattr(request, "actor", None) is None:
        return ""
    address = reverse("live-record", urlconf="earlyhelp.live.urls", args=[case.reference])
    words = {
        "address": f"{address}?{urlencode({'part': section})}",
        "port": settings.LIVE_PORT,
        "nonce": getattr(request, "csp_nonce", ""),
    }
    return render_to_string("cases/parts/live.html", words)
