"""Reports in the background: thin wrappers. What has to be done is a row; these only look at it."""

from __future__ import annotations

import logging

from celery import shared_task
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from reporting import actions, counting

log = logging.getLogger("earlyhelp.reports")


@shared_task(name="reporting.count_report", acks_late=True, reject_on_worker_lost=True, ignore_result=True)
def count_report(report_id: str) -> None:
    """Count one report to a draft. Carries on where a killed worker stopped; does nothing to one that is finished.

    Figures are counted by the role eh_report over de-identified views, so this job sees no family and needs no person's
    access context. When the database goes away the report stays as it is, and the sweeper hands it out again.
    """
    try:
        counting.count_report(report_id)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("report %s could not be counted", report_id)
        counting.give_up(
            report_id, "Something went wrong while counting. Ask again. If it happens twice, call support."
        )
        raise


@shared_task(name="reporting.ask_for_quarter_that_ended", ignore_result=True)
def ask_for_quarter_that_ended() -> None:
    """Ask for the report of the quarter that is over. Runs every day, so a day without workers delays it by a day."""
    actions.ask_for_quarter_that_ended(timezone.localdate())


@shared_task(name="reporting.find_lost_reports", ignore_result=True)
def find_lost_reports() -> None:
    """Hand out again what the queue lost or a killed worker left behind."""
    for report_id in counting.lost_reports(timezone.now()):
        log.warning("report %s is handed out again", report_id)
        count_report.delay(str(report_id))


# Tasks of registers live beside the registers; the worker finds an application's tasks here.
from reporting.register import tasks as register_tasks  # noqa: E402, F401
from reporting.retention import tasks as retention_tasks  # noqa: E402, F401
from reporting.subject import tasks as subject_tasks  # noqa: E402, F401
