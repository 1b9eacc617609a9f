"""Jobs about files: thin wrappers. What has to be done is a row; a job that is lost is made up for within a minute."""

from __future__ import annotations

from celery import shared_task
from celery.exceptions import CeleryError
from django.db import transaction
from kombu.exceptions import KombuError

from cases.papers import jobs


@shared_task(name="cases.look_after_document", acks_late=True, reject_on_worker_lost=True, ignore_result=True)
def look_after_document(document: str) -> str:
    """Have one document scanned and its pages drawn. Started when it is added."""
    return jobs.look_after(document)


@shared_task(name="cases.look_after_documents", ignore_result=True)
def look_after_documents() -> int:
    """Each minute: hand out documents that wait, such as those whose job was lost or whose scanner was away."""
    found = jobs.due()
    for document in found:
        look_after_document.delay(document)
    return len(found)


@shared_task(name="cases.remove_orphan_files", ignore_result=True)
def remove_orphan_files() -> int:
    """Each night: delete files that no document needs."""
    return jobs.remove_orphans()


def wake(document: str) -> None:
    """Have a job look at a document after this transaction. With the queue away the scheduler finds it."""

    def now() -> None:
        try:
            look_after_document.apply_async([document], retry=False)
        except (CeleryError, KombuError, OSError):
            return

    transaction.on_commit(now, robust=True)
