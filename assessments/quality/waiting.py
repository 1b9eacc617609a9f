"""What waits for somebody in My work: assessments to countersign, checks to make, feedback to read, follow-ups."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone

from assessments.models import Assessment, QualityAudit, QualityFollowUp
from cases import waiting
from cases.models import Case
from cases.waiting import Waiting
from earlyhelp.access import Actor, Permission, Role
from earlyhelp.web.dates import day


def to_countersign(actor: Actor) -> Iterator[Waiting]:
    """Assessments that wait for this manager: of their agency's authors, or of their hub. One query."""
    if not actor.may(Permission.QUALITY_AUDIT):
        return
    found = Assessment.objects.awaiting_countersign().filter(case__in=Case.objects.visible_to(actor).open())
    found = found.select_related("assessor", "signed_off_by", "case").order_by("signed_off_at")
    for each in found[:50]:
        leads = actor.has_role(Role.AGENCY_LEAD) and each.agency_id == actor.agency.pk
        manages = actor.has_role(Role.HUB_MANAGER) and each.case.hub_id in actor.hub_ids
        authors = {member.user_id for member in (each.assessor, each.signed_off_by) if member}
        if (leads or manages) and actor.user.pk not in authors:
            since = day(timezone.localdate(each.signed_off_at))
            yield Waiting(
                f"Countersign assessment {each.reference}",
                reverse("assessment-countersign", args=[each.pk]),
                f"signed off {since}",
            )


def sent_back(actor: Actor) -> Iterator[Waiting]:
    """Assessments of this person that a manager sent back. One query."""
    if not actor.may(Permission.CASE_WRITE):
        return
    for each in Assessment.objects.of_assessor(actor).filter(status="initiated", countersigning="sent_back"):
        yield Waiting(
            f"Change assessment {each.reference}: a manager sent it back",
            reverse("assessment-check", args=[each.pk]),
        )


def checks(actor: Actor) -> Iterator[Waiting]:
    """Assessments that this manager has drawn or taken over and not graded yet. One query."""
    if not actor.may(Permission.QUALITY_AUDIT):
        return
    visible = QualityAudit.objects.to_do_by(actor).filter(case__in=Case.objects.visible_to(actor))
    number = visible.count()
    if number:
        words = "1 assessment to check" if number == 1 else f"{number} assessments to check"
        yield Waiting(words, reverse("quality"))


def feedback(actor: Actor) -> Iterator[Waiting]:
    """Feedback that this person has not answered, and what they are asked to do after a check. Two queries."""
    if not actor.may(Permission.CASE_WRITE):
        return
    visible = Case.objects.visible_to(actor)
    unread = QualityAudit.objects.of_author(actor).filter(status="shared", case__in=visible)
    for pk, reference in unread.values_list("pk", "assessment__reference"):
        yield Waiting(f"Read the feedback on assessment {reference}", reverse("quality-check", args=[pk]))
    asked = QualityFollowUp.objects.open().owned_by(actor).filter(case__in=visible)
    for each in asked[:50]:
        due = f"overdue since {day(each.due_on)}" if each.is_overdue else f"by {day(each.due_on)}"
        yield Waiting(
            "Something to do after a quality check",
            reverse("quality-follow-up", args=[each.pk]),
            due,
            each.due_on,
            each.is_overdue,
        )


def listen() -> None:
    """Ask to be asked, once per process."""
    for listener in (to_countersign, sent_back, checks, feedback):
        if listener not in waiting.listeners:
            waiting.listeners.append(listener)
