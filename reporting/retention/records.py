"""Records that are due, as those who decide see them: reference, dates, why, and what stands in the way."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.utils import timezone

from reporting.retention.rules import rule_words, years


@dataclass(frozen=True)
class DueRecord:
    """One family's record. `references`: of all its cases, the latest first."""

    family_id: UUID
    references: list[str]
    hub_id: int
    is_open: bool
    opened_on: dt.date
    closed_on: dt.date | None
    due_on: dt.date | None
    rule: str
    keep_until: dt.date | None
    hold_id: UUID | None
    proposal_id: UUID | None
    is_asked_for: bool

    @property
    def reference(self) -> str:
        return self.references[0]

    @property
    def rule_words(self) -> str:
        return rule_words(self.rule)

    @property
    def is_due(self) -> bool:
        """Whether its time is over and nobody decided to keep it for longer."""
        today = timezone.localdate()
        is_kept = self.keep_until is not None and self.keep_until > today
        return not self.is_open and self.due_on is not None and self.due_on <= today and not is_kept

    @property
    def may_go(self) -> bool:
        return self.is_due and not self.hold_id and not self.is_asked_for


def due_records(by: dt.date | None = None) -> list[DueRecord]:
    """Records due on or before a day (today), the oldest first. Nothing for who may not manage retention."""
    return _records(by or timezone.localdate(), None)


def record_of(reference: str) -> DueRecord | None:
    """One record by any of its references, due or not, open or not."""
    found = _records(timezone.localdate(), reference)
    return found[0] if found else None


def _records(by: dt.date, reference: str | None) -> list[DueRecord]:
    with connection.cursor() as cursor:
        cursor.execute("select * from app.retention_records(%s, %s, %s)", [years(), by, reference])
        return [DueRecord(*row) for row in cursor.fetchall()]
