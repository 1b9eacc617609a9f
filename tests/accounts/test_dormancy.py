"""Accounts that nobody uses fall asleep; an administrator wakes them."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from earlyhelp.access import Role
from earlyhelp.accounts import actions
from earlyhelp.accounts.models import State, User
from tests.accounts.conftest import give_password, sign_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("days", "accepted"), [(44, True), (46, False)])
def test_unused_account_sleeps_after_45_days_without_any_task(days, accepted, priya, browser):
    sign_in(browser)
    with time_machine.travel(timezone.now() + dt.timedelta(days=days)):
        assert (give_password(Client()).status_code == 302) is accepted


def test_nightly_task_marks_only_the_unused(priya):
    other = actions.create_person_with_password(
        "b@example.org", "B", "C", "words and words", "JBSWY3DPEHPK3PXP"
    )
    with time_machine.travel(timezone.now() + dt.timedelta(days=46)):
        actions.note_sign_in(other, second_factor=True)
        assert actions.put_dormant_accounts_to_sleep() == 1
        assert actions.put_dormant_accounts_to_sleep() == 0
        priya.refresh_from_db()
        assert priya.state == State.ASLEEP
        assert other.state == State.ACTIVE


def test_woken_account_signs_in_again(priya, world):
    by = world.actor(world.member(world.agency(), Role.SYSTEM_ADMINISTRATOR))
    with time_machine.travel(timezone.now() + dt.timedelta(days=60)):
        actions.put_dormant_accounts_to_sleep()
        assert give_password(Client()).status_code == 200
        actions.wake(user=User.objects.get(pk=priya.pk), by=by)
        assert give_password(Client()).status_code == 302


def test_states_in_sql_and_in_python_agree(priya):
    now = timezone.now()
    long_ago = now - dt.timedelta(days=100)
    asleep = User.objects.create_user("asleep@example.org", "x", first_name="A", joined_at=long_ago)
    User.objects.create_user("woken@example.org", "x", first_name="W", joined_at=long_ago, woken_at=now)
    marked = User.objects.create_user("marked@example.org", "x", first_name="M", asleep_since=now)
    closed = User.objects.create_user(
        "c@example.org", "x", first_name="C", is_active=False, deactivated_at=now
    )
    invited = actions.invite_person(email="i@example.org", first_name="I", by=None).user
    late = actions.invite_person(email="l@example.org", first_name="L", by=None).user
    late.invitations.update(invited_at=long_ago, expires_at=now - dt.timedelta(days=1))
    for state in State:
        in_sql = set(User.objects.in_state(state))
        assert in_sql == {user for user in User.objects.all() if user.state == state}, state
    assert {asleep, marked} <= set(User.objects.in_state(State.ASLEEP))
    assert [closed] == list(User.objects.in_state(State.CLOSED))
    assert [invited] == list(User.objects.in_state(State.INVITED))
    assert [late] == list(User.objects.in_state(State.LATE))
