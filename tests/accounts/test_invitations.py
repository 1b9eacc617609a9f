"""Accounts begin with an invitation: one use, seven days, password first, authenticator next, nothing before."""

import datetime as dt
import re

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from earlyhelp.accounts import actions, second_factor
from earlyhelp.accounts.models import Invitation, User
from tests.accounts.conftest import give_code, give_password

pytestmark = pytest.mark.django_db
PASSWORD = "seven grey herons asleep"


@pytest.fixture
def invited(db):
    return actions.invite_person(email="Jo.Nowak@example.org", first_name="Jo", last_name="Nowak", by=None)


def accept(browser, invited, password=PASSWORD):
    opened = browser.get(reverse("accounts:open_invitation", args=[invited.token]))
    assert opened.url == reverse("accounts:accept_invitation"), "the token leaves the address at once"
    return browser.post(opened.url, {"password": password})


def test_invitation_leads_to_password_then_app_then_in(invited, browser):
    assert accept(browser, invited).url == reverse("mfa_activate_totp")
    assert browser.get(reverse("accounts:profile")).url == reverse("mfa_activate_totp")
    page = browser.get(reverse("mfa_activate_totp")).content.decode()
    secret = re.search(r'id="secret">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
    assert "<svg" in page
    assert "data:" not in page
    wrong = browser.post(reverse("mfa_activate_totp"), {"code": "12"})
    assert "Enter the 6-digit code" in wrong.content.decode()
    key = browser.session.session_key
    done = browser.post(reverse("mfa_activate_totp"), {"code": second_factor.current_code(secret)})
    codes = re.findall(r"<li><strong>([A-Z0-9]{4}(?:-[A-Z0-9]{4}){2})</strong>", done.content.decode())
    assert len(codes) == 10
    assert browser.session.session_key != key
    assert browser.get(reverse("accounts:profile")).status_code == 200
    other = Client()
    give_password(other, "jo.nowak@example.org", PASSWORD)
    assert give_code(other, second_factor.current_code(secret)).status_code == 200, (
        "the enrolment's code is used up"
    )
    assert give_code(other, codes[0]).status_code == 302


def test_invitation_works_once(invited, browser):
    accept(browser, invited)
    assert accept(Client(), invited, "quite another password").status_code == 410
    assert give_password(Client(), "jo.nowak@example.org", "quite another password").status_code == 200


def test_invitation_ends_after_seven_days(invited, browser):
    with time_machine.travel(timezone.now() + dt.timedelta(days=6, hours=23)):
        browser.get(reverse("accounts:open_invitation", args=[invited.token]))
        assert browser.get(reverse("accounts:accept_invitation")).status_code == 200
    with time_machine.travel(timezone.now() + dt.timedelta(days=7, minutes=1)):
        late = accept(Client(), invited)
    unknown = Client()
    unknown.get(reverse("accounts:open_invitation", args=["no-such-token"]))
    never = unknown.get(reverse("accounts:accept_invitation"))
    assert late.status_code == never.status_code == 410
    invited.user.refresh_from_db()
    assert not invited.user.is_active


def test_new_invitation_ends_the_one_before(invited):
    again = actions.invite_again(user=invited.user, by=None)
    assert accept(Client(), invited).status_code == 410
    assert accept(Client(), again).status_code == 302


def test_invited_person_cannot_sign_in_or_ask_for_a_password(invited, browser, mailoutbox):
    assert give_password(browser, "jo.nowak@example.org", "").status_code == 200
    from earlyhelp.accounts.tasks import send_reset_link

    send_reset_link(invited.user.pk)
    assert mailoutbox == []


def test_message_has_the_link_and_nothing_personal(mailoutbox, django_capture_on_commit_callbacks, db):
    with django_capture_on_commit_callbacks(execute=True):
        invited = actions.invite_person(
            email="a.b@example.org", first_name="Zebedee", last_name="Quill", by=None
        )
    assert invited.link in mailoutbox[0].body
    assert "7 days" in mailoutbox[0].body
    assert not {"Zebedee", "Quill"} & set(re.findall(r"\w+", mailoutbox[0].body + mailoutbox[0].subject))


def test_only_a_fingerprint_of_the_token_is_kept(invited):
    row = Invitation.objects.filter(pk=invited.invitation.pk).values().get()
    assert invited.token not in str(row)


def test_password_rules_hold(invited, browser):
    for bad in ("short", "password1234", "Westmoor2026!", "jo.nowak@example.org"):
        page = accept(browser, invited, bad)
        assert page.status_code == 200, bad
        assert not User.objects.get(pk=invited.user.pk).is_active


@pytest.mark.parametrize(
    "good", ["xylophone mist", "9" * 3 + "k" * 90, "пароль из двенадцати", "all lower case words"]
)
def test_long_and_plain_passwords_are_accepted(good, invited, browser):
    assert accept(browser, invited, good).status_code == 302
    assert give_password(Client(), "jo.nowak@example.org", good).status_code == 302
