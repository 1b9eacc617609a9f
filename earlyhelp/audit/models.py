"""Who looked at what, and who changed what. Rows are added and never altered."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from earlyhelp.web.ids import new_id


class Level(models.TextChoices):
    """How close somebody came: four levels of looking, and changes."""

    SEARCH = "search", "Searched"
    RESULTS = "results", "Saw in a list"
    RECORD = "record", "Opened a record"
    SECTION = "section", "Opened part of a record"
    CHANGE = "change", "Changed"
    ACCOUNT = "account", "Account"


class EventQuerySet(models.QuerySet):
    def for_case(self, case):
        return self.filter(case_id=case.pk)

    def looks(self):
        return self.filter(level__in=[Level.SEARCH, Level.RESULTS, Level.RECORD, Level.SECTION])

    def changes(self):
        return self.filter(level=Level.CHANGE)


class Event(models.Model):
    """One look or change, written in the same transaction: no event, no page.

    The database fills in who and when from the request's context, whatever the application says. `facts` holds codes,
    ids and counts, never a name, a birth date or anything somebody wrote.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField(default=timezone.now, editable=False)
    level = models.CharField(max_length=8, choices=Level)
    verb = models.CharField(max_length=80)
    user_id = models.IntegerField(null=True, editable=False)
    membership_id = models.IntegerField(null=True, editable=False)
    agency_id = models.IntegerField(null=True, editable=False)
    guest_id = models.IntegerField(null=True, editable=False)
    case_id = models.UUIDField(null=True)
    object_type = models.CharField(max_length=60, blank=True)
    object_id = models.CharField(max_length=40, blank=True)
    facts = models.JSONField(default=dict)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["case_id", "-at"], name="event_of_case"),
            models.Index(fields=["membership_id", "-at"], name="event_of_membership"),
            models.Index(fields=["-at"], name="event_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} at {self.at:%Y-%m-%d %H:%M}"
