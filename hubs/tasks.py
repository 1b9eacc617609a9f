"""Jobs about the agreement and the access review: thin wrappers around hubs.reminders and hubs.review."""

from celery import shared_task

from hubs.reminders import remind
from hubs.review import keep_review_going


@shared_task(name="hubs.remind_about_agreement")
def remind_about_agreement() -> int:
    """Remind keepers and signatories of the agreement. Safe to run twice; reads and writes no family's row."""
    return remind()


@shared_task(name="hubs.keep_access_review")
def keep_access_review() -> int:
    """Each morning: open the quarter's access review, remind of one that is overdue. Safe to run twice."""
    return keep_review_going()
