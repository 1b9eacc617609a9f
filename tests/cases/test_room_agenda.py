"""The agenda of the room: going through it, the time it takes, and parts that are not for everybody."""

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from cases.actions.agenda import add_agenda_item, change_item, move_to_item, remove_item, shift_item
from cases.actions.meeting import answer_invitation, end_meeting
from cases.actions.minutes import add_minute, record_decision
from cases.actions.room import send_message
from cases.agenda import draft_agenda
from cases.models import AgendaAudience, AgendaItem, Decision, Minute, RoomMessage
from cases.room import room_of
from cases.rules import NotAllowed
from earlyhelp.access.context import as_role, as_system
from hubs.models import Category

pytestmark = pytest.mark.django_db


def titles(meeting):
    return [item.title for item in AgendaItem.objects.filter(meeting=meeting, removed_at=None)]


def ago(item, **gone):
    with as_system():
        AgendaItem.objects.filter(pk=item.pk).update(opened_at=timezone.now() - dt.timedelta(**gone))


def test_going_on_takes_the_time_down_and_coming_back_adds_to_it(people, seen_by, meeting_now):
    alice = seen_by(people.alice)
    first, second, _third = AgendaItem.objects.filter(meeting=meeting_now)
    move_to_item(meeting=meeting_now, item=first, by=alice)
    ago(first, minutes=8)
    seen_by(people.alice)
    move_to_item(meeting=meeting_now, item=second, by=alice)
    first.refresh_from_db()
    assert 479 <= first.seconds_spent <= 540 and first.discussed_at is not None
    move_to_item(meeting=meeting_now, item=first, by=alice)
    ago(first, hours=15)  # left open overnight
    seen_by(people.alice)
    meeting_now.refresh_from_db()
    with as_system():
        invitations = dict.fromkeys(meeting_now.invitations.all(), "attended")
    seen_by(people.alice)
    end_meeting(meeting=meeting_now, attendance=invitations, by=alice)
    first.refresh_from_db()
    assert 4 * 3600 <= first.seconds_spent - 480 <= 4 * 3600 + 60
    assert meeting_now.agenda.get(pk=first.pk).discussed_at is not None


def test_agenda_is_put_in_order_changed_and_shortened(people, seen_by, meeting_now, tom):
    alice = seen_by(people.alice)
    first, second, third = AgendaItem.objects.filter(meeting=meeting_now)
    before = titles(meeting_now)
    shift_item(item=third, is_up=True, by=alice)
    assert titles(meeting_now) == [before[0], before[2], before[1]]
    shift_item(item=first, is_up=True, by=alice)
    assert titles(meeting_now)[0] == before[0]
    change_item(item=first, title="What is better", minutes_planned=15, audience="all", by=alice)
    assert titles(meeting_now)[0] == "What is better"
    remove_item(item=second, by=alice)
    assert second.title not in titles(meeting_now)
    move_to_item(meeting=meeting_now, item=third, by=alice)
    with pytest.raises(ValueError, match="talk about this now"):
        remove_item(item=third, by=alice)
    add_minute(meeting=meeting_now, item=first, text="All well", by=alice)
    with pytest.raises(ValueError, match="stays"):
        remove_item(item=first, by=alice)
    police = seen_by(tom)
    for act in (shift_item,):
        with pytest.raises(NotAllowed):
            act(item=third, is_up=True, by=police)
    with pytest.raises(NotAllowed):
        remove_item(item=third, by=police)


@pytest.fixture
def apart(people, seen_by, meeting_now, tom, world):
    """A part for Alice and the coordinator alone, with a minute, a decision and a message under it."""
    alice = seen_by(people.alice)
    item = add_agenda_item(
        meeting=meeting_now, title="Who may collect Ellie", audience="chosen", chosen=[people.coordinator],
        by=alice,
    )  # fmt: skip
    add_minute(meeting=meeting_now, item=item, text="Not her uncle", by=alice)
    record_decision(meeting=meeting_now, item=item, text="A password at the gate", by=alice)
    send_message(meeting=meeting_now, item=item, text="Keep this between us", by=alice)
    return item


OF_THE_PART = (AgendaItem, Minute, Decision, RoomMessage, AgendaAudience)


def seen_of(item) -> list[str]:
    return [
        model.__name__
        for model in OF_THE_PART
        if model.objects.filter(**({"pk": item.pk} if model is AgendaItem else {"item": item})).exists()
    ]


def test_part_for_chosen_people_does_not_exist_for_others(people, seen_by, tom, apart, meeting_now, world):
    for who in (people.alice, people.coordinator):
        seen_by(who)
        assert seen_of(apart) == [model.__name__ for model in OF_THE_PART]
    police = seen_by(tom)
    assert seen_of(apart) == []
    # A colleague of Alice's own school, on the team, is not among the chosen either.
    with as_system():
        world.join(people.case, people.bob)
    seen_by(people.bob)
    assert seen_of(apart) == []
    police = seen_by(tom)
    with pytest.raises(DatabaseError), transaction.atomic():
        Minute.objects.create(
            meeting=meeting_now, case=people.case, item=apart, agency=tom.agency, author=tom, text="x"
        )
    with pytest.raises(DatabaseError), transaction.atomic():
        AgendaAudience.objects.create(item=apart, case=people.case, membership=tom)
    assert AgendaItem.objects.filter(pk=apart.pk).update(audience="all") == 0
    assert "Who may collect Ellie" not in [item.title for item in draft_agenda(people.case)]
    room = room_of(people.case, meeting_now, str(apart.pk), police)
    assert apart not in room.agenda and room.item != apart and not room.messages and not room.decisions


NARROWED = {
    AgendaItem: "cases_agendaitem",
    Minute: "cases_minute",
    Decision: "cases_decision",
    RoomMessage: "cases_roommessage",
}


