"""Who may type in the minutes, whose words are whose, and what is left when they are signed off."""

import uuid

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from cases.actions.meeting import sign_off
from cases.actions.minutes import add_minute
from cases.actions.typing import begin_minute, change_minute, type_in_minute
from cases.minutes import storing
from cases.minutes.document import Entry, first_update
from cases.minutes.finish import cleaned_log
from cases.minutes.storing import Write
from cases.minutes.strokes import NotStrokes, read
from cases.models import Minute, MinuteUpdate
from cases.rules import NotAllowed
from earlyhelp.access.context import as_system, clear_request

pytestmark = pytest.mark.django_db


@pytest.fixture
def meeting(people, meeting_of, world):
    world.join(people.case, people.bob)
    return meeting_of(people.case, people.alice)


def begun(meeting, by, text="Amara was on time."):
    return begin_minute(
        minute_id=uuid.uuid4(), meeting=meeting, item=None, kind="fact", said_by="", key=uuid.uuid4(),
        update=first_update(text), by=by,
    )  # fmt: skip


def typed(who, minute, update, key=None):
    clear_request()
    write = Write(who.user_id, who.pk, minute.pk, key or uuid.uuid4(), read(update), update)
    return storing.write("test", [write], {})[0]


def test_an_entry_sent_twice_is_begun_once(people, meeting, seen_by):
    alice = seen_by(people.alice)
    facts = {"minute_id": uuid.uuid4(), "key": uuid.uuid4(), "update": first_update("On time.")}
    for _ in range(2):
        begin_minute(meeting=meeting, item=None, kind="fact", said_by="", by=alice, **facts)
    assert Minute.objects.count() == 1
    assert MinuteUpdate.objects.count() == 1


def test_a_form_changes_an_entry_beside_what_others_wrote_meanwhile(people, meeting, seen_by):
    minute = add_minute(meeting=meeting, text="The dog runs home", by=seen_by(people.alice))
    change_minute(minute=minute, shown=1, text="The cat runs home", by=seen_by(people.bob))
    after = change_minute(
        minute=minute, shown=1, text="The dog runs very fast home", by=seen_by(people.alice)
    )
    assert after.text == "The cat runs very fast home"
    alice, bob = people.alice.user.full_name, people.bob.user.full_name
    assert cleaned_log(after) == [(alice, "The "), (bob, "cat"), (alice, " runs very fast home")]


def test_an_entry_of_long_ago_is_changed_in_its_authors_name(people, meeting, seen_by):
    with as_system():
        minute = Minute.objects.create(
            meeting=meeting,
            case=people.case,
            agency=people.alice.agency,
            author=people.alice,
            text="As it was.",
        )
    after = change_minute(minute=minute, shown=0, text="As it was. And now.", by=seen_by(people.bob))
    assert after.runs == [[people.alice.pk, 10], [people.bob.pk, 9]]
    assert after.text_number == 2


def test_who_lost_sight_stores_nothing_and_what_they_wrote_stays_theirs(people, meeting, seen_by, world):
    minute = begun(meeting, seen_by(people.alice))
    assert typed(people.bob, minute, first_update("Bob was here. ")).number == 2
    with as_system():
        people.case.team.filter(membership=people.bob).update(
            ends_on=world.today.replace(year=2020), starts_on=world.today.replace(year=2019)
        )
    assert typed(people.bob, minute, first_update("Bob again. ")).refusal == "not_seen"
    assert typed(people.charlie, minute, first_update("Charlie. ")).refusal == "not_seen"
    seen_by(people.alice)
    entry = Entry(storing.updates_of([minute.pk])[minute.pk])
    assert {who for who, _ in entry.credits} == {people.alice.pk, people.bob.pk}


def test_nobody_writes_under_anothers_page(people, meeting, seen_by):
    mine = first_update("Amara was on time.")
    minute = begin_minute(
        minute_id=uuid.uuid4(), meeting=meeting, item=None, kind="fact", said_by="", key=uuid.uuid4(),
        update=mine, by=seen_by(people.alice),
    )  # fmt: skip
    assert typed(people.bob, minute, mine).refusal == "foreign"
    assert typed(people.alice, minute, mine).number == 2  # one's own, sent once more under another key


def test_the_same_key_is_stored_once(people, meeting, seen_by):
    minute, key, update = begun(meeting, seen_by(people.alice)), uuid.uuid4(), first_update("Twice? ")
    assert [typed(people.bob, minute, update, key).number for _ in range(2)] == [2, 2]


@pytest.mark.parametrize(
    "data", [b"", b"\0", b"\1", b"\xff" * 40, b"\0\0\0", bytes(40_000), b"\2\1\1\0\4\1\4text\1a\0"]
)
def test_what_is_no_typing_is_refused(data):
    with pytest.raises(NotStrokes):
        read(data)


def test_signed_off_the_strokes_are_gone_and_nothing_changes_any_more(people, meeting_of, seen_by, world):
    world.join(people.case, people.bob)
    meeting = meeting_of(people.case, people.alice, status="held", held_at=timezone.now())
    minute = begun(meeting, seen_by(people.alice))
    typed(people.bob, minute, first_update("Secret thought. "))
    change_minute(minute=minute, shown=2, text="Amara was on time.", by=seen_by(people.bob))
    typed(people.bob, minute, first_update("Late words. "))  # stored, and not yet in the text
    sign_off(meeting=meeting, by=seen_by(people.alice))
    with as_system():
        minute.refresh_from_db()
        assert not MinuteUpdate.objects.exists()
        assert "Late words. " in minute.text and "Secret" not in minute.text
        assert sum(length for _, length in minute.runs) == len(minute.text)
        for change in ({"text": "Other"}, {"runs": []}, {"kind": "view"}):
            with pytest.raises(DatabaseError), transaction.atomic():
                Minute.objects.filter(pk=minute.pk).update(**change)
    assert typed(people.bob, minute, first_update("Too late. ")).refusal == "closed"
    with pytest.raises(NotAllowed):
        change_minute(minute=minute, shown=1, text="Other", by=seen_by(people.bob))


def test_nobody_but_the_chair_takes_strokes_away(people, meeting, seen_by):
    begun(meeting, seen_by(people.alice))
    seen_by(people.bob)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select app.finish_minutes(%s)", [str(meeting.pk)])


def test_the_application_writes_no_stroke_by_itself(people, meeting, seen_by):
    minute = begun(meeting, seen_by(people.alice))
    with pytest.raises(DatabaseError), transaction.atomic():
        MinuteUpdate.objects.create(
            minute=minute, number=9, writer=people.bob, key=uuid.uuid4(), data=b"x", total=1
        )
    with pytest.raises(DatabaseError), transaction.atomic():
        Minute.objects.filter(pk=minute.pk).update(text="Other words")


def test_emptied_and_left_an_entry_is_taken_away(people, meeting, seen_by):
    alice = seen_by(people.alice)
    minute = begun(meeting, alice, "x")
    update = first_update("y")
    type_in_minute(minute=minute, updates={uuid.uuid4(): update}, by=alice)
    storing.settle({minute.pk: (2, "", [])})
    assert storing.drop_empty(meeting.pk, quiet_seconds=60) == []
    assert storing.drop_empty(meeting.pk, quiet_seconds=0) == []  # within this transaction no time passes
    with as_system():
        MinuteUpdate.objects.update(written_at="2020-01-01T00:00Z")
    seen_by(people.alice)
    assert storing.drop_empty(meeting.pk, quiet_seconds=60) == [minute.pk]
    assert not Minute.objects.exists()
