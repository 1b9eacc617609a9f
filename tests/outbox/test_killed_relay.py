"""Relays killed with signal 9 at every stage of a hand-over, and at random: nothing is lost, and what was handed over twice.

EH_KILLS=200 kills more of them. The figures are printed: due, delivered, handed over twice (under the same Message-ID).
"""

import datetime as dt
import multiprocessing
import os
import random
import signal
import threading
import time
from collections import Counter

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from earlyhelp.outbox import notify, relay
from earlyhelp.outbox.models import Message, State
from tests.outbox.mail_server import STAGES, MailServer

pytestmark = pytest.mark.django_db(transaction=True)
KILLS = int(os.environ.get("EH_KILLS", "25"))
fork = multiprocessing.get_context("fork")


@pytest.fixture
def mail_server(settings, monkeypatch):
    monkeypatch.setattr("earlyhelp.outbox.actions.wake_relay", lambda: None)  # the test starts relays itself
    with MailServer() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_USE_TLS = False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        yield server


def write(person, count, start=0):
    with transaction.atomic():
        for n in range(start, start + count):
            notify("restriction-review", to=person, key=f"review:{n}", link="/to-check/", days=3)


def run_relay() -> None:
    """In a process of its own, which shares no connection with the test's."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    relay.send_due()
    os._exit(0)


def started():
    connections.close_all()  # a forked process must not speak on our connection
    process = fork.Process(target=run_relay)
    process.start()
    return process


def lease_ends() -> None:
    """What three minutes do."""
    Message.objects.filter(state=State.WAITING).update(
        claimed_until=None, due_at=timezone.now() - dt.timedelta(minutes=1)
    )
    connection.close()


def finish() -> None:
    lease_ends()
    last = started()
    last.join(60)
    assert last.exitcode == 0


@pytest.mark.parametrize("stage", STAGES)
def test_relay_killed_at_each_stage(stage, mail_server, world):
    write(world.person_with_account(), 3)
    seen = []

    def kill(at):
        if at == stage and not seen:
            seen.append(at)
            os.kill(process.pid, signal.SIGKILL)  # no line of it runs after this

    connections.close_all()
    process = fork.Process(target=run_relay)
    mail_server.on = kill
    process.start()
    process.join(30)
    assert process.exitcode == -signal.SIGKILL
    finish()
    assert Message.objects.filter(state=State.SENT).count() == 3
    taken = Counter(mail_server.taken)
    assert len(taken) == 3, "nothing is lost"
    # Only one that the server had, and of which we did not know, is handed over twice, under the same Message-ID.
    twice = [name for name, times in taken.items() if times > 1]
    assert len(twice) == (1 if stage in {"before 250", "after 250"} else 0)


@pytest.mark.parametrize("stage", STAGES)
def test_a_days_email_with_the_relay_killed_is_one_email(stage, mail_server, world, settings):
    """Three things in one e-mail: after the kill the same three go in the same e-mail, and a fourth in another."""
    settings.EARLY_HELP = settings.EARLY_HELP | {"MESSAGES_DAILY": True}
    person = world.person_with_account()
    write(person, 3)
    lease_ends()  # due now
    seen = []

    def kill(at):
        if at == stage and not seen:
            seen.append(at)
            os.kill(process.pid, signal.SIGKILL)

    connections.close_all()
    process = fork.Process(target=run_relay)
    mail_server.on = kill
    process.start()
    process.join(30)
    write(person, 1, 3)
    finish()
    taken = Counter(mail_server.taken)
    assert Message.objects.filter(state=State.SENT).count() == 4
    assert len(taken) == 2, "the day's e-mail, and the later one"
    assert max(taken.values()) == (2 if stage in {"before 250", "after 250"} else 1)


def test_a_living_relay_keeps_its_lease(mail_server, world):
    """A second relay leaves alone what a slow one has in its hands."""
    write(world.person_with_account(), 1)
    slow = threading.Event()
    mail_server.on = lambda at: at == "RCPT" and not slow.is_set() and (slow.set(), time.sleep(1))
    holding = started()
    assert slow.wait(30)
    second = started()
    second.join(30)
    holding.join(30)
    assert len(mail_server.taken) == 1


@pytest.mark.slow
def test_relays_killed_at_random(mail_server, world, request):
    """Two relays at a time, killed after a random moment, until everything has been sent."""
    chance = random.Random(20261122)
    person = world.person_with_account()
    written = 0
    for _ in range(KILLS):
        write(person, 4, written)
        written += 4
        lease_ends()
        pair = [started(), started()]
        time.sleep(chance.uniform(0.0, 0.12))
        for process in pair:
            process.kill()
            process.join()
    finish()
    taken = Counter(mail_server.taken)
    sent = Message.objects.filter(state=State.SENT).count()
    twice = sum(times - 1 for times in taken.values())
    request.config.get_terminal_writer().line(
        f"kills={2 * KILLS} due={written} delivered={len(taken)} handed_over_twice={twice} marked_sent={sent}"
    )
    assert sent == len(taken) == written
    assert Message.objects.exclude(state=State.SENT).count() == 0
