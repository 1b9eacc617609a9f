"""The administrator's pages: who may sign in. Others are refused; no family is seen."""

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from earlyhelp.access.context import as_system
from earlyhelp.accounts import actions, second_factor
from earlyhelp.accounts.models import State, User
from earlyhelp.audit.models import Event
from tests.accounts.conftest import give_password

pytestmark = pytest.mark.django_db


def press(browser, person, action):
    return browser.post(reverse("accounts:change_person", args=[person.pk, action]))


def state_of(person):
    return User.objects.get(pk=person.pk).state


def test_pages_are_the_administrators_alone(people, priya, administrator, signed_in_as):
    pages = [
        reverse("accounts:people"),
        reverse("accounts:invite"),
        reverse("accounts:person", args=[priya.pk]),
    ]
    for page in pages:
        assert Client().get(page).url.startswith(reverse("account_login"))
        for who in (people.alice, people.bob, people.charlie, people.coordinator):
            assert signed_in_as(who).get(page).status_code == 403
        assert administrator.get(page).status_code == 200
    assert press(signed_in_as(people.coordinator), priya, "deactivate").status_code == 403
    assert state_of(priya) == State.ACTIVE


def test_actions_check_the_right_themselves(people, priya, world):
    with pytest.raises(PermissionDenied):
        actions.deactivate(user=priya, by=world.actor(people.alice))


def test_invite_and_send_again(administrator, mailoutbox, django_capture_on_commit_callbacks):
    facts = {"first_name": "Jo", "last_name": "Nowak", "email": "jo@example.org", "phone": ""}
    with django_capture_on_commit_callbacks(execute=True):
        answer = administrator.post(reverse("accounts:invite"), facts)
    jo = User.objects.get(email="jo@example.org")
    assert answer.url == reverse("accounts:person", args=[jo.pk])
    assert jo.state == State.INVITED
    with django_capture_on_commit_callbacks(execute=True):
        press(administrator, jo, "invite-again")
    assert len(mailoutbox) == 2
    again = administrator.post(reverse("accounts:invite"), facts | {"email": "JO@example.org"})
    assert "There is an account with this email address already" in again.content.decode()


def test_close_and_open_again(priya, administrator):
    press(administrator, priya, "deactivate")
    assert state_of(priya) == State.CLOSED
    assert give_password(Client()).status_code == 200
    press(administrator, priya, "reactivate")
    assert state_of(priya) == State.INVITED
    assert give_password(Client()).status_code == 200, "the old password is gone"


def test_reset_takes_both_factors_and_sends_a_link(
    priya, administrator, mailoutbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        press(administrator, priya, "reset")
    assert not second_factor.has_authenticator(priya)
    assert give_password(Client()).status_code == 200
    assert [mail.subject for mail in mailoutbox] == ["Set up your Early Help account again"]


def test_administrator_cannot_close_or_reset_themselves(administrator):
    own = User.objects.get(first_name="Sam")
    for action in ("deactivate", "reset"):
        press(administrator, own, action)
        assert state_of(own) == State.ACTIVE


def test_each_action_is_an_event(priya, administrator):
    press(administrator, priya, "deactivate")
    with as_system():
        event = Event.objects.get(object_id=str(priya.pk), verb="deactivated an account")
    assert event.level == "account"
    assert event.user_id == User.objects.get(first_name="Sam").pk


def test_find_by_post_so_that_no_name_is_in_an_address(priya, administrator):
    page = administrator.post(reverse("accounts:people"), {"text": "raman pri"}).content.decode()
    assert reverse("accounts:person", args=[priya.pk]) in page
    assert "0 found" in administrator.post(reverse("accounts:people"), {"text": "nobody"}).content.decode()


@pytest.mark.parametrize("state", ["", *State.values, "nonsense"])
def test_list_by_state(state, priya, administrator):
    page = administrator.get(reverse("accounts:people"), {"state": state}).content.decode()
    assert ("Priya Raman" in page) is (state in ("", "active", "nonsense"))


def test_list_asks_the_database_equally_often_for_few_and_many(administrator, django_assert_max_num_queries):
    counts = []
    administrator.get(reverse("accounts:people"))  # the first request also writes the session
    for batch in range(2):
        for n in range(1 + batch * 15):
            actions.invite_person(
                email=f"p{batch}-{n}@example.org", first_name="P", last_name=str(n), by=None
            )
        with django_assert_max_num_queries(25) as queries:
            administrator.get(reverse("accounts:people"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_closing_asks_first_and_changes_nothing_until_then(priya, administrator):
    page = administrator.get(reverse("accounts:person", args=[priya.pk])).content.decode()
    for action in ("deactivate", "reset"):
        address = reverse("accounts:change_person", args=[priya.pk, action])
        assert f'href="{address}"' in page
        assert administrator.get(address).status_code == 200
        assert state_of(priya) == State.ACTIVE
