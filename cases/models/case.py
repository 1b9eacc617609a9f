"""A case: one time a family gets early help, from registration to closure."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from cases.models.people import Family
from cases.querysets import CaseQuerySet
from earlyhelp.web.ids import new_id
from hubs.models import Agency, Hub, Membership


class CaseStatus(models.TextChoices):
    OPEN = "open", "Open"
    STEPPED_UP = "stepped_up", "With children's social care"
    CLOSED = "closed", "Closed"


class ClosureReason(models.TextChoices):
    """Why help ended (domain.md 2.4); `national` maps each to the six national categories."""

    OUTCOMES_MET = "outcomes_met", "Outcomes met"
    SINGLE_AGENCY = "single_agency", "One agency can do what remains"
    STEPPED_UP = "stepped_up", "Stepped up to children's social care"
    CONSENT_WITHDRAWN = "consent_withdrawn", "Family withdrew their consent"
    DID_NOT_ENGAGE = "did_not_engage", "Family did not engage"
    MOVED_AREA = "moved_area", "Moved out of the area"
    TRANSFERRED = "transferred", "Moved to another council's early help"
    AGED_OUT = "aged_out", "Young person is now an adult"
    DECEASED = "deceased", "Person died"
    DUPLICATE = "duplicate", "Recorded twice"
    OTHER = "other", "Other"

    @property
    def national(self) -> str:
        """The category of ADCS Safeguarding Pressures, table 2."""
        return NATIONAL_CLOSURE[self]


NATIONAL_CLOSURE = {
    ClosureReason.OUTCOMES_MET: "Support or intervention provided",
    ClosureReason.SINGLE_AGENCY: "Referral to universal services (step down)",
    ClosureReason.STEPPED_UP: "Referral to social care (step up)",
    ClosureReason.CONSENT_WITHDRAWN: "No further action: no support provided",
    ClosureReason.DID_NOT_ENGAGE: "No further action: no support provided",
    ClosureReason.MOVED_AREA: "No further action: end of support",
    ClosureReason.TRANSFERRED: "No further action: end of support",
    ClosureReason.AGED_OUT: "No further action: end of support",
    ClosureReason.DECEASED: "No further action: end of support",
    ClosureReason.DUPLICATE: "Advice and information only",
    ClosureReason.OTHER: "No further action: end of support",
}


class LevelOfNeed(models.Model):
    """A level in the county's threshold document. Names differ between counties, so they are data."""

    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=60)
    description = models.CharField(max_length=300, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["number"]
        verbose_name_plural = "levels of need"
        constraints = [
            models.CheckConstraint(name="level_is_1_to_4", condition=Q(number__gte=1) & Q(number__lte=4)),
            models.UniqueConstraint(name="one_level_name_a_day", fields=["number", "starts_on"]),
        ]

    def __str__(self) -> str:
        return f"Level {self.number} {self.name}"


class Case(models.Model):
    """One time a family gets early help. Everything recorded about the help hangs on it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    reference = models.CharField(max_length=20, unique=True, editable=False)
    family = models.ForeignKey(Family, on_delete=models.PROTECT, related_name="cases")
    hub = models.ForeignKey(Hub, on_delete=models.PROTECT, related_name="cases")
    level = models.ForeignKey(LevelOfNeed, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    status = models.CharField(max_length=10, choices=CaseStatus, default=CaseStatus.OPEN)
    opened_on = models.DateField()
    closed_on = models.DateField(null=True, blank=True)
    closure_reason = models.CharField(max_length=20, choices=ClosureReason, blank=True)
    closure_note = models.TextField(blank=True)
    source_agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    opened_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    previous_case = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="later_cases"
    )
    next_review_on = models.DateField(null=True, blank=True)
    latest = models.CharField("latest news", max_length=140, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now)
    # Who may see the case at all, and which categories of it (tokens x 16 + category); until when both are true.
    acl = ArrayField(models.IntegerField(), default=list, editable=False)
    topic_acl = ArrayField(models.IntegerField(), default=list, editable=False)
    acl_until = models.DateField(default="9999-12-31", editable=False)

    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["-updated_at", "-id"]
        permissions = [
            ("topic_family", "Can see family and contact"),
            ("topic_education", "Can see education"),
            ("topic_health", "Can see health"),
            ("topic_police", "Can see police"),
            ("topic_housing", "Can see housing"),
            ("topic_finance", "Can see money"),
            ("topic_safeguarding", "Can see safeguarding"),
        ]
        indexes = [
            GinIndex(fields=["acl"], name="case_acl", opclasses=["array_ops"]),
            models.Index(fields=["-updated_at", "-id"], name="case_latest_first"),
            models.Index(fields=["hub", "status"], name="case_hub_status"),
            models.Index(fields=["next_review_on"], condition=Q(status="open"), name="case_review_due"),
            models.Index(fields=["acl_until"], condition=Q(acl_until__lt="9999-12-31"), name="case_acl_ends"),
        ]
        constraints = [
            models.CheckConstraint(
                name="case_closed_facts_together",
                condition=Q(status="closed", closed_on__isnull=False) & ~Q(closure_reason="")
                | Q(closed_on__isnull=True, closure_reason="") & ~Q(status="closed"),
            ),
            models.CheckConstraint(
                name="case_closes_after_it_opens",
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("opened_on")),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_open(self) -> bool:
        return self.status != CaseStatus.CLOSED
