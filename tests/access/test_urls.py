"""Every address of the site: who may reach it, and what a stranger sees instead.

An address that is missing from tests/access/addresses.py fails a test. So does an entry whose address is gone.
"""

from __future__ import annotations

import itertools
import uuid
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver, include, path, reverse

from earlyhelp.access import Permission, Role, access
from earlyhelp.access.context import as_system
from earlyhelp.access.declare import Declaration
from earlyhelp.access.permissions import permissions_of
from earlyhelp.audit.models import Event
from hubs.models import AgencyKind
from tests.access.addresses import (
    FAMILY_PAGES,
    GUEST,
    OBJECTS,
    OF_A_GUEST,
    OF_THE_PLATFORM,
    ON_ANOTHER_CASE,
    OWNERS,
    PARTS_OF_A_FAMILY,
    PUBLIC,
    SECRET_LINKS,
    SIGNED_IN,
    STRANGERS,
)
from tests.alike import as_read
from tests.fixtures.everything import FAMILY_NAME, Everything, protected_tables

pytestmark = [pytest.mark.django_db, pytest.mark.long]
OPENED = {200, 302}
NOBODYS = {"differing_agency": 0, "emergency": 0, "guest": 0}  # where an id is a number
# A link is needed, and there is none in this session.
USED_UP = {"accounts:accept_invitation": 410, "guest-code": 410, "guest-over": 410, "invited": 410, "invited-calendar": 410}
ANSWERED = {200, 302, 303, 400, 405, 409, 422}  # a form without its answers may be refused, not the person
NOT_YET = {"assessment-part-again", "assessment-person-part-again"}  # can be written when the assessment is complete


def every_address(patterns=None, space: str = "", keys: tuple[str, ...] = ()):
    """(name, view, names of its parameters) of every address of the site."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        found = (*keys, *entry.pattern.regex.groupindex)
        if hasattr(entry, "url_patterns"):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from every_address(entry.url_patterns, inner, found)
        else:
            yield f"{space}{entry.name}", entry.callback, found


def addresses_of_families() -> dict[str, dict[str, str]]:
    """Every address of something of a family, with the ids it takes besides the case's reference."""
    return dict.fromkeys(FAMILY_PAGES.split(), {}) | PARTS_OF_A_FAMILY | OBJECTS


def arguments(name: str, everything: Everything, *, reference: str | None = None, absent: bool = False) -> dict:
    """What the address takes. `absent`: ids and a reference that nothing has."""
    wanted = addresses_of_families()[name]
    found = {
        key: words[1:] if words.startswith("=") else NOBODYS.get(words, uuid.uuid4()) if absent else everything.ids[words]
        for key, words in wanted.items()
    }
    if name not in OBJECTS:
        case = getattr(everything, ON_ANOTHER_CASE.get(name, "case"))
        found["reference"] = reference or ("WM-1" if absent else case.reference)
    return found


