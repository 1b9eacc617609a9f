"""The drift alarm: when it rings, who is told, and how a reason quiets it."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.actions.drift import answer_drift, tell_of_drift
from cases.drift import alarms_of, drift_to_see_to, waiting_for_drift
from cases.models import CaseNote, DriftAnswer, PlanReview
from cases.rules import NotAllowed
from earlyhelp.access.context import acting_as, as_system
from earlyhelp.outbox.models import Message
from hubs.actors import actor_for
from tests.fixtures.plan import in_days

pytestmark = pytest.mark.django_db


def _opened(case, days):
    with as_system():
        case.opened_on = in_days(-days)
        case.save(update_fields=["opened_on"])


def _reviewed(case, pictures):
    with as_system():
        for number, outcomes in enumerate(pictures):
            PlanReview.objects.create(
                case=case,
                reviewed_on=in_days(number - 30),
                summary="As before",
                decision="continue",
                next_review_on=in_days(30),
                snapshot={"outcomes": outcomes, "actions": {}},
            )


def _kinds(case):
    return [alarm.kind for alarm in alarms_of(case)]


@pytest.fixture
def silent(people):
    """Alice's case, open for 50 days without anything written down."""
    _opened(people.case, 50)
    return people.case


@pytest.mark.parametrize(("days", "rings"), [(42, False), (43, True)])
def test_six_weeks_without_meeting_or_contact(people, seen_by, days, rings):
    _opened(people.case, days)
    seen_by(people.alice)
    assert _kinds(people.case) == (["silent"] if rings else [])


@pytest.mark.parametrize("contact", ["note", "event", "met", "planned", "team", "progress"])
def test_what_counts_as_contact(people, silent, seen_by, outcome_of, action_of, meeting_of, contact):
    when = timezone.now() - dt.timedelta(days=5)
    if contact in ("met", "planned"):
        status = {"status": "held", "held_at": when} if contact == "met" else {}
        meeting_of(silent, people.alice, starts_at=when, **status)
    with as_system():
        if contact in ("note", "event"):
            kind = "fact" if contact == "note" else "event"
            CaseNote.objects.create(case=silent, kind=kind, title="x", happened_at=when, category=3)
        if contact == "team":
            silent.team.update(last_contact_on=in_days(-5))
        if contact == "progress":
            action = action_of(outcome_of(silent), owner_membership=people.alice)
            action.progress.create(case=silent, text="x", happened_on=in_days(-5))
    seen_by(people.alice)
    # A health note that Alice may not read is contact all the same: her alarm would be false.
    assert _kinds(silent) == (["silent"] if contact in ("event", "planned") else [])


def test_open_over_a_year(people, seen_by):
    today = timezone.localdate()
    with as_system():
        people.case.team.update(last_contact_on=today)
    for days, rings in ((360, False), (370, True)):
        _opened(people.case, days)
        seen_by(people.alice)
        assert _kinds(people.case) == (["long"] if rings else [])
    assert alarms_of(people.case)[0].facts.startswith("Open for 12 months, since ")


@pytest.mark.parametrize(
    ("pictures", "rings"),
    [
        ([{"a": ["open", 3]}] * 3, True),
        ([{"a": ["open", 3]}] * 2, False),
        ([{"a": ["open", 3]}, {"a": ["open", 3]}, {"a": ["open", 4]}], False),
        ([{"a": ["open", 3]}, {"a": ["open", 3]}, {"a": ["met", 3]}], False),
        ([{"a": ["open", 2]}, *[{"a": ["open", 3]}] * 3], True),
    ],
)
def test_third_review_without_change(people, seen_by, pictures, rings):
    _reviewed(people.case, pictures)
    seen_by(people.alice)
    assert ("same" in _kinds(people.case)) is rings


def test_closed_families_and_those_with_social_care_do_not_ring(people, silent, seen_by):
    for status in ("stepped_up", "closed"):
        with as_system():
            silent.status, silent.closed_on = status, in_days(0) if status == "closed" else None
            silent.closure_reason = "needs_met" if status == "closed" else ""
            silent.save()
        seen_by(people.coordinator)
        assert _kinds(silent) == []


def test_a_reason_quiets_it_until_its_day(people, silent, seen_by):
    alice = seen_by(people.alice)
    answer_drift(case=silent, kind="silent", reason="In hospital till May", quiet_until=in_days(30), by=alice)
    alarm = alarms_of(silent)[0]
    assert alarm.is_quiet and alarm.answer.reason == "In hospital till May"
    assert drift_to_see_to() == []
    with as_system():
        DriftAnswer.objects.update(quiet_until=in_days(-1))
    seen_by(people.alice)
    assert not alarms_of(silent)[0].is_quiet and len(drift_to_see_to()) == 1


@pytest.mark.parametrize(
    "facts", [{"reason": " "}, {"quiet_until": in_days(0)}, {"quiet_until": in_days(181)}, {"kind": "other"}]
)
def test_bad_answers(people, silent, seen_by, facts):
    given = {"kind": "silent", "reason": "In hospital", "quiet_until": in_days(30)} | facts
    with pytest.raises(ValueError):
        answer_drift(case=silent, by=seen_by(people.alice), **given)
    assert not DriftAnswer.objects.exists()


