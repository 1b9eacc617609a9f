"""The information sharing agreement: versions, what each gives to which kind of agency and why, who has signed."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from hubs.models.agencies import Agency, AgencyKind, Membership
from hubs.querysets import AgreementCategoryQuerySet, AgreementQuerySet, SignatureQuerySet


class Category(models.IntegerChoices):
    """Categories of information. The agreement says which kinds of agency may receive which."""

    FAMILY = 1, "Family and contact"
    EDUCATION = 2, "Education"
    HEALTH = 3, "Health"
    POLICE = 4, "Police"
    HOUSING = 5, "Housing"
    FINANCE = 6, "Money"
    SAFEGUARDING = 7, "Safeguarding"


class Purpose(models.TextChoices):
    """What information may be used for. A family's record is opened for SUPPORT alone; the others are for decisions
    about requests (hubs/policy.py) and for the words of the agreement."""

    SUPPORT = "support", "Helping the family"
    SAFEGUARDING = "safeguarding", "Keeping a child or adult safe"
    PLANNING = "planning", "Planning services"
    EVALUATION = "evaluation", "Finding out what helps"


def all_purposes() -> list[str]:
    """Every purpose: what a cell of the matrix gives when nobody narrows it."""
    return list(Purpose.values)


class Article6(models.TextChoices):
    """Lawful bases of UK GDPR Article 6(1)."""

    CONSENT = "6(1)(a)", "6(1)(a) Consent"
    CONTRACT = "6(1)(b)", "6(1)(b) Contract"
    LEGAL_OBLIGATION = "6(1)(c)", "6(1)(c) Legal obligation"
    VITAL_INTERESTS = "6(1)(d)", "6(1)(d) Vital interests"
    PUBLIC_TASK = "6(1)(e)", "6(1)(e) Public task"
    LEGITIMATE_INTERESTS = "6(1)(f)", "6(1)(f) Legitimate interests"


class Article9(models.TextChoices):
    """Conditions of UK GDPR Article 9(2) for special category data. NONE: the agency receives none."""

    NONE = "none", "None: no special category data"
    EXPLICIT_CONSENT = "9(2)(a)", "9(2)(a) Explicit consent"
    SOCIAL_PROTECTION = "9(2)(b)", "9(2)(b) Employment, social security and social protection"
    VITAL_INTERESTS = "9(2)(c)", "9(2)(c) Vital interests"
    NOT_FOR_PROFIT = "9(2)(d)", "9(2)(d) Not-for-profit bodies"
    LEGAL_CLAIMS = "9(2)(f)", "9(2)(f) Legal claims"
    SUBSTANTIAL_PUBLIC_INTEREST = "9(2)(g)", "9(2)(g) Substantial public interest"
    HEALTH_OR_SOCIAL_CARE = "9(2)(h)", "9(2)(h) Health or social care"
    PUBLIC_HEALTH = "9(2)(i)", "9(2)(i) Public health"
    ARCHIVING = "9(2)(j)", "9(2)(j) Archiving, research and statistics"


def _clauses() -> ArrayField:
    """Short statements, one to an entry, as the national draft's policy lists them (hubs/sharing_policy.py)."""
    return ArrayField(models.CharField(max_length=500), default=list, blank=True)