@pytest.mark.parametrize("model", NARROWED)
def test_each_policy_that_narrows_is_missed_when_it_narrows_no_more(people, seen_by, apart, world, model):
    """A colleague of the writer's agency, who is not chosen, sees the row once its own policy lets everything through."""
    with as_system():
        world.join(people.case, people.bob)
    of_part = {"pk": apart.pk} if model is AgendaItem else {"item": apart}
    seen_by(people.bob)
    assert not model.objects.filter(**of_part).exists()
    with as_role("eh_owner"), connection.cursor() as cursor:
        table = NARROWED[model]
        cursor.execute(f"alter policy {table}_audience on {table} using (true) with check (true)")
    seen_by(people.bob)
    assert model.objects.filter(**of_part).exists()


def test_those_who_are_left_out_stay_at_the_last_item_that_was_theirs(
    people, seen_by, tom, apart, meeting_now
):
    alice = seen_by(people.alice)
    first = AgendaItem.objects.filter(meeting=meeting_now).first()
    move_to_item(meeting=meeting_now, item=first, by=alice)
    move_to_item(meeting=meeting_now, item=apart, by=alice)
    meeting_now.refresh_from_db()
    assert room_of(people.case, meeting_now, "", alice).current == apart
    police = seen_by(tom)
    room = room_of(people.case, meeting_now, "", police)
    assert room.current == first and not room.current.is_running
    assert room.talked_about == 0  # nothing says that it is over


def test_part_for_professionals_is_hidden_from_nobody_who_works_here(people, seen_by, tom, meeting_now):
    alice = seen_by(people.alice)
    item = add_agenda_item(meeting=meeting_now, title="The risk", audience="professionals", by=alice)
    seen_by(tom)
    assert AgendaItem.objects.filter(pk=item.pk).exists()


def test_whom_a_part_is_for_can_change_but_never_away_from_those_who_wrote_there(
    people, seen_by, tom, apart, meeting_now
):
    alice = seen_by(people.alice)
    facts = {"item": apart, "title": apart.title, "minutes_planned": 5}
    with pytest.raises(ValueError, match="Choose the people"):
        change_item(**facts, audience="chosen", chosen=[], by=alice)
    change_item(**facts, audience="chosen", chosen=[tom], by=alice)
    police = seen_by(tom)
    assert AgendaItem.objects.filter(pk=apart.pk).exists()
    add_minute(meeting=meeting_now, item=apart, text="Seen at the gate", by=police)
    seen_by(people.coordinator)
    assert not AgendaItem.objects.filter(pk=apart.pk).exists()
    alice = seen_by(people.alice)
    with pytest.raises(ValueError, match="written here already"):
        change_item(**facts, audience="chosen", chosen=[people.coordinator], by=alice)
    change_item(**facts, audience="all", by=alice)
    assert not AgendaAudience.objects.filter(item=apart).exists()


def test_part_for_an_agency_is_for_all_of_it_who_see_the_record(people, seen_by, tom, meeting_now, world):
    alice = seen_by(people.alice)
    item = add_agenda_item(
        meeting=meeting_now, title="Bail", audience="chosen", chosen=[tom.agency], by=alice
    )
    with as_system():
        colleague = world.member(tom.agency, first_name="Una")
        world.join(people.case, colleague)
    for who, sees in ((tom, True), (colleague, True), (people.coordinator, False), (people.alice, True)):
        seen_by(who)
        assert AgendaItem.objects.filter(pk=item.pk).exists() is sees


def test_category_and_audience_both_have_to_be_open(people, seen_by, tom, meeting_now):
    alice = seen_by(people.alice)
    item = add_agenda_item(
        meeting=meeting_now, title="Asthma", category=Category.HEALTH, audience="chosen", chosen=[tom], by=alice
    )  # fmt: skip
    seen_by(tom)
    assert not AgendaItem.objects.filter(pk=item.pk).exists()


def test_written_contribution_stands_at_its_item(people, seen_by, tom, meeting_now):
    police = seen_by(tom)
    invitation = meeting_now.invitations.get(membership=tom)
    first, _second, third = AgendaItem.objects.filter(meeting=meeting_now)
    with as_system():
        meeting_now.invitations.filter(pk=invitation.pk).update(answer="invited", answered_at=None)
    seen_by(tom)
    answer_invitation(
        invitation=invitation, answer="declined", contribution="The bus is late", item=third, by=police
    )
    alice = seen_by(people.alice)
    at = room_of(people.case, meeting_now, str(third.pk), alice)
    assert [minute.text for minute in at.written_ahead] == ["The bus is late"]
    assert room_of(people.case, meeting_now, str(first.pk), alice).written_ahead == []
    assert not at.has_minutes


def test_next_agenda_takes_up_what_was_left_open(people, seen_by, meeting_now, apart, action_of):
    alice = seen_by(people.alice)
    add_agenda_item(meeting=meeting_now, title="School trip", by=alice)
    with as_system():
        action_of(
            AgendaItem.objects.get(meeting=meeting_now, position=3).outcome,
            owner_membership=people.alice, from_meeting=meeting_now,
        )  # fmt: skip
        invitations = dict.fromkeys(meeting_now.invitations.all(), "attended")
    seen_by(people.alice)
    end_meeting(meeting=meeting_now, attendance=invitations, by=alice)
    drafted = [(draft.kind, draft.title) for draft in draft_agenda(people.case)]
    assert ("standing", "Actions from the last meeting") in drafted
    assert ("new", "From last time: School trip") in drafted
    assert not any("collect" in title for _kind, title in drafted)
    assert sum("Mornings" in title for _kind, title in drafted) == 1  # from the plan, and not twice
