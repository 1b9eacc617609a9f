"""An assessment:

initiated when it is registered, completed when it is signed off and its plan is being carried out.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from assessments.models.forms import FormVersion
from assessments.querysets import AssessmentQuerySet
from cases.models import Case
from earlyhelp.web.ids import new_id
from hubs.models import Agency, Hub, Membership


class AssessmentStatus(models.TextChoices):
    """The states a county counts (Somerset strategy 2016-19 p.7; domain.md 1.3)."""

    INITIATED = "initiated", "Initiated"
    COMPLETED = "completed", "Completed"
    CLOSED = "closed", "Closed"
    WITHDRAWN = "withdrawn", "Withdrawn"


class ConsentStatement(models.TextChoices):
    """The two statements of the Somerset form, of which exactly one is made (domain.md 1.3)."""

    AGREED = "agreed", "The family agreed"
    TIER4 = "tier4", "Tier 4 safeguarding issue"


class AssessmentSource(models.TextChoices):
    WEB = "web", "Registered here"
    REGISTER = "register", "Brought in from a register"


class Countersigning(models.TextChoices):
    """Whether a manager signs after the author. Empty while nobody is asked."""

    WAITING = "waiting", "Waits for a manager"
    SIGNED = "signed", "Countersigned"
    SENT_BACK = "sent_back", "Sent back"


class Assessment(models.Model):
    """One early help assessment of a family, with the statement under which it was registered."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="assessments")
    form_version = models.ForeignKey(FormVersion, on_delete=models.PROTECT, related_name="assessments")
    reference = models.CharField(max_length=30, unique=True, editable=False)
    status = models.CharField(max_length=9, choices=AssessmentStatus, default=AssessmentStatus.INITIATED)
    source = models.CharField(max_length=8, choices=AssessmentSource, default=AssessmentSource.WEB)
    hub = models.ForeignKey(Hub, on_delete=models.PROTECT, related_name="assessments")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="assessments")
    assessor = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="assessments")
    assessor_role = models.CharField(max_length=80, blank=True)
    lead_agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="led_assessments"
    )

    initiated_at = models.DateTimeField(default=timezone.now)
    due_on = models.DateField(null=True, blank=True)
    signed_off_at = models.DateTimeField(null=True, blank=True)
    signed_off_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    countersigning = models.CharField(max_length=9, choices=Countersigning, blank=True)
    countersigned_at = models.DateTimeField(null=True, blank=True)
    countersigned_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    completed_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.TextField(blank=True)
    withdrawn_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    nudged_step = models.PositiveSmallIntegerField("last reminder to finish it", default=0)

    consent_statement = models.CharField(max_length=6, choices=ConsentStatement)
    consent_with = models.CharField("discussed with", max_length=200, blank=True)
    consent_child = models.CharField("discussed with the child", max_length=200, blank=True)
    consent_at = models.DateTimeField("when it was discussed", null=True, blank=True)
    consent_place = models.CharField("where it was discussed", max_length=200, blank=True)
    tier4_reason = models.TextField("why asking would place a child at risk", blank=True)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        ordering = ["-initiated_at", "-id"]
        indexes = [
            models.Index(fields=["case", "-initiated_at"], name="assessment_of_case"),
            models.Index(fields=["hub", "initiated_at"], name="assessment_hub_start"),
            models.Index(fields=["initiated_at"], name="assessment_start"),
            models.Index(
                fields=["completed_at"], condition=Q(completed_at__isnull=False), name="assessment_completed"
            ),
            models.Index(
                fields=["assessor", "due_on"], condition=Q(status="initiated"), name="assessment_to_finish"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="assessment_one_consent_statement",
                condition=Q(source="register")
                | Q(consent_statement="agreed", consent_at__isnull=False, tier4_reason="")
                & ~Q(consent_with="")
                & ~Q(consent_place="")
                & ~Q(consent_child="")
                | Q(consent_statement="tier4", consent_at__isnull=True, consent_with="", consent_place="")
                & ~Q(tier4_reason=""),
            ),
            models.CheckConstraint(
                name="assessment_completed_facts",
                condition=~Q(status="completed") | Q(completed_at__isnull=False, signed_off_at__isnull=False),
            ),
            models.CheckConstraint(
                name="assessment_complete_waits_for_no_manager",
                condition=~Q(status="completed") | Q(countersigning__in=["", "signed"]),
            ),
            models.CheckConstraint(
                name="assessment_countersigned_facts",
                condition=Q(
                    countersigning="signed",
                    countersigned_at__isnull=False,
                    countersigned_by__isnull=False,
                    signed_off_at__isnull=False,
                )
                | ~Q(countersigning="signed")
                & Q(countersigned_at__isnull=True, countersigned_by__isnull=True),
            ),
            models.CheckConstraint(
                name="assessment_waits_after_sign_off",
                condition=~Q(countersigning="waiting") | Q(signed_off_at__isnull=False),
            ),
            models.CheckConstraint(
                name="assessment_initiated_is_not_complete",
                condition=~Q(status="initiated") | Q(completed_at__isnull=True, closed_at__isnull=True),
            ),
            models.CheckConstraint(
                name="assessment_completed_in_order",
                condition=Q(completed_at__isnull=True) | Q(completed_at__gte=F("initiated_at")),
            ),
            models.CheckConstraint(
                name="assessment_signed_off_in_order",
                condition=Q(signed_off_at__isnull=True) | Q(signed_off_at__gte=F("initiated_at")),
            ),
            models.CheckConstraint(
                name="assessment_closed_facts",
                condition=Q(status="closed", closed_at__isnull=False, closed_at__gte=F("initiated_at"))
                | Q(closed_at__isnull=True) & ~Q(status="closed"),
            ),
            models.CheckConstraint(
                name="assessment_withdrawn_facts",
                condition=Q(status="withdrawn", withdrawn_at__isnull=False, completed_at__isnull=True)
                & ~Q(withdrawn_reason="")
                | Q(withdrawn_at__isnull=True, withdrawn_reason="") & ~Q(status="withdrawn"),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def form(self):
        return self.form_version.form

    @property
    def is_open(self) -> bool:
        """Whether answers may still be written: until it is closed or withdrawn."""
        return self.status in {AssessmentStatus.INITIATED, AssessmentStatus.COMPLETED}

    @property
    def is_signed_off(self) -> bool:
        return self.signed_off_at is not None

    @property
    def awaits_countersign(self) -> bool:
        """Whether a manager has still to read and countersign it."""
        return self.countersigning == Countersigning.WAITING and self.is_open


class ReferenceCounter(models.Model):
    """The last number given out in a year. Only the database's own function reads or writes it."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["year"]

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"