class Agreement(models.Model):
    """One version of the information sharing agreement. At most one is live on a day: the newest activated one.

    A version is drafted, somebody asks for it to take effect, somebody else activates it; from then on it never
    changes. The database refuses otherwise (hubs/sql/agreement_v1.sql).
    """

    version = models.PositiveSmallIntegerField(unique=True)
    identifier = models.CharField(max_length=120, default="early-help-information-sharing")
    identifier_system = models.CharField(max_length=200, default="urn:early-help:sharing-policy")
    title = models.CharField(max_length=120)
    summary = models.TextField(blank=True)
    starts_on = models.DateField()
    review_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    purposes = models.TextField()
    permitted_use = _clauses()
    restrictions = _clauses()
    recipient_responsibilities = _clauses()
    security_measures = _clauses()
    legal_compliance = _clauses()
    contact_name = models.CharField(max_length=120, blank=True)
    contact_email = models.EmailField(blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)
    asked_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="agreements_asked"
    )
    activated_at = models.DateTimeField(null=True, blank=True)
    activated_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="agreements_activated"
    )

    objects = AgreementQuerySet.as_manager()

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.CheckConstraint(
                name="agreement_dates_in_order",
                condition=Q(review_on__gte=F("starts_on"))
                & (Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on"))),
            ),
            models.CheckConstraint(
                name="agreement_asked_by_somebody",
                condition=Q(asked_at__isnull=True, asked_by__isnull=True)
                | Q(asked_at__isnull=False, asked_by__isnull=False),
            ),
            models.CheckConstraint(
                name="agreement_activated_by_somebody_then",
                condition=Q(activated_by__isnull=True)
                | Q(activated_at__isnull=False, asked_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}, version {self.version}"

    @property
    def is_activated(self) -> bool:
        return self.activated_at is not None

    @property
    def is_asked(self) -> bool:
        return self.asked_at is not None and self.activated_at is None

    @property
    def is_draft(self) -> bool:
        return self.asked_at is None and self.activated_at is None


class AgreementPurpose(models.Model):
    """A purpose that a version names, in its own words."""

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="stated_purposes")
    code = models.CharField(max_length=20, choices=Purpose)
    title = models.CharField(max_length=120)
    words = models.TextField(blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(name="one_purpose_of_a_code", fields=["agreement", "code"])]

    def __str__(self) -> str:
        return self.title


class AgreementParty(models.Model):
    """The lawful basis on which agencies of one kind share and receive, and what they take on."""

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="parties")
    agency_kind = models.CharField(max_length=24, choices=AgencyKind)
    article_6 = models.CharField(max_length=10, choices=Article6)
    article_9 = models.CharField(max_length=10, choices=Article9, default=Article9.NONE)
    gateway = models.CharField(max_length=300, blank=True)
    responsibilities = models.TextField(blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "agreement parties"
        constraints = [
            models.UniqueConstraint(name="one_basis_for_a_kind", fields=["agreement", "agency_kind"])
        ]

    def __str__(self) -> str:
        return f"{self.get_agency_kind_display()}: Article {self.article_6}"


class AgreementCategory(models.Model):
    """One cell of the agreement's matrix: agencies of this kind may receive this category, for these purposes."""

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="matrix")
    agency_kind = models.CharField(max_length=24, choices=AgencyKind)
    category = models.PositiveSmallIntegerField(choices=Category)
    purposes = ArrayField(models.CharField(max_length=20, choices=Purpose), default=all_purposes)

    objects = AgreementCategoryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_matrix_cell", fields=["agreement", "agency_kind", "category"])
        ]

    def __str__(self) -> str:
        return f"{self.get_agency_kind_display()} may receive {self.get_category_display()}"


class Signature(models.Model):
    """An agency's signature under one version. Suspended or withdrawn, it stops counting on the next click.

    `signed_by` is the agency's own signatory; it is null where the information governance lead recorded a signature
    on paper. A withdrawal is final: the agency signs a later version to come back.
    """

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="signatures")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="signatures")
    signatory_name = models.CharField(max_length=120)
    signatory_role = models.CharField(max_length=120, blank=True)
    signed_on = models.DateField()
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="signatures"
    )
    confirmed = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    suspended_at = models.DateTimeField(null=True, blank=True)
    suspended_reason = models.CharField(max_length=300, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.CharField(max_length=300, blank=True)

    objects = SignatureQuerySet.as_manager()

    class Meta:
        ordering = ["agency__name"]
        constraints = [
            models.UniqueConstraint(name="one_signature_a_version", fields=["agreement", "agency"])
        ]

    def __str__(self) -> str:
        return f"{self.agency.name} signed version {self.agreement.version}"

    @property
    def is_live(self) -> bool:
        return (
            self.suspended_at is None and self.withdrawn_at is None and self.signed_on <= timezone.localdate()
        )
