"""One e-mail a day unless somebody chose otherwise; what is urgent at once; nothing twice and nothing lost."""

import datetime as dt
import smtplib

import pytest
import time_machine
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event
from earlyhelp.outbox import notify, relay
from earlyhelp.outbox.choices import choice_of, choose, next_daily
from earlyhelp.outbox.kinds import KINDS, Topic
from earlyhelp.outbox.models import How, Message, MessageChoice, State
from earlyhelp.settings.base import BASE_DIR

pytestmark = pytest.mark.django_db
PAGE = reverse("message-choices")
USUAL = {"how": How.DAILY, "hour": 7, "working_days_only": True, "at_once_about": []}


def london(*facts) -> dt.datetime:
    return timezone.make_aware(dt.datetime(*facts))


@pytest.fixture(autouse=True)
def daily(settings):
    settings.EARLY_HELP = settings.EARLY_HELP | {"MESSAGES_DAILY": True}


@pytest.fixture
def alice(world):
    return world.member(world.agency(), first_name="Alice")


def tell(to, kind="restriction-review", key="", **options):
    return notify(kind, to=to, key=key or kind, link=f"/{kind}/", days=14, count=2, **options)


def comes(at: dt.datetime) -> int:
    """What the relay hands over at a moment."""
    with time_machine.travel(at, tick=False):
        return relay.send_due()


def test_every_text_has_its_kind_and_every_kind_its_text():
    assert set(KINDS) == {path.stem for path in (BASE_DIR / "templates/outbox/mail").glob("*.txt")}


def test_a_day_is_one_email_and_the_urgent_comes_at_once(alice):
    with time_machine.travel(london(2026, 11, 23, 10, 0), tick=False):
        tell(alice)
        tell(alice, "assessment-asked")
        tell(alice, "draft-reminder")
        tell(alice, "emergency-opened")
        assert relay.send_due() == 1
        assert "emergency" in mail.outbox.pop().subject
    assert comes(london(2026, 11, 24, 6, 59)) == 0
    assert comes(london(2026, 11, 24, 7, 0)) == 3
    [sent] = mail.outbox
    assert sent.subject == "Early Help: 3 things for you"
    for kind in ("restriction-review", "assessment-asked", "draft-reminder"):
        assert f"https://testserver/{kind}/" in sent.body
    assert Topic.ASSESSMENTS.label in sent.body and Topic.AGREEMENT.label not in sent.body
    assert "A colleague asks you to go on with an assessment" in sent.body
    for word in (alice.user.first_name, alice.user.last_name, alice.agency.name):
        assert word not in sent.subject + sent.body
    assert set(Message.objects.values_list("state", flat=True)) == {State.SENT}
    assert comes(london(2026, 11, 25, 7, 0)) == 0


def test_one_thing_alone_comes_in_its_own_words(alice):
    with time_machine.travel(london(2026, 11, 23, 10, 0), tick=False):
        tell(alice)
    assert comes(london(2026, 11, 24, 7, 0)) == 1
    assert "things for you" not in mail.outbox[0].subject


def test_people_do_not_get_each_others(alice, world):
    bob = world.member(alice.agency)
    with time_machine.travel(london(2026, 11, 23, 10, 0), tick=False):
        for who in (alice, bob):
            tell(who)
            tell(who, "assessment-asked")
    assert comes(london(2026, 11, 24, 7, 0)) == 4
    assert sorted(sent.to[0] for sent in mail.outbox) == sorted([alice.user.email, bob.user.email])


def test_a_failed_day_is_tried_again_whole_and_with_nothing_new_in_it(alice, monkeypatch):
    with time_machine.travel(london(2026, 11, 23, 10, 0), tick=False):
        first = tell(alice)
        tell(alice, "assessment-asked")

    def away(*_facts):
        raise smtplib.SMTPServerDisconnected

    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", away)
        assert comes(london(2026, 11, 24, 7, 0)) == 0
    with time_machine.travel(london(2026, 11, 24, 6, 59), tick=False):
        tell(alice, "draft-reminder")
    assert comes(london(2026, 11, 24, 7, 30)) == 3
    assert {sent.extra_headers["Message-ID"] for sent in mail.outbox} > {relay.message_id(first)}
    of_first = next(m for m in mail.outbox if m.extra_headers["Message-ID"] == relay.message_id(first))
    assert of_first.subject == "Early Help: 2 things for you"
    assert len(mail.outbox) == 2


