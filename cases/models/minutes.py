"""What was typed into the minutes, stroke by stroke, until they are signed off."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from cases.models.meeting import Minute
from hubs.models import Membership


class MinuteUpdate(models.Model):
    """One piece of typing in one entry of the minutes: an update of its Yjs document, by one person.

    Added and never changed; taken away when the minutes are signed off, because it holds deleted words too. Written by
    app.store_minute_updates alone, which gives each the entry's next `number` and stores a `key` once.
    """

    minute = models.ForeignKey(Minute, on_delete=models.PROTECT, related_name="updates")
    number = models.PositiveIntegerField()
    writer = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    key = models.UUIDField(help_text="Made by the browser, so that what is sent again is stored once.")
    client = models.BigIntegerField(
        null=True,
        help_text="Yjs's name for the page that typed; it stays its writer's. None when nothing was added.",
    )
    data = models.BinaryField()
    total = models.PositiveIntegerField(help_text="Bytes of the entry's updates up to this one.")
    written_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["minute", "number"]
        constraints = [
            models.UniqueConstraint(name="minute_update_in_order", fields=["minute", "number"]),
            models.UniqueConstraint(name="minute_update_once", fields=["minute", "key"]),
        ]
        indexes = [models.Index(fields=["minute", "client"], name="minute_update_by_client")]

    def __str__(self) -> str:
        return f"Update {self.number}"
