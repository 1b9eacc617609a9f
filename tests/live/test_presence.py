"""Who else has a record open: told to those who see it, and to nobody else."""

import pytest


@pytest.mark.django_db(transaction=True)
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