def test_somebody_who_left_gets_none_of_it(alice, world):
    with time_machine.travel(london(2026, 11, 23, 10, 0), tick=False):
        tell(alice)
        tell(alice, "assessment-asked")
    with as_system():
        alice.ends_on = min(world.today - dt.timedelta(days=1), dt.date(2026, 11, 23))  # before either present
        alice.save()
    assert comes(london(2026, 11, 24, 7, 0)) == 0
    assert not mail.outbox
    assert set(Message.objects.values_list("state", flat=True)) == {State.NOT_NEEDED}


@pytest.mark.parametrize(
    ("facts", "after", "comes_at"),
    [
        ({}, london(2026, 11, 23, 6, 0), london(2026, 11, 23, 7, 0)),
        ({}, london(2026, 11, 23, 7, 0), london(2026, 11, 23, 7, 0)),
        ({}, london(2026, 11, 27, 8, 0), london(2026, 11, 30, 7, 0)),
        ({"working_days_only": False}, london(2026, 11, 27, 8, 0), london(2026, 11, 28, 7, 0)),
        ({"hour": 16}, london(2026, 12, 24, 17, 0), london(2026, 12, 29, 16, 0)),
        ({}, london(2026, 10, 24, 8, 0), london(2026, 10, 26, 7, 0)),  # the clocks go back in between
    ],
)
def test_when_the_daily_email_goes(facts, after, comes_at):
    assert next_daily(MessageChoice(**USUAL | facts), after) == comes_at


def test_choosing_plans_anew_what_waits(alice):
    with time_machine.travel(london(2026, 11, 23, 10, 0), tick=False):
        tell(alice)
        choose(user=alice.user, **USUAL | {"how": How.AT_ONCE})
        assert relay.send_due() == 1
        choose(user=alice.user, **USUAL | {"at_once_about": [Topic.ASSESSMENTS]})
        tell(alice, "assessment-asked")
        tell(alice, key="tomorrow")
        assert relay.send_due() == 1
        choose(user=alice.user, **USUAL | {"how": How.NEVER})
        assert Message.objects.get(key="tomorrow").state == State.NOT_NEEDED
        tell(alice, "draft-reminder")
        tell(alice, "emergency-opened")
        assert relay.send_due() == 1, "the emergency, whatever was chosen"


def test_what_the_partnership_decided_holds_until_somebody_chooses(alice, settings):
    settings.EARLY_HELP = settings.EARLY_HELP | {"MESSAGES_DAILY": False}
    tell(alice)
    assert relay.send_due() == 1
    choose(user=alice.user, **USUAL)
    tell(alice, key="another")
    assert relay.send_due() == 0


def test_page_keeps_the_choice_and_records_it(alice, signed_in_as, queries_of):
    client = signed_in_as(alice)
    page = client.get(PAGE).content.decode()
    assert "Once a day, in one e-mail" in page
    answer = client.post(PAGE, {"how": "daily", "hour": "16", "at_once_about": ["meetings"]}, follow=True)
    assert "Your choice has been saved." in answer.content.decode()
    kept = choice_of(alice.user.pk)
    assert (kept.how, kept.hour, kept.working_days_only, kept.at_once_about) == (
        "daily",
        16,
        False,
        ["meetings"],
    )
    with as_system():
        assert Event.objects.filter(verb="changed how they are told", user_id=alice.user.pk).count() == 1
    assert queries_of(client, PAGE) <= 12


@pytest.mark.parametrize(
    "odd",
    [{}, {"how": "sometimes", "hour": "7"}, {"how": "daily", "hour": "3"}, {"how": "daily", "hour": "x"}],
)
def test_odd_choices_are_refused_in_words(alice, signed_in_as, odd):
    answer = signed_in_as(alice).post(PAGE, odd)
    assert "There is a problem" in answer.content.decode()
    assert not MessageChoice.objects.exists()
