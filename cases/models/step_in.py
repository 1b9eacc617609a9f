"""A service joins as needs change: asked, answered against a clock, and nothing else about the case moves."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from cases.models.case import Case
from earlyhelp.web.ids import new_id
from hubs.models import Agency, Category, Membership


class StepInStatus(models.TextChoices):
    ASKED = "asked", "Waiting for an answer"
    ACCEPTED = "accepted", "Joins"
    DECLINED = "declined", "Cannot help"
    OFFERED = "offered", "Offers something else"
    WITHDRAWN = "withdrawn", "Taken back"


class StepInQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(status=StepInStatus.ASKED)

    def with_list_data(self):
        return self.select_related(
            "agency", "to_agency", "asked_by__user", "worker__user", "answered_by__user"
        )


class StepIn(models.Model):
    """A request that a service helps a family (Somerset's third move beside up and down; domain.md 2.2).

    The service reads what is asked and nothing of the record until it names a worker, who then joins the team. The
    lead professional stays. What was asked is frozen; the answer is added once.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="step_ins")
    category = models.PositiveSmallIntegerField(choices=Category, default=Category.FAMILY)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", help_text="Who asks.")
    to_agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="step_ins_received")
    asked_for = models.TextField("what is asked of the service")
    reason = models.TextField("why now")
    family_agrees = models.BooleanField(default=False)
    asked_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    answer_by = models.DateField("when an answer is due")
    status = models.CharField(max_length=10, choices=StepInStatus, default=StepInStatus.ASKED)
    worker = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="step_ins"
    )
    answer = models.TextField("answer sent back", blank=True)
    answered_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = StepInQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-id"]
        indexes = [
            models.Index(
                fields=["to_agency", "answer_by"], condition=Q(status="asked"), name="step_in_waiting"
            ),
            models.Index(fields=["case", "-asked_at"], name="step_in_of_case"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="one_step_in_waiting_for_agency",
                fields=["case", "to_agency"],
                condition=Q(status="asked"),
            ),
            models.CheckConstraint(
                name="step_in_answer_facts_together",
                condition=Q(
                    status="asked", answered_at__isnull=True, answered_by__isnull=True, worker__isnull=True
                )
                | Q(
                    status="accepted",
                    answered_at__isnull=False,
                    answered_by__isnull=False,
                    worker__isnull=False,
                )
                | Q(
                    status__in=["declined", "offered"],
                    answered_at__isnull=False,
                    answered_by__isnull=False,
                    worker__isnull=True,
                )
                & ~Q(answer="")
                | Q(
                    status="withdrawn",
                    answered_at__isnull=False,
                    answered_by__isnull=False,
                    worker__isnull=True,
                ),
            ),
            models.CheckConstraint(name="step_in_needs_the_family", condition=Q(family_agrees=True)),
            models.CheckConstraint(
                name="step_in_says_what_and_why", condition=~Q(asked_for="") & ~Q(reason="")
            ),
        ]

    def __str__(self) -> str:
        return f"Step in of {self.asked_at:%d %B %Y}"

    @property
    def is_overdue(self) -> bool:
        return self.status == StepInStatus.ASKED and self.answer_by < timezone.localdate()
