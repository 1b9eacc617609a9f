"""What assessments need to know of the plan: whether it is being carried out."""

from __future__ import annotations

from django.db import connection

from cases.models import Case


def has_started_action(case: Case) -> bool:
    """Whether an action of this case's plan has started or is done: the second half of "completed" (domain.md
    1.3).

    Asked of the database past categories: an action that the reader may not read has started all the same.
    """
    with connection.cursor() as cursor:
        cursor.execute("select app.plan_has_started(%s)", [case.pk])
        return cursor.fetchone()[0]
