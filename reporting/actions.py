"""What people do with highlight reports. The only writers of reports, besides the worker that counts (counting.py).

Each action checks its rule, takes the step that states.py allows, writes, and records the event, in one transaction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from earlyhelp.access import Actor
from earlyhelp.audit import record_change
from reporting import rules
from reporting.models import HighlightReport, Remark, ReportDownload, ReportFormat, ReportStatus
from reporting.quarters import Quarter
from reporting.states import NotNow, Step, after


@dataclass(frozen=True)
class RemarkFacts:
    """One row of "What the board should know" as it was typed. `measure` is the code of an indicator."""

    measure: str
    rating: str
    happened: str
    next_step: str


def enqueue_count(report: HighlightReport) -> None:
    """Hand the report to a worker once this transaction has ended. If the queue is down, the sweeper does it later."""
    from reporting.tasks import count_report

    pk = str(report.pk)
    transaction.on_commit(lambda: count_report.delay(pk), robust=True)


def _locked(report: HighlightReport) -> HighlightReport:
    return (
        HighlightReport.objects.select_for_update(of=("self",)).select_related("written_by").get(pk=report.pk)
    )


@transaction.atomic
def ask_for_report(*, quarter: Quarter, by: Actor) -> HighlightReport:
    """Ask for the report of a quarter that is over. `by`: a hub manager or the board's chair.

    Raises NotNow when the quarter is not over, or has a report already.
    """
    rules.check_can_make(by)
    if not quarter.is_over(timezone.localdate()):
        raise NotNow(f"This quarter ends on {quarter.ends_on:%-d %B %Y}. Ask for its report after that day.")
    try:
        with transaction.atomic():
            report = HighlightReport.objects.create(quarter_start=quarter.starts_on, asked_by=by.membership)
    except IntegrityError as error:
        raise NotNow("There is already a report for this quarter.") from error
    record_change(by, "Asked for a highlight report", obj=report, quarter=quarter.code)
    enqueue_count(report)
    return report


def ask_for_quarter_that_ended(today: dt.date) -> HighlightReport | None:
    """The calendar asks for the report of the quarter before `today`; None when somebody already has.

    Safe to run on any day and any number of times: a quarter has one report.
    """
    quarter = Quarter.containing(today).shift(-1)
    with transaction.atomic():
        if HighlightReport.objects.live().for_quarter(quarter).exists():
            return None
        try:
            with transaction.atomic():
                report = HighlightReport.objects.create(quarter_start=quarter.starts_on)
        except IntegrityError:
            return None  # somebody asked in the same moment
        enqueue_count(report)
        return report


@transaction.atomic
def count_again(*, report: HighlightReport, by: Actor) -> HighlightReport:
    """Count a draft, or one that failed, afresh. What was written is kept. `by`: a hub manager or the board's chair."""
    rules.check_can_make(by)
    report = _locked(report)
    report.status = after(Step.COUNT_AGAIN, report.status)
    report.asked_by, report.asked_at = by.membership, timezone.now()
    report.draft_figures, report.attempts, report.failure, report.run = {}, 0, "", None
    report.save()
    record_change(
        by, "Asked for a highlight report to be counted again", obj=report, quarter=report.quarter.code
    )
    enqueue_count(report)
    return report


@transaction.atomic
def save_commentary(
    *, report: HighlightReport, summary: str, remarks: Sequence[RemarkFacts], by: Actor
) -> HighlightReport:
    """Keep the draft's "In short" and "What the board should know". `by`: a hub manager or the board's chair."""
    rules.check_can_make(by)
    report = _locked(report)
    report.status = after(Step.WRITE, report.status)
    report.summary = summary.strip()
    report.written_by, report.written_at = by.membership, timezone.now()
    report.save()
    report.remarks.all().delete()
    Remark.objects.bulk_create(
        Remark(report=report, position=position, **vars(facts))
        for position, facts in enumerate(remarks, start=1)
    )
    record_change(by, "Wrote the commentary of a highlight report", obj=report, remarks=len(remarks))
    return report


@transaction.atomic
def approve_report(*, report: HighlightReport, by: Actor) -> HighlightReport:
    """Agree to the figures and the commentary. `by`: a hub manager or the chair who did not write the commentary."""
    report = _locked(report)
    rules.check_can_approve(report, by)
    if not report.written_by_id:
        raise NotNow("Write the commentary first. Then somebody else can approve the report.")
    report.status = after(Step.APPROVE, report.status)
    report.approved_by, report.approved_at = by.membership, timezone.now()
    report.save()
    record_change(by, "Approved a highlight report", obj=report, quarter=report.quarter.code)
    return report


@transaction.atomic
def send_back(*, report: HighlightReport, by: Actor) -> HighlightReport:
    """Make an approved report a draft again. `by`: a hub manager or the board's chair."""
    rules.check_can_make(by)
    report = _locked(report)
    report.status = after(Step.SEND_BACK, report.status)
    report.approved_by = report.approved_at = None
    report.save()
    record_change(by, "Sent a highlight report back", obj=report, quarter=report.quarter.code)
    return report


@transaction.atomic
def publish_report(*, report: HighlightReport, by: Actor) -> HighlightReport:
    """Issue the report to the board. From now on its figures, words and PDF stay as they are. `by`: the chair."""
    from reporting.outputs import report_pdf

    rules.check_can_publish(by)
    report = _locked(report)
    report.status = after(Step.PUBLISH, report.status)
    report.published_by, report.published_at = by.membership, timezone.now()
    report.pdf = report_pdf(report)
    report.save()
    record_change(by, "Published a highlight report", obj=report, quarter=report.quarter.code)
    return report


@transaction.atomic
def withdraw_report(*, report: HighlightReport, reason: str, by: Actor) -> HighlightReport:
    """Take a published report back, so that a corrected one can be made. `by`: the board's chair."""
    rules.check_can_publish(by)
    report = _locked(report)
    report.status = after(Step.WITHDRAW, report.status)
    if not reason.strip():
        raise NotNow("Enter why the report is taken back.")
    report.withdrawn_by, report.withdrawn_at = by.membership, timezone.now()
    report.withdrawn_reason = reason.strip()
    report.save()
    record_change(by, "Took a highlight report back", obj=report, quarter=report.quarter.code)
    return report


@transaction.atomic
def take_download(*, report: HighlightReport, file_format: ReportFormat, by: Actor) -> bytes:
    """The report's file, with a record of who took it. As issued when it was published, else as it stands now.

    Raises NotNow when there are no figures yet. `by`: whoever may see the report.
    """
    from reporting.outputs import report_csv, report_pdf

    rules.check_can_download(report, by)
    if report.status not in (
        ReportStatus.DRAFT,
        ReportStatus.APPROVED,
        ReportStatus.PUBLISHED,
        ReportStatus.WITHDRAWN,
    ):
        raise NotNow(f"This report has no figures yet: it is {report.get_status_display().lower()}.")
    if file_format == ReportFormat.CSV:
        content = report_csv(report)
    else:
        content = bytes(report.pdf) if report.pdf else report_pdf(report)
    ReportDownload.objects.create(
        report=report, membership=by.membership, format=file_format, report_status=report.status
    )
    record_change(
        by,
        "Downloaded a highlight report",
        obj=report,
        level="record",
        format=file_format.value,
        quarter=report.quarter.code,
    )
    return content
