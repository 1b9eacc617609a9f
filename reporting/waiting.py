"""What waits for those who answer requests and look after old records: lines of My work."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone

from cases import waiting
from cases.waiting import Waiting
from earlyhelp.access import Actor, Permission
from reporting.models import RetentionHold, RetentionReview, SubjectRequest
from reporting.subject.clock import clock_of
from reporting.subject.rules import can_look_second


def subject_requests(actor: Actor) -> Iterator[Waiting]:
    """Open requests: one's own, those nobody has, and those that wait for a second person. One query."""
    if not actor.may(Permission.SUBJECT_ACCESS):
        return
    for each in SubjectRequest.objects.open().select_related("officer", "passed_by"):
        clock = clock_of(each)
        mine = each.officer_id in (None, actor.membership.pk) and each.status != "second_look"
        if mine or each.status == "second_look" and can_look_second(actor, each):
            what = (
                "look at it before it goes out"
                if each.status == "second_look"
                else each.get_status_display().lower()
            )
            yield Waiting(
                f"Request {each.code}: {what}",
                reverse("subject-request", args=[each.pk]),
                clock.words,
                clock.due_on,
                clock.is_overdue,
            )


def retention(actor: Actor) -> Iterator[Waiting]:
    """Proposals of somebody else to confirm, and holds to look at again. Two queries."""
    if not actor.may(Permission.RETENTION_MANAGE):
        return
    proposed = RetentionReview.objects.filter(choice="dispose", sent_back_at=None)
    number = proposed.exclude(decided_by__user=actor.user).count()
    if number:
        yield Waiting(f"{number} to confirm: records proposed for disposal", reverse("retention"))
    late = RetentionHold.objects.filter(ended_at=None, review_on__lt=timezone.localdate()).count()
    if late:
        yield Waiting(f"{late} to look at again: records on hold", reverse("retention"), late=True)


def listen() -> None:
    """Ask to be asked, once per process."""
    for listener in (subject_requests, retention):
        if listener not in waiting.listeners:
            waiting.listeners.append(listener)
