"""Coming to a team from outside: asking to join one, and covering for a lead who is away."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils import timezone

from cases.models.case import Case
from cases.models.team import RequestStatus
from earlyhelp.web.ids import new_id
from hubs.models import Membership


class JoinRequest(models.Model):
    """Somebody met a family in a search, sees nothing of it, and asks to join its team.

    The row is the family's: its own asker does not read it. They are told whether it waits and how it was answered by a
    function of the database (cases/sql/joining_v1.sql), and nothing else.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="join_requests")
    asked_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField("why they ask to join")
    is_urgent = models.BooleanField(default=False)
    sent_at = models.DateTimeField(default=timezone.now)
    decide_by = models.DateTimeField()
    status = models.CharField(max_length=10, choices=RequestStatus, default=RequestStatus.WAITING)
    decided_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-is_urgent", "decide_by", "id"]
        indexes = [
            models.Index(fields=["case", "status"], name="join_request_of_case"),
            models.Index(fields=["asked_by", "sent_at"], name="join_request_of_asker"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="asked_to_join_once", fields=["case", "asked_by"], condition=Q(status="waiting")
            ),
            models.CheckConstraint(name="join_request_says_why", condition=~Q(reason="")),
            models.CheckConstraint(
                name="join_request_answer_facts_together",
                condition=Q(
                    status="waiting", decided_at__isnull=True, decided_by__isnull=True, decision_reason=""
                )
                | Q(status="cancelled", decided_at__isnull=False)
                | Q(status__in=["accepted", "declined"], decided_at__isnull=False, decided_by__isnull=False)
                & ~Q(decision_reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"Request to join of {self.sent_at:%d %B %Y}"

    @property
    def is_overdue(self) -> bool:
        return self.status == RequestStatus.WAITING and timezone.now() > self.decide_by


class CoverStatus(models.TextChoices):
    WAITING = "waiting", "Waiting for an answer"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    CANCELLED = "cancelled", "Taken back"
    ENDED = "ended", "Ended early"


class Cover(models.Model):
    """While one person is away, another does for the families they lead what a lead does. Nothing about a family.

    Accepted, it gives the other a cover place on each of those families between the two days, and none in a restricted
    record (app.begin_cover). It ends with its last day by itself.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    away = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="covers_asked")
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="covers_given")
    starts_on = models.DateField()
    ends_on = models.DateField()
    why = models.CharField("what the cover is for", max_length=80, blank=True)
    note = models.TextField("what the other needs to know", blank=True)
    asked_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=CoverStatus, default=CoverStatus.WAITING)
    asked_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)
    answer_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["starts_on", "id"]
        indexes = [
            models.Index(fields=["by", "status"], name="cover_of_who_covers"),
            models.Index(fields=["away", "ends_on"], name="cover_of_who_is_away"),
        ]
        constraints = [
            models.CheckConstraint(name="cover_ends_after_it_starts", condition=Q(ends_on__gte=F("starts_on"))),
            models.CheckConstraint(name="nobody_covers_for_themself", condition=~Q(away=F("by"))),
            models.CheckConstraint(
                name="cover_answer_facts_together",
                condition=Q(status="waiting", answered_at__isnull=True)
                | Q(answered_at__isnull=False) & ~Q(status="waiting"),
            ),
            ExclusionConstraint(
                name="one_cover_at_a_time",
                expressions=[
                    ("away", RangeOperators.EQUAL),
                    (
                        Func(
                            F("starts_on"), F("ends_on"), Value("[]"), function="DATERANGE",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(status__in=["waiting", "accepted"]),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"Cover from {self.starts_on:%d %B %Y}"

    @property
    def is_over(self) -> bool:
        return self.ends_on < timezone.localdate()

    @property
    def is_running(self) -> bool:
        return self.status == CoverStatus.ACCEPTED and self.starts_on <= timezone.localdate() <= self.ends_on
