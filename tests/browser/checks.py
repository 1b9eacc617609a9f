"""Assessments of the quarter before, drawn for a quality check: one shared with something to do after it, the others wait."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse
from django.utils import timezone

from assessments.models import Assessment
from assessments.quality.checks import add_follow_up, check_again, share
from assessments.quality.rubric import criteria_of
from assessments.quality.sample import draw, quarters_over, scopes_of
from earlyhelp.access.context import acting_as, as_system
from hubs.models import Membership

MOVED = 6


def check_quality(manager: Membership) -> list[str]:
    """The hub's manager draws and checks. Assessments are put into the quarter that is over, so that there is a pool.

    Gives the manager's paths about the check that is shared.
    """
    quarter = quarters_over()[0]
    with as_system():
        chosen = Assessment.objects.filter(source="web", assessor__isnull=False, status="completed")
        if manager.hub_id:
            chosen = chosen.filter(case__hub=manager.hub_id)
        moved = list(chosen.order_by("pk")[:MOVED])
        for n, each in enumerate(moved):
            at = timezone.make_aware(dt.datetime.combine(quarter + dt.timedelta(days=20 + n), dt.time(12)))
            Assessment.objects.filter(pk=each.pk).update(
                initiated_at=at - dt.timedelta(days=12), signed_off_at=at, completed_at=at
            )
    with acting_as(manager) as actor:
        drawn = draw(quarter=quarter, scope=scopes_of(actor)[0], number=4, each_agency=False, by=actor)
        first = drawn.audits.with_people().first()
        words = {"grade": "good", "words": "Her own words stand on two pages."}
        shared = share(
            audit=first, grades={each.key: words for each in criteria_of(first.rubric)}, overall="good",
            done_well="Clear, and in plain words.", to_improve="Ask the father too.", by=actor,
        )  # fmt: skip
        due = timezone.localdate() + dt.timedelta(days=14)
        add_follow_up(
            audit=shared, what="Ask the father at the next visit", owner=shared.author, due_on=due, by=actor
        )
        check_again(audit=shared, by=actor)
    return [reverse(name, args=[shared.pk]) for name in ("quality-check", "quality-follow-up-add")]
