"""Answers to the drift alarm: why a family's plan stands still, and until when that is a good reason."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from cases.models.case import Case
from earlyhelp.web.ids import new_id
from hubs.models import Agency, Category, Membership


class DriftKind(models.TextChoices):
    """What the alarm is about. The numbers are settings (DRIFT_...)."""

    SILENT = "silent", "No meeting or contact"
    LONG = "long", "Open for a long time"
    SAME = "same", "Reviews without change"


class DriftAnswer(models.Model):
    """A reason that quiets one alarm of a case until a day. Added, never changed: the newest counts."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="drift_answers")
    category = models.PositiveSmallIntegerField(choices=Category, default=Category.FAMILY)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=6, choices=DriftKind)
    reason = models.CharField(max_length=300)
    quiet_until = models.DateField()
    answered_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-answered_at"]
        indexes = [models.Index(fields=["case", "kind", "-answered_at"], name="drift_answer_of_case")]
        constraints = [
            models.CheckConstraint(name="drift_answer_has_a_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, quiet until {self.quiet_until:%d %B %Y}"
