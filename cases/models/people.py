"""Families and the people in them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone

from cases.querysets import FamilyQuerySet, PersonQuerySet
from earlyhelp.web.ids import new_id
from hubs.models import Agency, Hub


class Sex(models.TextChoices):
    """As the children in need census codes it (domain.md 4.3); an unborn baby is not known yet."""

    FEMALE = "F", "Female"
    MALE = "M", "Male"
    UNKNOWN = "U", "Not known"


class Ethnicity(models.TextChoices):
    """National codes (domain.md 4.4). The answer comes from the child, the parent or the carer."""

    WBRI = "WBRI", "White British"
    WIRI = "WIRI", "White Irish"
    WIRT = "WIRT", "Traveller of Irish heritage"
    WOTH = "WOTH", "Any other White background"
    WROM = "WROM", "Gypsy or Roma"
    MWBC = "MWBC", "White and Black Caribbean"
    MWBA = "MWBA", "White and Black African"
    MWAS = "MWAS", "White and Asian"
    MOTH = "MOTH", "Any other mixed background"
    AIND = "AIND", "Indian"
    APKN = "APKN", "Pakistani"
    ABAN = "ABAN", "Bangladeshi"
    CHNE = "CHNE", "Chinese"
    AOTH = "AOTH", "Any other Asian background"
    BCRB = "BCRB", "Caribbean"
    BAFR = "BAFR", "African"
    BOTH = "BOTH", "Any other Black background"
    OOTH = "OOTH", "Any other ethnic group"
    REFU = "REFU", "Prefers not to say"
    NOBT = "NOBT", "Not yet asked"


class Family(models.Model):
    """A household that gets help together. Its cases are the times it did."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField("family name", max_length=120)
    hub = models.ForeignKey(Hub, on_delete=models.PROTECT, related_name="families")
    strengths = models.TextField("what is going well", blank=True)
    # A family that was merged into another keeps its row, without cases, and so out of everybody's sight (decision 29).
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    recorded_by_agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    # Who may see this row, as tokens; written by the database from the grants and by nothing else.
    acl = ArrayField(models.IntegerField(), default=list, editable=False)

    objects = FamilyQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        verbose_name_plural = "families"
        indexes = [GinIndex(fields=["acl"], name="family_acl", opclasses=["array_ops"])]

    def __str__(self) -> str:
        return f"{self.name} family"


class Person(models.Model):
    """A child or an adult of a family. An unborn baby has a due date and no birth date."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    family = models.ForeignKey(Family, on_delete=models.PROTECT, related_name="people")
    first_name = models.CharField("first names", max_length=120, blank=True)
    last_name = models.CharField("family name", max_length=120, blank=True)
    known_as = models.CharField("known as", max_length=120, blank=True)
    born_on = models.DateField("date of birth", null=True, blank=True)
    born_on_is_estimate = models.BooleanField(default=False)
    due_on = models.DateField("due date", null=True, blank=True)
    sex = models.CharField(max_length=1, choices=Sex, default=Sex.UNKNOWN)
    ethnicity = models.CharField(max_length=4, choices=Ethnicity, default=Ethnicity.NOBT)
    language = models.CharField("first language", max_length=60, blank=True)
    interpreter_needed = models.BooleanField(default=False)
    nhs_number = models.CharField("NHS number", max_length=10, blank=True)
    nhs_number_warning = models.CharField(max_length=120, blank=True)
    upn = models.CharField("unique pupil number", max_length=13, blank=True)
    upn_warning = models.CharField(max_length=120, blank=True)
    is_child = models.BooleanField(default=True)
    lives_with_family = models.BooleanField(default=True)
    role_in_household = models.CharField("relationship to the children", max_length=80, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    contact_advice = models.CharField(max_length=200, blank=True)
    school = models.CharField("school, nursery or college", max_length=120, blank=True)
    # A person who was merged into another keeps their row in a family without cases (decision 29).
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    recorded_by_agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", null=True)
    # Names as the match check compares them: lower case, plain letters, known-as included.
    search_name = models.CharField(max_length=400, editable=False, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    acl = ArrayField(models.IntegerField(), default=list, editable=False)

    objects = PersonQuerySet.as_manager()

    class Meta:
        ordering = ["-is_child", "born_on", "first_name", "id"]
        verbose_name_plural = "people"
        indexes = [
            GinIndex(fields=["acl"], name="person_acl", opclasses=["array_ops"]),
            GinIndex(fields=["search_name"], name="person_search_name", opclasses=["gin_trgm_ops"]),
            models.Index(fields=["born_on"]),
            models.Index(fields=["nhs_number"], condition=~Q(nhs_number=""), name="person_nhs_number"),
            models.Index(fields=["upn"], condition=~Q(upn=""), name="person_upn"),
        ]
        constraints = [
            models.CheckConstraint(
                name="person_born_or_due", condition=Q(born_on__isnull=True) | Q(due_on__isnull=True)
            ),
            models.CheckConstraint(name="person_has_a_name", condition=~Q(first_name="", last_name="")),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def called(self) -> str:
        """The name people use for them, for headings and cards."""
        first = self.known_as or self.first_name
        return f"{first} {self.last_name}".strip()

    @property
    def is_unborn(self) -> bool:
        return self.born_on is None and self.due_on is not None


class RelationshipKind(models.TextChoices):
    PARENT = "parent", "Parent of"
    STEP_PARENT = "step_parent", "Step-parent of"
    GRANDPARENT = "grandparent", "Grandparent of"
    CARER = "carer", "Carer of"
    SIBLING = "sibling", "Brother or sister of"
    PARTNER = "partner", "Partner of"
    OTHER = "other", "Other relationship to"


class Relationship(models.Model):
    """How two people of a family are related, read from left to right: `person` is the parent of `to_person`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="relationships")
    to_person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="related_to")
    kind = models.CharField(max_length=12, choices=RelationshipKind)
    has_parental_responsibility = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_relationship_a_pair", fields=["person", "to_person", "kind"]),
            models.CheckConstraint(
                name="nobody_is_their_own_relative", condition=~Q(person=models.F("to_person"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}"


class Address(models.Model):
    """Where a family, or one person of it, lives or lived.

    A confidential one is masked until somebody asks to see it, which is recorded.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    family = models.ForeignKey(Family, on_delete=models.PROTECT, related_name="addresses")
    person = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="addresses",
        help_text="Empty when it is the family's home.",
    )
    lines = models.CharField("address", max_length=300)
    postcode = models.CharField(max_length=12, blank=True)
    is_confidential = models.BooleanField(default=False)
    hidden_from = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The person this address is kept from, such as a former partner.",
    )
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["ends_on", "-starts_on", "id"]
        verbose_name_plural = "addresses"
        indexes = [models.Index(fields=["postcode"])]
        constraints = [
            models.CheckConstraint(
                name="address_dates_in_order",
                condition=Q(ends_on__isnull=True)
                | Q(starts_on__isnull=True)
                | Q(ends_on__gte=models.F("starts_on")),
            )
        ]

    def __str__(self) -> str:
        return "Confidential address" if self.is_confidential else f"{self.lines}, {self.postcode}"
