"""Meetings of the Team Around the Family: arranged, held, written up by several, signed off and locked."""

import datetime as dt

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from cases.actions.agenda import add_agenda_item, move_to_item
from cases.actions.meeting import (
    answer_invitation,
    arrange_meeting,
    cancel_meeting,
    change_meeting,
    end_meeting,
    invite,
    sign_off,
)
from cases.actions.minutes import add_minute, agree_action, record_decision
from cases.agenda import draft_agenda
from cases.invite_file import calendar_file
from cases.models import Action, AgendaItem, Decision, Invitation, Meeting, Minute, Person, TeamMember
from cases.rules import NotAllowed
from earlyhelp.access.context import as_system
from hubs.models import AgencyKind, Category
from tests.fixtures.plan import in_days

pytestmark = pytest.mark.django_db


def tomorrow(hour=10):
    return timezone.make_aware(dt.datetime.combine(in_days(1), dt.time(hour)))


def arranged(people, actor, **facts):
    return arrange_meeting(
        case=people.case,
        title="Review meeting",
        starts_at=tomorrow(),
        ends_at=tomorrow(11),
        chair=people.alice,
        agenda=draft_agenda(people.case),
        by=actor,
        **facts,
    )


def test_agenda_is_drafted_from_the_record(people, seen_by, outcome_of, action_of):
    outcome = outcome_of(people.case)
    action_of(outcome, owner_membership=people.alice, due_on=in_days(-2))
    seen_by(people.alice)
    drafts = draft_agenda(people.case)
    assert [(d.kind, d.title) for d in drafts] == [
        ("standing", "What is going well"),
        ("voice", "Ellie’s voice"),
        ("overdue", "In school on time"),
        ("standing", "Scores and next date"),
    ]


def test_arranging_invites_the_chair_and_those_named(people, seen_by, world):
    world.join(people.case, people.bob)
    alice = seen_by(people.alice)
    mother = Person.objects.get(is_child=False)
    meeting = arranged(people, alice, invite=[people.bob, mother, people.alice])
    assert meeting.invitations.count() == 3
    assert meeting.agenda.count() == 3


def test_only_the_team_and_the_family_are_invited(people, seen_by, world):
    alice = seen_by(people.alice)
    meeting = arranged(people, alice)
    with as_system():
        stranger = world.family(people.hub, name="Elsewhere").people.first()
    for someone in (people.charlie, people.bob, stranger):
        with pytest.raises(ValueError):
            invite(meeting=meeting, someone=someone, by=alice)
    assert meeting.invitations.count() == 1


@pytest.mark.parametrize(
    ("start", "end"), [(tomorrow(11), tomorrow(10)), (timezone.now() - dt.timedelta(days=2),) * 2]
)
def test_times_that_cannot_be(people, seen_by, start, end):
    with pytest.raises(ValueError):
        arrange_meeting(
            case=people.case,
            title="x",
            starts_at=start,
            ends_at=end,
            chair=people.alice,
            by=seen_by(people.alice),
        )
    assert not Meeting.objects.exists()


def test_moving_asks_everybody_else_again_and_cancelling_is_final(people, seen_by, meeting_of):
    meeting = meeting_of(people.case, people.alice)
    alice = seen_by(people.alice)
    own = meeting.invitations.get()
    answer_invitation(invitation=own, answer="accepted", by=alice)
    with as_system():
        other = meeting.invitations.create(case=people.case, person=people.case.family.people.first(), answer="accepted", answered_at=own.answered_at)
    facts = {"title": "Review", "chair": people.alice, "place": "School"}
    change_meeting(meeting=meeting, starts_at=tomorrow(14), ends_at=tomorrow(15), by=alice, **facts)
    meeting.refresh_from_db()
    assert meeting.sequence == 1
    for invitation, answer in ((own, "accepted"), (other, "invited")):
        invitation.refresh_from_db()
        assert invitation.answer == answer
    cancel_meeting(meeting=meeting, reason="The family is away", by=alice)
    with pytest.raises(NotAllowed):
        change_meeting(meeting=meeting, starts_at=tomorrow(14), ends_at=tomorrow(15), by=alice, **facts)
    with pytest.raises(NotAllowed):
        answer_invitation(invitation=own, answer="accepted", by=alice)


