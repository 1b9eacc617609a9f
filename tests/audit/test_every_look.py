"""Every look at a family is an event, and without the event nothing of the family is shown (trust.md P21).

Each address of tests/access/addresses.py is asked by somebody who may, and what it wrote is compared with
tests/audit/expected_looks.py. Then the same again while the log cannot be written.
"""

from __future__ import annotations

import re
import sys

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from earlyhelp.access.context import as_role, as_system
from earlyhelp.audit import record_look
from earlyhelp.audit.models import Event
from tests.access.addresses import OWNERS
from tests.access.test_urls import addresses_of_families, arguments, undone
from tests.audit.expected_looks import CHANGES_ALONE, EXPECTED, LISTS, SHOWN_BY_POST, SHOWS_NOTHING
from tests.fixtures.everything import FAMILY_NAME, Everything

pytestmark = pytest.mark.django_db
# Words of the family's record, in whatever answer: none of them is in a page of the site itself.
OF_THE_FAMILY = [FAMILY_NAME, "Ellie", "4 Safe Street", "Breakfast club", "All well", "Needs have grown", "A letter."]
MORE_OF_IT = [FAMILY_NAME.upper(), FAMILY_NAME.lower()]

REFUSE = """
create or replace function app.test_refuse() returns trigger language plpgsql as
  $$ begin raise exception 'the log cannot be written'; end $$;
create trigger aa_test_refuse before insert on audit_event for each row execute function app.test_refuse();
"""


@pytest.fixture
def log_cannot_be_written(db):
    """Until the end of the test every insert into the log fails in the database."""

    def stop():
        with as_role("eh_owner"), connection.cursor() as cursor:
            cursor.execute(REFUSE)

    return stop


class Visits:
    """Asks addresses as whoever may, and keeps what was written meanwhile."""

    def __init__(self, everything: Everything, signed_in_as):
        self.everything, self.signed_in_as = everything, signed_in_as
        self.browsers: dict[str, Client] = {}

    def browser(self, person: str) -> Client:
        if person not in self.browsers:
            self.browsers[person] = self.signed_in_as(getattr(self.everything, person))
            self.browsers[person].raise_request_exception = False
        return self.browsers[person]

    def address(self, name: str) -> str:
        return reverse(name, kwargs=arguments(name, self.everything))

    def ask(self, person: str, address: str, method: str = "get"):
        """(status, body, events of this person) of one request whose effects are undone."""
        browser = self.browser(person)
        with as_system():
            before = set(Event.objects.values_list("pk", flat=True))
        with undone():
            answer = getattr(browser, method)(address)
            body = b"".join(answer) if answer.streaming else answer.content
            try:
                with as_system():
                    events = list(Event.objects.exclude(pk__in=before).order_by("at", "id"))
            except DatabaseError:
                events = []
        return answer.status_code, body, events


@pytest.fixture
def visits(everything, signed_in_as) -> Visits:
    return Visits(everything, signed_in_as)


def owner_of(name: str) -> str:
    return OWNERS.get(name, "alice")


def test_the_table_names_every_address_once():
    tables = [set(EXPECTED), set(SHOWN_BY_POST), set(SHOWS_NOTHING), CHANGES_ALONE]
    assert set.union(*tables) == set(addresses_of_families())
    assert sum(map(len, tables)) == len(addresses_of_families())


def test_each_look_writes_exactly_the_event_that_is_expected(visits, everything, record_testsuite_property, capsys):
    wrong, written, silent = [], 0, 0
    for name, expected in (EXPECTED | SHOWN_BY_POST).items():
        who = owner_of(name)
        status, _body, events = visits.ask(who, visits.address(name), "post" if name in SHOWN_BY_POST else "get")
        found = [(event.level, event.verb, event.case_id is not None) for event in events]
        written += found == expected
        silent += status == 200 and not events
        if status != 200 or found != expected:
            wrong.append(f"{name} {status}: {found}")
        member = getattr(everything, who)
        for event in events:
            stamped = (event.user_id, event.membership_id, event.agency_id)
            if stamped != (member.user_id, member.pk, member.agency_id):
                wrong.append(f"{name}: stamped {stamped}")
            if not re.fullmatch(r"[\w’' -]{5,80}", event.verb) or FAMILY_NAME in str(event.facts):
                wrong.append(f"{name}: its words or facts: {event.verb} {event.facts}")
    for (who, name), expected in LISTS.items():
        status, _body, events = visits.ask(who, reverse(name))
        found = [(event.level, event.verb) for event in events]
        written += found == [expected]
        silent += status == 200 and not events
        if status != 200 or found != [expected]:
            wrong.append(f"{who} {name} {status}: {found}")
    total = len(EXPECTED) + len(SHOWN_BY_POST) + len(LISTS)
    line = f"read events expected/written {total}/{written}; silent reads {silent}"
    record_testsuite_property("read events", line)
    with capsys.disabled():
        sys.stdout.write(f"\n{line}\n")
    assert wrong == [], "\n".join(wrong)
    assert silent == 0


