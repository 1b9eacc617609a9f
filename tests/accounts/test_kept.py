"""What was typed when the session had ended: kept across the sign-in, for its writer alone."""

import re
from html import unescape

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.models import Section
from earlyhelp.access.context import as_system
from earlyhelp.accounts import actions, kept, second_factor
from tests.accounts.conftest import PASSWORD, SECRET, give_code, give_password

pytestmark = pytest.mark.django_db
WORDS = "She sleeps better since Nana came to stay. It’s <quiet> now & calm."


@pytest.fixture
def hidden_fields(people, eha, signed_in_as):
    """Alice's browser with a part of her assessment open, and the hidden fields of that page."""
    browser = signed_in_as(people.alice, enforce_csrf_checks=True)
    address = reverse("assessment-part", args=[eha.pk, "start"])
    page = browser.get(address).content.decode()
    found = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    assert {"csrfmiddlewaretoken", "page_of", "writer"} <= set(found)
    return browser, address, found | {"base": "{}", "reason": WORDS, "go": "list"}


def sign_in(browser, membership, **where):
    """Both steps, as a person takes them, on `browser`. Returns the answer to the second."""
    actions.set_password(membership.user, PASSWORD)
    second_factor.set_up_totp(membership.user, SECRET)
    browser.handler.enforce_csrf_checks = False
    first = browser.post(
        reverse("account_login"), {"login": membership.user.email, "password": PASSWORD} | where
    )
    assert first.url == reverse("mfa_authenticate")
    return give_code(browser)


def end_session():
    Session.objects.all().update(expire_date=timezone.now() - timezone.timedelta(seconds=1))


def stored():
    with as_system():
        return [section.answers for section in Section.objects.all()]


def send(browser, page):
    """Press the page's first button: send every field of its first form."""
    text = page.content.decode()
    form = re.search(r'<form method="post" action="(/assess[^"]+)".*?</form>', text, re.S)
    fields = re.findall(r'<textarea name="([^"]+)" hidden>\n(.*?)</textarea>', form[0], re.S)
    fields += re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[0])
    return browser.post(form[1], {name: unescape(value) for name, value in fields})


def test_what_was_sent_too_late_comes_back_after_signing_in(hidden_fields, people):
    browser, address, fields = hidden_fields
    end_session()
    answer = browser.post(address, fields)
    assert answer.url == f"{reverse('account_login')}?next={reverse('accounts:kept')}"
    assert stored() == [] and "Nana" not in answer.url
    rows = "".join(Session.objects.values_list("session_data", flat=True))
    assert "Nana" not in rows
    for row in Session.objects.all():
        assert "Nana" not in str(row.get_decoded())
    there = sign_in(browser, people.alice, next=reverse("accounts:kept"))
    assert there.url == reverse("accounts:kept")
    page = browser.get(there.url)
    assert (
        "She sleeps better since Nana came to stay. It’s &lt;quiet&gt; now &amp; calm."
        in page.content.decode()
    )
    assert send(browser, page).status_code == 302
    assert stored() == [{"reason": WORDS}]
    assert "Nothing is kept" in browser.get(reverse("accounts:kept")).content.decode()


def test_another_person_at_the_same_browser_gets_none_of_it(hidden_fields, people):
    browser, address, fields = hidden_fields
    end_session()
    browser.post(address, fields)
    sign_in(browser, people.bob)
    page = browser.get(reverse("accounts:kept")).content.decode()
    assert "Nothing is kept" in page and "Nana" not in page
    assert kept.SESSION_KEY not in browser.session
    # Nor does Alice find it after Bob was here.
    browser.post(reverse("account_logout"))
    sign_in(browser, people.alice)
    assert "Nothing is kept" in browser.get(reverse("accounts:kept")).content.decode()


def test_a_page_from_before_the_last_sign_in_gives_its_words_to_its_writer(hidden_fields, people):
    """The token of the form is an old one: Django would refuse the form and drop the words."""
    browser, address, fields = hidden_fields
    end_session()
    sign_in(browser, people.alice)
    browser.handler.enforce_csrf_checks = True
    answer = browser.post(address, fields)
    assert answer.status_code == 302 and answer.url == reverse("accounts:kept")
    assert stored() == []
    assert WORDS.split(".")[0] in browser.get(answer.url).content.decode()


def test_a_page_of_somebody_else_is_refused_and_its_words_go_nowhere(hidden_fields, people):
    browser, address, fields = hidden_fields
    end_session()
    sign_in(browser, people.coordinator)
    browser.handler.enforce_csrf_checks = True
    assert browser.post(address, fields).status_code == 403
    assert kept.SESSION_KEY not in browser.session
    # Not even with a token that fits.
    browser.handler.enforce_csrf_checks = False
    answer = browser.post(address, fields, follow=True)
    assert "Not saved" in answer.content.decode() and "Nana" not in answer.content.decode()
    assert browser.post(f"{address}save/", fields | {"question": "reason"}).status_code == 409
    assert stored() == []


def test_a_mark_that_we_did_not_make_keeps_nothing(hidden_fields):
    browser, address, fields = hidden_fields
    end_session()
    for mark in ("", "[1,2]", fields["page_of"][:-1] + ("B" if fields["page_of"][-1] == "A" else "A"), "x" * 400):
        answer = browser.post(address, fields | {"page_of": mark})
        assert answer.url == f"{reverse('account_login')}?next={address}"
        assert kept.SESSION_KEY not in browser.session


def test_it_is_kept_for_half_an_hour_and_never_if_it_is_huge(hidden_fields, people):
    browser, address, fields = hidden_fields
    end_session()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        browser.post(address, fields)
        clock.shift(29 * 60)
        assert kept.find(browser.session).words == [WORDS]
        clock.shift(120)
        assert kept.find(browser.session) is None
    Session.objects.all().delete()
    browser.post(address, fields | {"reason": "x" * (kept.LARGEST + 1)})
    assert kept.find(browser.session) is None


def test_it_can_be_forgotten(hidden_fields, people):
    browser, address, fields = hidden_fields
    end_session()
    browser.post(address, fields)
    sign_in(browser, people.alice)
    assert browser.post(reverse("accounts:kept"), {"forget": "yes"}).url == address
    assert "Nothing is kept" in browser.get(reverse("accounts:kept")).content.decode()


def about(seconds, wanted):
    """The session notes whole seconds."""
    return abs(seconds - wanted) <= 1


def test_asking_how_long_there_is_keeps_nothing_awake(people, signed_in_as):
    browser = signed_in_as(people.alice)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        browser.get(reverse("my-work"))
        clock.shift(20 * 60)
        found = browser.get(reverse("accounts:session")).json()
        assert found["signed_in"] and about(found["idle"], settings.SESSION_IDLE_SECONDS - 20 * 60)
        stayed = browser.post(reverse("accounts:session")).json()
        assert about(stayed["idle"], settings.SESSION_IDLE_SECONDS)
        clock.shift(29 * 60)
        assert about(browser.get(reverse("accounts:session")).json()["idle"], 60)
        clock.shift(61)
        assert browser.get(reverse("accounts:session")).json() == {"signed_in": False}
    assert Client().get(reverse("accounts:session")).json() == {"signed_in": False}


def test_half_signed_in_is_nobody(people):
    browser = Client()
    actions.set_password(people.alice.user, PASSWORD)
    second_factor.set_up_totp(people.alice.user, SECRET)
    give_password(browser, people.alice.user.email)
    assert browser.get(reverse("accounts:session")).json() == {"signed_in": False}
