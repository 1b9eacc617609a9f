"""Jobs of assessments: thin wrappers, safe to run twice."""

from __future__ import annotations

from celery import shared_task
from django.db import connection


@shared_task(name="assessments.forget_match_checks")
def forget_match_checks() -> int:
    """Empty what was typed for checks that are a day old and led to no record.

    Returns how many. Run nightly.
    """
    with connection.cursor() as cursor:
        cursor.execute("select app.forget_match_checks()")
        return cursor.fetchone()[0]