@contextmanager
def undone():
    """Whatever the request changes is taken back, so that the next one finds the same world."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def ask(browser: Client, method: str, address: str):
    """The answer to one request whose effects are undone. An error of the view is an answer too."""
    with undone():
        browser.raise_request_exception = False
        if is_for_programs(address) and method != "get":
            return getattr(browser, method)(address, "{}", content_type="application/json")
        return getattr(browser, method)(address)


def is_for_programs(address: str) -> bool:
    return address.startswith("/api/")


# -- Declarations --------------------------------------------------------------------------------------------------------


def test_every_view_declares_who_may_use_it():
    found = list(every_address())
    assert len(found) >= 130
    assert [name for name, view, _keys in found if not isinstance(getattr(view, "access", None), Declaration)] == []
    assert [name for name, *_ in found if name.endswith("None")] == [], "every address has a name"
    names = [name for name, *_ in found]
    assert sorted(names) == sorted(set(names)), "names are used once"


def test_public_and_signed_in_addresses_are_the_ones_written_down():
    declared = {name: view.access for name, view, _keys in every_address()}
    assert {name for name, its in declared.items() if its.is_public} == PUBLIC
    assert {name for name, its in declared.items() if its.is_guest and not its.is_public} == GUEST
    rest = {name for name, its in declared.items() if not its.is_public and not its.needs_agency}
    assert rest - GUEST == SIGNED_IN


def test_each_declaration_asks_for_enough():
    for name, view, _keys in every_address():
        its = view.access
        if its.is_public or not its.needs_agency:
            assert not its.permissions, name
        else:
            assert its.permissions, name
            assert its.needs_second_factor, name


def test_every_address_with_an_object_is_in_one_table_and_every_entry_has_an_address():
    with_objects = {name for name, _view, keys in every_address() if keys}
    tables = [set(addresses_of_families()), set(OF_THE_PLATFORM), SECRET_LINKS, OF_A_GUEST]
    assert set.union(*tables) == with_objects
    assert sum(map(len, tables)) == len(with_objects)
    for name, _view, keys in every_address():
        if name in addresses_of_families():
            wanted = {*addresses_of_families()[name], *(() if name in OBJECTS else ("reference",))}
            assert wanted == set(keys), name


class Undeclared:
    """The site with two more views: one that says nothing, one that does."""

    urlpatterns = [
        path("says-nothing/", lambda _request: HttpResponse("secret")),
        path("says-something/", access(Permission.MY_WORK)(lambda _request: HttpResponse("fine"))),
        path("", include("earlyhelp.urls")),
    ]


def test_a_view_that_declares_nothing_is_refused_to_everybody(people, signed_in_as, client, settings):
    settings.ROOT_URLCONF = Undeclared
    for browser in (client, signed_in_as(people.alice), signed_in_as(people.coordinator)):
        for method in (browser.get, browser.post):
            answer = method("/says-nothing/")
            assert answer.status_code == 403
            assert b"secret" not in answer.content
    assert signed_in_as(people.alice).get("/says-something/").content == b"fine"


# -- Anonymous -----------------------------------------------------------------------------------------------------------


def test_anonymous_people_are_sent_to_sign_in_from_everything_that_is_not_public(everything, client):
    asked = 0
    for name, view, keys in every_address():
        if view.access.is_public or name in GUEST:  # nobody signs in to be a guest (tests/cases/test_guests.py)
            continue
        if name in addresses_of_families():
            address = reverse(name, kwargs=arguments(name, everything))
        else:
            address = reverse(name, kwargs={key: SAMPLES[key] for key in keys})
        for method in ("get", "post", "put", "patch", "delete"):
            answer = ask(client, method, address)
            asked += 1
            assert FAMILY_NAME not in answer.content.decode()
            if is_for_programs(address):
                # A program is told that it must bring a key, and is sent nowhere.
                assert answer.status_code == 401, (name, method)
                assert answer["WWW-Authenticate"].startswith("Bearer"), (name, method)
                continue
            assert answer.status_code == 302, (name, method)
            assert answer["Location"].startswith(reverse("account_login") + "?next="), (name, method)
    assert asked >= 550


SAMPLES = {"pk": 1, "user": 1, "action": "wake", "quarter": "2015-Q3", "version": 1, "kind": "school"}
SAMPLES |= {"subject": uuid.UUID(int=7), "item": 1, "mark": uuid.UUID(int=8), "stone": uuid.UUID(int=9), "reference": "WM-1"}
SAMPLES |= {"task": uuid.UUID(int=10)}
SAMPLES |= {"code": "somerset_eha", "what": "part", "key": "start", "part": "start", "inside": "start", "who": "family"}


# -- Families: every address, everybody ----------------------------------------------------------------------------------


@pytest.mark.parametrize("table", [FAMILY_PAGES.split(), PARTS_OF_A_FAMILY, OBJECTS], ids=["pages", "parts", "objects"])
def test_owner_gets_in_and_a_stranger_is_told_that_there_is_nothing(everything, signed_in_as, table):
    wrong = []
    browsers = {}
    for name in table:
        who = {"owner": OWNERS.get(name, "alice"), "stranger": STRANGERS.get(name, "charlie")}
        for person in who.values():
            if person not in browsers:
                browsers[person] = signed_in_as(getattr(everything, person))
        owner, stranger = browsers[who["owner"]], browsers[who["stranger"]]
        hers = reverse(name, kwargs=arguments(name, everything))
        nobodys = reverse(name, kwargs=arguments(name, everything, absent=True))
        opened, posted = ask(owner, "get", hers), ask(owner, "post", hers)
        if opened.status_code not in OPENED | {405}:
            wrong.append(f"{name}: {who['owner']} GET {opened.status_code}")
        if posted.status_code not in ANSWERED | ({403} if name in NOT_YET else set()):
            wrong.append(f"{name}: {who['owner']} POST {posted.status_code}")
        if opened.status_code == posted.status_code == 405:
            wrong.append(f"{name}: neither GET nor POST")
        for method, its in (("get", opened), ("post", posted)):
            hidden, missing = ask(stranger, method, hers), ask(stranger, method, nobodys)
            if its.status_code == 405:
                if hidden.status_code not in {404, 405} or as_read(hidden) != as_read(missing):
                    wrong.append(f"{name}: stranger {method} {hidden.status_code}")
            elif hidden.status_code != 404:
                wrong.append(f"{name}: stranger {method} {hidden.status_code}")
            elif as_read(hidden) != as_read(missing):
                wrong.append(f"{name}: stranger {method}: a hidden one does not read like a missing one")
    assert not wrong, "\n".join(wrong)


def test_an_object_of_another_family_is_not_reached_through_ones_own(everything, signed_in_as):
    """/families/<mine>/plan/outcomes/<of another family>/: the reference is fine, the id is not."""
    stranger = signed_in_as(everything.charlie)
    mine = everything.charlies_case.reference
    wrong = []
    for name in PARTS_OF_A_FAMILY:
        address = reverse(name, kwargs=arguments(name, everything, reference=mine))
        nothing = reverse(name, kwargs=arguments(name, everything, reference=mine, absent=True))
        for method in ("get", "post"):
            hidden, missing = ask(stranger, method, address), ask(stranger, method, nothing)
            if hidden.status_code not in {404, 405} or as_read(hidden) != as_read(missing):
                wrong.append(f"{name} {method} {hidden.status_code}")
    assert wrong == []


def test_nobody_without_a_right_to_the_family_finds_its_name_on_any_page(everything, signed_in_as):
    """Lists, searches, the front page and the log: all addresses without an object, for everybody else."""
    for person in everything.strangers:
        browser = signed_in_as(person)
        for name, _view, keys in every_address():
            if not keys:
                answer = ask(browser, "get", reverse(name) + f"?q={FAMILY_NAME.lower()}&words={FAMILY_NAME.lower()}")
                assert FAMILY_NAME not in answer.content.decode(), (name, person)
                assert everything.case.reference not in answer.content.decode(), (name, person)


def test_opening_a_record_is_recorded_and_changes_nothing_else(everything, signed_in_as):
    """No GET changes a family's row, in place or by number; and each one that shows something is an event."""
    changed, unrecorded = [], []
    for name in addresses_of_families():
        browser = signed_in_as(getattr(everything, OWNERS.get(name, "alice")))
        before, events = writes(), events_now()
        answer = ask_and_keep(browser, reverse(name, kwargs=arguments(name, everything)))
        if writes() != before and name not in TRIED_AND_UNDONE:
            changed.append((name, {t: n - before.get(t, 0) for t, n in writes().items() if n != before.get(t, 0)}))
        if answer.status_code == 200 and name not in NOTHING_OF_A_FAMILY and events_now() == events:
            unrecorded.append(name)
    assert changed == []
    assert unrecorded == []


