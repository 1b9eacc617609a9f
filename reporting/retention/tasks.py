"""Retention in the background: thin wrappers."""

from __future__ import annotations

import logging

from celery import shared_task

from reporting.retention import actions

log = logging.getLogger("earlyhelp.retention")


@shared_task(name="reporting.remove_files", ignore_result=True)
def remove_files() -> None:
    """Remove files of records that were disposed of. Runs after each disposal and every hour, until all are gone."""
    gone, left = actions.remove_files()
    if left:
        log.error("%s files of disposed records could not be removed and will be tried again", left)
    elif gone:
        log.info("%s files of disposed records are gone", gone)
