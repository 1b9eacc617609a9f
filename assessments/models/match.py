"""The check for an existing record that every new one must pass."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from assessments.querysets import MatchCheckQuerySet
from earlyhelp.web.ids import new_id
from hubs.models import Membership


class MatchCheck(models.Model):
    """One search before starting: who asked, for whom, what came of it. Only the person who asked can read
    it.

    Kept apart from the address of the page, which names nobody. `asked` holds what was typed, so that the new
    record starts with it; it is emptied once the record exists, and deleted after a day if none was started.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    asked = models.JSONField(default=dict)
    candidates = models.JSONField(default=dict)
    made_at = models.DateTimeField(default=timezone.now)
    not_a_match_reason = models.CharField(max_length=300, blank=True)
    cleared_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)

    objects = MatchCheckQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at"]
        indexes = [models.Index(fields=["made_at"], name="match_check_made")]
        constraints = [
            models.CheckConstraint(
                name="match_used_after_cleared",
                condition=Q(used_at__isnull=True) | Q(cleared_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"Check of {self.made_at:%d %B %Y}"
