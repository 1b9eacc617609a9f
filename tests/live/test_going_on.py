"""What ends by its time, and what happens when the database's ear, the queue or another live process goes away."""

import datetime as dt
import os
import threading
import time

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from cases.models import Consent, EmergencyAccess
from devtools import state
from devtools.valkey import Valkey
from earlyhelp.access.context import as_system
from earlyhelp.live import watch
from earlyhelp.live.consumer import NOT_SEEN, SIGNED_OUT, LiveConsumer
from tests.database import maintenance_connection
from tests.fixtures.live import LiveProcess

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def quick_clock(monkeypatch):
    """The clock's look each quarter of a second in place of each five, so that a test need not wait."""
    monkeypatch.setattr(watch, "SWEEP", 0.25)


def withdraw(agency):
    with as_system():
        Consent.objects.filter(agency=agency, ended_at=None).update(
            ended_at=timezone.now(), end_reason="withdrawn"
        )


def test_emergency_that_runs_out_ends_by_the_clock(quick_clock, people, knock):
    with as_system():
        EmergencyAccess.objects.create(
            case=people.case, membership=people.charlie, reason="x", starts_at=timezone.now(),
            expires_at=timezone.now() + dt.timedelta(seconds=5),
        )  # fmt: skip
    alice, charlie = knock(people.alice, people.case.reference), knock(people.charlie, people.case.reference)
    alice.names(people.charlie.user.full_name)
    assert charlie.ended(30) == NOT_SEEN
    alice.names()


def test_session_that_nobody_uses_ends_by_the_clock(quick_clock, people, knock, signed_in_as):
    cookie = signed_in_as(people.alice).cookies[settings.SESSION_COOKIE_NAME].value
    alice = knock(None, people.case.reference, cookie=cookie)
    assert alice.hears_nothing()
    # Time passes: the row is there and its time is over. Nothing tells it.
    Session.objects.filter(session_key=cookie).update(expire_date=timezone.now() - dt.timedelta(seconds=1))
    assert alice.ended() == SIGNED_OUT


def test_working_day_that_is_too_long_ends_it(people, knock, signed_in_as):
    browser = signed_in_as(people.alice)
    session = browser.session
    session["signed_in_at"] = int(time.time()) - settings.SESSION_ABSOLUTE_SECONDS - 1
    session.save()
    cookie = browser.cookies[settings.SESSION_COOKIE_NAME].value
    assert knock(None, people.case.reference, cookie=cookie).ended() == SIGNED_OUT


def test_what_was_told_while_nobody_listened_is_made_up_for(no_clock, people, tom, knock, live):
    """The database ends our listening connection and a fact commits in the gap: found when we listen again."""
    police = knock(tom, people.case.reference)
    police.hears_nothing()
    server = maintenance_connection(connection.settings_dict["NAME"])
    with server.cursor() as cursor:
        cursor.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and query like 'listen earlyhelp_%'"
        )
        assert cursor.rowcount >= 1
    server.close()
    withdraw(tom.agency)
    assert police.ended() == NOT_SEEN
    until = time.monotonic() + 10
    while not live.watch.listener.is_listening:
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_fact_that_ends_sight_between_look_and_watch_is_not_missed(people, tom, knock, live, monkeypatch):
    """Consent ends just after the handshake's own look: the notification came before the connection was watched."""
    once = []
    real = LiveConsumer._remember

    def slow(self, *found):
        real(self, *found)
        if not once:
            once.append(1)
            time.sleep(0.5)  # the loop stands still while the consent ends

    monkeypatch.setattr(LiveConsumer, "_remember", slow)
    ending = threading.Timer(0.3, withdraw, [tom.agency])
    ending.start()
    police = knock(tom, people.case.reference)
    assert police.ended() == NOT_SEEN
    ending.join()


def test_two_live_processes_tell_each_other(people, tom, knock, live):
    second = LiveProcess().start()
    try:
        alice = knock(people.alice, people.case.reference)
        police = knock(tom, people.case.reference, port=second.port)
        alice.names(tom.user.full_name)
        police.names(people.alice.user.full_name)
        withdraw(tom.agency)
        assert police.ended() == NOT_SEEN
        alice.names()
    finally:
        second.stop()


def test_live_process_that_restarts_says_so_and_takes_them_back(people, tom, knock, live):
    alice = knock(people.alice, people.case.reference)
    live.stop()
    assert alice.ended() == 1012
    again = LiveProcess().start()
    try:
        alice = knock(people.alice, people.case.reference, port=again.port)
        knock(tom, people.case.reference, port=again.port)
        alice.names(tom.user.full_name)
    finally:
        again.stop()


@pytest.fixture
def own_queue(settings):
    """A queue of this test's own, which it may stop."""
    facts = state.new_state()
    queue = Valkey(facts, name=f"test-{os.getpid()}-live", keep=False)
    queue.start(tied=True)
    layers = settings.CHANNEL_LAYERS
    settings.CHANNEL_LAYERS = {
        "default": {
            **layers["default"],
            "CONFIG": {**layers["default"]["CONFIG"], "hosts": [f"{queue.url()}/2"]},
        }
    }
    yield queue
    queue.stop()
    queue.remove()
    queue.log.unlink(missing_ok=True)


@pytest.mark.slow
def test_queue_that_restarts_costs_no_connection_and_no_revocation(
    own_queue, people, tom, knock, live, monkeypatch
):
    monkeypatch.setattr("earlyhelp.live.presence.STILL", 0.5)
    alice, police = knock(people.alice, people.case.reference), knock(tom, people.case.reference)
    alice.names(tom.user.full_name)
    police.names(people.alice.user.full_name)
    own_queue.stop()
    # Without the queue: nobody new is announced, and what ends, ends.
    withdraw(tom.agency)
    assert police.ended() == NOT_SEEN
    own_queue.start(tied=True)
    with as_system():
        Consent.objects.filter(agency=tom.agency).update(ended_at=None, end_reason="")
    until = time.monotonic() + 30
    while True:  # the browser tries again and again, too
        try:
            police = knock(tom, people.case.reference)
            break
        except Exception:
            assert time.monotonic() < until
            time.sleep(0.2)
    police.names(people.alice.user.full_name)
    police.say(type="part", part="timeline")
    alice.hear("here", where=lambda said: [each["where"] for each in said["people"]] == ["on the timeline"])