def test_what_shows_nothing_shows_nothing(visits):
    for name in SHOWS_NOTHING:
        status, body, _events = visits.ask(owner_of(name), visits.address(name))
        assert status in {200, 302}, name
        assert status == 302 or FAMILY_NAME.encode() not in body or name == "assessment-register", name


def test_the_event_names_the_record_that_was_opened(visits, everything):
    _status, _body, events = visits.ask("alice", visits.address("record-plan"))
    assert [event.case_id for event in events] == [everything.case.pk]


def test_without_the_event_nothing_of_the_family_is_shown(
    visits, everything, log_cannot_be_written, record_testsuite_property, capsys
):
    """The insert fails in the database: an error page, for every address, and no word of the family in it."""
    shown = 0
    for name in EXPECTED:  # each of these shows the family when the log can be written
        _status, body, _events = visits.ask(owner_of(name), visits.address(name))
        shown += any(words.encode() in body for words in OF_THE_FAMILY)
    assert shown >= 60
    log_cannot_be_written()
    asked, leaked = 0, []
    requests = [
        *((owner_of(name), name, visits.address(name), "get") for name in EXPECTED),
        *((owner_of(name), name, visits.address(name), "post") for name in [*EXPECTED, *SHOWN_BY_POST]),
        *((who, name, reverse(name), "get") for who, name in LISTS),
    ]
    for who, name, address, method in requests:
        status, body, events = visits.ask(who, address, method)
        asked += 1
        words = [words for words in [*OF_THE_FAMILY, *MORE_OF_IT] if words.encode() in body]
        refused = status in {500, 503} or method == "post" and status in {405, 415}
        if not refused or words or events or everything.case.reference.encode() in body:
            leaked.append(f"{who} {method} {name} {status} {words}")
    line = f"looks while the log cannot be written: {asked}; shown anything of the family: {len(leaked)}"
    record_testsuite_property("fails closed", line)
    with capsys.disabled():
        sys.stdout.write(f"\n{line}\n")
    assert leaked == [], "\n".join(leaked)


def test_without_the_event_no_search_finds_anything(visits, everything, log_cannot_be_written):
    browser, find = visits.browser("alice"), reverse("find-family")
    asked = {"words": FAMILY_NAME}
    with undone():
        assert "Ellie" in browser.post(find, asked).content.decode()
    log_cannot_be_written()
    for words in (FAMILY_NAME, everything.case.reference):
        with undone():
            answer = browser.post(find, {"words": words})
        assert answer.status_code == 500
        assert "Ellie" not in answer.content.decode()


def test_a_right_that_was_taken_away_fails_closed_as_well(visits):
    with as_role("eh_owner"), connection.cursor() as cursor:
        cursor.execute("revoke insert on audit_event from eh_app")
    status, body, _events = visits.ask("alice", visits.address("record-overview"))
    assert status == 500
    assert FAMILY_NAME.encode() not in body


def test_an_event_says_who_from_the_database_and_not_from_the_application(everything, seen_by, world):
    """Alice's context, Bob's name in the row: the row says Alice."""
    seen_by(everything.alice)
    event = record_look(world.actor(everything.bob), "Opened a plan", case=everything.case)
    with as_system():
        event.refresh_from_db()
    assert event.membership_id == everything.alice.pk
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("update audit_event set membership_id = 1")


# -- A guest's own pages: the event says which guest, and nobody else -------------------------------------------------------

A_GUESTS = {
    "guest": ("record", "Opened a family’s record as a guest"),
    "guest-timeline": ("section", "Opened a timeline as a guest"),
}


def test_a_guests_looks_are_events_of_that_guest_and_fail_closed(ask_guest, let_in, people, log_cannot_be_written):
    asked = ask_guest()
    browser = let_in(asked)
    browser.raise_request_exception = False
    for name, expected in A_GUESTS.items():
        with undone():
            assert browser.get(reverse(name)).status_code == 200, name
            with as_system():
                event = Event.objects.order_by("-id").first()
            assert (event.level, event.verb) == expected
            assert (event.guest_id, event.case_id) == (asked.guest.pk, people.case.pk)
            assert (event.user_id, event.membership_id, event.agency_id) == (None, None, None)
    log_cannot_be_written()
    for name in A_GUESTS:
        with undone():
            answer = browser.get(reverse(name))
        assert answer.status_code == 500, name
        assert "Ellie" not in answer.content.decode() and people.case.reference not in answer.content.decode()
