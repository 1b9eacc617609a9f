"""For forms that somebody fills in for a while: whose page it is, and how long their session lasts."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from earlyhelp.accounts import kept

register = template.Library()


@register.simple_tag(takes_context=True)
def keep_words(context) -> SafeString | str:
    """A hidden field that says whose page this is, so that what they typed outlives the end of their session."""
    mark = kept.page_of(getattr(context.get("request"), "actor", None))
    return format_html('<input type="hidden" name="{}" value="{}">', kept.FIELD, mark) if mark else ""


@register.inclusion_tag("components/session.html", takes_context=True)
def session_watch(context) -> dict:
    """The script that warns before the session ends and lets somebody sign in again where they are."""
    request = context.get("request")
    if (
        getattr(request, "actor", None) is None
        or not getattr(request, "csp_nonce", "")
        or not hasattr(request, "session")
    ):
        return {}
    return {**kept.times(request), "name": request.actor.name, "nonce": request.csp_nonce}
