"""Jobs about families' records: thin wrappers around actions. Each may run twice."""

from celery import shared_task
from django.utils import timezone

from cases import steps_told
from cases.actions import drift, reminders
from cases.actions.sample import draw_sample
from cases.sample import month_before
from cases.scheduling import reminders as scheduling_reminders


@shared_task(name="cases.remind_of_restrictions")
def remind_of_restrictions() -> int:
    """Each morning: tell those who look after a restriction that its review is near or due."""
    return reminders.remind_of_restrictions()


@shared_task(name="cases.remind_of_meetings")
def remind_of_meetings() -> int:
    """Each morning: tell people of meetings on the next working day, and who has not answered that somebody waits."""
    return scheduling_reminders.remind_of_meetings() + scheduling_reminders.remind_who_has_not_answered()


@shared_task(name="cases.draw_sample")
def draw_last_months_sample() -> int:
    """In the first days of a month: draw looks of the month before. A month that was drawn is not drawn again."""
    return draw_sample(month_before(timezone.localdate()))


@shared_task(name="cases.tell_of_drift")
def tell_of_drift() -> int:
    """Each morning: tell leads and hubs of families that drift and of plans whose review is overdue."""
    return drift.tell_of_drift()


@shared_task(name="cases.tell_of_signed_minutes")
def tell_of_signed_minutes() -> int:
    """Every few minutes: tell people that the minutes of a meeting they were asked to can be read."""
    return drift.tell_of_signed_minutes()


# Jobs about files live beside them; the worker finds an application's tasks here.
from cases.papers import tasks as paper_tasks  # noqa: E402, F401


@shared_task(name="cases.remind_of_late_steps")
def remind_of_late_steps() -> int:
    """Every half hour: tell those who should have answered a step up, down or in, and the hub, that it is overdue."""
    return steps_told.remind_of_late_steps()
