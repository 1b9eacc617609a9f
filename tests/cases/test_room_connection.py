"""The meeting's live connection: the people who see the meeting, and it ends when their sight ends."""

import asyncio
import threading
import uuid

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from cases.live_room.consumer import RoomConsumer
from cases.live_room.signals import tell_room
from cases.models import AgendaItem, Consent, Minute
from earlyhelp.access.context import as_system
from earlyhelp.live.consumer import NOT_SEEN
from hubs.models import Category
from tests.fixtures.live import PATIENCE, refused

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def meeting(people, meeting_of):
    return meeting_of(people.case, people.alice)


@pytest.fixture
def enter(people, meeting, knock):
    """`enter(membership)`: that person's connection to the meeting."""

    def make(who, *, pk=None, **more):
        path = reverse("live-room", urlconf="earlyhelp.live.urls", args=[pk or meeting.pk])
        return knock(who, people.case.reference, path=path, **more)

    return make


def test_two_people_see_each_other_and_who_is_invited(people, tom, meeting, enter):
    alice, police = enter(people.alice), enter(tom)
    told = alice.names(people.alice.user.full_name, tom.user.full_name)
    with as_system():
        mine = meeting.invitations.get(membership=people.alice)
    by_name = {each["name"]: each for each in told["people"]}
    assert by_name[people.alice.user.full_name]["invitation"] == str(mine.pk)
    assert by_name[tom.user.full_name]["invitation"] == ""
    police.socket.close()
    alice.names(people.alice.user.full_name)


def test_page_that_goes_while_it_is_being_told_something_leaves_nobody_behind(
    people, tom, live, enter, monkeypatch
):
    alice, police = enter(people.alice), enter(tom)
    alice.names(people.alice.user.full_name, tom.user.full_name)
    police.names(people.alice.user.full_name, tom.user.full_name)
    ask, asked = RoomConsumer.ask, threading.Event()

    async def slowly(self, function):
        answer = await ask(self, function)
        if self.membership_id == tom.pk:
            asked.set()
            await asyncio.sleep(0.5)  # the page goes meanwhile
        return answer

    monkeypatch.setattr(RoomConsumer, "ask", slowly)
    police.say(type="hand", up=True)
    assert asked.wait(PATIENCE)
    police.socket.close()
    alice.names(people.alice.user.full_name)
    assert [each.membership_id for each in live.watch.connections] == [people.alice.pk]


def test_raised_hand_is_told_to_the_others_and_goes_down(people, tom, enter):
    alice, police = enter(people.alice), enter(tom)
    alice.names(people.alice.user.full_name, tom.user.full_name)
    police.say(type="hand", up=True)
    hands = {each["name"]: each["hand"] for each in alice.hear("here")["people"]}
    assert hands[tom.user.full_name] > 0 and hands[people.alice.user.full_name] == 0
    police.say(type="hand", up=False)
    assert not any(each["hand"] for each in alice.hear("here")["people"])


def test_change_is_told_after_the_commit_to_everybody_in_the_room(people, tom, meeting, enter, settings):
    settings.LIVE_CONNECTIONS = True
    alice, police = enter(people.alice), enter(tom)
    alice.hear("welcome"), police.hear("welcome")
    with transaction.atomic():
        tell_room(meeting, "decisions")
        assert not any(each["type"] == "changed" for each in _heard(alice))
    assert alice.hear("changed")["part"] == police.hear("changed")["part"] == "decisions"


def test_change_of_an_item_for_some_is_told_to_them_alone(people, tom, meeting, enter, settings):
    settings.LIVE_CONNECTIONS = True
    with as_system():
        item = AgendaItem.objects.create(
            meeting=meeting, case=people.case, agency=people.alice.agency, position=2, title="Health",
            category=Category.HEALTH,
        )  # fmt: skip
    alice, police = enter(people.alice), enter(tom)
    alice.hear("welcome"), police.hear("welcome")
    police.names(people.alice.user.full_name, tom.user.full_name)
    tell_room(meeting, "agenda", item=item)
    assert alice.hear("changed")["part"] == "agenda"
    assert not any(each["type"] == "changed" for each in _heard(police))


def test_part_made_for_others_is_taken_from_those_who_had_it_open(
    people, tom, meeting, enter, signed_in_as, settings, world
):
    settings.LIVE_CONNECTIONS = True
    with as_system():
        world.join(people.case, people.bob)
        item = meeting.agenda.get()
        facts = {"meeting": meeting, "case": people.case, "agency": people.alice.agency}
        entry = Minute.objects.create(item=item, author=people.alice, text="Not her uncle", **facts)
    alice, police = enter(people.alice), enter(tom)
    for person in (alice, police):
        person.say(type="minutes.open")
        person.hear("minutes.state", where=lambda told: told["entries"])
    path = reverse("meeting-agenda-change", args=[people.case.reference, meeting.pk, item.pk])
    words = {"title": item.title, "minutes_planned": 5, "audience": "chosen", "chosen": [f"m{people.bob.pk}"]}
    assert signed_in_as(people.alice).post(path, words).status_code == 302
    assert police.hear("minutes.gone")["entries"] == [str(entry.pk)]
    assert alice.hear("changed")["part"]


def test_strangers_and_meetings_that_do_not_exist_are_refused_in_the_same_words(people, enter):
    ends = [enter(people.bob), enter(people.charlie), enter(people.alice, pk=uuid.uuid4())]
    assert [(end.ended(), end.last) for end in ends] == [(NOT_SEEN, ends[0].last)] * 3


def test_it_ends_at_once_with_consent(no_clock, people, tom, enter):
    alice, police = enter(people.alice), enter(tom)
    alice.names(people.alice.user.full_name, tom.user.full_name)
    with as_system():
        Consent.objects.filter(agency=tom.agency).update(ended_at=timezone.now(), end_reason="withdrawn")
    assert police.ended() == NOT_SEEN
    alice.names(people.alice.user.full_name)


def test_another_sites_page_and_nobody_are_refused(people, enter):
    with refused():
        enter(people.alice, origin="https://elsewhere.example")
    with refused():
        enter(None)


def test_parts_have_names(meeting):
    with pytest.raises(ValueError, match="no such part"):
        tell_room(meeting, "everything")


def _heard(person) -> list[dict]:
    found = []
    while not person.hears_nothing():
        found.append(person.last)
    return found
