"""Signing in: one wording for every refusal, guessing that is slow, codes that work once."""

import datetime as dt
import re
import uuid

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, resolve, reverse
from django.urls.resolvers import RegexPattern, Resolver404
from django.utils import timezone
from redis.exceptions import ConnectionError as CacheGone

from earlyhelp.access.context import as_system
from earlyhelp.accounts import actions, second_factor
from earlyhelp.audit.models import Event
from tests.accounts.conftest import EMAIL, PASSWORD, SECRET, give_code, give_password, plain, sign_in

pytestmark = pytest.mark.django_db
PROFILE = "/account/"


def can_use(browser):
    return browser.get(PROFILE).status_code == 200


def test_password_and_code_open_the_door(priya, browser):
    answer = sign_in(browser)
    assert answer.status_code == 302
    assert answer.url == "/"
    assert can_use(browser)
    priya.refresh_from_db()
    assert priya.last_seen_at
    with as_system():
        assert Event.objects.filter(level="account", verb="signed in", object_id=str(priya.pk)).count() == 1


def test_address_in_capitals_is_the_same_account(priya, browser):
    sign_in(browser, email=" Priya.Raman@Example.ORG ")
    assert can_use(browser)


def test_password_alone_opens_nothing(priya, browser):
    assert give_password(browser).url == reverse("mfa_authenticate")
    assert browser.get(PROFILE).url.startswith(reverse("account_login"))


@pytest.mark.parametrize("circumstance", ["wrong", "closed", "asleep", "invited"])
def test_refusals_look_like_an_unknown_account(circumstance, priya, browser):
    unknown = give_password(browser, email="nobody@example.org")
    password = PASSWORD
    if circumstance == "wrong":
        password = "not the password"
    elif circumstance == "closed":
        type(priya).objects.filter(pk=priya.pk).update(is_active=False, deactivated_at=timezone.now())
    elif circumstance == "asleep":
        type(priya).objects.filter(pk=priya.pk).update(joined_at=timezone.now() - dt.timedelta(days=46))
    else:
        type(priya).objects.filter(pk=priya.pk).update(is_active=False)
    refused = give_password(Client(), password=password)
    assert refused.status_code == unknown.status_code == 200
    assert plain(refused) == plain(unknown)
    assert "Check your email address and password" in plain(refused)


def test_right_password_is_accepted_where_refused_above(priya, browser):
    assert give_password(browser).status_code == 302


def test_guessing_is_stopped_for_known_and_unknown_alike(priya):
    for email in (EMAIL, "nobody@example.org"):
        attacker = Client()
        pages = [plain(give_password(attacker, email=email, password=f"guess number {n}")) for n in range(6)]
        assert "too many tries" not in pages[4]
        assert "too many tries" in pages[5]
    stranger = Client()
    assert "too many tries" in plain(give_password(stranger)), (
        "the right password does not help during the wait"
    )


def test_guessing_may_go_on_after_five_minutes(priya, browser):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for n in range(6):
            give_password(browser, password=f"guess number {n}")
        assert give_password(browser).status_code == 200
        clock.shift(dt.timedelta(minutes=5, seconds=1))
        assert give_password(browser).status_code == 302


def test_attacker_cannot_lock_the_owner_out_of_a_known_browser(priya, browser):
    sign_in(browser)
    browser.post(reverse("account_logout"))
    attacker = Client()
    for n in range(8):
        give_password(attacker, password=f"guess number {n}")
    assert give_password(attacker).status_code == 200
    assert give_password(browser).status_code == 302


def test_spraying_from_one_address_is_stopped(priya):
    answers = [
        plain(give_password(Client(), email=f"person{n}@example.org", password="Summer2026!x"))
        for n in range(32)
    ]
    assert "too many tries" in answers[-1]


