"""Messages: written with what they tell of, sent once, and saying nothing."""

import datetime as dt
import re
import smtplib

import pytest
from django.core import mail
from django.db import transaction
from django.template.loader import get_template
from django.utils import timezone

from earlyhelp.access import Role
from earlyhelp.access.context import as_system
from earlyhelp.outbox import notify, relay
from earlyhelp.outbox.actions import FACTS, try_again
from earlyhelp.outbox.models import Message, State
from earlyhelp.settings.base import BASE_DIR

pytestmark = pytest.mark.django_db

KINDS = sorted(path.stem for path in (BASE_DIR / "templates/outbox/mail").glob("*.txt"))
SHOWN = {"partnership", "phone", "link", *FACTS}


@pytest.fixture
def alice(world):
    return world.member(world.agency(), first_name="Alice")


def tell(to, key="restriction-review:7:2027-01-04", **facts):
    return notify("restriction-review", to=to, key=key, link="/restrictions/", days=14, **facts)


def test_message_is_sent_once_with_its_link_and_nothing_personal(alice):
    written = tell(alice)
    assert relay.send_due() == 1
    assert relay.send_due() == 0
    [sent] = mail.outbox
    assert sent.to == [alice.user.email]
    assert "https://testserver/restrictions/" in sent.body
    assert sent.extra_headers["Message-ID"] == relay.message_id(written)
    for word in (alice.user.first_name, alice.user.last_name, alice.agency.name):
        assert word not in sent.subject + sent.body
    written.refresh_from_db()
    assert (written.state, written.link, written.facts) == (State.SENT, "", {})


def test_the_same_key_tells_each_person_once(alice, world):
    bob = world.member(alice.agency)
    assert tell(alice)
    assert tell(alice) is None
    assert tell(alice.user) is None, "whatever their membership"
    assert tell(bob)
    assert tell(alice, key="restriction-review:7:2027-04-04")
    assert relay.send_due() == 3


def test_what_rolls_back_is_never_told(alice):
    with transaction.atomic():
        tell(alice)
        transaction.set_rollback(True)
    assert relay.send_due() == 0
    assert not mail.outbox


@pytest.mark.django_db(transaction=True)
def test_message_leaves_right_after_the_commit_and_not_before(alice):
    with transaction.atomic():
        tell(alice)
        assert not mail.outbox
    assert len(mail.outbox) == 1
    with pytest.raises(RuntimeError, match="open one first"):
        tell(alice, key="another")


@pytest.mark.django_db(transaction=True)
def test_a_queue_that_is_away_loses_nothing(alice, monkeypatch):
    from kombu.exceptions import OperationalError

    from earlyhelp.outbox import tasks

    def is_away(*_args, **_options):
        raise OperationalError("no broker")

    monkeypatch.setattr(tasks.relay_messages, "apply_async", is_away)
    with transaction.atomic():
        tell(alice)
    assert not mail.outbox
    assert tasks.relay_messages() == 1


def test_message_waits_until_it_is_due(alice):
    later = timezone.now() + dt.timedelta(hours=2)
    tell(alice, due_at=later)
    assert relay.send_due() == 0
    Message.objects.update(due_at=timezone.now())
    assert relay.send_due() == 1


def test_somebody_who_left_is_not_told(alice, world):
    tell(alice)
    with as_system():
        alice.ends_on = world.today - dt.timedelta(days=1)
        alice.save()
    assert relay.send_due() == 0
    assert Message.objects.get().state == State.NOT_NEEDED
    assert not mail.outbox


def test_address_without_an_account_is_forgotten_once_told():
    assert tell("dana@example.org")
    assert tell("Dana@example.org ".strip()) is None
    assert relay.send_due() == 1
    assert mail.outbox[0].to == ["dana@example.org"]
    assert Message.objects.get().to_address == ""


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"kind": "no-such-kind"}, "No text"),
        ({"link": "https://elsewhere.example/"}, "page of this site"),
        ({"link": "//elsewhere.example/"}, "page of this site"),
        ({"name": 4}, "numbers"),
        ({"days": "Hollis"}, "numbers"),
    ],
)
def test_message_that_could_say_something_is_refused(alice, changed, words):
    asked = {"kind": "restriction-review", "to": alice, "key": "k", "link": "/", **changed}
    with pytest.raises(ValueError, match=words):
        notify(asked.pop("kind"), **asked)


def test_failures_are_tried_again_later_and_given_up_visibly(alice, world, monkeypatch):
    tell(alice)

    def is_away(_self):
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.open", is_away)
    waited = []
    for _ in range(len(relay.WAITS) + 1):
        assert relay.send_due() == 0
        message = Message.objects.get()
        if message.state == State.WAITING:
            waited.append(round((message.due_at - timezone.now()).total_seconds() / 60))
        Message.objects.update(due_at=timezone.now())
    assert tuple(waited) == relay.WAITS
    message = Message.objects.undelivered().get()
    assert message.failure == "The mail server could not be reached (ConnectionRefusedError)."
    assert message.link, "it can be tried again"
    monkeypatch.undo()
    actor = world.actor(world.member(world.agency(), Role.SYSTEM_ADMINISTRATOR))
    assert try_again(message=message.pk, by=actor)
    assert relay.send_due() == 1


def test_refused_address_is_given_up_at_once_without_naming_it(alice, monkeypatch):
    tell(alice)

    def refuse(_self, messages):
        raise smtplib.SMTPRecipientsRefused({messages[0].to[0]: (550, b"no such mailbox here")})

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
    assert relay.send_due() == 0
    assert Message.objects.undelivered().get().failure == "The mail server refused the address (550)."


@pytest.mark.parametrize("kind", KINDS)
def test_text_says_nothing_about_anybody(kind):
    """Every kind, with whatever it could be given: only our own words, numbers, a telephone number and a link."""
    source = (BASE_DIR / f"templates/outbox/mail/{kind}.txt").read_text()
    used = set(re.findall(r"{{\s*([\w.]+)", source))
    assert used <= SHOWN, used - SHOWN
    assert set(re.findall(r"{%\s*(\w+)", source)) <= {
        "autoescape",
        "endautoescape",
        "load",
        "if",
        "else",
        "endif",
    }
    assert "link" in used
    message = Message(kind=kind, key="k", receiver="user:1", link="/my-work/", facts=dict.fromkeys(FACTS, 7))
    text = relay.write_mail([message], "alice@example.org")
    assert text.subject.startswith("Early Help"), "the reader knows who writes"
    assert "\n" not in text.subject
    assert "https://testserver/my-work/" in text.body
    assert "{" not in text.subject + text.body
    assert get_template(f"outbox/mail/{kind}.txt")
