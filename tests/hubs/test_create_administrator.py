"""`manage.py create_administrator`: how an empty installation gets its first person."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse

from earlyhelp.access import Permission
from earlyhelp.access.context import as_system
from earlyhelp.accounts import actions
from earlyhelp.accounts.models import State, User
from earlyhelp.audit.models import Event
from hubs.actors import actor_for
from hubs.models import Agency, Membership

pytestmark = pytest.mark.django_db
NAMES = {"first_name": "Sasha", "last_name": "Reed"}


def invite(capsys, email="sasha@example.org", **more) -> str:
    call_command("create_administrator", email, **NAMES, **more)
    return capsys.readouterr().out


def test_link_works_and_its_owner_manages_accounts_and_nothing_else(capsys, client):
    said = invite(capsys)
    link = said.splitlines()[-1]
    user = User.objects.get(email="sasha@example.org")
    assert user.state == State.INVITED
    assert link.startswith("https://testserver" + reverse("accounts:open_invitation", args=["x"])[:-2])
    membership = Membership.objects.get(user=user)
    assert (membership.agency.name, membership.agency.kind) == ("System administration", "other")
    assert client.get(link.removeprefix("https://testserver")).status_code == 302
    actions.accept_invitation(token=link.rstrip("/").rsplit("/", 1)[1], password="lanterns over wet slate")
    actor = actor_for(membership)
    assert actor.may(Permission.ACCOUNTS_MANAGE)
    assert not actor.may(Permission.CASE_READ)
    assert actor.group_ids == ()


def test_runs_as_the_application_and_is_recorded(capsys, mailoutbox, django_capture_on_commit_callbacks):
    with connection.cursor() as cursor:
        cursor.execute("select current_user")
        assert cursor.fetchone() == ("eh_app",)
    with django_capture_on_commit_callbacks(execute=True):
        invite(capsys, agency="Westmoor Council")
    assert [mail.to for mail in mailoutbox] == [["sasha@example.org"]]
    with as_system():
        assert set(Event.objects.values_list("verb", flat=True)) == {"invited", "Added a membership"}


def test_agency_that_is_there_is_used(capsys, world):
    council = world.agency(name="Westmoor Council")
    invite(capsys, agency=" westmoor  council ")
    assert Membership.objects.get(user__email="sasha@example.org").agency == council
    assert Agency.objects.count() == 1


def test_second_administrator_only_on_purpose(capsys):
    invite(capsys)
    User.objects.update(is_active=True)
    with pytest.raises(CommandError, match="already, who can invite others"):
        invite(capsys, "kim@example.org")
    assert not User.objects.filter(email="kim@example.org").exists()
    assert "https://" in invite(capsys, "kim@example.org", another=True)


def test_an_invitation_that_nobody_accepted_does_not_lock_the_operator_out(capsys):
    invite(capsys)
    assert "https://" in invite(capsys, "kim@example.org")


@pytest.mark.parametrize(("email", "why"), [("sasha@example.org", "already"), ("sasha", "valid email")])
def test_address_in_use_or_no_address_is_said_in_a_sentence(capsys, email, why):
    invite(capsys)
    with pytest.raises(CommandError, match=why):
        invite(capsys, email)
    assert User.objects.count() == Membership.objects.count() == 1
