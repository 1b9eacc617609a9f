"""Jobs about families' records: thin wrappers around actions. Each may run twice."""

from celery import shared_task
from django.utils import timezone

from cases.actions import reminders
from cases.actions.sample import draw_sample
from cases.sample import month_before


@shared_task(name="cases.remind_of_restrictions")
def remind_of_restrictions() -> int:
    """Each morning: tell those who look after a restriction that its review is near or due."""
    return reminders.remind_of_restrictions()


@shared_task(name="cases.draw_sample")
def draw_last_months_sample() -> int:
    """In the first days of a month: draw looks of the month before. A month that was drawn is not drawn again."""
    return draw_sample(month_before(timezone.localdate()))
