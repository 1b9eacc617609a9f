"""How long records are kept: holds, decisions, tombstones, and what statistics keep of a record that is gone."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from cases.models import Family
from earlyhelp.web.ids import new_id
from hubs.models import Hub, Membership


class RetentionHold(models.Model):
    """A family's record is not disposed of while this stands: a court, a complaint, an inquiry."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    family = models.ForeignKey(Family, on_delete=models.PROTECT, related_name="holds")
    reason = models.TextField("why it must be kept")
    review_on = models.DateField("look at it again on")
    placed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    end_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["review_on"]
        constraints = [
            models.UniqueConstraint(
                name="one_hold_in_force", fields=["family"], condition=Q(ended_at__isnull=True)
            ),
            models.CheckConstraint(name="hold_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="hold_end_facts_together",
                condition=Q(ended_at__isnull=True, ended_by__isnull=True, end_reason="")
                | Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(end_reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"Hold until looked at on {self.review_on}"


class ReviewChoice(models.TextChoices):
    KEEP = "keep", "Keep it for longer"
    DISPOSE = "dispose", "Propose to dispose of it"


class RetentionReview(models.Model):
    """What somebody decided about a record that is due: keep it until a day, or propose that it goes."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    family = models.ForeignKey(Family, on_delete=models.PROTECT, related_name="retention_reviews")
    choice = models.CharField(max_length=7, choices=ReviewChoice)
    reason = models.TextField()
    keep_until = models.DateField(null=True, blank=True)
    decided_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(default=timezone.now)
    sent_back_at = models.DateTimeField(null=True, blank=True)
    sent_back_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    sent_back_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-decided_at"]
        constraints = [
            models.UniqueConstraint(
                name="one_proposal_to_dispose",
                fields=["family"],
                condition=Q(choice="dispose", sent_back_at__isnull=True),
            ),
            models.CheckConstraint(name="review_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="keeping_has_a_day",
                condition=Q(choice="keep", keep_until__isnull=False)
                | Q(choice="dispose", keep_until__isnull=True),
            ),
            models.CheckConstraint(
                name="sent_back_by_another", condition=Q(sent_back_by=None) | ~Q(sent_back_by=F("decided_by"))
            ),
        ]

    def __str__(self) -> str:
        return self.get_choice_display()


class Tombstone(models.Model):
    """That a record was here and was disposed of. It names nobody of the family."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    references = ArrayField(models.CharField(max_length=20))
    opened_on = models.DateField()
    closed_on = models.DateField()
    due_on = models.DateField()
    rule = models.CharField(max_length=20)
    reason = models.TextField()
    proposed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    disposed_at = models.DateTimeField(default=timezone.now)
    counts = models.JSONField("rows deleted, by table", default=dict)
    digest = models.CharField("hash of the facts above", max_length=64)

    class Meta:
        ordering = ["-disposed_at"]

    def __str__(self) -> str:
        return f"Disposed of on {self.disposed_at:%d %B %Y}"


class FileToRemove(models.Model):
    """A stored file of a record that is gone. Tried again until the store no longer has it; then its key goes too."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tombstone = models.ForeignKey(Tombstone, on_delete=models.PROTECT, related_name="files")
    storage_key = models.CharField(max_length=80, blank=True)
    tries = models.PositiveIntegerField(default=0)
    gone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "files to remove"

    def __str__(self) -> str:
        return "Gone" if self.gone_at else "To be removed"


class StatisticsTwin(models.Model):
    """One row of a report view, kept for the figures of quarters that are over when the record behind it is gone.

    Its numbers are drawn with a key that is thrown away, so that nothing links it to a family, a person or a log.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    view = models.CharField(max_length=20)
    case_ref = models.BigIntegerField(null=True)
    family_ref = models.BigIntegerField(null=True)
    assessment_ref = models.BigIntegerField(null=True)
    person_ref = models.BigIntegerField(null=True)
    hub = models.ForeignKey(Hub, on_delete=models.PROTECT, null=True, related_name="+")
    status = models.CharField(max_length=12, null=True)  # noqa: DJ001 - as the view has it
    kind = models.CharField(max_length=30, null=True)  # noqa: DJ001 - as the view has it
    code = models.CharField(max_length=40, null=True)  # noqa: DJ001 - as the view has it
    from_on = models.DateField(null=True)
    until_on = models.DateField(null=True)
    in_time = models.BooleanField(null=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["view"], name="twin_of_view")]

    def __str__(self) -> str:
        return self.view
