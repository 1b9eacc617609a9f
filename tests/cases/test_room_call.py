"""How browsers of a room find each other for a call: only in the same room, only on its call, and no word too long."""

import base64
import hashlib
import hmac

import pytest
from django.urls import reverse

from cases.live_room.call import LONGEST, MOST, has_calls, relays
from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event
from earlyhelp.live.consumer import NOT_SEEN

SECRET = "a secret of the relay and this system alone"


def test_relay_is_opened_by_a_name_that_ends_and_a_password_made_from_the_secret(settings):
    settings.TURN_URLS, settings.TURN_SECRET, settings.TURN_SECONDS = ["turn:relay.example"], SECRET, 3600
    (first,), (second,) = relays(now=1_000_000), relays(now=1_000_000)
    until, _, more = first["username"].partition(":")
    assert (int(until), first["urls"]) == (1_003_600, ["turn:relay.example"])
    assert more and first["username"] != second["username"]
    # As coturn's use-auth-secret works it out: base64 of HMAC-SHA-1 of the name.
    wanted = base64.b64encode(hmac.digest(SECRET.encode(), first["username"].encode(), hashlib.sha1)).decode()
    assert first["credential"] == wanted


def test_calls_are_off_until_somebody_sets_them_up(settings):
    settings.LIVE_CONNECTIONS = True
    settings.TURN_URLS, settings.CALLS_IN_ONE_NETWORK = [], False
    assert relays() == [] and not has_calls()
    settings.CALLS_IN_ONE_NETWORK = True
    assert has_calls()


@pytest.fixture
def enter(people, meeting_now, knock, settings):
    """`enter(membership)`: that person's connection to the meeting."""
    settings.LIVE_CONNECTIONS = settings.CALLS_IN_ONE_NETWORK = True

    def make(who, meeting=None):
        path = reverse("live-room", urlconf="earlyhelp.live.urls", args=[(meeting or meeting_now).pk])
        return knock(who, people.case.reference, path=path)

    return make


def joined(person) -> str:
    """Join the call; gives the name of this connection."""
    person.say(type="call", join=True)
    person.hear("call")
    return person.hear(
        "here", where=lambda told: any(each["me"] and each["in_call"] for each in told["people"])
    )["id"]


def hears_signal(person) -> dict | None:
    while not person.hears_nothing(0.4):
        if person.last["type"] == "signal":
            return person.last
    return None


@pytest.mark.django_db(transaction=True)
def test_offers_go_to_the_one_they_are_for_and_no_further(people, tom, enter, meeting_of):
    alice, police, manager = enter(people.alice), enter(tom), enter(people.coordinator)
    elsewhere = enter(people.alice, meeting_of(people.case, people.alice))
    hers, _his = joined(alice), joined(police)
    if [each["id"] for each in police.last["on_call"]] != [hers]:
        police.hear("here", where=lambda told: [each["id"] for each in told["on_call"]] == [hers])
    police.say(type="signal", to=hers, kind="offer", words="v=0")
    told = alice.hear("signal")
    assert (told["kind"], told["words"]) == ("offer", "v=0")
    assert hears_signal(manager) is None and hears_signal(elsewhere) is None
    # Whoever is not on the call says nothing there, and hears nothing.
    manager.say(type="signal", to=hers, kind="offer", words="v=0")
    for to, kind, words in (
        ("nobody", "offer", "v=0"), (hers, "candidate", "v=0"), (hers, "offer", "x" * (LONGEST + 1)),
        (hers, "offer", {"a": 1}), ([hers], "offer", "v=0"), (None, None, None),
    ):  # fmt: skip
        police.say(type="signal", to=to, kind=kind, words=words)
    assert hears_signal(alice) is None
    with as_system():
        assert Event.objects.filter(verb="Joined the call of a meeting").count() == 2
    alice.say(type="call", join=False)
    police.hear("here", where=lambda told: told["on_call"] == [])


@pytest.mark.django_db(transaction=True)
def test_call_holds_six(people, tom, enter):
    first = [enter(people.alice) for _ in range(MOST)]
    for person in first:
        joined(person)
    seventh = enter(tom)
    seventh.hear("here", where=lambda told: len(told["on_call"]) == MOST)
    seventh.say(type="call", join=True)
    assert seventh.hear("call")["full"] is True


@pytest.mark.django_db(transaction=True)
def test_strangers_and_switched_off_calls(people, tom, enter, settings):
    assert enter(people.charlie).ended() == NOT_SEEN
    settings.CALLS_IN_ONE_NETWORK = False
    alice = enter(people.alice)
    alice.hear("here")
    alice.say(type="call", join=True)
    assert not alice.hear("here")["people"][0]["in_call"]
