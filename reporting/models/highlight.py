"""The quarterly highlight report: asked for, counted, commented on, approved, published, downloaded."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from earlyhelp.web.ids import new_id
from hubs.models import Membership
from reporting.quarters import Quarter
from reporting.querysets import HighlightReportQuerySet


class ReportStatus(models.TextChoices):
    ASKED = "asked", "Waiting to be counted"
    RUNNING = "running", "Being counted"
    FAILED = "failed", "Could not be counted"
    DRAFT = "draft", "Draft"
    APPROVED = "approved", "Approved"
    PUBLISHED = "published", "Published"
    WITHDRAWN = "withdrawn", "Taken back"


class HighlightReport(models.Model):
    """One quarter's report. Its figures hold only what may be shown: small numbers are hidden before they are stored.

    While a worker counts, each quarter is stored as it is done, so that another worker can carry on from there.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    quarter_start = models.DateField()
    status = models.CharField(max_length=9, choices=ReportStatus, default=ReportStatus.ASKED)

    asked_by = models.ForeignKey(
        Membership,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="Empty: the calendar asked.",
    )
    asked_at = models.DateTimeField(default=timezone.now)
    run = models.UUIDField(
        null=True, editable=False, help_text="The worker that has it. An older one is refused."
    )
    heard_at = models.DateTimeField(null=True, help_text="When that worker was last heard of.")
    attempts = models.PositiveSmallIntegerField(default=0)
    failure = models.CharField(max_length=200, blank=True)

    draft_figures = models.JSONField(default=dict, help_text="Quarters counted so far, until all are there.")
    figures = models.JSONField(default=dict)
    counted_at = models.DateTimeField(null=True)

    summary = models.TextField("in short", blank=True)
    written_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    written_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)

    published_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)
    pdf = models.BinaryField(null=True, help_text="The file as it was issued.")
    withdrawn_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.TextField(blank=True)

    objects = HighlightReportQuerySet.as_manager()

    class Meta:
        ordering = ["-quarter_start", "-asked_at"]
        constraints = [
            models.UniqueConstraint(
                name="one_report_a_quarter", fields=["quarter_start"], condition=~Q(status="withdrawn")
            ),
            models.CheckConstraint(
                name="report_starts_with_a_quarter",
                condition=Q(quarter_start__day=1, quarter_start__month__in=[1, 4, 7, 10]),
            ),
            models.CheckConstraint(
                name="report_figures_when_counted",
                condition=Q(status__in=["asked", "running", "failed"]) | Q(counted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="report_approved_facts_together",
                condition=~Q(status__in=["approved", "published", "withdrawn"])
                | Q(approved_at__isnull=False, approved_by__isnull=False),
            ),
            models.CheckConstraint(
                name="report_published_facts_together",
                condition=Q(published_at__isnull=True, pdf__isnull=True)
                & ~Q(status__in=["published", "withdrawn"])
                | Q(published_at__isnull=False, published_by__isnull=False, pdf__isnull=False),
            ),
            models.CheckConstraint(
                name="report_withdrawn_facts_together",
                condition=~Q(status="withdrawn") | Q(withdrawn_at__isnull=False) & ~Q(withdrawn_reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"Highlight report {self.quarter.code}"

    @property
    def quarter(self) -> Quarter:
        return Quarter.containing(self.quarter_start)

    @property
    def is_being_counted(self) -> bool:
        return self.status in (ReportStatus.ASKED, ReportStatus.RUNNING)

    @property
    def is_published(self) -> bool:
        return self.status == ReportStatus.PUBLISHED

    @property
    def points(self) -> list[str]:
        """The lines of "In short", one point each."""
        return [line.strip() for line in self.summary.splitlines() if line.strip()]


class Rating(models.TextChoices):
    """How a measure stands, always shown as words."""

    ON_TRACK = "on_track", "On track (green)"
    NEEDS_ATTENTION = "needs_attention", "Needs attention (amber)"
    OFF_TRACK = "off_track", "Off track (red)"

    @property
    def colour(self) -> str:
        return {"on_track": "green", "needs_attention": "yellow", "off_track": "red"}[self.value]


class Remark(models.Model):
    """One row of "What the board should know": a measure, how it stands, why, and what happens next."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    report = models.ForeignKey(HighlightReport, on_delete=models.PROTECT, related_name="remarks")
    position = models.PositiveSmallIntegerField()
    measure = models.CharField(max_length=40)
    rating = models.CharField(max_length=16, choices=Rating)
    happened = models.TextField("what happened and why")
    next_step = models.TextField("what happens next")

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(name="one_remark_a_place", fields=["report", "position"])]

    def __str__(self) -> str:
        return f"{self.measure}: {self.get_rating_display()}"

    @property
    def colour(self) -> str:
        return Rating(self.rating).colour


class ReportFormat(models.TextChoices):
    PDF = "pdf", "PDF"
    CSV = "csv", "CSV"


class ReportDownload(models.Model):
    """Who took which report away, when, and as what. Added, never changed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    report = models.ForeignKey(HighlightReport, on_delete=models.PROTECT, related_name="downloads")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    format = models.CharField(max_length=3, choices=ReportFormat)
    report_status = models.CharField(max_length=9, choices=ReportStatus)
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["report", "-at"], name="downloads_of_report")]

    def __str__(self) -> str:
        return f"{self.get_format_display()} at {self.at:%Y-%m-%d %H:%M}"
