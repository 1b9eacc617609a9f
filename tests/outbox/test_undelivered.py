"""The list of messages that could not be delivered: for those who look after accounts, and for nobody else."""

import pytest
from django.core import mail
from django.urls import reverse

from earlyhelp.access import Role
from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event
from earlyhelp.outbox import notify, relay
from earlyhelp.outbox.models import Message, State

pytestmark = pytest.mark.django_db
PAGE = "/accounts/messages/"


@pytest.fixture
def administrator(world, signed_in_as):
    return signed_in_as(world.member(world.agency(), Role.SYSTEM_ADMINISTRATOR))


def given_up(to, key="k"):
    message = notify("restriction-review", to=to, key=key, link="/to-check/", days=3)
    Message.objects.filter(pk=message.pk).update(
        state=State.GIVEN_UP, failure="The mail server answered 451."
    )
    return message


def test_given_up_message_is_shown_and_sent_again(administrator, people):
    message = given_up(people.alice)
    assert (
        "One message could not be delivered" in administrator.get(reverse("accounts:people")).content.decode()
    )
    page = administrator.get(PAGE).content.decode()
    assert people.alice.user.full_name in page
    assert "Early Help: a restriction is due for review" in page
    assert "The mail server answered 451." in page
    assert administrator.post(PAGE, {"message": message.pk, "do": "again"}).status_code == 302
    assert relay.send_due() == 1
    assert [sent.to for sent in mail.outbox] == [[people.alice.user.email]]
    assert people.alice.user.full_name not in administrator.get(PAGE).content.decode()
    assert "could not be delivered" not in administrator.get(reverse("accounts:people")).content.decode()
    with as_system():
        assert Event.objects.filter(verb="Sent a message again", object_id=str(message.pk)).count() == 1


def test_told_in_another_way_it_leaves_the_list_and_is_not_sent(administrator, people):
    message = given_up("dana@example.org")
    page = administrator.get(PAGE).content.decode()
    assert "Somebody without an account" in page
    assert "dana@example.org" not in page
    administrator.post(PAGE, {"message": message.pk, "do": "dismiss"})
    assert "None. Everything" in administrator.get(PAGE).content.decode()
    assert relay.send_due() == 0


@pytest.mark.parametrize(
    "asked", [{}, {"do": "again"}, {"do": "x", "message": "1"}, {"do": "again", "message": "9" * 40}]
)
def test_odd_answers_change_nothing(administrator, people, asked):
    given_up(people.alice)
    assert administrator.post(PAGE, asked).status_code == 302
    assert Message.objects.undelivered().count() == 1


def test_others_are_refused(people, signed_in_as, client):
    message = given_up(people.alice)
    assert signed_in_as(people.alice).get(PAGE).status_code == 403
    assert signed_in_as(people.alice).post(PAGE, {"message": message.pk, "do": "dismiss"}).status_code == 403
    assert client.get(PAGE).status_code == 302
    assert Message.objects.undelivered().count() == 1


def test_few_queries(administrator, people, world, queries_of):
    given_up(people.alice)
    few = queries_of(administrator, PAGE)
    for n in range(5):
        given_up(world.member(people.school), key=f"k{n}")
    assert queries_of(administrator, PAGE) == few
