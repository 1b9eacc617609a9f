"""Reading settings from environment variables.

Every function either returns a value that can be used, or raises ImproperlyConfigured with one sentence that says
what to set.
"""

import datetime as dt
import os
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

PLACEHOLDER_PASSWORDS = {
    "",
    "admin",
    "changeme",
    "change-me",
    "change_me",
    "default",
    "earlyhelp",
    "eh_app",
    "eh_owner",
    "password",
    "postgres",
    "redis",
    "secret",
    "valkey",
}
YES = {"1", "true", "yes", "on"}
NO = {"0", "false", "no", "off", ""}


def required(name, why):
    """Return the variable ``name``; ``why`` ends the sentence shown when it is missing."""
    value = os.environ.get(name, "").strip()
    if not value:
        raise ImproperlyConfigured(f"Set {name}: {why}.")
    return value


def optional(name, default=""):
    """Return the variable ``name`` or ``default`` when it is missing or empty."""
    return os.environ.get(name, "").strip() or default


def number(name, default, *, low=0, high=10_000):
    """Return the variable ``name`` as a whole number between ``low`` and ``high``."""
    raw = optional(name, str(default))
    if not raw.isdecimal() or not low <= int(raw) <= high:
        raise ImproperlyConfigured(f"Set {name} to a whole number from {low} to {high}; it is {raw!r}.")
    return int(raw)


def flag(name, default=False):
    """Return the variable ``name`` as yes or no."""
    raw = os.environ.get(name)
    if raw is None:
        return default
    if raw.strip().lower() in YES | NO:
        return raw.strip().lower() in YES
    raise ImproperlyConfigured(f"Set {name} to 1 (yes) or 0 (no); it is {raw!r}.")


def words(name, default=""):
    """Return the variable ``name`` as a list: what stands between its commas."""
    return [word.strip() for word in optional(name, default).split(",") if word.strip()]


def spans(name):
    """Return the variable ``name`` ("2026-10-26/2026-10-30, 2027-02-15/2027-02-19") as pairs of first and last day."""
    found = []
    for word in words(name):
        try:
            first, last = (dt.date.fromisoformat(day.strip()) for day in word.split("/"))
        except ValueError:
            first, last = dt.date.max, dt.date.min
        if first > last:
            raise ImproperlyConfigured(
                f"Set {name} to first and last days such as 2026-10-26/2026-10-30, with commas between; not {word!r}."
            )
        found.append((first, last))
    return tuple(sorted(found))


def is_placeholder(password):
    """Say whether a password is one that people leave in from an example."""
    plain = (password or "").lower()
    return plain in PLACEHOLDER_PASSWORDS or "change" in plain or "example" in plain


def secret_key(name="SECRET_KEY"):
    """Return the signing key: at least 50 characters, not a placeholder."""
    value = required(name, "a random text of at least 50 characters that signs sessions and links")
    if len(value) < 50 or len(set(value)) < 10 or value.startswith("django-insecure"):
        raise ImproperlyConfigured(
            f"Set {name} to at least 50 random characters; the one given is too easy to guess."
        )
    return value


def hosts(name="ALLOWED_HOSTS"):
    """Return the host names this site answers to. A wildcard is refused."""
    value = required(name, "the host names this site answers to, with commas between them")
    names = [host.strip() for host in value.split(",") if host.strip()]
    if any("*" in host or host.startswith(".") for host in names):
        raise ImproperlyConfigured(f"Set {name} to exact host names; a wildcard would let any name in.")
    return names


def site_url(name="SITE_URL"):
    """Return the public address, which links in e-mails begin with. It must use https."""
    value = required(
        name, "the public address of this site, such as https://earlyhelp.county.example"
    ).rstrip("/")
    if urlsplit(value).scheme != "https" or not urlsplit(value).hostname:
        raise ImproperlyConfigured(f"Set {name} to an address that starts with https://; it is {value!r}.")
    return value


def database(name="DATABASE_URL"):
    """Return Django's description of the PostgreSQL database at the address in ``name``.

    What follows ``?`` (such as ``sslmode=verify-full``) is handed to the driver.
    """
    value = required(
        name, "the address of the PostgreSQL database, postgresql://eh_app:PASSWORD@HOST:5432/earlyhelp"
    )
    parts = urlsplit(value)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(
            f"Set {name} to a postgresql:// address; no other database can keep families apart."
        )
    if not parts.hostname or not parts.username or len(parts.path) < 2:
        raise ImproperlyConfigured(
            f"Set {name} to a whole address: postgresql://USER:PASSWORD@HOST:PORT/DATABASE."
        )
    password = unquote(parts.password or "")
    if is_placeholder(password) or password == parts.username:
        raise ImproperlyConfigured(
            f"Set {name} to an address with a real password; the one in it is a placeholder."
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": parts.hostname,
        "PORT": str(parts.port or 5432),
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username),
        "PASSWORD": password,
        "OPTIONS": dict(parse_qsl(parts.query)),
    }


def redis_url(name="REDIS_URL"):
    """Return the address of Valkey or Redis without a database number."""
    value = required(name, "the address of Valkey or Redis, redis://:PASSWORD@HOST:6379")
    parts = urlsplit(value)
    if parts.scheme not in {"redis", "rediss"} or not parts.hostname:
        raise ImproperlyConfigured(f"Set {name} to a redis:// or rediss:// address; it is not one.")
    if is_placeholder(unquote(parts.password or "")):
        raise ImproperlyConfigured(
            f"Set {name} to an address with a real password; the one in it is a placeholder."
        )
    return f"{parts.scheme}://{parts.netloc}"
