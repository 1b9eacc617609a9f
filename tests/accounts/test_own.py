"""One's own account: details, another phone, new recovery codes."""

import datetime as dt
import re
from urllib.parse import unquote

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from earlyhelp.accounts import second_factor
from tests.accounts.conftest import PASSWORD, SECRET, give_code, give_password, sign_in

pytestmark = pytest.mark.django_db
APP = "/account/authenticator/"


def again(browser, asked):
    """Give the password again when asked, and go back to where one was."""
    assert asked.status_code == 302
    assert asked.url.startswith(reverse("account_reauthenticate"))
    page = browser.get(asked.url)
    assert page.status_code == 200
    next_page = asked.url.partition("next=")[2]
    return browser.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": unquote(next_page)})


def test_details_are_saved(priya, browser):
    sign_in(browser)
    facts = {"first_name": "Priya", "last_name": "Raman-Holt", "phone": "01632 960 999"}
    assert browser.post(reverse("accounts:profile"), facts).status_code == 302
    priya.refresh_from_db()
    assert (priya.last_name, priya.phone) == ("Raman-Holt", "01632 960 999")
    refused = browser.post(reverse("accounts:profile"), facts | {"first_name": ""})
    assert "Enter your first name" in refused.content.decode()


def test_details_cannot_make_oneself_staff(priya, browser):
    sign_in(browser)
    browser.post(
        reverse("accounts:profile"),
        {"first_name": "P", "last_name": "R", "is_staff": "on", "email": "x@y.org"},
    )
    priya.refresh_from_db()
    assert not priya.is_staff
    assert priya.email == "priya.raman@example.org"


def test_another_phone_needs_the_password_again_and_ends_the_first(priya, browser):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        sign_in(browser)
        answer = again(browser, browser.get(APP))
        assert answer.url == APP
        page = browser.get(APP).content.decode()
        secret = re.search(r'id="secret">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
        done = browser.post(APP, {"code": second_factor.current_code(secret)})
        assert done.status_code == 200
        assert "Your new recovery codes" in done.content.decode()
        clock.shift(dt.timedelta(minutes=1))
        other = Client()
        give_password(other)
        assert give_code(other, second_factor.current_code(SECRET)).status_code == 200
        assert give_code(other, second_factor.current_code(secret)).status_code == 302


def test_code_instead_of_the_password(priya, browser):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        sign_in(browser)
        asked = browser.get(APP)
        page = browser.get(asked.url).content.decode()
        assert reverse("mfa_reauthenticate") in page
        clock.shift(dt.timedelta(seconds=30))
        facts = {"code": second_factor.current_code(SECRET), "next": APP}
        assert browser.get(reverse("mfa_reauthenticate")).status_code == 200
        assert browser.post(reverse("mfa_reauthenticate"), facts).url == APP
        assert browser.get(APP).status_code == 200


def test_new_recovery_codes_end_the_old(priya, browser):
    old = second_factor.issue_recovery_codes(priya)
    sign_in(browser)
    address = reverse("mfa_view_recovery_codes")
    again(browser, browser.get(address))
    assert "You have 10 recovery codes left" in browser.get(address).content.decode()
    shown = browser.post(reverse("mfa_generate_recovery_codes")).content.decode()
    new = re.findall(r"<li><strong>([A-Z0-9-]{14})</strong>", shown)
    assert len(new) == 10
    other = Client()
    give_password(other)
    assert give_code(other, old[0]).status_code == 200
    assert give_code(other, new[0]).status_code == 302


def test_recovery_codes_need_the_password_again(priya, browser):
    sign_in(browser)
    sent = browser.post(reverse("mfa_generate_recovery_codes"))
    assert sent.url == reverse("mfa_view_recovery_codes")
    assert browser.get(sent.url).url.startswith(reverse("account_reauthenticate"))
    assert second_factor.recovery_codes_left(priya) == 10
