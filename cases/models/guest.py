"""People outside every agency whom a family lets read some of their record, for days."""

from __future__ import annotations

import datetime as dt

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from cases.models.case import Case
from cases.models.people import Person
from hubs.models import Category, Membership


class Guest(models.Model):
    """Somebody without an account whom the family agreed to let read some of one record, for days.

    The number stands in the record's acl (kind 5), so it is small. Link and code are kept as hashes only.
    """

    LONGEST = dt.timedelta(days=30)
    MOST_TRIES = 5  # wrong codes, then the link is shut; the same number stands in cases/sql/guest_v1.sql

    id = models.AutoField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="guests")
    name = models.CharField(max_length=120)
    organisation = models.CharField(max_length=120, blank=True)
    why = models.TextField("why they are invited", blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=30, blank=True)
    categories = ArrayField(models.IntegerField(choices=Category), default=list)
    agreed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    invited_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    secret_hash = models.CharField("hash of the link", max_length=128)
    code_hash = models.CharField("hash of the code", max_length=128, blank=True)
    code_sent_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    confirmed_at = models.DateTimeField("came in last", null=True, blank=True)
    session_hash = models.CharField("hash of the one session", max_length=64, blank=True)
    used_at = models.DateTimeField("looked last", null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    topics_now: list[int]  # what a session's database eyes are open to, set by cases.guests.guest_of_request

    class Meta:
        ordering = ["-invited_at", "-id"]
        constraints = [
            models.UniqueConstraint(name="one_guest_a_link", fields=["secret_hash"]),
            models.UniqueConstraint(
                name="one_guest_a_session", fields=["session_hash"], condition=~Q(session_hash="")
            ),
            models.CheckConstraint(
                name="guest_stays_for_30_days_at_most",
                condition=Q(expires_at__gt=F("invited_at"))
                & Q(expires_at__lte=F("invited_at") + dt.timedelta(days=30)),
            ),
            models.CheckConstraint(name="guest_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(name="guest_can_be_reached", condition=~Q(email="", phone="")),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.organisation}" if self.organisation else self.name

    @property
    def is_live(self) -> bool:
        return self.ended_at is None and self.expires_at > timezone.now()

    @property
    def is_locked(self) -> bool:
        """Whether wrong codes shut the link. Whoever invited them makes a new link and code."""
        return self.tries >= self.MOST_TRIES

    @property
    def label(self) -> str:
        """How the logs call them: what they are, not who."""
        return f"Guest: {self.organisation}" if self.organisation else "Guest"
