"""A forgotten password: the answer says nothing, the link works once for an hour, the second factor stays."""

import datetime as dt
import re

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from earlyhelp.accounts import second_factor
from tests.accounts.conftest import EMAIL, give_code, give_password, plain

pytestmark = pytest.mark.django_db
NEW = "another lantern, drier slate"


@pytest.fixture
def link(priya, browser, mailoutbox, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        browser.post(reverse("account_reset_password"), {"email": EMAIL})
    found = re.search(r"https://testserver(/\S+)", mailoutbox[0].body)[1]
    mailoutbox.clear()
    return found


def follow(browser, link, password=NEW):
    opened = browser.get(link)
    if opened.status_code != 302:
        return opened
    return browser.post(opened.url, {"password1": password})


def test_known_and_unknown_addresses_get_the_same_answer(
    priya, mailoutbox, django_capture_on_commit_callbacks
):
    answers = []
    for email in (EMAIL, "nobody@example.org"):
        browser = Client()
        with django_capture_on_commit_callbacks(execute=True) as queued:
            answer = browser.post(reverse("account_reset_password"), {"email": email})
        answers.append((answer.status_code, answer.url, plain(browser.get(answer.url)), len(queued)))
    assert answers[0] == answers[1]
    assert len(mailoutbox) == 1
    assert "Raman" not in mailoutbox[0].body


def test_new_password_replaces_the_old_and_keeps_the_second_factor(
    link, priya, browser, mailoutbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        assert follow(browser, link).url == reverse("account_reset_password_from_key_done")
    assert [mail.subject for mail in mailoutbox] == ["Your Early Help password was changed"]
    assert second_factor.has_authenticator(priya)
    assert browser.get(reverse("accounts:profile")).status_code == 302, "nobody is signed in by it"
    assert give_password(Client()).status_code == 200
    assert give_password(browser, password=NEW).url == reverse("mfa_authenticate")
    assert give_code(browser).status_code == 302


def test_link_works_once(link, browser):
    follow(browser, link)
    assert "This link does not work" in follow(Client(), link, "yet another good one").content.decode()


def test_link_ends_after_an_hour(link, browser):
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=61)):
        assert "This link does not work" in follow(browser, link).content.decode()


def test_link_dies_with_the_account(link, priya, browser):
    type(priya).objects.filter(pk=priya.pk).update(is_active=False, deactivated_at=timezone.now())
    assert "This link does not work" in follow(browser, link).content.decode()


def test_weak_password_is_refused_with_a_reason(link, browser):
    page = follow(browser, link, "password1234")
    assert page.status_code == 200
    assert "too common" in page.content.decode()
