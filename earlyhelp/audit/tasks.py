"""The access log's own housekeeping."""

import logging

from celery import shared_task

from earlyhelp.audit import chain

log = logging.getLogger("earlyhelp.audit")


@shared_task(name="audit.seal_events", ignore_result=True)
def seal_events() -> None:
    """Add the last minute's events to the chain. Safe to run twice; after a pause it catches up in batches."""
    while chain.seal():
        pass


@shared_task(name="audit.tell_head", ignore_result=True)
def tell_head() -> None:
    """Write the end of the chain into the log that is kept elsewhere: a chain made anew no longer fits it."""
    log.warning("audit head %s", chain.head())
