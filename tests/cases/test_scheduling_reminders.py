"""Reminders: of the next working day's meetings and of missing answers, once each, and never of what is cancelled."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from cases.actions.meeting import (
    answer_invitation,
    arrange_meeting,
    cancel_meeting,
    change_meeting,
)
from cases.models import Invitation, InvitationLink, Meeting, ProposedTime, TeamMember
from cases.scheduling.actions import choose_time, send_link
from cases.scheduling.reminders import remind_of_meetings, remind_who_has_not_answered
from cases.tasks import remind_of_meetings as job
from earlyhelp.access.context import as_system, clear_request
from earlyhelp.outbox.models import Message
from tests.fixtures.scheduling import at, link_in, sent

pytestmark = pytest.mark.django_db


def run(action=remind_of_meetings):
    """Run a reminder as the worker does, with nobody's eyes, and give what was e-mailed."""
    clear_request()
    told = action()
    found = sent()
    assert told == len(found)
    return found


@pytest.fixture
def tomorrows(people, seen_by, world, mother):
    """A meeting of the next working day to which Alice, Bob and the mother are asked; nobody has answered."""
    world.join(people.case, people.bob)
    meeting = arrange_meeting(
        case=people.case,
        title="Review",
        starts_at=at(1),
        ends_at=at(1, 11),
        chair=people.alice,
        invite=[people.bob, mother],
        by=seen_by(people.alice),
    )
    sent()
    return meeting


def receivers(messages) -> set[str]:
    return {each.to[0] for each in messages}


def test_everybody_who_has_not_declined_is_reminded_once(tomorrows, people, seen_by):
    bobs = tomorrows.invitations.get(membership=people.bob)
    assert receivers(run()) == {people.alice.user.email, people.bob.user.email}
    assert run() == []
    change_meeting(
        meeting=tomorrows,
        title="x",
        starts_at=at(1, 15),
        ends_at=at(1, 16),
        chair=people.alice,
        by=seen_by(people.alice),
    )
    sent()
    assert run() == [], "still the same day"
    answer_invitation(invitation=bobs, answer="declined", by=seen_by(people.bob))
    with as_system():
        Meeting.objects.update(starts_at=at(2), ends_at=at(2, 11))
    assert run() == [], "two working days ahead"


def test_who_declined_is_left_alone(tomorrows, people, seen_by):
    bob = seen_by(people.bob)
    answer_invitation(invitation=tomorrows.invitations.get(membership=people.bob), answer="declined", by=bob)
    assert receivers(run()) == {people.alice.user.email}


def test_cancelled_held_and_proposed_meetings_remind_nobody(tomorrows, people, seen_by):
    cancel_meeting(meeting=tomorrows, reason="Away", by=seen_by(people.alice))
    sent()
    assert run() == []
    for status in ("proposed", "held"):
        with as_system():
            Meeting.objects.update(status=status)
        assert run() == []


def test_a_closed_case_and_somebody_who_left_the_team_are_not_reminded(tomorrows, people, world):
    with as_system():
        TeamMember.objects.filter(membership=people.bob).update(
            starts_on=world.today - dt.timedelta(days=9), ends_on=world.today - dt.timedelta(days=1)
        )
    assert people.bob.user.email not in receivers(run())
    with as_system():
        people.case.status, people.case.closed_on = "closed", world.today
        people.case.closure_reason = "needs_met"
        people.case.save()
        Message.objects.all().delete()
    assert run() == []


def test_working_days_ahead_are_a_setting_and_skip_the_weekend(tomorrows, settings, people):
    with as_system():
        Meeting.objects.update(starts_at=at(3), ends_at=at(3, 11))
    assert run() == []
    settings.EARLY_HELP = settings.EARLY_HELP | {"MEETING_REMINDER_WORKING_DAYS": 3}
    assert len(run()) == 2


def test_a_family_member_is_reminded_by_a_new_link(tomorrows, people, seen_by, mother):
    invitation = tomorrows.invitations.get(person=mother)
    send_link(invitation=invitation, email="karen@example.org", by=seen_by(people.alice))
    sent()
    [hers] = [each for each in run() if each.to == ["karen@example.org"]]
    with as_system():
        assert InvitationLink.objects.filter(invitation=invitation, ended_at=None).count() == 2
    assert Client().get(link_in(hers), follow=True).status_code == 200


def asked_days_ago(days: int) -> None:
    """As if everybody had been asked so many days ago."""
    then = timezone.now() - dt.timedelta(days=days)
    with as_system():
        Invitation.objects.update(invited_at=then)
        Meeting.objects.update(arranged_at=then)
        ProposedTime.objects.update(proposed_at=then)


def test_who_has_not_answered_is_reminded_once_after_some_working_days(tomorrows, people, seen_by):
    alice = seen_by(people.alice)
    answer_invitation(
        invitation=tomorrows.invitations.get(membership=people.alice), answer="accepted", by=alice
    )
    assert run(remind_who_has_not_answered) == []
    asked_days_ago(7)
    assert receivers(run(remind_who_has_not_answered)) == {people.bob.user.email}
    assert run(remind_who_has_not_answered) == []


def test_who_has_not_said_when_they_can_come_is_reminded(finding, people):
    sent()
    assert run(remind_who_has_not_answered) == []
    asked_days_ago(7)
    [told] = run(remind_who_has_not_answered)
    assert (told.to, "when you can come" in told.subject) == ([people.bob.user.email], True)
    assert run(remind_who_has_not_answered) == []


def test_a_choice_begins_the_wait_anew_only_for_those_who_had_not_answered(finding, people, seen_by):
    asked_days_ago(7)
    alice = seen_by(people.alice)
    choose_time(proposed=finding.proposed_times.last(), by=alice)
    sent()
    assert receivers(run(remind_who_has_not_answered)) <= {people.bob.user.email}


def test_the_job_does_both_and_may_run_twice(tomorrows):
    clear_request()
    assert job() == 2
    assert job() == 0
