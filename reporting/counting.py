"""The worker's side of a report: count one quarter after another, so that another worker can carry on at any point.

Every quarter is stored when it is counted, in a transaction of its own. Whoever begins last has the report: the marker
`run` changes, and an older worker that is still alive finds that out at its next step and stops. So a job may be given
out twice, and a worker may be killed anywhere, and nothing is lost or counted into the wrong report.
"""

from __future__ import annotations

import datetime as dt
import logging
import uuid

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from earlyhelp.web.ids import new_id
from hubs.models import Hub
from reporting.document import Document
from reporting.figures import QuarterFigures, count_quarter
from reporting.indicators import RATES, clock_values, target_of
from reporting.models import HighlightReport
from reporting.protection import protect_quarter
from reporting.quarters import Quarter
from reporting.sections import in_short
from reporting.states import Step, after, can_take

log = logging.getLogger("earlyhelp.reports")

QUARTERS_BEFORE = 4
MOST_ATTEMPTS = 5
# A worker says something after each quarter, which takes seconds. Silence for so long means it is gone.
SILENCE = dt.timedelta(minutes=3)
LOST_IN_QUEUE = dt.timedelta(minutes=2)


class TakenOver(Exception):
    """Another worker has this report now."""


def count_report(report_id: uuid.UUID | str) -> bool:
    """Count the report from wherever it stands to a draft. False when there was nothing to do or another took over."""
    run = _begin(report_id)
    if run is None:
        return False
    try:
        while quarter := _next_quarter(report_id, run):
            _store(report_id, run, quarter, quarter_to_show(quarter))
        _finish(report_id, run)
    except TakenOver:
        log.info("report %s is with another worker", report_id)
        return False
    return True


def give_up(report_id: uuid.UUID | str, words: str) -> None:
    """Mark a report that could not be counted, with a sentence for whoever asked. A hub manager may ask again."""
    with transaction.atomic():
        report = HighlightReport.objects.select_for_update().get(pk=report_id)
        if can_take(Step.FAIL, report.status):
            report.status = after(Step.FAIL, report.status)
            report.failure, report.run = words, None
            report.save(update_fields=["status", "failure", "run"])


def lost_reports(now: dt.datetime) -> list[uuid.UUID]:
    """Reports that nobody is counting though somebody should: the queue lost them, or their worker was killed."""
    waiting = HighlightReport.objects.waiting(now - LOST_IN_QUEUE, now - SILENCE)
    return list(waiting.values_list("pk", flat=True))


def quarters_of(quarter: Quarter) -> list[Quarter]:
    """The quarters a report shows, oldest first."""
    return [*quarter.previous(QUARTERS_BEFORE), quarter]


def quarters_done(report: HighlightReport) -> tuple[int, int]:
    """How many quarters are counted, of how many: what people see while they wait."""
    return len(report.draft_figures), QUARTERS_BEFORE + 1


def quarter_to_show(quarter: Quarter) -> dict:
    """One quarter as a report stores it: as it was published, if it ever was, else counted now and protected."""
    issued = HighlightReport.objects.published().for_quarter(quarter).first()
    if issued:
        return issued.figures["quarters"][quarter.code]
    counted_at = timezone.now()
    figures = count_quarter(quarter)
    return {
        "counted_at": counted_at.isoformat(),
        "figures": protect_quarter(figures, hub_names(figures), settings.EARLY_HELP["SDC_THRESHOLD"]),
    }


def hub_names(figures: QuarterFigures) -> dict[int, str]:
    """Districts that were open in the quarter, and any other that has a count in it, in alphabetical order."""
    quarter = figures.quarter
    counted = {hub for tally in figures.tallies.values() for hub in tally.by_hub}
    hubs = Hub.objects.filter(
        Q(pk__in=counted)
        | Q(opens_on__lte=quarter.ends_on) & (Q(closes_on__isnull=True) | Q(closes_on__gte=quarter.starts_on))
    )
    return dict(hubs.order_by("name").values_list("pk", "name"))


def _begin(report_id: uuid.UUID | str) -> uuid.UUID | None:
    with transaction.atomic():
        report = HighlightReport.objects.select_for_update().filter(pk=report_id).first()
        if report is None or not can_take(Step.COUNT, report.status):
            return None
        if report.attempts >= MOST_ATTEMPTS:
            report.status = after(Step.FAIL, after(Step.COUNT, report.status))
            report.failure = (
                "The work stopped before it was finished, several times. Ask for the report again."
            )
            report.save(update_fields=["status", "failure"])
            return None
        report.status = after(Step.COUNT, report.status)
        report.run, report.heard_at, report.attempts = new_id(), timezone.now(), report.attempts + 1
        report.save(update_fields=["status", "run", "heard_at", "attempts"])
        return report.run


def _mine(report_id: uuid.UUID | str, run: uuid.UUID) -> HighlightReport:
    """The report, locked, if this run still has it."""
    report = HighlightReport.objects.select_for_update().get(pk=report_id)
    if report.run != run:
        raise TakenOver
    return report


def _next_quarter(report_id: uuid.UUID | str, run: uuid.UUID) -> Quarter | None:
    with transaction.atomic():
        report = _mine(report_id, run)
        return next((q for q in quarters_of(report.quarter) if q.code not in report.draft_figures), None)


def _store(report_id: uuid.UUID | str, run: uuid.UUID, quarter: Quarter, shown: dict) -> None:
    with transaction.atomic():
        report = _mine(report_id, run)
        report.draft_figures[quarter.code] = shown
        report.heard_at = timezone.now()
        report.save(update_fields=["draft_figures", "heard_at"])


def _finish(report_id: uuid.UUID | str, run: uuid.UUID) -> None:
    with transaction.atomic():
        report = _mine(report_id, run)
        report.status = after(Step.FINISH, report.status)
        report.figures = assemble(report.quarter, report.draft_figures)
        report.counted_at = Document(report.figures).counted_at
        if not report.written_by_id:
            report.summary = "\n".join(in_short(Document(report.figures)))
        report.draft_figures, report.run, report.heard_at, report.attempts = {}, None, None, 0
        report.save()


def assemble(quarter: Quarter, quarters: dict[str, dict]) -> dict:
    """The figures of a report as they are stored: see document.py."""
    return {
        "quarter": quarter.code,
        "threshold": settings.EARLY_HELP["SDC_THRESHOLD"],
        "clocks": clock_values(),
        "targets": {rate.code: target_of(rate) for rate in RATES if target_of(rate) is not None},
        "quarters": quarters,
    }
