"""A guest's one session, and everything that ends it within one."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.guests import guests_on_page, guests_to_see_to
from cases.models import Guest, Restriction
from earlyhelp.access import Role
from earlyhelp.access.context import acting_as, as_system
from earlyhelp.audit.models import Event
from hubs.models import Membership
from tests.fixtures.guests import try_to_enter

pytestmark = pytest.mark.django_db

HOME = "/guest/"


def change(guest: Guest, **facts) -> None:
    with as_system():
        Guest.objects.filter(pk=guest.pk).update(**facts)


def events_of(case) -> list[Event]:
    with as_system():
        return list(Event.objects.filter(case_id=case.pk).order_by("at", "id"))


# -- The session ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "goes_on"),
    [
        ({"used_at": dt.timedelta(minutes=29)}, True),
        ({"used_at": dt.timedelta(minutes=31)}, False),
        ({"confirmed_at": dt.timedelta(hours=3, minutes=59)}, True),
        ({"confirmed_at": dt.timedelta(hours=4, minutes=1)}, False),
    ],
)
def test_a_session_ends_after_half_an_hour_unused_and_four_hours_in_all(facts, goes_on, ask_guest, let_in):
    asked = ask_guest()
    browser = let_in(asked)
    change(asked.guest, **{name: timezone.now() - ago for name, ago in facts.items()})
    answer = browser.get(HOME)
    assert answer.status_code == (200 if goes_on else 302)


def test_a_look_puts_the_half_hour_forward(ask_guest, let_in):
    asked = ask_guest()
    browser = let_in(asked)
    change(asked.guest, used_at=timezone.now() - dt.timedelta(minutes=29))
    browser.get(HOME)
    with as_system():
        assert Guest.objects.get().used_at > timezone.now() - dt.timedelta(minutes=1)


def test_signing_out_ends_it_in_the_database_too(ask_guest, let_in):
    asked = ask_guest()
    browser = let_in(asked)
    stolen = browser.cookies["eh-guest"].value
    left = browser.post(reverse("guest-leave"))
    assert left.url == reverse("guest-left") and "cache" in left["Clear-Site-Data"]
    thief = Client()
    thief.cookies["eh-guest"] = stolen
    assert thief.get(HOME).url == reverse("guest-over")


def test_a_forged_form_signs_nobody_out_or_in(ask_guest, let_in):
    asked = ask_guest()
    strict = Client(enforce_csrf_checks=True)
    strict.get(asked.link)
    assert strict.post(reverse("guest-code"), {"code": asked.code}).status_code == 403
    strict.cookies = let_in(asked).cookies
    assert strict.post(reverse("guest-leave")).status_code == 403
    assert strict.get(HOME).status_code == 200


def test_sessions_of_guests_and_accounts_never_become_each_other(ask_guest, let_in, people, signed_in_as):
    guest, alice = let_in(ask_guest()), signed_in_as(people.alice)
    record = reverse("record-overview", args=[people.case.reference])
    swapped = Client()
    swapped.cookies["earlyhelp"] = guest.cookies["eh-guest"].value
    swapped.cookies["eh-guest"] = alice.cookies["earlyhelp"].value
    assert swapped.get(record).url.startswith(reverse("account_login"))
    assert swapped.get(HOME).url == reverse("guest-over")
    # Both in one browser: each address knows one of them, and neither is a way to the other.
    alice.cookies["eh-guest"] = guest.cookies["eh-guest"].value
    page = alice.get(HOME)
    assert page.status_code == 200 and "Sign out" in page.content.decode()
    assert page.wsgi_request.actor is None and not page.wsgi_request.user.is_authenticated
    assert alice.get(record).wsgi_request.actor.membership == people.alice
    [look] = [event for event in events_of(people.case) if event.guest_id]
    assert (look.user_id, look.membership_id) == (None, None)
    with connection.cursor() as cursor:
        cursor.execute("select app.tokens(), app.guest_id()")
        assert cursor.fetchone() == (None, None), "nothing is left behind in the connection"


@pytest.mark.django_db(transaction=True)
def test_requests_of_guests_and_accounts_one_after_the_other_never_mix(ask_guest, let_in, people, world, signed_in_as):
    """240 requests on one connection in every order of four people; a refused and a failing one among them."""
    other = world.shared_case(people.hub, people.alice, family=world.family(people.hub, name="Zephyrson"))
    here, there = let_in(ask_guest()), let_in(ask_guest(other))
    alice, nobody = signed_in_as(people.alice), Client()
    record = reverse("record-overview", args=[people.case.reference])
    asks = [
        (here, HOME, 200, "Hollis", "Zephyrson"),
        (there, HOME, 200, "Zephyrson", "Hollis"),
        (alice, record, 200, "Hollis", "Zephyrson"),
        (nobody, record, 302, "", "Hollis"),
        (here, reverse("guest-meeting", args=[people.case.pk]), 404, "Page not found", "Hollis"),
    ]
    mixed = 0
    for order in list(itertools.permutations(asks))[::3][:48]:
        for browser, address, status, shown, kept in order:
            answer = browser.get(address)
            words = answer.content.decode()
            assert (answer.status_code, shown in words) == (status, True), address
            mixed += kept in words
    assert mixed == 0
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(current_setting('app.guest', true), '')")
        assert cursor.fetchone() == ("",)


def test_in_production_the_cookies_are_the_hosts_own(ask_guest, settings):
    settings.SESSION_COOKIE_SECURE = True
    asked, browser = ask_guest(), Client()
    browser.get(asked.link, secure=True)
    answer = browser.post(reverse("guest-code"), {"code": asked.code}, secure=True)
    for name in ("__Host-guest-link", "__Host-guest"):
        cookie = browser.cookies[name] if name in browser.cookies else answer.cookies[name]
        assert cookie["secure"] and cookie["path"] == "/" and not cookie["domain"]
    assert answer.cookies["__Host-guest"]["httponly"]
    assert browser.get(HOME, secure=True).status_code == 200


# -- What ends it, within a live session ---------------------------------------------------------------------------------


def withdraw(people, world, asked):
    people.case.consents.filter(person=asked.guest.agreed_by).update(ended_at=timezone.now(), end_reason="withdrawn")


def run_out(people, world, asked):
    people.case.consents.update(given_on=world.today - dt.timedelta(days=9), valid_until=world.today - dt.timedelta(days=1))


def refuse(people, world, asked):
    withdraw(people, world, asked)
    world.consent(people.case, people.school, person=asked.guest.agreed_by, answer="refused")


def suspend(people, world, asked):
    people.school.signatures.update(suspended_at=timezone.now())


def leave(people, world, asked):
    Membership.objects.filter(pk=people.alice.pk).update(ends_on=world.today - dt.timedelta(days=1))


def close_account(people, world, asked):
    people.alice.user.is_active = False
    people.alice.user.deactivated_at = timezone.now()
    people.alice.user.save()


def leave_team(people, world, asked):
    people.case.leads.filter(until_at=None).update(until_at=timezone.now())  # who leads keeps a place
    people.case.team.update(starts_on=world.today - dt.timedelta(days=3), ends_on=world.today - dt.timedelta(days=1))


def restrict(people, world, asked):
    Restriction.objects.create(case=people.case, reason="staff", review_on=world.today + dt.timedelta(days=9))


def close(people, world, asked):
    type(people.case).objects.filter(pk=people.case.pk).update(
        status="closed", closed_on=world.today, closure_reason="outcomes_met"
    )


def expire(people, world, asked):
    now = timezone.now()
    change(asked.guest, invited_at=now - dt.timedelta(days=2), expires_at=now - dt.timedelta(hours=1))


def end(people, world, asked):
    change(asked.guest, ended_at=timezone.now(), ended_by=people.alice)


ENDS = {
    expire: "",
    end: "",
    withdraw: "does not agree to share",
    run_out: "does not agree to share",
    refuse: "does not agree to share",
    suspend: "no live signature",
    leave: "does not work for",
    close_account: "does not work for",
    leave_team: "does not see this record any more",
    restrict: "The record is restricted",
    close: "The record is closed",
}


@pytest.mark.parametrize("what", ENDS, ids=lambda what: what.__name__)
def test_it_ends_at_once_within_a_live_session(what, ask_guest, ask_again, let_in, people, world):
    asked = ask_guest()
    browser = let_in(asked)
    assert browser.get(HOME).status_code == 200
    with as_system():
        what(people, world, asked)
    for address in (HOME, reverse("guest-timeline"), reverse("guest-meeting", args=[asked.guest.case_id])):
        answer = browser.get(address)
        assert (answer.status_code, answer.url) == (302, reverse("guest-over"))
    over = browser.get(reverse("guest-over"))
    assert over.status_code == 410
    for word in ("Hollis", "Ellie", "Alice", "Ama", people.case.reference):
        assert word not in over.content.decode()


@pytest.mark.parametrize("what", ENDS, ids=lambda what: what.__name__)
def test_the_door_is_shut_by_the_same(what, ask_guest, people, world):
    """Each denial of the test above, before the guest has come in: the link is dead too."""
    asked = ask_guest()
    with as_system():
        what(people, world, asked)
    assert try_to_enter(asked)[1].status_code == 410


@pytest.mark.parametrize("what", [each for each in ENDS if ENDS[each]], ids=lambda what: what.__name__)
def test_the_list_says_why_a_guest_sees_nothing(what, ask_guest, people, world):
    asked = ask_guest()
    manager = world.member(people.coordinator.agency, Role.HUB_MANAGER, hub=people.hub)
    with as_system():
        what(people, world, asked)
        if what is restrict:
            restriction = people.case.restrictions.get()
            restriction.names.create(case=people.case, membership=manager)
    with acting_as(manager) as by:
        [line] = guests_on_page(by, people.case.__class__.objects.get(pk=people.case.pk))["guest_lines"]
    assert (line.state, line.may_renew) == ("Sees nothing", False)
    assert ENDS[what] in line.why
    assert line.may_end


def test_a_newer_yes_goes_on(ask_guest, let_in, people, world):
    asked = ask_guest()
    browser = let_in(asked)
    with as_system():
        people.case.consents.filter(person=asked.guest.agreed_by).update(
            ended_at=timezone.now(), end_reason="replaced"
        )
    assert browser.get(HOME).status_code == 302
    world.consent(people.case, people.school, person=asked.guest.agreed_by)
    assert browser.get(HOME).status_code == 200, "the session was never ended, only without ground"


def test_another_person_of_the_family_withdrawing_leaves_the_guest_and_hides_that_person(ask_guest, let_in, people):
    browser = let_in(ask_guest())
    assert "Ellie" in browser.get(HOME).content.decode()
    with as_system():
        people.case.consents.filter(person__is_child=True).update(ended_at=timezone.now(), end_reason="withdrawn")
    page = browser.get(HOME)
    assert page.status_code == 200 and "Ellie" not in page.content.decode()


def test_a_hubs_guest_rests_on_the_yes_to_the_council(ask_guest, let_in, people, world):
    world.consent(people.case, people.coordinator.agency)
    browser = let_in(ask_guest(by=people.coordinator, categories=[1, 3]))
    assert browser.get(HOME).status_code == 200
    with as_system():
        people.case.consents.filter(agency=people.coordinator.agency).update(
            ended_at=timezone.now(), end_reason="withdrawn"
        )
    assert browser.get(HOME).status_code == 302


def test_my_work_reminds_of_guests_whose_time_is_nearly_over(ask_guest, people):
    ask_guest(until=timezone.localdate() + dt.timedelta(days=2))
    ask_guest(email="later@example.org")
    with acting_as(people.alice) as alice:
        assert [guest.email for guest in guests_to_see_to(alice)] == ["ama@example.org"]
