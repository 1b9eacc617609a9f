"""What waits for somebody in My work: assessments to countersign, checks to make, feedback to read, follow-ups."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils import timezone

from assessments.models import Assessment, QualityAudit, QualityFollowUp
from assessments.quality.rules import is_theirs_to_countersign
from cases import waiting
from cases.models import Case
from cases.waiting import Waiting
from earlyhelp.access import Actor, Permission
from earlyhelp.web.dates import day
from earlyhelp.web.templatetags.eh import plural

MOST = 50  # lines of one kind in My work


def countersigning(actor: Actor) -> Iterator[Waiting]:
    """Assessments for this manager to countersign, and those of this person that were sent back. One query."""
    if not actor.may(Permission.CASE_WRITE):
        return
    wanted = Q(assessor=actor.membership, countersigning="sent_back")
    if actor.may(Permission.QUALITY_AUDIT):
        wanted |= Q(countersigning="waiting", case__in=Case.objects.visible_to(actor).open())
    found = Assessment.objects.filter(wanted, status="initiated")
    found = found.select_related("assessor", "signed_off_by", "case").order_by("signed_off_at")
    for each in found[:MOST]:
        if each.countersigning == "sent_back":
            yield Waiting(
                f"Change assessment {each.reference}: a manager sent it back",
                reverse("assessment-check", args=[each.pk]),
            )
        elif is_theirs_to_countersign(actor, each):
            since = day(timezone.localdate(each.signed_off_at))
            yield Waiting(
                f"Countersign assessment {each.reference}",
                reverse("assessment-countersign", args=[each.pk]),
                f"signed off {since}",
            )


def checks(actor: Actor) -> Iterator[Waiting]:
    """Checks to make, feedback to read, and what this person is asked to do after a check. One query."""
    if not actor.may(Permission.CASE_WRITE):
        return
    asked = QualityFollowUp.objects.open().owned_by(actor)
    mine_to_make = Q(auditor=actor.membership, status="to_do")
    mine_to_read = Q(author=actor.membership, status="shared")
    found = QualityAudit.objects.filter(case__in=Case.objects.visible_to(actor))
    found = found.filter(mine_to_make | mine_to_read | Q(pk__in=asked.values("audit"))).annotate(
        asked=ArraySubquery(
            asked.filter(audit=OuterRef("pk")).values(facts=JSONObject(pk="pk", due_on="due_on"))[:MOST]
        )
    )
    to_make = 0
    for each in found.select_related("assessment").order_by("pk"):
        if each.status == "to_do" and each.auditor_id == actor.membership.pk:
            to_make += 1
        if each.status == "shared" and each.author_id == actor.membership.pk:
            words = f"Read the feedback on assessment {each.assessment.reference}"
            yield Waiting(words, reverse("quality-check", args=[each.pk]))
        for follow_up in each.asked:
            yield _to_do(follow_up["pk"], dt.date.fromisoformat(follow_up["due_on"]))
    if to_make:
        yield Waiting(f"{plural(to_make, 'assessment')} to check", reverse("quality"))


def _to_do(pk: str, due_on: dt.date) -> Waiting:
    late = due_on < timezone.localdate()
    due = f"overdue since {day(due_on)}" if late else f"by {day(due_on)}"
    what = "Something to do after a quality check"
    return Waiting(what, reverse("quality-follow-up", args=[pk]), due, due_on, late)


def listen() -> None:
    """Ask to be asked, once per process."""
    for listener in (countersigning, checks):
        if listener not in waiting.listeners:
            waiting.listeners.append(listener)
