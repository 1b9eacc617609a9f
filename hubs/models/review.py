"""The quarterly review of who has access: each colleague confirmed by somebody else."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from earlyhelp.access.permissions import Role
from hubs.models.agencies import Agency, Membership


class ReviewAnswer(models.TextChoices):
    """What somebody says about a colleague's access."""

    KEEP = "keep", "Keep as it is"
    CHANGE = "change", "Ask an administrator to change it"
    END = "end", "End it"


class AccessReview(models.Model):
    """One quarter's review, opened on its first day for everybody who then had access."""

    quarter_start = models.DateField("first day of the quarter", unique=True)
    opened_at = models.DateTimeField(default=timezone.now, editable=False)
    due_on = models.DateField()

    class Meta:
        ordering = ["-quarter_start"]
        constraints = [
            models.CheckConstraint(
                name="review_is_due_after_it_opens", condition=Q(due_on__gt=F("quarter_start"))
            )
        ]

    def __str__(self) -> str:
        return f"Access review from {self.quarter_start}"


class ReviewedMembershipQuerySet(models.QuerySet):
    def unanswered(self):
        """Lines of people who still have access and whom nobody has confirmed."""
        today = timezone.localdate()
        return self.filter(answer="").filter(
            Q(membership__ends_on__isnull=True) | Q(membership__ends_on__gte=today),
            membership__user__is_active=True,
            membership__agency__is_active=True,
        )

    def to_change(self):
        """Changes that were asked for and that no administrator has made yet."""
        return self.filter(answer=ReviewAnswer.CHANGE, done_at__isnull=True)

    def with_people(self):
        return self.select_related(
            "review", "membership__user", "membership__agency", "membership__hub", "answered_by__user"
        )


class ReviewedMembership(models.Model):
    """One membership in one review, with the roles it had when the review opened. Never answered by its own person."""

    review = models.ForeignKey(AccessReview, on_delete=models.PROTECT, related_name="lines")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    roles = ArrayField(models.CharField(max_length=24, choices=Role), default=list)
    answer = models.CharField(max_length=6, choices=ReviewAnswer, blank=True)
    words = models.CharField(max_length=300, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    answered_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)

    objects = ReviewedMembershipQuerySet.as_manager()

    class Meta:
        ordering = ["membership__user__last_name", "membership__user__first_name", "pk"]
        indexes = [models.Index(fields=["agency", "answer"], name="review_line_of_agency")]
        constraints = [
            models.UniqueConstraint(name="reviewed_once_a_quarter", fields=["review", "membership"]),
            models.CheckConstraint(
                name="review_answer_facts_together",
                condition=Q(answer="", answered_at__isnull=True, answered_by__isnull=True)
                | ~Q(answer="") & Q(answered_at__isnull=False, answered_by__isnull=False),
            ),
            models.CheckConstraint(
                name="review_end_has_a_day", condition=~Q(answer="end") | Q(ends_on__isnull=False)
            ),
            models.CheckConstraint(
                name="review_change_has_words", condition=~Q(answer="change") | ~Q(words="")
            ),
            models.CheckConstraint(
                name="review_line_not_answered_by_itself", condition=~Q(answered_by=F("membership"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_answer_display() or 'Not reviewed'}: {self.membership_id}"