def test_a_preview_of_a_withdrawal_leaves_everything_as_it_was(everything, signed_in_as):
    """The page tries the withdrawal and takes it back, so it is compared by content."""
    for name in TRIED_AND_UNDONE:
        browser = signed_in_as(getattr(everything, OWNERS.get(name, "alice")))
        before = contents()
        assert ask_and_keep(browser, reverse(name, kwargs=arguments(name, everything))).status_code == 200
        assert contents() == before


# Before a record exists: what the writer typed a moment ago, and a page of words.
NOTHING_OF_A_FAMILY = {"assessment-register", "assessment-neither"}
# Pages that ask the database "what would follow" in a subtransaction that is undone.
TRIED_AND_UNDONE = {
    "record-withdraw", "record-decides", "record-decides-end", "record-settle", "record-lawful-end",
}


def contents() -> dict[str, str]:
    """A digest of every row of each protected table, the log of looks apart."""
    with as_system(), connection.cursor() as cursor:
        found = {}
        for table in protected_tables():
            cursor.execute(f"select md5(coalesce(string_agg(t::text, '|' order by t.id), '')) from {table} t")
            found[table] = cursor.fetchone()[0]
    return {table: digest for table, digest in found.items() if table != "audit_event"}


def ask_and_keep(browser: Client, address: str):
    browser.raise_request_exception = False
    return browser.get(address)