def test_people_answer_for_themselves_and_may_write_ahead(people, seen_by, world):
    world.join(people.case, people.bob)
    alice = seen_by(people.alice)
    meeting = arranged(people, alice, invite=[people.bob])
    invitation = meeting.invitations.get(membership=people.bob)
    with pytest.raises(NotAllowed):
        answer_invitation(invitation=invitation, answer="accepted", by=alice)
    answer_invitation(
        invitation=invitation,
        answer="declined",
        note="Training",
        contribution="He is settled in class.",
        category=Category.EDUCATION,
        by=seen_by(people.bob),
    )
    minute = Minute.objects.get()
    assert (minute.is_written_ahead, minute.author, minute.category) == (True, people.bob, Category.EDUCATION)


def test_actions_agreed_are_in_the_plan_at_once(people, seen_by, outcome_of):
    outcome = outcome_of(people.case)
    alice = seen_by(people.alice)
    meeting = arranged(people, alice)
    item = meeting.agenda.get(outcome=outcome)
    action = agree_action(
        meeting=meeting, item=item, what="Text on Fridays", owner=people.alice, due_on=in_days(7), by=alice
    )
    assert (action.outcome, action.from_meeting) == (outcome, meeting)
    assert Action.objects.filter(case=people.case).count() == 1


def test_minutes_of_several_people_and_what_each_may_read(people, seen_by, world):
    nurse = world.member(world.agency(AgencyKind.HEALTH), first_name="Nadia")
    world.consent(people.case, nurse.agency)
    world.join(people.case, nurse)
    alice = seen_by(people.alice)
    meeting = arranged(people, alice, invite=[nurse])
    item = meeting.agenda.first()
    add_minute(meeting=meeting, item=item, text="On time four days a week.", by=alice)
    nadia = seen_by(nurse)
    add_minute(meeting=meeting, text="Sleep clinic seen.", category=Category.HEALTH, by=nadia)
    record_decision(meeting=meeting, text="Keep the breakfast place", agreed_by="All", by=nadia)
    assert Minute.objects.count() == 2
    seen_by(people.alice)
    assert [m.text for m in Minute.objects.all()] == ["On time four days a week."]
    assert Decision.objects.count() == 1


def test_running_through_the_agenda(people, seen_by):
    alice = seen_by(people.alice)
    meeting = arranged(people, alice)
    first, second = meeting.agenda.all()[:2]
    move_to_item(meeting=meeting, item=first, by=alice)
    move_to_item(meeting=meeting, item=second, by=alice)
    first.refresh_from_db()
    assert first.discussed_at
    assert add_agenda_item(meeting=meeting, title="School trip", by=alice).position == 4


def test_ending_needs_everybodys_attendance_and_sets_the_next(people, seen_by, world):
    world.join(people.case, people.bob)
    alice = seen_by(people.alice)
    meeting = arranged(people, alice, invite=[people.bob])
    mine, bobs = (
        meeting.invitations.get(membership=people.alice),
        meeting.invitations.get(membership=people.bob),
    )
    with pytest.raises(ValueError):
        end_meeting(meeting=meeting, attendance={mine: "attended"}, by=alice)
    following = end_meeting(
        meeting=meeting,
        attendance={mine: "attended", bobs: "apologies"},
        next_starts_at=tomorrow() + dt.timedelta(days=42),
        by=alice,
    )
    assert following.invitations.count() == 2
    assert following.agenda.exists()
    meeting.refresh_from_db()
    assert (meeting.status, meeting.next_meeting_at) == ("held", following.starts_at)
    assert TeamMember.objects.get(membership=people.alice).last_contact_on == timezone.localdate()
    assert TeamMember.objects.get(membership=people.bob).last_contact_on is None


