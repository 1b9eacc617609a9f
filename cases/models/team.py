"""The Team Around the Family and its lead professional."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone

from cases.models.case import Case
from cases.querysets import TeamMemberQuerySet
from earlyhelp.web.ids import new_id
from hubs.models import Membership


class TeamPlace(models.TextChoices):
    """What somebody is to the team. Sight follows from the dates, and for volunteers from their role."""

    PROFESSIONAL = "professional", "Works with the family"
    VOLUNTEER = "volunteer", "Volunteer"
    PANEL = "panel", "On a panel"
    COVER = "cover", "Covers for the lead"


class TeamMember(models.Model):
    """One person of an agency on a family's team, from one date to another. Left, never deleted.

    A cover place ends by itself and names whom it covers for. With `reads_only` its holder sees the record until the
    last day and cannot change it: somebody who led and has handed over. The database refuses their writing.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="team")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="teams")
    place = models.CharField(max_length=12, choices=TeamPlace, default=TeamPlace.PROFESSIONAL)
    covers_for = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="covered_places"
    )
    reads_only = models.BooleanField(default=False)
    helps_with = models.CharField("what they help with", max_length=160, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    end_reason = models.CharField(max_length=200, blank=True)
    last_contact_on = models.DateField(null=True, blank=True)
    added_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")

    objects = TeamMemberQuerySet.as_manager()

    class Meta:
        ordering = ["starts_on", "id"]
        constraints = [
            models.UniqueConstraint(
                name="on_a_team_once", fields=["case", "membership"], condition=Q(ends_on__isnull=True)
            ),
            models.CheckConstraint(
                name="team_member_leaves_after_joining",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
            ),
            models.CheckConstraint(
                name="cover_is_for_somebody_and_ends",
                condition=Q(place="cover", covers_for__isnull=False, ends_on__isnull=False)
                | ~Q(place="cover") & Q(covers_for__isnull=True),
            ),
            models.CheckConstraint(
                name="reading_only_ends", condition=Q(reads_only=False) | Q(ends_on__isnull=False)
            ),
        ]
        indexes = [models.Index(fields=["membership", "ends_on"], name="team_of_membership")]

    def __str__(self) -> str:
        return str(self.membership)


class TsTzRange(Func):
    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class AgreedHow(models.TextChoices):
    """How a family said whom it wants as its lead professional (domain.md 7.2: the family is asked)."""

    MEETING = "meeting", "At a meeting of the team"
    IN_PERSON = "in_person", "Face to face"
    PHONE = "phone", "On the telephone"
    WRITING = "writing", "In writing"


def _agreed(prefix: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=f"{prefix}_agreed_how_and_when",
        condition=Q(agreed_on__isnull=True, agreed_how="") | Q(agreed_on__isnull=False) & ~Q(agreed_how=""),
    )


class LeadProfessional(models.Model):
    """Who leads, and from when to when. The database allows no two at one moment.

    `read_by`: by when the new lead says that they have read the plan and the hand-over note; empty where nothing was
    handed over. `read_at`: when they said so.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="leads")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="leads")
    from_at = models.DateTimeField(default=timezone.now)
    until_at = models.DateTimeField(null=True, blank=True)
    agreed_on = models.DateField("when the family agreed", null=True, blank=True)
    agreed_how = models.CharField("how the family agreed", max_length=10, choices=AgreedHow, blank=True)
    asked = models.OneToOneField(
        "cases.LeadRequest", on_delete=models.PROTECT, null=True, blank=True, related_name="lead"
    )
    read_by = models.DateField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-from_at"]
        constraints = [
            _agreed("lead"),
            ExclusionConstraint(
                name="one_lead_at_every_moment",
                expressions=[
                    ("case", RangeOperators.EQUAL),
                    (TsTzRange("from_at", "until_at"), RangeOperators.OVERLAPS),
                ],
            ),
            models.UniqueConstraint(name="one_lead_now", fields=["case"], condition=Q(until_at__isnull=True)),
        ]
        indexes = [models.Index(fields=["membership", "until_at"], name="cases_of_lead")]

    def __str__(self) -> str:
        return str(self.membership)


class RequestStatus(models.TextChoices):
    WAITING = "waiting", "Waiting for an answer"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    CANCELLED = "cancelled", "Taken back"


class LeadRequest(models.Model):
    """A request to become lead professional. The lead does not change until it is accepted."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="lead_requests")
    to_membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="lead_requests")
    from_membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    note = models.TextField("hand-over note")
    family_agrees = models.BooleanField(default=True)
    agreed_on = models.DateField("when the family agreed", null=True, blank=True)
    agreed_how = models.CharField("how the family agreed", max_length=10, choices=AgreedHow, blank=True)
    former_lead_stays = models.BooleanField(
        default=True,
        help_text="Whether the lead who hands over stays on the team; if not, they can read for a while.",
    )
    answer_by = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=10, choices=RequestStatus, default=RequestStatus.WAITING)
    sent_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)
    answer_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-sent_at"]
        constraints = [
            _agreed("lead_request"),
            models.UniqueConstraint(
                name="one_lead_request_waiting", fields=["case"], condition=Q(status="waiting")
            ),
            models.CheckConstraint(
                name="lead_request_answer_facts_together",
                condition=Q(status="waiting", answered_at__isnull=True)
                | Q(answered_at__isnull=False) & ~Q(status="waiting"),
            ),
        ]

    def __str__(self) -> str:
        return f"Request of {self.sent_at:%d %B %Y}"
