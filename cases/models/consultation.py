"""Advice that somebody asked for before deciding what to do: who was asked, what they said, and what became of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from cases.models.case import Case
from earlyhelp.web.ids import new_id
from hubs.models import Agency, Category, Membership


class Asked(models.TextChoices):
    """Whom somebody may ask. The helpline is the county's consultation line for professionals."""

    HELPLINE = "helpline", "The consultation helpline"
    SAFEGUARDING_LEAD = "lead", "Our own safeguarding lead"
    SOCIAL_CARE = "social_care", "A social worker"
    HUB = "hub", "The early help hub"
    OTHER = "other", "Somebody else"


class ConsultationStatus(models.TextChoices):
    ADVISED = "advised", "Not said yet"
    FOLLOWED = "followed", "Followed"
    PARTLY = "partly", "Followed in part"
    NOT_FOLLOWED = "not_followed", "Not followed"


class Consultation(models.Model):
    """One conversation. What was asked and advised stays as written; what was done about it is added once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="consultations")
    category = models.PositiveSmallIntegerField(choices=Category, default=Category.SAFEGUARDING)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", help_text="Who asked.")
    asked = models.CharField("who was asked", max_length=12, choices=Asked, default=Asked.HELPLINE)
    adviser = models.CharField("name and role of who gave the advice", max_length=160)
    asked_at = models.DateTimeField("when")
    family_named = models.BooleanField("whether the family was named", default=False)
    question = models.TextField("what was asked")
    advice = models.TextField("what was advised")
    status = models.CharField(max_length=12, choices=ConsultationStatus, default=ConsultationStatus.ADVISED)
    why = models.TextField("what was done, and why", blank=True)
    decided_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    recorded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-asked_at", "-id"]
        indexes = [models.Index(fields=["case", "-asked_at"], name="consultation_of_case")]
        constraints = [
            models.CheckConstraint(
                name="consultation_decided_together",
                condition=Q(status="advised", decided_at__isnull=True, decided_by__isnull=True, why="")
                | Q(
                    status__in=["followed", "partly", "not_followed"],
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="consultation_says_why_not_followed",
                condition=~Q(status__in=["partly", "not_followed"]) | ~Q(why=""),
            ),
            models.CheckConstraint(
                name="consultation_has_words", condition=~Q(question="") & ~Q(advice="") & ~Q(adviser="")
            ),
        ]

    def __str__(self) -> str:
        return f"Consultation of {self.asked_at:%d %B %Y}"
