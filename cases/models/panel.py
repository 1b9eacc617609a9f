"""Panels: a Team Around the School, or a panel that allocates help. One sitting, several families.

A panel, its members and its dates say nothing of a family. What is asked for a family, what is offered and what was
said belong to that family's record, and are seen by those who may see it.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from cases.models.case import Case
from cases.models.meeting import Attendance
from cases.models.notes import CaseNote
from cases.models.people import Person
from cases.models.plan import Action
from cases.models.sharing import ConsentMethod
from cases.panels.querysets import PanelOfferQuerySet, PanelQuerySet, PanelRequestQuerySet, SittingQuerySet
from earlyhelp.web.ids import new_id
from hubs.models import Agency, Hub, Membership


class PanelKind(models.TextChoices):
    SCHOOL = "school", "Team Around the School"
    ALLOCATION = "allocation", "Allocation panel"


class PanelRhythm(models.TextChoices):
    WEEKLY = "weekly", "Once a week"
    FORTNIGHTLY = "fortnightly", "Every two weeks"
    MONTHLY = "monthly", "Once a month"
    TERMLY = "termly", "Once a term"


class Panel(models.Model):
    """A standing panel of one district, or of one school in it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=10, choices=PanelKind)
    name = models.CharField(max_length=120)
    hub = models.ForeignKey(Hub, on_delete=models.PROTECT, related_name="panels")
    agency = models.ForeignKey(
        Agency,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="panels",
        help_text="The school, for a Team Around the School.",
    )
    rhythm = models.CharField("how often it sits", max_length=12, choices=PanelRhythm)
    terms = models.TextField("terms of reference")
    needs_assessment = models.BooleanField(
        default=False, help_text="Whether a family is taken only with a registered assessment."
    )
    chair = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="panels_chaired")
    created_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    closed_on = models.DateField(null=True, blank=True)

    objects = PanelQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                name="school_panel_has_its_school",
                condition=Q(kind="school", agency__isnull=False) | Q(kind="allocation", agency__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.name


class PanelMember(models.Model):
    """Somebody who sits on a panel, for one agency."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="members")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="panel_places")
    starts_on = models.DateField(default=timezone.localdate)
    ends_on = models.DateField(null=True, blank=True)
    added_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["starts_on", "id"]
        constraints = [
            models.UniqueConstraint(
                name="on_a_panel_once", fields=["panel", "membership"], condition=Q(ends_on__isnull=True)
            ),
            models.CheckConstraint(
                name="panel_member_leaves_after_joining",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
            ),
        ]

    def __str__(self) -> str:
        return str(self.membership)


class PanelSignature(models.Model):
    """A member's own signature under the panel's confidentiality agreement. It runs out, and is signed again."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="signatures")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    signed_on = models.DateField(default=timezone.localdate)
    valid_until = models.DateField()

    class Meta:
        ordering = ["-signed_on", "id"]
        constraints = [
            models.CheckConstraint(
                name="panel_signature_runs_forward", condition=Q(valid_until__gte=F("signed_on"))
            )
        ]

    def __str__(self) -> str:
        return f"Signed on {self.signed_on}"


class SittingStatus(models.TextChoices):
    PLANNED = "planned", "Planned"
    HELD = "held", "Held"
    CANCELLED = "cancelled", "Cancelled"


class Sitting(models.Model):
    """One date of a panel. Which families it talks about is known to those who may see them."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="sittings")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    place = models.CharField(max_length=200, blank=True)
    call_link = models.URLField("link to the call", max_length=500, blank=True)
    status = models.CharField(max_length=10, choices=SittingStatus, default=SittingStatus.PLANNED)
    cancel_reason = models.CharField(max_length=200, blank=True)
    held_at = models.DateTimeField(null=True, blank=True)
    arranged_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    arranged_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SittingQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "id"]
        indexes = [models.Index(fields=["panel", "starts_at"], name="sitting_of_panel")]
        constraints = [
            models.CheckConstraint(
                name="sitting_ends_after_it_starts", condition=Q(ends_at__gt=F("starts_at"))
            )
        ]

    def __str__(self) -> str:
        return f"Sitting of {timezone.localtime(self.starts_at):%d %B %Y}"

    @property
    def day(self):
        return timezone.localdate(self.starts_at)

    @property
    def is_over(self) -> bool:
        """Whether no item can be put on it any more."""
        return self.status != SittingStatus.PLANNED or self.ends_at < timezone.now()


class SittingNote(models.Model):
    """A general note of a sitting: no family's data, and shown to everybody on the panel."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="+")
    sitting = models.ForeignKey(Sitting, on_delete=models.PROTECT, related_name="notes")
    text = models.TextField()
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["written_at", "id"]

    def __str__(self) -> str:
        return f"Note of {self.written_at:%d %B %Y}"


class SittingAttendance(models.Model):
    """Whether one member came to one sitting."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="+")
    sitting = models.ForeignKey(Sitting, on_delete=models.PROTECT, related_name="attendance")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    attendance = models.CharField(max_length=9, choices=Attendance)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(name="at_a_sitting_once", fields=["sitting", "membership"])]

    def __str__(self) -> str:
        return self.get_attendance_display()


class PanelRequestStatus(models.TextChoices):
    WAITING = "waiting", "Waiting for the panel"
    OFFERED = "offered", "Waiting for the family’s answer"
    ANSWERED = "answered", "The family has answered"
    NO_OFFER = "no_offer", "No service could help"
    WITHDRAWN = "withdrawn", "Taken back"


class PanelRequest(models.Model):
    """What one panel is asked for one family, and what the family agreed to for it: one item of a sitting."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="panel_requests")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="requests")
    sitting = models.ForeignKey(
        Sitting, on_delete=models.PROTECT, null=True, blank=True, related_name="requests"
    )
    what = models.TextField("what is asked")
    tried = models.TextField("what has been tried", blank=True)
    needs_several = models.BooleanField("needs two or more services")
    agreed_person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="who agreed"
    )
    agreed_on = models.DateField()
    agreed_how = models.CharField(max_length=12, choices=ConsentMethod)
    agreed_agencies = ArrayField(
        models.BigIntegerField(),
        help_text="Agencies of the panel that the family agreed may talk about them.",
    )
    leaflet_given = models.BooleanField()
    status = models.CharField(max_length=10, choices=PanelRequestStatus, default=PanelRequestStatus.WAITING)
    asked_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    sit_by = models.DateField(help_text="The day by which the panel should have talked about it.")
    opened_at = models.DateTimeField(
        null=True, blank=True, help_text="Since when the sitting talks about it; empty before and after."
    )
    next_step = models.TextField(blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    answer_by = models.DateField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=200, blank=True)

    objects = PanelRequestQuerySet.as_manager()

    class Meta:
        ordering = ["asked_at", "id"]
        indexes = [
            models.Index(fields=["case", "status"], name="panel_request_of_case"),
            models.Index(fields=["sitting"], name="panel_request_of_sitting"),
            models.Index(fields=["panel", "status"], name="panel_request_of_panel"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="one_panel_request_open",
                fields=["case", "panel"],
                condition=Q(status__in=["waiting", "offered"]),
            ),
            models.CheckConstraint(
                name="panel_request_item_facts_together",
                condition=Q(status="waiting", closed_at__isnull=True, ended_at__isnull=True)
                | Q(status="offered", closed_at__isnull=False, answer_by__isnull=False, ended_at__isnull=True)
                | Q(status__in=["answered", "no_offer"], closed_at__isnull=False, ended_at__isnull=False)
                | Q(status="withdrawn", ended_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"Request of {self.asked_at:%d %B %Y}"

    @property
    def is_open(self) -> bool:
        return self.status in (PanelRequestStatus.WAITING, PanelRequestStatus.OFFERED)

    @property
    def needs_a_date(self) -> bool:
        """Whether it waits and no sitting to come has it."""
        return self.status == PanelRequestStatus.WAITING and (self.sitting is None or self.sitting.is_over)

    @property
    def is_late(self) -> bool:
        today = timezone.localdate()
        if self.status == PanelRequestStatus.WAITING:
            return self.sit_by < today
        return self.status == PanelRequestStatus.OFFERED and bool(self.answer_by and self.answer_by < today)


class PanelNoteKind(models.TextChoices):
    DISCUSSION = "discussion", "Discussion"
    DECISION = "decision", "Decision"


class PanelNote(models.Model):
    """Which entry of the family's timeline is a note of which item. The words live in the timeline alone."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    request = models.ForeignKey(PanelRequest, on_delete=models.PROTECT, related_name="notes")
    note = models.OneToOneField(CaseNote, on_delete=models.PROTECT, related_name="panel_note")
    kind = models.CharField(max_length=10, choices=PanelNoteKind, default=PanelNoteKind.DISCUSSION)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.get_kind_display()


class PanelOfferStatus(models.TextChoices):
    CANNOT = "cannot", "Cannot help"
    WAITING = "waiting", "Suggested: the family decides"
    ACCEPTED = "accepted", "The family accepts"
    DECLINED = "declined", "The family declines"
    OTHER = "other", "The family wants something else"
    TAKEN_BACK = "taken_back", "Taken back"


class PanelOffer(models.Model):
    """What one agency says to a request: it can help with something from a day on, by a named worker; or it cannot."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="panel_offers")
    request = models.ForeignKey(PanelRequest, on_delete=models.PROTECT, related_name="offers")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    status = models.CharField(max_length=10, choices=PanelOfferStatus, default=PanelOfferStatus.WAITING)
    service = models.CharField("what it can help with", max_length=160, blank=True)
    worker = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="panel_offers"
    )
    from_on = models.DateField("from", null=True, blank=True)
    reason = models.TextField("why it cannot", blank=True)
    answer_words = models.TextField("what the family said", blank=True)
    answered_person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_on = models.DateField(null=True, blank=True)
    recorded_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    action = models.ForeignKey(Action, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = PanelOfferQuerySet.as_manager()

    class Meta:
        ordering = ["made_at", "id"]
        indexes = [models.Index(fields=["request"], name="panel_offer_of_request")]
        constraints = [
            models.CheckConstraint(
                name="panel_offer_names_a_worker_or_a_reason",
                condition=Q(status="cannot", worker__isnull=True) & ~Q(reason="")
                | Q(worker__isnull=False, from_on__isnull=False) & ~Q(status="cannot") & ~Q(service=""),
            ),
            models.CheckConstraint(
                name="panel_offer_answer_facts_together",
                condition=Q(
                    status__in=["accepted", "declined", "other"],
                    answered_on__isnull=False,
                    recorded_by__isnull=False,
                )
                | Q(
                    status__in=["cannot", "waiting", "taken_back"],
                    answered_on__isnull=True,
                    recorded_by__isnull=True,
                ),
            ),
            models.CheckConstraint(
                name="accepted_panel_offer_is_in_the_plan",
                condition=Q(status="accepted", action__isnull=False)
                | Q(action__isnull=True) & ~Q(status="accepted"),
            ),
        ]

    def __str__(self) -> str:
        return self.service or "Cannot help"
