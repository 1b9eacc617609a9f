"""Jobs about families' records: thin wrappers around actions. Each may run twice."""

from celery import shared_task

from cases.actions import reminders


@shared_task(name="cases.remind_of_restrictions")
def remind_of_restrictions() -> int:
    """Each morning: tell those who look after a restriction that its review is near or due."""
    return reminders.remind_of_restrictions()
