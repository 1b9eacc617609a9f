"""Requests for what is held, in the background: thin wrappers."""

from __future__ import annotations

import logging

from celery import shared_task

from reporting.subject import actions

log = logging.getLogger("earlyhelp.subject")


@shared_task(name="reporting.forget_subject_copies", ignore_result=True)
def forget_subject_copies() -> None:
    """Delete working copies of requests that were answered long ago. Safe to run twice."""
    if number := actions.forget_copies():
        log.info("working copies of %s answered requests are deleted", number)