def test_the_lead_and_the_hub_answer_and_nobody_else(people, silent, world):
    world.join(silent, people.bob)
    facts = {"kind": "silent", "reason": "In hospital", "quiet_until": in_days(30)}
    for who in (people.bob, people.charlie):
        with acting_as(who) as actor, pytest.raises(NotAllowed):
            answer_drift(case=silent, by=actor, **facts)
    with acting_as(people.coordinator) as dee:
        assert answer_drift(case=silent, by=dee, **facts).answered_by == people.coordinator


def test_who_sees_alarms(people, silent, seen_by, world):
    for who, sees in ((people.alice, 1), (people.coordinator, 1), (people.bob, 0), (people.charlie, 0)):
        actor = seen_by(who)
        assert len(drift_to_see_to()) == sees
        assert bool(alarms_of(silent)) is bool(sees)
        assert len(list(waiting_for_drift(actor))) == sees
    world.join(silent, people.bob)
    seen_by(people.bob)
    assert (
        alarms_of(silent) and drift_to_see_to() == []
    )  # on the team: sees it, and it is not theirs to see to
    assert list(waiting_for_drift(actor_for(people.charlie))) == []


def test_each_is_told_once_of_an_occurrence(people, silent):
    assert tell_of_drift() == 2  # Alice, who leads, and the hub's coordinator
    assert tell_of_drift() == 0
    assert set(Message.objects.values_list("kind", "to_user")) == {
        ("drift-silent", people.alice.user_id),
        ("drift-silent", people.coordinator.user_id),
    }
    with acting_as(people.alice) as alice:
        answer_drift(case=silent, kind="silent", reason="In hospital", quiet_until=in_days(30), by=alice)
    assert tell_of_drift() == 0
    with as_system():
        DriftAnswer.objects.update(quiet_until=in_days(-1))
    assert tell_of_drift() == 2  # the reason has run out: another occurrence


def test_an_overdue_review_is_told_to_lead_and_hub_once(people):
    with as_system():
        people.case.next_review_on = in_days(-1)
        people.case.save(update_fields=["next_review_on"])
    assert (tell_of_drift(), tell_of_drift()) == (2, 0)
    assert set(Message.objects.values_list("kind", flat=True)) == {"review-overdue"}


def test_who_no_longer_sees_the_record_is_not_told(people, silent):
    with as_system():
        silent.consents.all().delete() if hasattr(silent, "consents") else None
        people.alice.ends_on = in_days(-1)
        people.alice.save(update_fields=["ends_on"])
    assert tell_of_drift() == 1
    assert Message.objects.get().to_user_id == people.coordinator.user_id


def test_pages_say_the_facts_and_what_to_do(people, silent, signed_in_as, queries_of, world):
    alice = signed_in_as(people.alice)
    plan = reverse("record-plan", args=[silent.reference])
    url = reverse("plan-drift", args=[silent.reference, "silent"])
    page = alice.get(plan).content.decode()
    assert "No meeting or contact for 7 weeks" in page and "Arrange a meeting" in page and url in page
    work = alice.get(reverse("my-work")).content.decode()
    assert "A family you lead may be drifting" in work and silent.reference in work
    hub = signed_in_as(people.coordinator).get(reverse("my-work")).content.decode()
    assert "1 family of your hub may be drifting" in hub
    drifting = (
        signed_in_as(people.coordinator).get(reverse("family-list") + "?show=drifting").content.decode()
    )
    assert silent.reference in drifting
    late = in_days(30)
    facts = {"reason": "In hospital till May", "quiet_until": f"{late.day}/{late.month}/{late.year}"}
    assert "Error: " in alice.post(url, facts | {"reason": ""}).content.decode()
    world.join(silent, people.bob)
    assert signed_in_as(people.bob).post(url, facts).status_code == 403
    assert signed_in_as(people.charlie).post(url, facts).status_code == 404
    assert Client().post(url, facts).status_code == 302
    assert alice.get(reverse("plan-drift", args=[silent.reference, "same"])).status_code == 404
    assert alice.get(reverse("plan-drift", args=[silent.reference, "nonsense"])).status_code == 404
    assert alice.post(url, facts).status_code == 302
    assert "In hospital till May" in alice.get(plan).content.decode()
    assert "may be drifting" not in alice.get(reverse("my-work")).content.decode()
    assert queries_of(alice, plan) <= 25


def test_my_work_asks_once_whatever_the_number(people, world, signed_in_as, queries_of):
    url = reverse("my-work")
    few = queries_of(signed_in_as(people.alice), url)
    for _ in range(7):
        case = world.shared_case(people.hub, people.alice)
        _opened(case, 60)
    many = queries_of(signed_in_as(people.alice), url)
    assert few == many
    page = signed_in_as(people.alice).get(url).content.decode()
    assert (
        page.count("A family you lead may be drifting") == 5 and "7 families you lead may be drifting" in page
    )
