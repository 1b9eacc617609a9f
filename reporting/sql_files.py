"""SQL kept in files beside what it serves: run by a migration, its definer functions handed to eh_system."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations

from cases.sql import ownership

HERE = Path(__file__).parent


def run(path: str, *, undo: str) -> migrations.RunSQL:
    """A migration operation that runs a file under reporting/, such as "subject/subject_v1.sql"; `undo`: SQL."""
    sql = text_of(path)
    return migrations.RunSQL(sql + ownership(sql), undo)


def text_of(path: str) -> str:
    """The text of a file under reporting/: what an earlier version was, for going back."""
    return (HERE / path).read_text()
