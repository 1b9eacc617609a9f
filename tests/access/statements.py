"""SQL said to the database itself, past the application's own filters."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction


def run(sql: str, *values):
    """The rows that a statement finds, or how many it changed where it finds none."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        return cursor.fetchall() if cursor.description else cursor.rowcount


def refusal(sql: str, *values) -> str:
    """The SQLSTATE with which the database refuses; the test goes on."""
    with pytest.raises((ProgrammingError, IntegrityError)) as refused, transaction.atomic():
        run(sql, *values)
    return refused.value.__cause__.pgcode
