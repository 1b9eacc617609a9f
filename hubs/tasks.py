"""Jobs about the agreement: thin wrappers around hubs.reminders."""

from celery import shared_task

from hubs.reminders import remind


@shared_task(name="hubs.remind_about_agreement")
def remind_about_agreement() -> int:
    """Remind keepers and signatories of the agreement. Safe to run twice; reads and writes no family's row."""
    return remind()