def test_code_works_once(priya, browser):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        code = second_factor.current_code(SECRET)
        give_password(browser)
        assert give_code(browser, code).status_code == 302
        thief = Client()
        give_password(thief)
        assert give_code(thief, code).status_code == 200
        cache.clear()
        clock.shift(dt.timedelta(seconds=29))
        assert give_code(thief, code).status_code == 200, "also when the cache has forgotten it"
        clock.shift(dt.timedelta(seconds=31))
        assert give_code(thief).status_code == 302, "the next code is a new one"


def test_earlier_code_is_refused_after_a_later_one(priya, browser):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        earlier = second_factor.current_code(SECRET)
        clock.shift(dt.timedelta(seconds=30))
        sign_in(browser)
        other = Client()
        give_password(other)
        assert give_code(other, earlier).status_code == 200


@pytest.mark.parametrize(("seconds", "accepted"), [(-30, True), (30, True), (-90, False), (90, False)])
def test_clock_of_the_phone_may_be_half_a_minute_wrong(seconds, accepted, priya, browser):
    now = timezone.now()
    with time_machine.travel(now + dt.timedelta(seconds=seconds), tick=False):
        code = second_factor.current_code(SECRET)
    with time_machine.travel(now, tick=False):
        give_password(browser)
        assert (give_code(browser, code).status_code == 302) is accepted


def test_guessing_codes_is_stopped_and_the_owner_told(
    priya, browser, mailoutbox, django_capture_on_commit_callbacks
):
    give_password(browser)
    for n in range(5):
        assert "too many tries" not in plain(give_code(browser, f"00000{n}"))
    with django_capture_on_commit_callbacks(execute=True):
        assert "too many tries" in plain(give_code(browser))
        assert "too many tries" in plain(give_code(browser))
    assert [mail.subject for mail in mailoutbox] == ["Wrong codes for your Early Help account"]


def test_recovery_code_works_once_and_is_kept_as_a_hash(priya, browser):
    codes = second_factor.issue_recovery_codes(priya)
    stored = Authenticator.objects.get(user=priya, type="recovery_codes").data
    assert not any(code.replace("-", "") in str(stored) for code in codes)
    give_password(browser)
    assert give_code(browser, codes[3].lower().replace("-", " ")).status_code == 302
    assert second_factor.recovery_codes_left(priya) == 9
    other = Client()
    give_password(other)
    assert give_code(other, codes[3]).status_code == 200
    assert give_code(other, codes[4]).status_code == 302


def test_secret_of_the_app_is_encrypted(priya):
    assert SECRET not in str(Authenticator.objects.get(user=priya, type="totp").data)


def test_session_key_changes_at_sign_in(priya, browser):
    browser.get(reverse("account_login"))
    give_password(browser)
    before = browser.session.session_key
    give_code(browser)
    assert browser.session.session_key != before


def test_code_cannot_be_given_without_a_password(priya, browser):
    assert give_code(browser).url == reverse("account_login")


def test_half_finished_sign_in_ends_after_a_quarter_of_an_hour(priya, browser):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        give_password(browser)
        clock.shift(dt.timedelta(minutes=15, seconds=1))
        assert give_code(browser).url == reverse("account_login")


def test_goes_back_to_where_one_was_but_never_elsewhere(priya):
    for wanted, given in [
        ("/account/", "/account/"),
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
    ]:
        second_factor.set_up_totp(priya, SECRET)
        browser = Client()
        browser.post(reverse("account_login"), {"login": EMAIL, "password": PASSWORD, "next": wanted})
        assert give_code(browser).url == given


def test_without_the_cache_nobody_signs_in(priya, browser, monkeypatch):
    def gone(*_args, **_kwargs):
        raise CacheGone("refused")

    assert give_password(browser).status_code == 302
    monkeypatch.setattr("allauth.core.internal.ratelimit.cache", type("Gone", (), {"add": gone, "get": gone}))
    assert give_code(browser).status_code == 503
    assert give_password(Client()).status_code == 503
    assert not can_use(browser)


def test_there_is_no_sign_up(client):
    assert client.get("/sign-up/").status_code == 404
    with pytest.raises(NoReverseMatch):
        reverse("account_signup")


