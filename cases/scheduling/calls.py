"""Links to the call that the partnership uses: where they may lead, and making one for a meeting."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from django.conf import settings


def check_call_link(link: str) -> None:
    """Raise ValueError, with words for the reader, for a link to a call that people should not be sent to.

    It must use https and lead to a host that the partnership allows (EH_CALL_HOSTS). A name and password, or a port, in
    an address are how a false one is dressed up.
    """
    if not link:
        return
    try:
        found = urlsplit(link)
        plain = found.username is None and found.password is None and found.port is None
    except ValueError:
        raise ValueError("Enter the whole link to the call, as your meeting service shows it.") from None
    if found.scheme != "https" or not found.hostname or not plain:
        raise ValueError("Enter a link to the call that starts with https://")
    host = found.hostname.rstrip(".").lower()
    allowed = settings.EARLY_HELP["CALL_HOSTS"]
    if host == _own_host() or any(host == name or host.endswith(f".{name}") for name in allowed):
        return
    raise ValueError(
        "Enter a link to a call service that your partnership uses: " + ", ".join(_names(allowed)) + "."
    )


def makes_links() -> bool:
    """Whether the partnership has rooms of its own, so that a link can be made for each meeting."""
    return "{code}" in settings.EARLY_HELP["CALL_LINK_TEMPLATE"]


def make_link() -> str:
    """A link to a room of the partnership's own that nobody can guess (96 random bits)."""
    return settings.EARLY_HELP["CALL_LINK_TEMPLATE"].replace("{code}", secrets.token_hex(12))


def _own_host() -> str:
    return (urlsplit(settings.EARLY_HELP["CALL_LINK_TEMPLATE"]).hostname or "").lower()


def _names(allowed: list[str]) -> list[str]:
    return [*allowed, _own_host()] if _own_host() else allowed
