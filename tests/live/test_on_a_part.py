"""Who is on one part of an assessment: the same people as get the page, and it ends when their sight of the record ends."""

import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from assessments.models import Section
from cases.models import Consent, Person
from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event
from earlyhelp.live.consumer import NOT_SEEN, SIGNED_OUT
from tests.fixtures.live import refused

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def beside(people, eha, knock):
    """`beside(membership)`: that person's connection to a part of Alice's assessment."""

    def make(who, key="start", *, pk=None, name="live-part", **more):
        path = reverse(name, urlconf="earlyhelp.live.urls", kwargs={"pk": pk or eha.pk, "key": key, **more})
        return knock(who, people.case.reference, path=path)

    return make


def end_of(person) -> tuple[int, dict]:
    return person.ended(), person.last


def test_two_people_see_each_other_and_where_they_write(people, tom, beside):
    alice, police = beside(people.alice), beside(tom)
    alice.names(tom.user.full_name)
    police.names(people.alice.user.full_name)
    police.say(type="writing", question="reason")
    told = alice.hear("here", where=lambda message: message["people"][0]["question"])
    assert told["people"] == [{"name": tom.user.full_name, "agency": "Westmoor Police", "question": "reason"}]
    assert told["own"] is False
    police.say(type="writing", question="")
    alice.hear("here", where=lambda message: not message["people"][0]["question"])
    police.socket.close()
    alice.names()


def test_somebody_who_saved_is_announced_to_the_others_of_the_same_part_alone(people, tom, beside):
    alice, police, elsewhere = beside(people.alice), beside(tom), beside(people.alice, "services")
    alice.names(tom.user.full_name)
    police.names(people.alice.user.full_name)
    police.say(type="saved")
    alice.hear("newer")
    assert police.hears_nothing() and elsewhere.hears_nothing()


def test_another_window_of_ones_own_is_said_and_is_nobody_else(people, beside):
    first, _second = beside(people.alice), beside(people.alice)
    told = first.hear("here")
    assert told["people"] == [] and told["own"] is True


def test_strangers_and_parts_that_do_not_exist_are_refused_in_the_same_words(people, world, eha, beside):
    hidden = [end_of(beside(who)) for who in (people.bob, people.charlie)]
    absent = [
        end_of(beside(people.charlie, pk=uuid.uuid4())),
        end_of(beside(people.alice, pk=uuid.uuid4())),
        end_of(beside(people.alice, "no_such_part")),
        end_of(beside(people.alice, "child", name="live-person-part", person=uuid.uuid4())),
    ]
    assert {code for code, _words in hidden + absent} == {NOT_SEEN}
    assert len({str(words) for _code, words in hidden + absent}) == 1
    with as_system():
        stranger = (
            Person.objects.exclude(family=people.case.family).first()
            or world.family(people.hub).people.first()
        )
    assert beside(people.alice, "child", name="live-person-part", person=stranger.pk).ended() == NOT_SEEN


def test_part_of_a_child_is_a_place_of_its_own(people, tom, beside):
    with as_system():
        child = Person.objects.get(family=people.case.family, is_child=True)
    alice = beside(people.alice, "child", name="live-person-part", person=child.pk)
    police = beside(tom, "child", name="live-person-part", person=child.pk)
    alice.names(tom.user.full_name)
    police.names(people.alice.user.full_name)
    assert beside(tom, "start").hears_nothing()


def test_it_ends_at_once_with_consent_and_with_the_session(no_clock, people, tom, beside, signed_in_as):
    alice, police = beside(people.alice), beside(tom)
    alice.names(tom.user.full_name)
    with as_system():
        Consent.objects.filter(agency=tom.agency).update(ended_at=timezone.now(), end_reason="withdrawn")
    assert police.ended() == NOT_SEEN
    alice.names()
    with as_system():
        type(people.alice.user).objects.filter(pk=people.alice.user_id).update(session_generation=99)
    assert alice.ended() == SIGNED_OUT


NONSENSE = ["<script>", "Hollis", 7, None, ["reason"], "reason " * 20, {"a": 1}]


def test_what_a_page_says_is_not_passed_on_unread_and_nothing_is_written_down(people, tom, beside):
    alice, police = beside(people.alice), beside(tom)
    alice.names(tom.user.full_name)
    with as_system():
        before = Event.objects.count()
    for words in NONSENSE:
        police.say(type="writing", question="reason")
        alice.hear("here", where=lambda message: message["people"][0]["question"] == "reason")
        police.say(type="writing", question=words)
        assert alice.hear("here")["people"][0]["question"] == "", words
    with as_system():
        assert Event.objects.count() == before and not Section.objects.exists()


def test_another_sites_page_is_refused(people, eha, knock):
    path = reverse("live-part", urlconf="earlyhelp.live.urls", kwargs={"pk": eha.pk, "key": "start"})
    with refused():
        knock(people.alice, people.case.reference, path=path, origin="https://elsewhere.example")
