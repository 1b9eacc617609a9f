"""The monthly sample: looks at records drawn at random, for which somebody of the agency answers.

Only functions of the database write these tables (cases/sql/sample). Who may draw, answer and sign off is said there.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from cases.models.case import Case
from earlyhelp.web.ids import new_id
from hubs.models import Agency, Membership


class LookAnswer(models.TextChoices):
    """Why somebody opened a record."""

    PART_OF_WORK = "part_of_work", "Part of their work"
    NOT_EXPLAINED = "not_explained", "Not explained"


class AccessSample(models.Model):
    """One month's draw. With its seed the same looks are drawn again."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    month = models.DateField("first day of the month", unique=True)
    seed = models.CharField(max_length=64)
    per_agency = models.PositiveSmallIntegerField("looks of each agency")
    looks_at = models.PositiveIntegerField("looks there were in the month")
    drawn = models.PositiveIntegerField("looks drawn")
    answer_by = models.DateField()
    drawn_at = models.DateTimeField()
    signed_off_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    signed_off_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["-month"]
        constraints = [
            models.CheckConstraint(
                name="sample_sign_off_facts_together",
                condition=Q(signed_off_at__isnull=True, signed_off_by__isnull=True)
                | Q(signed_off_at__isnull=False, signed_off_by__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"Sample of {self.month:%B %Y}"


class SampledLook(models.Model):
    """One person at one record on one day, drawn to be asked about."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sample = models.ForeignKey(AccessSample, on_delete=models.PROTECT, related_name="looks")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    membership = models.ForeignKey(
        Membership, verbose_name="who looked", on_delete=models.PROTECT, related_name="+"
    )
    day = models.DateField()
    event_id = models.UUIDField("the first event of that day", unique=True)
    verb = models.CharField("what was opened first", max_length=80)
    pages = models.PositiveIntegerField()
    answer = models.CharField(max_length=16, choices=LookAnswer, blank=True)
    words = models.TextField(blank=True)
    answered_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    follow_up = models.TextField(blank=True)
    followed_up_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    followed_up_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["day", "id"]
        constraints = [
            models.CheckConstraint(
                name="sampled_look_answer_facts_together",
                condition=Q(answer="", answered_at__isnull=True)
                | ~Q(answer="") & ~Q(words="") & Q(answered_at__isnull=False, answered_by__isnull=False),
            ),
            models.CheckConstraint(
                name="sampled_look_follow_up_is_of_one_not_explained",
                condition=Q(followed_up_at__isnull=True) | Q(answer="not_explained") & ~Q(follow_up=""),
            ),
        ]

    def __str__(self) -> str:
        return f"A look on {self.day}"
