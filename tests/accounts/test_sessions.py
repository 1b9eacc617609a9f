"""Sessions end: by signing out, idling, a long day, and when the account is closed or its password changed."""

import datetime as dt

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from earlyhelp.access import Role
from earlyhelp.accounts import actions
from earlyhelp.headers import USED_AT, SessionAgeMiddleware
from tests.accounts.conftest import PASSWORD, give_password, sign_in

pytestmark = pytest.mark.django_db


def alive(browser):
    return browser.get(reverse("accounts:profile")).status_code == 200


def copy_of(browser):
    """A thief's browser with the same cookie."""
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = browser.cookies[settings.SESSION_COOKIE_NAME].value
    return thief


def test_old_cookie_is_worth_nothing_after_sign_out(priya, browser):
    sign_in(browser)
    thief = copy_of(browser)
    assert alive(thief)
    answer = browser.post(reverse("account_logout"))
    assert answer.url == reverse("accounts:signed_out")
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert not alive(browser)
    assert not alive(thief)


def test_sign_out_needs_a_post(priya, browser):
    sign_in(browser)
    assert browser.get(reverse("account_logout")).status_code == 200
    assert alive(browser)


def test_idle_session_ends_after_half_an_hour(priya, browser):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        sign_in(browser)
        clock.shift(dt.timedelta(minutes=29))
        assert alive(browser)
        clock.shift(dt.timedelta(minutes=29))
        assert alive(browser), "using it puts the limit forward"
        clock.shift(dt.timedelta(minutes=30, seconds=1))
        ended = browser.get(reverse("accounts:profile"))
        assert ended.url == f"{reverse('account_login')}?next={reverse('accounts:profile')}"


@pytest.mark.parametrize("ended", [False, True])
def test_what_another_request_writes_meanwhile_stays(priya, browser, ended):
    """A page is asked for, and while it is made a button of the same person puts a message, or signs out."""
    sign_in(browser)
    key = browser.cookies[settings.SESSION_COOKIE_NAME].value

    def meanwhile(_request):
        if ended:
            SessionStore(key).delete()
        else:
            other = SessionStore(key)
            other["said"] = "Minutes signed off"
            other.save()
        return HttpResponse("the page")

    asked = RequestFactory().get("/")
    asked.COOKIES[settings.SESSION_COOKIE_NAME] = key
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=2)):
        answer = SessionMiddleware(AuthenticationMiddleware(SessionAgeMiddleware(meanwhile)))(asked)
        now = SessionStore(key)
        assert answer.status_code == 200
        assert now.get("said") == (None if ended else "Minutes signed off")
        assert now.exists(key) is not ended
    if not ended:
        assert now[USED_AT] > timezone.now().timestamp() + 60, "the limit was put forward"


def test_busy_session_ends_after_ten_hours(priya, browser):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        sign_in(browser)
        for _ in range(29):
            clock.shift(dt.timedelta(minutes=20))
            assert alive(browser)
        clock.shift(dt.timedelta(minutes=19, seconds=58))
        assert alive(browser)
        clock.shift(dt.timedelta(seconds=3))
        assert not alive(browser)


@pytest.mark.parametrize("event", ["closed", "put to sleep", "password changed", "sign-in reset"])
def test_session_ends_at_once_when_the_account_is(event, priya, browser, world):
    sign_in(browser)
    assert alive(browser)
    by = world.actor(world.member(world.agency(), Role.SYSTEM_ADMINISTRATOR))
    if event == "closed":
        actions.deactivate(user=priya, by=by)
    elif event == "put to sleep":
        type(priya).objects.filter(pk=priya.pk).update(last_seen_at=timezone.now() - dt.timedelta(days=46))
        type(priya).objects.filter(pk=priya.pk).update(joined_at=timezone.now() - dt.timedelta(days=46))
        assert actions.put_dormant_accounts_to_sleep() == 1
    elif event == "password changed":
        actions.set_password(priya, "another lantern, drier slate")
    else:
        actions.reset_sign_in(user=priya, by=by)
    assert not alive(browser)


def test_sessions_stay_dead_when_a_closed_account_opens_again(priya, browser, world):
    sign_in(browser)
    by = world.actor(world.member(world.agency(), Role.SYSTEM_ADMINISTRATOR))
    actions.deactivate(user=priya, by=by)
    type(priya).objects.filter(pk=priya.pk).update(is_active=True, deactivated_at=None)
    assert not alive(browser)


def test_changing_the_password_keeps_this_browser_and_ends_the_others(priya, browser):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        sign_in(browser)
        clock.shift(dt.timedelta(minutes=1))
        other = Client()
        sign_in(other)
        new = "another lantern, drier slate"
        answer = browser.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new})
        assert answer.url == reverse("accounts:profile")
        assert alive(browser)
        assert not alive(other)
        assert give_password(Client(), password=new).status_code == 302


def test_changing_the_password_needs_the_old_one(priya, browser):
    sign_in(browser)
    facts = {"oldpassword": "not it at all", "password1": "another lantern, drier slate"}
    page = browser.post(reverse("account_change_password"), facts)
    assert "The one you typed is not right" in page.content.decode()


def test_who_has_no_password_yet_is_shown_how_to_get_one(people, signed_in_as):
    people.alice.user.set_unusable_password()
    people.alice.user.save()
    browser = signed_in_as(people.alice)
    for send in (browser.get, browser.post):
        page = send(reverse("account_change_password"), follow=True)
        assert page.redirect_chain[-1][0] == reverse("account_reset_password")
        assert "Your account has no password yet. Ask for a link to choose one." in page.content.decode()
