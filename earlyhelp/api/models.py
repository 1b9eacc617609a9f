"""Keys with which a program acts for one person in one agency."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

LONGEST = dt.timedelta(days=365)
MARK = "eh"  # every key begins with it, so that a key left in a file can be searched for
SECRET_BYTES = 32  # 256 random bits: a plain hash is enough, nobody guesses it


class Scope(models.TextChoices):
    READ = "read", "Read"
    WRITE = "write", "Read and write"


def new_secret() -> tuple[str, str]:
    """A new key as its owner will hold it, and the part of it that may be shown afterwards."""
    prefix = f"{MARK}_{secrets.token_hex(4)}"
    return f"{prefix}_{secrets.token_urlsafe(SECRET_BYTES)}", prefix


def hash_of(secret: str) -> str:
    """The fingerprint under which a key is kept; the key itself is nowhere."""
    return hashlib.sha256(secret.encode()).hexdigest()


class ApiKeyQuerySet(models.QuerySet):
    def live(self):
        """Keys that open something now: neither revoked nor run out, of somebody who works there and may sign in.

        A key also ends when its owner's sessions were all ended: account closed, asleep, or set up afresh.
        """
        today = timezone.localdate()
        return self.filter(
            Q(membership__ends_on__isnull=True) | Q(membership__ends_on__gte=today),
            revoked_at__isnull=True,
            expires_at__gt=timezone.now(),
            membership__starts_on__lte=today,
            membership__agency__is_active=True,
            membership__user__is_active=True,
            membership__user__asleep_since__isnull=True,
            generation=F("membership__user__session_generation"),
        )

    def with_people(self):
        return self.select_related("membership__user", "membership__agency")

    def of_user(self, user):
        return self.filter(membership__user=user)


class ApiKey(models.Model):
    """One key of one membership. Shown once when it is made; revoked, never deleted."""

    membership = models.ForeignKey("hubs.Membership", on_delete=models.PROTECT, related_name="api_keys")
    name = models.CharField(max_length=60)
    prefix = models.CharField(max_length=16, editable=False)
    secret_hash = models.CharField(max_length=64, unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=5, choices=Scope))
    generation = models.PositiveIntegerField(
        editable=False, help_text="The owner's session generation when the key was made."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    last_used_on = models.DateField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = "API key"
        constraints = [
            models.CheckConstraint(
                name="api_key_lasts_a_year_at_most",
                condition=Q(expires_at__gt=F("created_at"), expires_at__lte=F("created_at") + LONGEST),
            ),
            models.CheckConstraint(
                name="api_key_revoked_facts_together",
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
            ),
            models.CheckConstraint(
                name="api_key_has_known_scopes",
                condition=Q(scopes__contained_by=Scope.values, scopes__contains=[Scope.READ.value]),
            ),
        ]

    def __str__(self) -> str:
        return f"API key {self.prefix}"

    @property
    def may_write(self) -> bool:
        return Scope.WRITE in self.scopes

    @property
    def is_live(self) -> bool:
        """Whether it opens something now: the same rule as `ApiKeyQuerySet.live`, for rows fetched with people."""
        member, today = self.membership, timezone.localdate()
        return (
            self.revoked_at is None
            and self.expires_at > timezone.now()
            and member.starts_on <= today
            and (member.ends_on is None or member.ends_on >= today)
            and member.agency.is_active
            and member.user.is_active
            and not member.user.is_asleep
            and self.generation == member.user.session_generation
        )
