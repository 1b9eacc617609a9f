"""What assessments need to know of the plan: whether it is being carried out."""

from __future__ import annotations

from django.apps import apps

from cases.models import Case


def has_started_action(case: Case) -> bool:
    """Whether an action of this case's plan has started or is done:

    the second half of "completed" (domain.md 1.3).
    """
    return apps.get_model("cases", "Action").objects.filter(case=case, state__in=("started", "done")).exists()
