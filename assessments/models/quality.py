"""Quality of assessments: what a manager asked to change before countersigning; dip samples, checks and what follows.

The words here are about somebody's work as much as about a family: the one who checked, the author, leads of the
author's agency and the hub's managers read them, and only while they see the family's record.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from assessments.models.assessment import Assessment
from assessments.querysets import QualityAuditQuerySet, QualityFollowUpQuerySet
from cases.models import Case
from earlyhelp.web.ids import new_id
from hubs.models import Agency, Hub, Membership


class Decided(models.TextChoices):
    """What a manager answers to a signed assessment."""

    AGREED = "agreed", "Countersigned"
    SENT_BACK = "sent_back", "Sent back"


class CountersignDecision(models.Model):
    """One answer of a manager to one sign-off, with what to change when it was sent back."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="countersign_decisions")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    asked = models.ForeignKey(
        Membership, verbose_name="who signed off", on_delete=models.PROTECT, related_name="+"
    )
    decision = models.CharField(max_length=9, choices=Decided)
    words = models.TextField("what to change", blank=True)
    decided_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-decided_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="countersign_sent_back_with_words", condition=~Q(decision="sent_back") | ~Q(words="")
            ),
            models.CheckConstraint(name="countersign_by_somebody_else", condition=~Q(decided_by=F("asked"))),
        ]

    def __str__(self) -> str:
        return self.get_decision_display()


class Grade(models.TextChoices):
    """Ofsted's four grades (domain.md 5.4), the best first."""

    OUTSTANDING = "outstanding", "Outstanding"
    GOOD = "good", "Good"
    REQUIRES_IMPROVEMENT = "requires_improvement", "Requires improvement"
    INADEQUATE = "inadequate", "Inadequate"


GOOD_OR_BETTER = (Grade.OUTSTANDING, Grade.GOOD)
DOES_NOT_APPLY = "does_not_apply"


class Rubric(models.Model):
    """What an assessment is checked against: one version of the questions, kept as long as a check was made with it."""

    version = models.PositiveSmallIntegerField(unique=True)
    title = models.CharField(max_length=120)
    criteria = models.JSONField("questions with what each grade looks like")
    starts_on = models.DateField("used from")

    class Meta:
        ordering = ["-version"]

    def __str__(self) -> str:
        return f"{self.title}, version {self.version}"


class QualityDraw(models.Model):
    """One quarter's dip sample of a hub or an agency. With its seed the same assessments are drawn again from its pool.

    Only a function of the database writes it: nobody chooses the seed or the assessments (docs/decisions/0028).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    quarter = models.DateField("first day of the quarter")
    hub = models.ForeignKey(Hub, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    wanted = models.PositiveSmallIntegerField("how many were asked for")
    each_agency = models.BooleanField("as many of each agency", default=False)
    seed = models.CharField(max_length=64)
    pool = ArrayField(models.UUIDField(), verbose_name="assessments it was drawn from")
    drawn = models.PositiveSmallIntegerField("assessments drawn")
    drawn_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    drawn_at = models.DateTimeField()

    class Meta:
        ordering = ["-quarter", "-drawn_at"]
        constraints = [
            models.CheckConstraint(
                name="quality_draw_of_a_hub_or_an_agency",
                condition=Q(hub__isnull=False, agency__isnull=True)
                | Q(hub__isnull=True, agency__isnull=False),
            ),
            models.UniqueConstraint(
                name="one_quality_draw_a_quarter", fields=["quarter", "hub", "agency"], nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return f"Dip sample from {self.quarter}"


class AuditStatus(models.TextChoices):
    """Where a check stands."""

    TO_DO = "to_do", "To do"
    SHARED = "shared", "Feedback given"
    ANSWERED = "answered", "Author has answered"
    SET_ASIDE = "set_aside", "Not checked"


class QualityAudit(models.Model):
    """One assessment checked by one manager, with a grade and words for each question of the rubric."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    draw = models.ForeignKey(
        QualityDraw, on_delete=models.PROTECT, null=True, blank=True, related_name="audits"
    )
    again_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="later"
    )
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="quality_audits")
    hub = models.ForeignKey(Hub, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(
        Agency, verbose_name="the author’s agency", on_delete=models.PROTECT, related_name="+"
    )
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    auditor = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    rubric = models.ForeignKey(Rubric, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=9, choices=AuditStatus, default=AuditStatus.TO_DO)
    grades = models.JSONField("grade and words by question", default=dict)
    overall = models.CharField(max_length=20, choices=Grade, blank=True)
    done_well = models.TextField(blank=True)
    to_improve = models.TextField("what would make it better", blank=True)
    drawn_at = models.DateTimeField(default=timezone.now)
    shared_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField("the author’s answer", blank=True)
    answered_at = models.DateTimeField("when the author had read it", null=True, blank=True)
    set_aside_reason = models.TextField(blank=True)

    objects = QualityAuditQuerySet.as_manager()

    class Meta:
        ordering = ["-drawn_at", "id"]
        indexes = [
            models.Index(fields=["case"], name="quality_audit_of_case"),
            models.Index(fields=["hub", "shared_at"], name="quality_audit_hub_shared"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="one_quality_audit_a_draw",
                fields=["draw", "assessment"],
                condition=Q(draw__isnull=False),
            ),
            models.UniqueConstraint(
                name="one_quality_audit_to_do", fields=["assessment"], condition=Q(status="to_do")
            ),
            models.CheckConstraint(name="quality_audit_by_somebody_else", condition=~Q(auditor=F("author"))),
            models.CheckConstraint(
                name="quality_audit_drawn_or_again",
                condition=Q(draw__isnull=False, again_of__isnull=True)
                | Q(draw__isnull=True, again_of__isnull=False),
            ),
            models.CheckConstraint(
                name="quality_audit_shared_facts",
                condition=Q(status__in=["shared", "answered"], shared_at__isnull=False) & ~Q(overall="")
                | Q(status__in=["to_do", "set_aside"], shared_at__isnull=True),
            ),
            models.CheckConstraint(
                name="quality_audit_answered_facts",
                condition=Q(status="answered", answered_at__isnull=False)
                | ~Q(status="answered") & Q(answered_at__isnull=True, answer=""),
            ),
            models.CheckConstraint(
                name="quality_audit_set_aside_with_a_reason",
                condition=Q(status="set_aside") & ~Q(set_aside_reason="")
                | ~Q(status="set_aside") & Q(set_aside_reason=""),
            ),
        ]

    def __str__(self) -> str:
        return self.get_status_display()

    @property
    def is_shared(self) -> bool:
        return self.status in {AuditStatus.SHARED, AuditStatus.ANSWERED}


class QualityFollowUp(models.Model):
    """Something to do after a check: one owner, one day, until it is done."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    audit = models.ForeignKey(QualityAudit, on_delete=models.PROTECT, related_name="follow_ups")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    what = models.TextField()
    owner = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    done_words = models.TextField("what was done", blank=True)
    done_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)

    objects = QualityFollowUpQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(
                name="quality_follow_up_done_facts",
                condition=Q(done_at__isnull=True, done_by__isnull=True, done_words="")
                | Q(done_at__isnull=False, done_by__isnull=False) & ~Q(done_words=""),
            )
        ]

    def __str__(self) -> str:
        return f"Follow-up due {self.due_on}"

    @property
    def is_overdue(self) -> bool:
        return self.done_at is None and self.due_on < timezone.localdate()
