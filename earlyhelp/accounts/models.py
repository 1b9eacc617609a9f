"""People who sign in. Which agency they work for, and as what, is in ``hubs.Membership``."""

import hashlib
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce, Greatest, Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac

DORMANT_AFTER_DAYS = 45
INVITATION_DAYS = 7


def dormant_after():
    """How long an account may go unused before it sleeps (partnership setting, default 45 days)."""
    return timedelta(days=getattr(settings, "EH_DORMANT_AFTER_DAYS", DORMANT_AFTER_DAYS))


def invitation_lasts():
    """How long an invitation can be accepted (setting, default 7 days)."""
    return timedelta(days=getattr(settings, "EH_INVITATION_DAYS", INVITATION_DAYS))


def token_hash(token):
    """Fingerprint under which an invitation's token is kept. The token has 256 random bits, so no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


class State(models.TextChoices):
    """What an account is, in a word. Worked out from facts, never stored."""

    ACTIVE = "active", "Active"
    INVITED = "invited", "Invited"
    LATE = "late", "Invitation ran out"
    ASLEEP = "asleep", "Asleep"
    CLOSED = "closed", "Closed"


class UserQuerySet(models.QuerySet):
    def delete(self):
        """Accounts are never deleted: records name the people who wrote them. Deactivate instead."""
        raise NotImplementedError("Accounts are never deleted. Deactivate the account instead.")

    def active(self):
        return self.filter(is_active=True)

    def unused(self, now=None):
        """Active accounts nobody has used for the dormancy period, measured to ``now``."""
        since = (now or timezone.now()) - dormant_after()
        used_at = Greatest(
            F("joined_at"), Coalesce("last_seen_at", "joined_at"), Coalesce("woken_at", "joined_at")
        )
        return self.active().filter(asleep_since=None).alias(used_at=used_at).filter(used_at__lt=since)

    def in_state(self, state, now=None):
        """Accounts in one ``State``; the same rule as ``User.state``, in SQL."""
        unused = Q(pk__in=self.model.objects.unused(now).values("pk"))
        asleep = Q(is_active=True) & (Q(asleep_since__isnull=False) | unused)
        opened = Exists(Invitation.objects.open(now).filter(user=OuterRef("pk")))
        return {
            State.ACTIVE: lambda: self.active().exclude(asleep),
            State.ASLEEP: lambda: self.filter(asleep),
            State.INVITED: lambda: self.filter(opened, is_active=False, deactivated_at=None),
            State.LATE: lambda: self.filter(~opened, is_active=False, deactivated_at=None),
            State.CLOSED: lambda: self.filter(is_active=False, deactivated_at__isnull=False),
        }[state]()

    def matching(self, text):
        """Accounts whose name or address holds every word of ``text``."""
        found = self
        for word in text.split():
            found = found.filter(
                Q(first_name__icontains=word) | Q(last_name__icontains=word) | Q(email__icontains=word)
            )
        return found

    def in_name_order(self):
        return self.order_by(Lower("last_name"), Lower("first_name"), "pk")


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    use_in_migrations = False

    def create_user(self, email, password=None, **facts):
        """Write one account. ``email`` is stored in lower case; no password means nobody can sign in yet."""
        user = self.model(email=self.normalize_email(email), **facts)
        user.set_password(password)
        user.save(using=self._db)
        return user

    @classmethod
    def normalize_email(cls, email):
        return (email or "").strip().lower()

    def get_by_natural_key(self, email):
        return self.get(email=self.normalize_email(email))


class User(AbstractBaseUser, PermissionsMixin):
    """A person with an account. The e-mail address is the username; it is kept in lower case.

    Nobody is a superuser: such an account would pass every permission check, and a system administrator must
    see no family. The field of that name is replaced by a constant.
    """

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["first_name", "last_name"]

    is_superuser = False

    email = models.EmailField(
        "email address",
        unique=True,
        error_messages={"unique": "An account with this email address exists already."},
    )
    first_name = models.CharField("first name", max_length=150)
    last_name = models.CharField("last name", max_length=150, blank=True)
    phone = models.CharField("work phone number", max_length=40, blank=True)
    is_active = models.BooleanField("can use the system", default=True)
    is_staff = models.BooleanField("may edit reference data in the admin site", default=False)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)
    last_seen_at = models.DateTimeField(null=True, blank=True, editable=False)
    asleep_since = models.DateTimeField(null=True, blank=True, editable=False)
    woken_at = models.DateTimeField(null=True, blank=True, editable=False)
    deactivated_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Part of every session's fingerprint: adding one ends all of this person's sessions.
    session_generation = models.PositiveIntegerField(default=0, editable=False)

    objects = UserManager()

    class Meta:
        verbose_name = "user"
        constraints = [
            models.CheckConstraint(
                name="accounts_user_email_lower_case",
                condition=Q(email=Lower("email")),
                violation_error_message="Enter the email address in lower case.",
            ),
            models.CheckConstraint(
                name="accounts_user_deactivated_has_date",
                condition=Q(is_active=True, deactivated_at=None) | Q(is_active=False),
            ),
        ]

    def __str__(self):
        return f"user {self.pk}"

    def save(self, *args, **kwargs):
        self.email = type(self).objects.normalize_email(self.email)
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        """Accounts are never deleted: records name the people who wrote them. Deactivate instead."""
        raise NotImplementedError("Accounts are never deleted. Deactivate the account instead.")

    @property
    def full_name(self):
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def used_at(self):
        """When the account was last used, or made or woken if that is later."""
        return max(at for at in (self.joined_at, self.last_seen_at, self.woken_at) if at)

    @property
    def is_asleep(self):
        """Unused for too long (45 days unless the partnership says otherwise), until an administrator wakes it."""
        return self.asleep_since is not None or self.used_at < timezone.now() - dormant_after()

    @property
    def state(self):
        if self.is_active:
            return State.ASLEEP if self.is_asleep else State.ACTIVE
        if self.deactivated_at:
            return State.CLOSED
        return State.INVITED if any(one.is_open for one in self.invitations.all()) else State.LATE

    def get_full_name(self):
        return self.full_name

    def get_short_name(self):
        return self.first_name

    def clean(self):
        self.email = type(self).objects.normalize_email(self.email)

    def _get_session_auth_hash(self, secret=None):
        """A session dies with the password it began with, or when ``session_generation`` moves on."""
        return salted_hmac(
            "earlyhelp.accounts.session",
            f"{self.password}:{self.session_generation}",
            secret=secret,
            algorithm="sha256",
        ).hexdigest()


class InvitationQuerySet(models.QuerySet):
    def open(self, now=None):
        """Invitations that can still be accepted."""
        return self.filter(accepted_at=None, cancelled_at=None, expires_at__gt=now or timezone.now())

    def for_token(self, token):
        return self.filter(token_hash=token_hash(token))


class Invitation(models.Model):
    """One use of one link, by which an invited person sets a password and a second factor.

    Only a fingerprint of the link's token is kept, so that nobody who reads the table can use it. The account
    exists from the start, inactive and without a password, so that memberships can be written against it.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="invitations")
    email = models.EmailField("sent to")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="invitations_sent"
    )
    invited_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="accounts_invitation_ends_after_start", condition=Q(expires_at__gt=F("invited_at"))
            ),
            models.CheckConstraint(
                name="accounts_invitation_one_end",
                condition=Q(accepted_at=None) | Q(cancelled_at=None),
            ),
        ]

    def __str__(self):
        return f"invitation {self.pk}"

    @property
    def is_open(self):
        return self.accepted_at is None and self.cancelled_at is None and self.expires_at > timezone.now()
