"""Do the tests of guests bite? Each condition of the SQL behind the door and the session taken out lets somebody in.

The change is made inside the test's own transaction and goes with it.
"""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from cases.models import Restriction, StaffRelation
from earlyhelp.access.context import as_role, as_system
from tests.access.test_mutants import changed
from tests.cases import test_guest_ends as ends
from tests.fixtures.guests import try_to_enter

pytestmark = pytest.mark.django_db
HOME = "/guest/"


def mutate(mutation) -> None:
    with as_role("eh_owner"):
        mutation()


def related(people, world, asked):
    """Whoever invited the guest turns out to be a relative: no record of the family opens to them or through them."""
    with as_system():
        StaffRelation.objects.create(membership=people.alice, person=people.case.family.people.first())


TOKEN = " and g.id * 8 + 5 = any (c.acl)"
SIGHT = " and c.acl && (s.agency_tokens || s.hub_tokens)"
# What makes the door shut -> the conditions of app.guest_may_look that say so. Two where the projection says it as well.
DOOR = {
    ends.end: ["g.ended_at is null and ", TOKEN],
    ends.expire: [" and g.expires_at > now()"],
    ends.close: [" and c.status <> 'closed'"],
    ends.restrict: [TOKEN, SIGHT],
    ends.suspend: ["s.categories is not null and ", SIGHT],
    ends.leave_team: [SIGHT],
    related: ["where m.user_id = s.user_id and "],
    ends.withdraw: ["and a.person_id = g.agreed_by_id "],
}


@pytest.mark.parametrize("what", DOOR, ids=lambda what: what.__name__)
def test_without_its_condition_the_door_opens(what, ask_guest, people, world):
    asked = ask_guest()
    with as_system():
        what(people, world, asked)
    assert not waits(asked), "with it the door is shut"
    for number, condition in enumerate(DOOR[what]):
        assert number == 0 or not waits(asked), "one of the two is enough"
        mutate(changed("guest_may_look", condition, "where false and " if condition.startswith("where") else ""))
    assert waits(asked)


def waits(asked) -> bool:
    browser = Client()
    browser.get(asked.link)
    return browser.get("/guest/code/").status_code == 200


SESSION = {
    "half an hour": ("and x.used_at > now() - interval '30 minutes' ", {"used_at": dt.timedelta(minutes=31)}),
    "four hours": ("and x.confirmed_at > now() - interval '4 hours'", {"confirmed_at": dt.timedelta(hours=5)}),
}


@pytest.mark.parametrize("what", SESSION)
def test_without_its_condition_a_session_goes_on(what, ask_guest, let_in):
    condition, ago = SESSION[what]
    asked = ask_guest()
    browser = let_in(asked)
    ends.change(asked.guest, **{name: timezone.now() - each for name, each in ago.items()})
    assert browser.get(HOME).status_code == 302
    mutate(changed("begin_guest_session", condition))
    assert browser.get(HOME).status_code == 200


def test_without_its_condition_a_sixth_code_is_tried(ask_guest):
    asked = ask_guest()
    for _ in range(5):
        try_to_enter(asked, asked.wrong_code)
    assert try_to_enter(asked)[1].status_code == 410
    mutate(changed("try_guest", "and g.tries < 5 "))
    mutate(changed("guest_link_waits", "\n                    and g.tries < 5"))
    assert try_to_enter(asked)[1].status_code == 302


def test_without_its_condition_a_used_code_works_again(ask_guest, let_in):
    asked = ask_guest()
    let_in(asked)
    with as_system(), connection.cursor() as cursor:
        cursor.execute("select code_hash from cases_guest")
        assert cursor.fetchone() == ("",), "the code is gone, so there is nothing left to try"
    assert try_to_enter(asked)[1].status_code == 410


def test_a_restriction_reaches_the_projection_before_the_next_click(ask_guest, let_in, people, world):
    browser = let_in(ask_guest())
    with as_system():
        Restriction.objects.create(case=people.case, reason="staff", review_on=world.today + dt.timedelta(days=9))
    assert browser.get(HOME).status_code == 302
    with as_system():
        people.case.restrictions.update(lifted_at=timezone.now())
    assert browser.get(HOME).status_code == 200
