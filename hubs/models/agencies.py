"""Who works where: districts, agencies, the people who work for them, and services families can be offered."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from earlyhelp.access.permissions import Role
from hubs.querysets import AgencyQuerySet, HubQuerySet, MembershipQuerySet


class AgencyKind(models.TextChoices):
    """Kinds of agency, as the agreement's matrix and the board's report group them (domain.md 7.1)."""

    COUNCIL_EARLY_HELP = "council_early_help", "Council early help"
    COUNCIL_SOCIAL_CARE = "council_social_care", "Council social care"
    SCHOOL = "school", "School"
    HEALTH = "health", "Health"
    POLICE = "police", "Police"
    HOUSING = "housing", "Housing"
    EDUCATION_SERVICE = "education_service", "Education service"
    DWP = "dwp", "Department for Work and Pensions"
    VOLUNTARY = "voluntary", "Voluntary and community"
    OTHER = "other", "Other"


class Hub(models.Model):
    """A district and its front door. Districts come and go (Somerset has had five and four), so they are data."""

    name = models.CharField(max_length=80, unique=True)
    code = models.SlugField(max_length=20, unique=True)
    phone = models.CharField(max_length=30, blank=True)
    group = models.OneToOneField(Group, on_delete=models.PROTECT, related_name="hub", editable=False)
    opens_on = models.DateField()
    closes_on = models.DateField(null=True, blank=True)
    usual_form = models.CharField(
        max_length=40,
        default="somerset_eha",
        help_text="The code of the assessment form that is chosen beforehand for families of this hub.",
    )

    objects = HubQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="hub_closes_after_it_opens",
                condition=Q(closes_on__isnull=True) | Q(closes_on__gte=F("opens_on")),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Agency(models.Model):
    """An organisation whose staff use the system: a school, a health trust, a charity of three."""

    name = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=24, choices=AgencyKind)
    hub = models.ForeignKey(Hub, on_delete=models.PROTECT, null=True, blank=True, related_name="agencies")
    phone = models.CharField(max_length=30, blank=True)
    email = models.EmailField(blank=True)
    group = models.OneToOneField(Group, on_delete=models.PROTECT, related_name="agency", editable=False)
    everyone_sees_team_cases = models.BooleanField(
        default=False,
        help_text="By default only the people named on a team and the agency's leads see a family. A small agency may "
        "choose that everyone does.",
    )
    is_active = models.BooleanField(default=True)

    objects = AgencyQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "agencies"

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """One person's work for one agency, with their roles. Ended, never deleted."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="memberships")
    job_title = models.CharField(max_length=80)
    roles = ArrayField(models.CharField(max_length=24, choices=Role), default=list)
    hub = models.ForeignKey(
        Hub,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="staff",
        help_text="The hub a coordinator runs. A hub manager without one manages all hubs.",
    )
    phone = models.CharField(max_length=30, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["user__last_name", "user__first_name", "pk"]
        indexes = [models.Index(fields=["user", "ends_on"]), models.Index(fields=["agency", "ends_on"])]
        constraints = [
            models.CheckConstraint(
                name="membership_ends_after_it_starts",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
            ),
            models.CheckConstraint(
                name="membership_coordinator_has_a_hub",
                condition=~Q(roles__contains=[Role.HUB_COORDINATOR.value]) | Q(hub__isnull=False),
            ),
            models.CheckConstraint(
                name="membership_volunteers_do_nothing_else",
                condition=~Q(roles__contains=[Role.VOLUNTEER.value]) | Q(roles=[Role.VOLUNTEER.value]),
            ),
            models.UniqueConstraint(
                name="membership_one_live_for_each_agency",
                fields=["user", "agency"],
                condition=Q(ends_on__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user.full_name}, {self.job_title}, {self.agency.name}"

    @property
    def is_live(self) -> bool:
        today = timezone.localdate()
        return self.starts_on <= today and (self.ends_on is None or self.ends_on >= today)

    @property
    def contact_phone(self) -> str:
        return self.phone or self.user.phone or self.agency.phone


class Service(models.Model):
    """A service families can be offered, for the directory."""

    name = models.CharField(max_length=120)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="services")
    hub = models.ForeignKey(Hub, on_delete=models.PROTECT, null=True, blank=True, related_name="services")
    description = models.CharField(max_length=300)
    phone = models.CharField(max_length=30, blank=True)
    confirmed_on = models.DateField(help_text="When somebody last checked that this is still right.")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