SAMPLES = {
    "IntConverter": 1,
    "UUIDConverter": uuid.UUID(int=1),
    "SlugConverter": "x",
    "StringConverter": "x",
    "PathConverter": "x",
}


def addresses(patterns=None, prefix="/"):
    """Every address of the site with its view; numbers and words stand where it asks for them."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(entry.pattern, RegexPattern):
            route = re.sub(r"\(\?P<\w+>[^)]*\)", "1", entry.pattern._regex).strip("^$")
        else:
            route = re.sub(
                r"<(?:\w+:)?(\w+)>", lambda found, entry=entry: sample(entry, found[1]), str(entry.pattern)
            )
        if hasattr(entry, "url_patterns"):
            yield from addresses(entry.url_patterns, prefix + route)
        else:
            yield prefix + route, entry


def sample(entry, name):
    converter = entry.pattern.converters[name]
    return str(SAMPLES.get(type(converter).__name__, "x"))


def test_session_without_second_factor_reaches_nothing(priya, browser):
    """Every address of every application: public, one of three for enrolling, or a way back to enrolment."""
    second_factor.remove_second_factor(priya)
    give_password(browser)
    half_open, walked, browser_of_nobody = set(), 0, Client()
    for address, entry in addresses():
        declared = getattr(entry.callback, "access", None)
        if declared is not None and declared.is_public:
            continue
        if declared is not None and declared.is_guest:
            # A guest's page, on which no account counts: half a session is told what a stranger is told.
            assert browser.get(address).status_code == browser_of_nobody.get(address).status_code, address
            continue
        if declared is not None and not declared.needs_second_factor:
            half_open.add(entry.name)
            continue
        try:
            if resolve(address).func is not entry.callback:
                continue  # another application's address of the same shape comes first, and is walked itself
        except Resolver404:
            continue  # wants something that our samples are not, such as a quarter of the year
        for method in (browser.get, browser.post):
            answer = method(address)
            walked += 1
            # A program is told in its own way; a person is shown where to go.
            refused = (401, None) if address.startswith("/api/") else (302, reverse("mfa_activate_totp"))
            assert (answer.status_code, answer.get("Location")) == refused, address
    assert half_open == {"account_reauthenticate", "mfa_reauthenticate", "mfa_activate_totp"}
    assert walked >= 60, walked


def test_password_only_session_is_sent_to_enrolment(priya, browser):
    second_factor.remove_second_factor(priya)
    assert give_password(browser).url == reverse("mfa_activate_totp")
    for address in (
        "/account/",
        "/accounts/",
        reverse("mfa_view_recovery_codes"),
        reverse("account_change_password"),
    ):
        assert browser.get(address).url == reverse("mfa_activate_totp"), address
        assert browser.post(address).url == reverse("mfa_activate_totp"), address
    assert browser.get(reverse("mfa_activate_totp")).status_code == 200


def test_password_only_session_cannot_replace_an_authenticator(priya, browser):
    second_factor.remove_second_factor(priya)
    give_password(browser)
    actions.set_up_authenticator(user=priya, secret=second_factor.new_totp_secret(), step=1)
    assert browser.get(reverse("mfa_activate_totp")).url == reverse("account_logout")


def test_notice_of_a_new_browser_and_none_for_the_old(
    priya, browser, mailoutbox, django_capture_on_commit_callbacks
):
    with (
        time_machine.travel(timezone.now(), tick=False) as clock,
        django_capture_on_commit_callbacks(execute=True),
    ):
        sign_in(browser)
        clock.shift(dt.timedelta(minutes=2))
        browser.post(reverse("account_logout"))
        sign_in(browser)
        clock.shift(dt.timedelta(minutes=2))
        sign_in(Client())
    assert [mail.subject for mail in mailoutbox] == ["Early Help was used on a new device"]
    assert "Raman" not in mailoutbox[0].body
    assert mailoutbox[0].to == [EMAIL]
