"""What the family agreed to, what the law allows besides, and the grants that follow.

Consent and lawful basis are two different things and are kept apart (domain.md 6.1).
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from cases.models.case import Case
from cases.models.people import Person
from cases.querysets import ConsentQuerySet
from earlyhelp.web.ids import new_id
from hubs.models import Agency, Category, Membership


class ConsentAnswer(models.TextChoices):
    GIVEN = "given", "Given"
    REFUSED = "refused", "Refused"


class ConsentMethod(models.TextChoices):
    FACE_TO_FACE = "face_to_face", "Face to face"
    PHONE = "phone", "By phone"
    VIDEO = "video", "By video call"
    SIGNED_FORM = "signed_form", "On a signed form"
    REGISTER = "register", "As recorded in an earlier register"


class ConsentEnd(models.TextChoices):
    WITHDRAWN = "withdrawn", "Withdrawn"
    REPLACED = "replaced", "Changed to a newer answer"
    RESOLVED = "resolved", "Not followed, after a disagreement"


class Consent(models.Model):
    """An answer about one person for one agency and one category (none: all). In force until it ends or runs out.

    Two people may have answered about the same child and differ: the refusal then stands until that is settled.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="consents")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="consents")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="consents")
    category = models.PositiveSmallIntegerField(choices=Category, null=True, blank=True)
    answer = models.CharField(max_length=8, choices=ConsentAnswer)
    given_by = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Who answered, when it was not the person: a parent for a young child.",
    )
    method = models.CharField(max_length=12, choices=ConsentMethod)
    given_on = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    words = models.TextField("what they said", blank=True)
    evidence = models.ForeignKey(
        "cases.Document",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The signed form, or a photo of it.",
    )
    recorded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", null=True)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=10, choices=ConsentEnd, blank=True)
    end_words = models.TextField(blank=True)
    ended_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = ConsentQuerySet.as_manager()

    class Meta:
        ordering = ["person", "agency", "category", "-recorded_at"]
        constraints = [
            models.UniqueConstraint(
                name="one_answer_in_force",
                fields=["case", "person", "agency", "category", "given_by"],
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="consent_dates_in_order",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("given_on")),
            ),
            models.CheckConstraint(
                name="consent_end_facts_together",
                condition=Q(ended_at__isnull=True, end_reason="")
                | Q(ended_at__isnull=False) & ~Q(end_reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_answer_display()} on {self.given_on}"

    @property
    def status(self) -> str:
        """Where the answer stands today: given, refused, withdrawn, replaced or expired."""
        if self.ended_at:
            return self.end_reason
        if self.valid_until and self.valid_until < timezone.localdate():
            return "expired"
        return self.answer

    @property
    def who_answered(self) -> str:
        """The name of who gave the answer, as far as the reader may know of them."""
        if self.given_by_id is None:
            return self.person.called
        return self.given_by.called if self.given_by else "Somebody else"


class LawfulBasis(models.TextChoices):
    """Why a record is shared without consent (domain.md 6.1, the seven golden rules)."""

    RISK_OF_HARM = "risk_of_harm", "A child is at risk of harm"
    LEGAL_OBLIGATION = "legal_obligation", "The law requires it"
    PUBLIC_TASK = "public_task", "A council's duty in the public interest"


class Harm(models.TextChoices):
    """What a child may suffer when nothing is shared (Working Together, types of abuse and neglect)."""

    PHYSICAL = "physical", "Physical abuse"
    EMOTIONAL = "emotional", "Emotional abuse"
    SEXUAL = "sexual", "Sexual abuse"
    NEGLECT = "neglect", "Neglect"
    DOMESTIC_ABUSE = "domestic_abuse", "Domestic abuse"
    EXPLOITATION = "exploitation", "Exploitation"
    OTHER = "other", "Another harm"


class LawfulShare(models.Model):
    """Sharing with one agency on a lawful basis other than the family's agreement, for as long as it says.

    It covers sight of the record and the categories named; all of them when none is named.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="lawful_shares")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    basis = models.CharField(max_length=16, choices=LawfulBasis)
    reason = models.TextField()
    harm = models.CharField(max_length=16, choices=Harm, blank=True)
    categories = ArrayField(models.IntegerField(choices=Category), default=list, blank=True)
    what = models.TextField("what was shared", blank=True)
    family_told = models.BooleanField(default=False)
    told_why_not = models.TextField("why the family was not told", blank=True)
    manager_consulted = models.CharField(max_length=120, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    recorded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", null=True)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-starts_on", "id"]
        constraints = [
            models.CheckConstraint(
                name="lawful_share_dates_in_order",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
            ),
            models.CheckConstraint(name="lawful_share_has_a_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.get_basis_display()} from {self.starts_on}"


class DecidesForSelf(models.Model):
    """Whether a child decides for themself, as somebody who knows them judged (Gillick competence).

    While the note in force says that they do, answers that others gave about them do not count, only their own.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="decides_for_self")
    able = models.BooleanField("decides for themself")
    note = models.TextField("how this was judged")
    assessed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", null=True)
    assessed_on = models.DateField()
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-recorded_at"]
        verbose_name_plural = "notes on who decides for themself"
        constraints = [
            models.UniqueConstraint(
                name="one_note_on_deciding", fields=["person"], condition=Q(ended_at__isnull=True)
            ),
            models.CheckConstraint(name="deciding_has_a_note", condition=~Q(note="")),
        ]

    def __str__(self) -> str:
        return f"{'Decides' if self.able else 'Does not decide'} for themself, {self.assessed_on}"


