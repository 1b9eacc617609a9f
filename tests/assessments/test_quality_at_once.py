"""Two managers in the same moment: one countersigns or sends back, and one draws the quarter."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from assessments.models import Assessment, CountersignDecision, QualityDraw
from assessments.quality.countersign import countersign, send_back
from assessments.quality.sample import draw, quarters_over, scopes_of
from earlyhelp.access import Role
from earlyhelp.access.context import acting_as, as_system

pytestmark = pytest.mark.django_db(transaction=True)


def both_at_once(*jobs) -> list[str]:
    """Run each (membership, what to do with their Actor) in a thread of its own; "done" or the refusal of each."""
    barrier, outcomes = threading.Barrier(len(jobs)), []

    def run(member, job) -> None:
        try:
            with acting_as(member) as actor:
                barrier.wait(10)
                job(actor)
            outcomes.append("done")
        except ValidationError as refusal:
            outcomes.append(" ".join(refusal.messages))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=job) for job in jobs]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
    return sorted(outcomes)


@pytest.fixture
def managers(people, world):
    lead = world.member(people.school, Role.AGENCY_LEAD)
    return lead, world.member(people.coordinator.agency, Role.HUB_MANAGER, hub=people.hub)


def test_of_two_answers_to_one_assessment_exactly_one_counts(eha, people, managers):
    with as_system():
        Assessment.objects.update(
            signed_off_at=timezone.now(), signed_off_by=people.alice, countersigning="waiting"
        )
    lead, manager = managers
    outcomes = both_at_once(
        (lead, lambda actor: countersign(assessment=eha, by=actor)),
        (manager, lambda actor: send_back(assessment=eha, words="Say why", by=actor)),
    )
    assert outcomes[1] == "done" and "does not wait" in outcomes[0]
    with as_system():
        decision = CountersignDecision.objects.get()
        eha.refresh_from_db()
    assert eha.countersigning == {"agreed": "signed", "sent_back": "sent_back"}[decision.decision]


def test_of_two_draws_of_one_quarter_exactly_one_is_made(people, world, start_assessment, managers):
    second = world.member(people.coordinator.agency, Role.HUB_MANAGER, hub=people.hub)
    at = timezone.make_aware(dt.datetime.combine(quarters_over()[0] + dt.timedelta(days=20), dt.time(12)))
    start_assessment(
        people.case, people.alice, status="completed", signed_off_at=at, completed_at=at, initiated_at=at
    )

    def job(actor):
        draw(quarter=quarters_over()[0], scope=scopes_of(actor)[0], number=3, each_agency=False, by=actor)

    outcomes = both_at_once((managers[1], job), (second, job))
    assert outcomes[1] == "done" and "drawn already" in outcomes[0]
    with as_system():
        assert QualityDraw.objects.get().audits.count() == 1
