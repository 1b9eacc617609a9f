"""Puts markup and code where words should be: into every text column of every table, as far as its constraints let it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

from tests.database import maintenance_connection

# Longest first: a column gets those that fit. None of these words stands anywhere else.
PAYLOADS = (
    "</textarea></title></script><script>alert('canary')</script>",
    "\"><img src=x onerror=alert('canary') data-canary=1>",
    "'><svg onload=alert('canary') data-canary=1>",
    "=HYPERLINK(\"http://canary.example\",\"canary\")",
    "javascript:alert('canary')//",
    "{{7*191}}{% now 'canary' %}",
    "<b data-canary=1>canary",
    "\"<i data-canary>",
    "<i>'\"&",
)  # fmt: skip
SHORTEST = 7
# Elements and attributes that only a payload can have made.
MADE = "[data-canary], img[src='x'], [onerror], [onload], a[href^='javascript:'], [action^='javascript:'], iframe"
# Columns that are no words: what programs compare, look up or compute with.
NO_WORDS = re.compile(
    r"hash|key$|code$|codes$|digest|fingerprint|sha256|content_type|reference$|session|prefix|^verb$|^level$|password|seed|receiver"
    r"|slug|colour|state$|status|token|object_type|username|^kind|_kind$|^section$|^basis$|backend|^link$|codename|app_label|^model$"
    r"|^source$|^version|timezone|^month$|^form$|^format$|^area$|^ip_address$|^type$|^why$|^data$|^head$|^anchor$|^previous"
)
NO_TABLES = {
    "django_migrations",
    "django_session",
    "django_content_type",
    "auth_permission",
    "mfa_authenticator",
    "django_site",
}


def columns() -> Iterator[tuple[str, models.Field]]:
    """(table, field) of every column that takes free words."""
    for model in apps.get_models(include_auto_created=True):
        meta = model._meta
        if not meta.managed or meta.proxy or meta.db_table in NO_TABLES:
            continue
        for field in meta.local_concrete_fields:
            if isinstance(field, (models.CharField, models.TextField)) and not isinstance(
                field, models.FilePathField
            ):
                if not field.choices and not field.primary_key and not NO_WORDS.search(field.name):
                    yield meta.db_table, field


def poison() -> tuple[list[str], list[str]]:
    """Fill them all, past triggers and policies. Returns the columns filled, and those whose constraints said no."""
    server = maintenance_connection(connection.settings_dict["NAME"])
    server.autocommit = True
    filled, refused = [], []
    with server.cursor() as cursor:
        cursor.execute("set session_replication_role = replica")
        for number, (table, field) in enumerate(columns()):
            fitting = [each for each in PAYLOADS if len(each) <= (field.max_length or 10_000) - 9]
            if (field.max_length or 10_000) < SHORTEST + 9:
                fitting = [each[: field.max_length] for each in PAYLOADS[-1:] if field.max_length >= SHORTEST]
            if not fitting:
                refused.append(f"{table}.{field.column} (too short)")
                continue
            # Each row another payload; and where a value may stand once, its row's number after it.
            mark = "|| left(md5(t.ctid::text), 8)" if field.unique else ""
            statement = (
                f'update "{table}" t set "{field.column}" = (%s::text[])[1 + (abs(hashtext(t.ctid::text)) + %s) %% %s] {mark}'
                f" where t.\"{field.column}\" <> ''"
            )
            try:
                cursor.execute(statement, [fitting, number, len(fitting)])
            except Exception as error:
                refused.append(f"{table}.{field.column} ({type(error).__name__})")
            else:
                filled.append(f"{table}.{field.column}: {cursor.rowcount}")
        _json(cursor, filled)
    server.close()
    return filled, refused


def _json(cursor, filled: list[str]) -> None:
    """Words inside documents: answers of assessments, packs that were sent, lines of registers. Codes stay as they are."""
    import json

    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if not isinstance(field, models.JSONField) or isinstance(field, ArrayField):
                continue
            table, column = model._meta.db_table, field.column
            if column not in {"answers", "pack", "original", "asked"}:
                continue
            cursor.execute(f'select id::text, "{column}" from "{table}"')
            rows = cursor.fetchall()
            for key, held in rows:
                changed = json.dumps(_words(held))
                cursor.execute(f'update "{table}" set "{column}" = %s where id::text = %s', [changed, key])
            filled.append(f"{table}.{column}: {len(rows)}")


def _words(held, turn: list[int] | None = None):
    turn = turn if turn is not None else [0]
    if isinstance(held, dict):
        return {name: _words(value, turn) for name, value in held.items()}
    if isinstance(held, list):
        return [_words(value, turn) for value in held]
    if isinstance(held, str) and " " in held.strip():
        turn[0] += 1
        return PAYLOADS[turn[0] % 7]
    return held
