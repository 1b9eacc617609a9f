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


@shared_task(name="assessments.remind_of_drafts")
def remind_of_drafts() -> int:
    """Each morning of a working day: tell assessors of drafts that are due, and managers of very late ones."""
    from assessments.flow import nudges

    return nudges.remind_of_drafts()


@shared_task(name="assessments.keep_quick_notes")
def keep_quick_notes() -> int:
    """Each morning: tell writers of quick notes that will go soon, and let go those whose day is over."""
    from assessments.flow import nudges

    return nudges.keep_quick_notes()