class RestrictionReason(models.TextChoices):
    STAFF = "staff", "A member of staff or their relative"
    HIGH_PROFILE = "high_profile", "High profile"
    ADOPTION = "adoption", "Adoption"
    HIGH_RISK = "high_risk", "High risk"


class Restriction(models.Model):
    """While one is in force, only the people named in it see the case (domain.md 6.5)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="restrictions")
    reason = models.CharField(max_length=12, choices=RestrictionReason)
    note = models.TextField(blank=True)
    named = models.ManyToManyField(Membership, through="RestrictionName", related_name="+")
    restricted_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", null=True)
    starts_at = models.DateTimeField(default=timezone.now)
    review_on = models.DateField()
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Lifting takes two people: one asks, another lifts. Only functions of the database write these.
    lift_asked_at = models.DateTimeField(null=True, blank=True)
    lift_asked_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    lift_reason = models.TextField(blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-starts_at"]
        constraints = [
            models.UniqueConstraint(
                name="one_restriction_in_force", fields=["case"], condition=Q(lifted_at__isnull=True)
            ),
            models.CheckConstraint(
                name="restriction_lifted_by_another",
                condition=Q(lifted_by__isnull=True) | ~Q(lifted_by=F("lift_asked_by")),
            ),
        ]

    def __str__(self) -> str:
        return self.get_reason_display()


class RestrictionName(models.Model):
    """A person who still sees a restricted case."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    restriction = models.ForeignKey(Restriction, on_delete=models.PROTECT, related_name="names")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(name="named_once", fields=["restriction", "membership"])]

    def __str__(self) -> str:
        return str(self.membership)


class StaffRelation(models.Model):
    """Somebody who works here is this person, or close to them: every record of the family is kept from them.

    Not by any other right, and not in an emergency (domain.md 6.5: nobody opens their own or a colleague's record).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="staff_relations")
    recorded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", null=True)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["recorded_at"]
        constraints = [models.UniqueConstraint(name="related_once", fields=["membership", "person"])]

    def __str__(self) -> str:
        return str(self.membership)


class EmergencyAccess(models.Model):
    """One person's look at one case they otherwise may not see, for hours, with a reason. Read-only."""

    id = models.AutoField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="emergencies")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    starts_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    reviewed_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)
    review_note = models.TextField(blank=True)

    class Meta:
        ordering = ["-starts_at"]
        verbose_name_plural = "emergency accesses"
        constraints = [
            models.CheckConstraint(name="emergency_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(name="emergency_expires", condition=Q(expires_at__gt=F("starts_at"))),
        ]

    def __str__(self) -> str:
        return f"Emergency access until {self.expires_at}"


class GrantBasis(models.TextChoices):
    """Why a grant exists, in the words of the page that explains it."""

    HUB = "hub", "The hub coordinates this family"
    CONSENT = "consent", "The family agreed"
    LAWFUL = "lawful", "Shared on a lawful basis"
    READS = "reads", "Led before, and may read for a while"
    NAMED = "named", "Named on the restriction"
    EMERGENCY = "emergency", "Emergency access"


class CaseGroupPermission(GroupObjectPermissionBase):
    """A hub's or an agency's grant: `view_case`, or one category. Written by app.project_cases() only."""

    id = models.BigAutoField(primary_key=True, editable=False, unique=True)
    content_object = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="group_grants")
    basis = models.CharField(max_length=10, choices=GrantBasis)
    valid_until = models.DateField(null=True)

    class Meta(GroupObjectPermissionBase.Meta):
        abstract = False
        indexes = [models.Index(fields=["content_object", "permission"], name="group_grant_of_case")]

    def __str__(self) -> str:
        return f"{self.group} {self.permission.codename}"


class CaseUserPermission(UserObjectPermissionBase):
    """A grant to one person by name, for the membership they hold. Written by app.project_cases() only."""

    id = models.BigAutoField(primary_key=True, editable=False, unique=True)
    content_object = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="user_grants")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    basis = models.CharField(max_length=10, choices=GrantBasis)
    valid_until = models.DateField(null=True)
    emergency = models.ForeignKey(EmergencyAccess, on_delete=models.CASCADE, null=True, related_name="+")

    class Meta(UserObjectPermissionBase.Meta):
        abstract = False
        unique_together = [("user", "permission", "content_object", "membership", "basis", "emergency")]
        indexes = [models.Index(fields=["content_object", "permission"], name="user_grant_of_case")]

    def __str__(self) -> str:
        return f"{self.user} {self.permission.codename}"
