"""Copies that leave the system are recorded."""

from __future__ import annotations

from django.db import transaction

from assessments.models import Assessment
from earlyhelp.access import Actor
from earlyhelp.audit import record_change


@transaction.atomic
def record_copy(*, assessment: Assessment, kind: str, by: Actor) -> None:
    """Record that a copy was made. `kind` is "family" or "professional"; for whom is not said in the log."""
    record_change(
        by, f"Made a {kind} copy of an assessment", case=assessment.case, obj=assessment, level="record"
    )