def writes() -> dict[str, int]:
    """Rows written in this transaction to each protected table, the log of looks apart."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select s.relname, s.n_tup_ins + s.n_tup_upd + s.n_tup_del from pg_stat_xact_user_tables s"
            "  join pg_class c on c.oid = s.relid and c.relrowsecurity where s.relname <> 'audit_event'"
        )
        return dict(cursor.fetchall())


def events_now() -> int:
    with as_system():
        return Event.objects.count()


# -- Roles ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def cast(world):
    """One person in each role, all of one council that has signed."""
    agency, hub = world.agency(AgencyKind.COUNCIL_EARLY_HELP), world.hub()
    world.level(2)
    return {role: world.member(agency, role, hub=hub if role == Role.HUB_COORDINATOR else None) for role in Role}


def test_each_role_opens_what_its_permissions_say_and_nothing_else(cast, signed_in_as):
    """Every role at every address without an object: opened, or refused with the word that it is not for this role."""
    cells, wrong = 0, []
    for role, membership in cast.items():
        browser = signed_in_as(membership)
        for name, view, keys in every_address():
            if keys:
                continue
            its = view.access
            may = its.is_public or not its.needs_agency or set(its.permissions) & permissions_of([role])
            answer = ask(browser, "get", reverse(name))
            expected = OPENED | {405, USED_UP.get(name)} if may else {403}
            cells += 1
            if answer.status_code not in expected:
                wrong.append(f"{role}: {name} {answer.status_code}")
    assert wrong == []
    assert cells >= 9 * 40


def test_each_role_is_refused_at_addresses_of_objects_that_are_not_for_it(everything, cast, signed_in_as):
    """A role without the permission is refused before anything is looked up, whatever the object.

    Roles that are refused at the same addresses pass through the same gate: one of them is enough.
    """
    refused: dict[frozenset, Role] = {}
    for role in cast:
        refused.setdefault(
            frozenset(
                (name, keys) for name, view, keys in every_address()
                if keys and name not in SECRET_LINKS | OF_A_GUEST and not set(view.access.permissions) & permissions_of([role])
            ),
            role,
        )
    wrong, methods = [], itertools.cycle(["get", "post"])
    for these, role in refused.items():
        browser = signed_in_as(cast[role])
        for name, keys in sorted(these):
            if name in OF_THE_PLATFORM:
                address = reverse(name, kwargs={key: SAMPLES[key] for key in keys})
            else:
                address = reverse(name, kwargs=arguments(name, everything))
            answer = ask(browser, next(methods), address)
            if answer.status_code != 403 or FAMILY_NAME in answer.content.decode():
                wrong.append(f"{role}: {name} {answer.status_code}")
    assert wrong == []
    assert len(refused) >= 5


def test_whoever_a_platform_page_is_for_is_not_refused(cast, signed_in_as):
    """The other half: the role named in the table passes the gate, and is told when there is no such object."""
    for name, role in OF_THE_PLATFORM.items():
        keys = next(keys for each, _view, keys in every_address() if each == name)
        answer = ask(signed_in_as(cast[Role(role)]), "get", reverse(name, kwargs={key: SAMPLES[key] for key in keys}))
        assert answer.status_code in {200, 302, 404, 405}, name


def test_a_membership_that_ended_opens_nothing_from_the_next_request(people, signed_in_as, world):
    browser = signed_in_as(people.alice)
    record = reverse("record-overview", args=[people.case.reference])
    assert browser.get(record).status_code == 200
    with as_system():
        people.alice.starts_on = people.alice.ends_on = world.today.replace(year=2014)
        people.alice.save()
    assert browser.get(record).url == reverse("choose-agency")


def test_half_a_sign_in_sees_nothing_even_if_a_membership_is_in_the_session(people, client):
    """The rest of this is in tests/accounts/test_sign_in.py; here: no context is set either."""
    client.force_login(people.alice.user, backend="earlyhelp.accounts.backends.SignInBackend")
    answer = client.get(reverse("record-overview", args=[people.case.reference]))
    assert answer.status_code == 302
    with connection.cursor() as cursor:
        cursor.execute("select app.tokens()")
        assert cursor.fetchone() == (None,)
