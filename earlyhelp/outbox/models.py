"""One message to one person: its kind, where it leads, what became of it. Its words are a template's."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

KEPT_DAYS = 400  # how long a message's key is remembered; longer than any reminder's year


class State(models.TextChoices):
    """What became of a message."""

    WAITING = "waiting", "Waiting"
    SENT = "sent", "Sent"
    NOT_NEEDED = "not_needed", "Not needed any more"
    GIVEN_UP = "given_up", "Could not be delivered"


class MessageQuerySet(models.QuerySet):
    def due(self, now=None):
        """Waiting, due, and not in anybody's hands."""
        now = now or timezone.now()
        free = Q(claimed_until=None) | Q(claimed_until__lte=now)
        return self.filter(free, state=State.WAITING, due_at__lte=now)

    def undelivered(self):
        """What an administrator has to look at, the newest first."""
        return self.filter(state=State.GIVEN_UP, dismissed_at=None).select_related("to_user").order_by("-pk")


class Message(models.Model):
    """A row in the outbox, written in the transaction of what it tells of.

    ``claimed_until`` is the lease of the relay that has it in its hands: while it lasts nobody else sends it.
    """

    kind = models.SlugField(max_length=60)
    key = models.CharField(max_length=160)
    receiver = models.CharField(max_length=80, help_text="Who it is for, as a code: part of the key.")
    to_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    to_membership = models.PositiveIntegerField(null=True, blank=True)
    to_address = models.EmailField(
        blank=True, help_text="Of somebody without an account; forgotten once sent."
    )
    link = models.CharField(max_length=400, help_text="A path of this site; forgotten once sent.")
    facts = models.JSONField(default=dict, help_text="Numbers; forgotten once sent.")
    written_at = models.DateTimeField(default=timezone.now, editable=False)
    due_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True, blank=True)
    is_for_daily = models.BooleanField(
        default=False, help_text="Goes with the others of its day in one e-mail."
    )
    sent_with = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="The first message of the e-mail it goes in: the same at every try.",
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(
        max_length=200, blank=True, help_text="What went wrong last, without addresses."
    )
    dismissed_at = models.DateTimeField(null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="outbox_told_once", fields=["key", "receiver"]),
            models.CheckConstraint(
                name="outbox_sent_has_a_time",
                condition=Q(state=State.SENT, sent_at__isnull=False)
                | (~Q(state=State.SENT) & Q(sent_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="outbox_somebody_to_tell",
                condition=Q(to_user__isnull=False)
                | ~Q(to_address="")
                | Q(state__in=[State.SENT, State.NOT_NEEDED]),
            ),
        ]
        indexes = [
            models.Index(
                name="outbox_waiting", fields=["due_at"], condition=Q(state=State.WAITING)
            ),  # the relay's question
            models.Index(name="outbox_sent_with", fields=["sent_with"], condition=Q(sent_with__isnull=False)),
        ]

    def __str__(self):
        return f"message {self.pk} ({self.kind})"


class How(models.TextChoices):
    """How somebody wants to be told."""

    DAILY = "daily", "Once a day, in one e-mail"
    AT_ONCE = "at_once", "At once, each by itself"
    NEVER = "never", "Not by e-mail: I look at My work"


class MessageChoice(models.Model):
    """How one person is told. Nobody who chose nothing has a row."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.PROTECT, related_name="+"
    )
    how = models.CharField(max_length=7, choices=How, default=How.DAILY)
    hour = models.PositiveSmallIntegerField(default=7, help_text="Of the day, England's time.")
    working_days_only = models.BooleanField(default=True)
    at_once_about = ArrayField(models.CharField(max_length=12), default=list, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(name="message_choice_hour", condition=Q(hour__lte=23))]

    def __str__(self):
        return f"how person {self.user_id} is told"
