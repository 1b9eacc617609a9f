"""Corrections and additions to minutes that are signed off: the minutes themselves stay as they were signed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from cases.models.case import Case
from cases.models.meeting import AgendaItem, Meeting
from earlyhelp.web.ids import new_id
from hubs.models import Agency, Category, Membership


class Addendum(models.Model):
    """One addition to signed minutes, in its writer's name. Seen with the item it is about; never changed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="addenda")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(
        AgendaItem, on_delete=models.PROTECT, null=True, blank=True, related_name="addenda"
    )
    category = models.PositiveSmallIntegerField(choices=Category, default=Category.FAMILY)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    text = models.TextField()
    written_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["written_at", "id"]
        verbose_name_plural = "addenda"
        indexes = [models.Index(fields=["meeting"], name="addenda_of_meeting")]
        constraints = [models.CheckConstraint(name="addendum_says_something", condition=~Q(text=""))]

    def __str__(self) -> str:
        return f"Addendum of {self.written_at:%d %B %Y}"
