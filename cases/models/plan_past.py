"""What the plan was: what outcomes and actions said before they were changed, progress as it came, and versions.

The database writes pasts and versions itself (cases/sql/plan_past_v1.sql), so that no page forgets to. A version is a
moment and holds no words: what a reader is shown of it is put together from rows that this reader may see today
(docs/decisions/0031).
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from cases.models.case import Case
from cases.models.meeting import Meeting
from cases.models.people import Person
from cases.models.plan import Action, ActionStatus, Outcome, OutcomeStatus, PlanReview, Theme
from earlyhelp.web.ids import new_id
from hubs.models import Agency, Category, Membership


class OutcomePast(models.Model):
    """An outcome as it stood from one moment until it was put into other words, given another target or reopened."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    outcome = models.ForeignKey(Outcome, on_delete=models.PROTECT, related_name="pasts")
    category = models.PositiveSmallIntegerField(choices=Category)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    theme = models.CharField(max_length=20, choices=Theme, blank=True)
    what_will_be_different = models.CharField(max_length=200)
    how_we_will_know = models.CharField(max_length=300)
    target = models.PositiveSmallIntegerField(null=True)
    status = models.CharField(max_length=10, choices=OutcomeStatus)
    ended_at = models.DateTimeField(null=True)
    end_note = models.TextField(blank=True)
    since = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        ordering = ["until"]
        indexes = [models.Index(fields=["case"], name="outcome_past_of_case")]

    def __str__(self) -> str:
        return self.what_will_be_different


class ActionPast(models.Model):
    """An action as it stood from one moment until its words, owner or date changed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    action = models.ForeignKey(Action, on_delete=models.PROTECT, related_name="pasts")
    category = models.PositiveSmallIntegerField(choices=Category)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    what = models.CharField(max_length=200)
    owner_membership = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    owner_person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    due_on = models.DateField()
    status = models.CharField(max_length=12, choices=ActionStatus)
    since = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        ordering = ["until"]
        indexes = [models.Index(fields=["case"], name="action_past_of_case")]

    def __str__(self) -> str:
        return self.what


class ActionNote(models.Model):
    """How an action is going, as one person wrote it on one day. Seen by those who see the action; never changed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    action = models.ForeignKey(Action, on_delete=models.PROTECT, related_name="progress")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    happened_on = models.DateField(default=timezone.localdate)
    text = models.TextField()
    written_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["happened_on", "written_at"]
        indexes = [models.Index(fields=["action"], name="progress_of_action")]
        constraints = [models.CheckConstraint(name="progress_says_something", condition=~Q(text=""))]

    def __str__(self) -> str:
        return f"Progress of {self.happened_on:%d %B %Y}"


class PlanVersion(models.Model):
    """The moment at which the plan was frozen: a review was recorded, or the minutes of a meeting were signed off."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="plan_versions")
    frozen_at = models.DateTimeField()
    review = models.OneToOneField(
        PlanReview, on_delete=models.PROTECT, null=True, blank=True, related_name="version"
    )
    meeting = models.OneToOneField(
        Meeting, on_delete=models.PROTECT, null=True, blank=True, related_name="plan_version"
    )

    # Its place among the versions of its case, counted from one (cases/plan_past.py fills it in).
    number = 0

    class Meta:
        ordering = ["frozen_at", "id"]
        indexes = [models.Index(fields=["case", "frozen_at"], name="version_of_plan")]
        constraints = [
            models.CheckConstraint(
                name="version_has_one_cause",
                condition=Q(review__isnull=False, meeting__isnull=True)
                | Q(review__isnull=True, meeting__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"Plan of {self.frozen_at:%d %B %Y}"
