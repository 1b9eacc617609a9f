"""Housekeeping of the platform itself."""

from celery import shared_task
from django.core.management import call_command


@shared_task(name="earlyhelp.clear_old_sessions")
def clear_old_sessions() -> None:
    """Delete the rows of sessions that have ended. An ended session opens nothing; its row is only litter."""
    call_command("clearsessions")