def held(people, seen_by, meeting):
    alice = seen_by(people.alice)
    end_meeting(meeting=meeting, attendance={meeting.invitations.get(): "attended"}, by=alice)
    return alice


def test_only_the_chair_signs_off_and_only_after_it_was_held(people, seen_by, world, meeting_of):
    meeting = meeting_of(people.case, people.alice)
    with pytest.raises(NotAllowed):
        sign_off(meeting=meeting, by=seen_by(people.alice))
    held(people, seen_by, meeting)
    with pytest.raises(NotAllowed):
        sign_off(meeting=meeting, by=seen_by(people.coordinator))
    assert sign_off(meeting=meeting, by=seen_by(people.alice)).status == "signed_off"


def test_signed_off_is_locked_in_the_database(people, seen_by, meeting_of):
    meeting = meeting_of(people.case, people.alice)
    alice = held(people, seen_by, meeting)
    add_minute(meeting=meeting, text="Late addition", by=alice)
    meeting = sign_off(meeting=meeting, by=alice)
    for write in (add_minute, record_decision):
        with pytest.raises(NotAllowed):
            write(meeting=meeting, text="Too late", by=alice)
    assert Meeting.objects.filter(pk=meeting.pk).update(title="Other") == 0
    assert Invitation.objects.filter(meeting=meeting).update(attendance="absent") == 0
    assert AgendaItem.objects.filter(meeting=meeting).update(title="Other") == 0
    with pytest.raises(DatabaseError), transaction.atomic():
        Minute.objects.create(
            meeting=meeting, case=people.case, text="x", author=people.alice, agency=people.school
        )
    with pytest.raises(DatabaseError), transaction.atomic():
        Minute.objects.filter(meeting=meeting).update(text="x")  # entries are added, never changed


def test_nobody_signs_off_in_anothers_name(people, seen_by, meeting_of):
    meeting = meeting_of(people.case, people.alice)
    held(people, seen_by, meeting)
    seen_by(people.coordinator)
    with pytest.raises(DatabaseError), transaction.atomic():
        Meeting.objects.filter(pk=meeting.pk).update(
            status="signed_off", signed_off_at=timezone.now(), signed_off_by=people.alice
        )


def test_bob_may_not_run_alices_meeting(people, world, seen_by, meeting_of):
    meeting = meeting_of(people.case, people.alice)
    world.join(people.case, people.bob)
    bob = seen_by(people.bob)
    with pytest.raises(NotAllowed):
        cancel_meeting(meeting=meeting, reason="x", by=bob)
    add_minute(meeting=meeting, text="He came by himself.", by=bob)
    cancel_meeting(meeting=meeting, reason="x", by=seen_by(people.coordinator))


def test_when_minutes_can_be_written(people, meeting_of):
    """Before: no; on: yes; long over and not ended: yes, with a reminder; signed off or cancelled: no."""
    now = timezone.now()
    later, running, left = (
        meeting_of(people.case, people.alice, starts_at=now + dt.timedelta(hours=hours))
        for hours in (5, -0.5, -50)
    )
    assert [(m.is_live, m.is_now, m.is_left_open) for m in (later, running, left)] == [
        (False, False, False),
        (True, True, False),
        (True, False, True),
    ]
    left.status = "cancelled"
    assert not left.is_live and not left.is_left_open


def test_calendar_file_says_no_more_than_a_reference(people, meeting_of):
    meeting = meeting_of(
        people.case, people.alice, title="About Ellie Hollis", place="4 Elm Road", sequence=3
    )
    written = calendar_file(meeting, "https://example.org/" + "x" * 90).decode()
    assert "Ellie" not in written and "Elm" not in written and "Hollis" not in written
    assert people.case.reference in written and "SEQUENCE:3" in written
    assert all(len(line.encode()) <= 75 for line in written.split("\r\n"))
    assert "https://example.org/" + "x" * 90 in written.replace("\r\n ", "")
    meeting.status = "cancelled"
    cancelled = calendar_file(meeting, "x").decode()
    assert "METHOD:CANCEL" in cancelled and "STATUS:CANCELLED" in cancelled
