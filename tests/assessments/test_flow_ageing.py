"""Drafts age in words, and somebody is reminded: once a step, once a person a day, never at weekends."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from assessments.flow.ageing import age_of, first_reminder, managers_are_told, reminder_step
from assessments.flow.nudges import remind_of_drafts
from assessments.models import Assessment
from earlyhelp.access import Role
from earlyhelp.access.context import as_system
from earlyhelp.outbox.models import Message
from earlyhelp.web.workdays import add_working_days, is_working_day

pytestmark = pytest.mark.django_db

DUE = dt.date(2026, 11, 25)  # a Wednesday


@pytest.mark.parametrize(
    ("today", "words"),
    [
        ("2026-11-10", "Working day 4 of 15"),
        ("2026-11-24", "Working day 14 of 15"),
        ("2026-11-25", "Due today"),
        ("2026-11-26", "1 working day late"),
        ("2026-12-02", "5 working days late"),
    ],
)
def test_age_in_words(today, words):
    draft = Assessment(
        status="initiated", due_on=DUE, initiated_at=dt.datetime(2026, 11, 4, 12, tzinfo=dt.UTC)
    )
    assert age_of(draft, dt.date.fromisoformat(today)).words == words


def test_a_draft_due_on_friday_is_late_on_saturday():
    draft = Assessment(
        status="initiated", due_on=dt.date(2026, 11, 20), initiated_at=dt.datetime(2026, 11, 2, tzinfo=dt.UTC)
    )
    assert age_of(draft, dt.date(2026, 11, 21)).is_late


@given(st.dates(dt.date(2026, 1, 1), dt.date(2027, 12, 31)), st.integers(0, 60))
def test_steps_only_grow(due_on, days):
    today = due_on + dt.timedelta(days=days - 20)
    step, tomorrow = reminder_step(due_on, today), reminder_step(due_on, today + dt.timedelta(days=1))
    assert step <= tomorrow <= step + 1 or step == 0
    assert (step == 0) is (today < first_reminder(due_on))
    assert managers_are_told(step) is ((today - due_on).days >= 14)


@pytest.fixture
def draft(eha, world):
    """Alice's assessment, due on a known Wednesday."""
    with as_system():
        Assessment.objects.update(due_on=DUE, initiated_at=dt.datetime(2026, 11, 4, 12, tzinfo=dt.UTC))
    return Assessment(pk=eha.pk)


def told():
    """(kind, who) of every message so far."""
    with as_system():
        return sorted(Message.objects.values_list("kind", "to_user_id"))


def run(first, days, seen_by):
    """The job on each of some days, twice: what was new by day."""
    seen_by(None)
    found = {}
    for number in range(days):
        today = first + dt.timedelta(days=number)
        new = remind_of_drafts(today)
        assert remind_of_drafts(today) == 0, "safe to run twice"
        if new:
            found[today] = new
    return found


def test_assessor_is_told_before_on_the_day_and_each_week_then_managers_too(people, world, draft, seen_by):
    lead = world.member(people.school, Role.AGENCY_LEAD)
    other_hub = world.member(people.school, Role.HUB_COORDINATOR, hub=world.hub())
    days = run(dt.date(2026, 11, 9), 40, seen_by)
    assert days == {
        dt.date(2026, 11, 18): 1,
        DUE: 1,
        dt.date(2026, 12, 2): 1,
        dt.date(2026, 12, 9): 3,
        dt.date(2026, 12, 16): 3,
    }
    assert all(is_working_day(day) for day in days)
    assert ("drafts-late", lead.user_id) in told()
    assert ("drafts-late", people.coordinator.user_id) in told()
    assert other_hub.user_id not in {who for _kind, who in told()}


def test_a_day_that_was_missed_is_made_up_for_once(people, draft, seen_by):
    seen_by(None)
    assert remind_of_drafts(dt.date(2026, 12, 3)) == 1, "one message for three steps"
    assert remind_of_drafts(dt.date(2026, 12, 4)) == 0


def test_one_message_a_day_however_many_drafts(people, draft, start_assessment, seen_by):
    for number in range(3):
        other = start_assessment(people.case, people.alice, reference=f"EHA/2026/1{number}")
        with as_system():
            Assessment.objects.filter(pk=other.pk).update(due_on=DUE)
    seen_by(None)
    assert remind_of_drafts(DUE) == 1
    with as_system():
        assert Message.objects.get().facts == {"count": 4}


def test_nobody_is_told_of_what_is_signed_off_withdrawn_or_closed(people, draft, seen_by):
    with as_system():
        Assessment.objects.update(signed_off_at=timezone.now())
    seen_by(None)
    assert remind_of_drafts(DUE) == 0


def test_an_assessor_who_has_left_is_not_told_and_others_are_at_once(people, world, draft, seen_by):
    lead = world.member(people.school, Role.AGENCY_LEAD)
    world.join(people.case, people.bob)
    with as_system():
        people.alice.ends_on = world.today - dt.timedelta(days=1)
        people.alice.save()
    seen_by(None)
    remind_of_drafts(DUE)
    assert told() == sorted([("drafts-late", lead.user_id), ("drafts-late", people.coordinator.user_id)])


def test_nobody_signed_in_can_ask_the_jobs_functions(people, draft, seen_by):
    from django.db import DatabaseError, transaction

    seen_by(people.alice)
    with pytest.raises(DatabaseError), transaction.atomic():
        remind_of_drafts(DUE)


def test_list_to_finish_shows_mine_and_for_a_lead_the_agencys(
    people, world, eha, start_assessment, signed_in_as, queries_of
):
    lead = world.member(people.school, Role.AGENCY_LEAD)
    url = reverse("assessments-to-finish")
    page = signed_in_as(people.alice).get(url).content.decode()
    assert eha.reference in page and "Others that you look after" not in page
    assert "orking day" in page or "Due today" in page
    for who in (lead, people.coordinator):
        page = signed_in_as(who).get(url).content.decode()
        assert "Others that you look after" in page and eha.reference in page
    for who in (people.bob, people.charlie):
        assert eha.reference not in signed_in_as(who).get(url).content.decode()
    one = queries_of(signed_in_as(people.coordinator), url)
    for number in range(4):
        start_assessment(people.case, people.alice, reference=f"EHA/2026/1{number}")
    assert queries_of(signed_in_as(people.coordinator), url) == one <= 25


def test_my_work_says_what_to_finish_with_its_age_and_names_nobody(people, eha, signed_in_as, queries_of):
    browser = signed_in_as(people.alice)
    page = browser.get(reverse("my-work")).content.decode()
    assert f"Finish assessment {eha.reference}" in page
    assert queries_of(browser, reverse("my-work")) <= 25
    hub = signed_in_as(people.coordinator).get(reverse("my-work")).content.decode()
    assert "Assessments of others to finish: 1" in hub


def test_task_list_and_the_familys_list_say_how_old_it_is(people, draft, signed_in_as):
    browser = signed_in_as(people.alice)
    for name, args in (("assessment", [draft.pk]), ("record-assessments", [people.case.reference])):
        page = browser.get(reverse(name, args=args)).content.decode()
        assert "working day" in page or "due today" in page, name


def test_first_reminder_is_five_working_days_before():
    assert first_reminder(DUE) == add_working_days(DUE, -5) == dt.date(2026, 11, 18)
