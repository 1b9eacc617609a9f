"""Finding a time for a meeting: the times proposed, who can come when, links by e-mail, and meetings that recur."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from cases.models.case import Case
from earlyhelp.web.ids import new_id
from hubs.models import Agency, Membership


class MeetingSeries(models.Model):
    """Meetings that were planned together, every so many weeks. Each is a meeting of its own."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="meeting_series")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    every_weeks = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(26)], help_text="Weeks from one to the next."
    )
    skips_school_holidays = models.BooleanField(default=True)
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-made_at", "-id"]
        verbose_name_plural = "meeting series"
        constraints = [
            models.CheckConstraint(
                name="series_recurs_within_half_a_year",
                condition=Q(every_weeks__gte=1) & Q(every_weeks__lte=26),
            ),
        ]

    def __str__(self) -> str:
        return f"Every {self.every_weeks} weeks"


class ProposedTime(models.Model):
    """One time at which a meeting that looks for its time could be."""

    MOST = 12  # of one meeting, however often somebody proposes more

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    meeting = models.ForeignKey("cases.Meeting", on_delete=models.PROTECT, related_name="proposed_times")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    proposed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [
            models.UniqueConstraint(name="time_proposed_once", fields=["meeting", "starts_at"]),
            models.CheckConstraint(
                name="proposed_time_ends_after_it_starts", condition=Q(ends_at__gt=F("starts_at"))
            ),
        ]

    def __str__(self) -> str:
        return f"{timezone.localtime(self.starts_at):%d %B %Y, %H:%M}"

    @property
    def is_past(self) -> bool:
        return self.starts_at <= timezone.now()


class TimeAnswerKind(models.TextChoices):
    CAN = "can", "Can come"
    IF_NEEDED = "if_needed", "If need be"
    CANNOT = "cannot", "Cannot come"


class TimeAnswer(models.Model):
    """Whether one person who is asked can come at one proposed time."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    proposed = models.ForeignKey(ProposedTime, on_delete=models.PROTECT, related_name="answers")
    invitation = models.ForeignKey("cases.Invitation", on_delete=models.PROTECT, related_name="time_answers")
    answer = models.CharField(max_length=9, choices=TimeAnswerKind)
    answered_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(
        Membership,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="Nobody: answered by their own link.",
    )

    class Meta:
        ordering = ["proposed", "id"]
        constraints = [
            models.UniqueConstraint(name="one_answer_for_a_time", fields=["proposed", "invitation"])
        ]

    def __str__(self) -> str:
        return self.get_answer_display()


class InvitationLink(models.Model):
    """A link that was e-mailed to somebody without an account: one invitation, for as long as it can be answered.

    The secret is kept as a hash only. Each message has a link of its own; an earlier one goes on working.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    invitation = models.ForeignKey("cases.Invitation", on_delete=models.PROTECT, related_name="links")
    email = models.EmailField()
    secret_hash = models.CharField("hash of the link", max_length=64)
    expires_at = models.DateTimeField()
    made_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, related_name="+", help_text="Nobody: a reminder’s."
    )
    made_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at", "-id"]
        constraints = [
            models.UniqueConstraint(name="one_invitation_a_link", fields=["secret_hash"]),
            models.CheckConstraint(name="link_goes_somewhere", condition=~Q(email="") & ~Q(secret_hash="")),
        ]

    def __str__(self) -> str:
        return "A link to an invitation"
