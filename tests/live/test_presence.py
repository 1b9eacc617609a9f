"""Who else has a record open: told to those who see it, and to nobody else."""

import asyncio

import pytest
from django.db import OperationalError

from earlyhelp.live.consumer import TRY_AGAIN, LiveConsumer
from earlyhelp.live.presence import Presence

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_people_of_two_agencies_see_each_other(people, tom, knock):
    alice = knock(people.alice, people.case.reference, "overview")
    police = knock(tom, people.case.reference, "plan")
    seen = alice.names(tom.user.full_name)
    assert seen["people"] == [
        {"name": tom.user.full_name, "agency": "Westmoor Police", "where": "on the plan"}
    ]
    police.names(people.alice.user.full_name)
    police.say(type="part", part="timeline")
    assert alice.hear("here")["people"][0]["where"] == "on the timeline"
    police.socket.close()
    alice.names()


def test_a_connection_whose_handling_fails_leaves_nobody_behind(people, tom, live, knock, monkeypatch):
    alice, police = knock(people.alice, people.case.reference), knock(tom, people.case.reference)
    alice.names(tom.user.full_name)

    async def fails(self, **message):
        raise ZeroDivisionError("a fault of ours")

    monkeypatch.setattr(LiveConsumer, "receive", fails)
    police.say(type="part", part="timeline")
    alice.names()
    assert police.ended() > 0
    assert [each.membership_id for each in live.watch.connections] == [people.alice.pk]


def test_when_the_database_is_away_the_connection_really_ends(people, tom, knock, monkeypatch):
    """It is the task of saying who is here that ends it, and the end of a connection ends its tasks: not half-way."""
    alice, police = knock(people.alice, people.case.reference), knock(tom, people.case.reference)
    alice.names(tom.user.full_name)
    police.names(people.alice.user.full_name)
    admit, say = LiveConsumer._admit_again, Presence._say

    def away(self):
        if self.membership_id == people.alice.pk:
            raise OperationalError("the database is away")
        return admit(self)

    async def slowly(self, what):
        await asyncio.sleep(0.01)  # the queue takes its time
        await say(self, what)

    monkeypatch.setattr(LiveConsumer, "_admit_again", away)
    monkeypatch.setattr(Presence, "_say", slowly)
    police.say(type="part", part="timeline")
    assert alice.ended() == TRY_AGAIN
    police.names()  # and the others know that she has gone
