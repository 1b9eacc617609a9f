"""What the meeting room adds: whom a part of the agenda is for, and short messages."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from cases.models.case import Case
from cases.models.meeting import AgendaItem, Meeting
from earlyhelp.web.ids import new_id
from hubs.models import Agency, Category, Membership


class AgendaAudience(models.Model):
    """One person or agency that a part of the agenda is for, when it is for chosen people only."""

    item = models.ForeignKey(AgendaItem, on_delete=models.PROTECT, related_name="chosen")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    membership = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "agenda audience"
        constraints = [
            models.CheckConstraint(
                name="audience_is_a_person_or_an_agency",
                condition=Q(membership__isnull=False, agency__isnull=True)
                | Q(membership__isnull=True, agency__isnull=False),
            ),
            models.UniqueConstraint(name="person_chosen_once", fields=["item", "membership"]),
            models.UniqueConstraint(name="agency_chosen_once", fields=["item", "agency"]),
        ]

    def __str__(self) -> str:
        return str(self.membership or self.agency)


class RoomMessage(models.Model):
    """A short message of one person to the others in the room. Kept with the meeting; never changed."""

    LONGEST = 500  # characters

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="messages")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(
        AgendaItem, on_delete=models.PROTECT, null=True, blank=True, related_name="messages"
    )
    category = models.PositiveSmallIntegerField(choices=Category, default=Category.FAMILY)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    text = models.CharField(max_length=LONGEST)
    sent_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["sent_at", "id"]
        indexes = [models.Index(fields=["meeting", "sent_at"], name="message_of_meeting")]
        constraints = [models.CheckConstraint(name="message_says_something", condition=~Q(text=""))]

    def __str__(self) -> str:
        return f"Message of {self.sent_at:%H:%M}"
