"""Families over the API: the pages' rule, row and category, whoever asks."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases.models import Address, CaseNote, Person
from earlyhelp.access import Role
from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event
from hubs.models import AgencyKind

pytestmark = pytest.mark.django_db

SECTIONS = {
    "": "overview",
    "timeline/": "timeline",
    "plan/": "plan",
    "meetings/": "meetings",
    "documents/": "documents",
    "sharing/": "sharing",
    "assessments/": "assessments",
}


def of(case, section: str = "") -> str:
    return f"/api/v1/families/{case.reference}/{section}"


# -- Rows ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("section", SECTIONS)
def test_alice_reads_and_others_are_told_that_there_is_nothing(people, program, section):
    address, nobodys = of(people.case, section), f"/api/v1/families/WM-9/{section}"
    assert program(people.alice).get(address).status_code == 200
    assert program(people.coordinator).get(address).status_code == 200
    assert Client().get(address).status_code == 401
    for other in (people.bob, people.charlie):
        his = program(other)
        hidden, missing = his.get(address), his.get(nobodys)
        assert hidden.status_code == missing.status_code == 404
        assert (hidden.content, dict(hidden.items())) == (missing.content, dict(missing.items()))


@pytest.mark.parametrize("section", SECTIONS)
def test_each_look_is_recorded_where_it_was(people, program, section):
    program(people.alice).get(of(people.case, section))
    with as_system():
        [event] = Event.objects.filter(case_id=people.case.pk).looks()
    assert event.level == ("section" if section else "record")
    assert event.facts["section"] == SECTIONS[section]


@pytest.mark.parametrize("section", SECTIONS)
def test_when_the_look_cannot_be_recorded_nothing_is_shown(people, program, section, monkeypatch):
    her = program(people.alice)
    her.raise_request_exception = False

    def fails(*_args, **_kwargs):
        raise RuntimeError("the log is not there")

    monkeypatch.setattr(Event.objects, "create", fails)
    answer = her.get(of(people.case, section))
    assert answer.status_code == 500
    assert answer.json()["detail"] == "Nothing was changed. Try again in a few minutes."


@pytest.mark.parametrize("role", Role)
def test_each_role_reads_families_only_with_casework(world, program, role):
    agency, hub = world.agency(AgencyKind.COUNCIL_EARLY_HELP), world.hub()
    his = program(world.member(agency, role, hub=hub if role == Role.HUB_COORDINATOR else None))
    casework = role in {Role.PRACTITIONER, Role.AGENCY_LEAD, Role.HUB_COORDINATOR, Role.HUB_MANAGER}
    assert his.get("/api/v1/families/").status_code == (200 if casework else 403)


def test_the_list_is_ones_own_and_is_recorded(people, world, program):
    others = world.shared_case(people.hub, people.charlie)
    her = program(people.alice).get("/api/v1/families/").json()
    assert [row["reference"] for row in her["results"]] == [people.case.reference]
    assert her["total"] == 1
    references = {
        row["reference"] for row in program(people.coordinator).get("/api/v1/families/").json()["results"]
    }
    assert references == {people.case.reference, others.reference}
    assert program(people.bob).get("/api/v1/families/").json()["results"] == []
    with as_system():
        assert Event.objects.filter(level="results", membership_id=people.alice.pk).count() == 1


def test_pages_of_the_list_lead_on_without_a_name(people, world, program):
    for _ in range(30):
        world.shared_case(people.hub, people.alice)
    her = program(people.alice)
    first = her.get("/api/v1/families/").json()
    assert (len(first["results"]), first["next"]) == (25, "https://testserver/api/v1/families/?page=2")
    second = her.get("/api/v1/families/?page=2").json()
    assert (len(second["results"]), second["next"]) == (6, None)
    seen = {row["reference"] for page in (first, second) for row in page["results"]}
    assert len(seen) == 31
    assert her.get("/api/v1/families/?page=10000").json()["results"] == []


# -- Categories ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def notes(people, world):
    """A note of each category, by the hub's council."""
    with as_system():
        for category in range(1, 8):
            CaseNote.objects.create(
                case=people.case,
                category=category,
                kind="fact",
                title=f"Note {category}",
                happened_at=timezone.now(),
                agency=people.coordinator.agency,
                author=people.coordinator,
            )


def test_the_timeline_holds_what_the_database_shows_that_person(people, notes, program, seen_by):
    for person in (people.alice, people.coordinator):
        shown = program(person).get(of(people.case, "timeline/")).json()["results"]
        seen_by(person)
        with connection.cursor() as cursor:
            cursor.execute("select id::text from cases_casenote where case_id = %s", [people.case.pk])
            rows = {key for (key,) in cursor.fetchall()}
        seen_by(None)
        assert {note["id"] for note in shown} == rows
    assert {
        note["category"] for note in program(people.alice).get(of(people.case, "timeline/")).json()["results"]
    } == {
        1,
        2,
        7,
    }


def test_everything_else_holds_what_the_database_shows_that_person(everything, program, seen_by):
    tables = {
        "plan/": ("cases_outcome", lambda body: [*body["outcomes"], *body["ended_outcomes"]]),
        "meetings/": ("cases_meeting", lambda body: body["results"]),
        "documents/": ("cases_document", lambda body: body["results"]),
        "assessments/": ("assessments_assessment", lambda body: body["results"]),
        "": ("cases_person", lambda body: body["people"]),
    }
    compared = 0
    for person in everything.insiders:
        his = program(person)
        for section, (table, rows_of) in tables.items():
            answer = his.get(of(everything.case, section))
            key = "family_id" if table == "cases_person" else "case_id"
            whose = everything.case.family_id if table == "cases_person" else everything.case.pk
            seen_by(person)
            with connection.cursor() as cursor:
                has_time = " and status <> 'proposed'" if table == "cases_meeting" else ""  # else nothing to tell yet
                cursor.execute(f"select id::text from {table} where {key} = %s{has_time}", [whose])
                rows = {found for (found,) in cursor.fetchall()}
                cursor.execute("select count(*) from cases_case where id = %s", [everything.case.pk])
                is_seen = cursor.fetchone()[0]
            seen_by(None)
            assert answer.status_code == (200 if is_seen else 404)
            if not is_seen:
                continue
            assert {row["id"] for row in rows_of(answer.json())} == rows, (section, person)
            compared += 1
    assert compared >= 15, "Alice, Ann and the coordinator see the record"


def test_a_person_who_refused_is_not_named(people, world, program):
    with as_system():
        mother = people.case.family.people.get(is_child=False)
        people.case.consents.filter(person=mother).update(ended_at=timezone.now(), end_reason="withdrawn")
    body = program(people.alice).get(of(people.case)).content.decode()
    assert "Dana" not in body
    assert "Ellie" in body


# -- Addresses -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def hidden(people):
    with as_system():
        return Address.objects.create(
            family=people.case.family, lines="4 Safe Street", postcode="WM1 1AA", is_confidential=True
        )


def test_a_confidential_address_is_masked_until_it_is_asked_for(people, hidden, program):
    her = program(people.alice)
    [address] = her.get(of(people.case)).json()["addresses"]
    assert (address["is_masked"], address["lines"], address["postcode"]) == (True, None, None)
    show = of(people.case, f"addresses/{hidden.pk}/show/")
    assert her.get(show).status_code == 405
    assert program(people.alice, may_write=False).send(show, {}).status_code == 403
    assert her.send(show, {}).json()["lines"] == "4 Safe Street"
    with as_system():
        assert Event.objects.filter(verb="Showed a confidential address").count() == 1
    for other in (people.bob, people.charlie):
        assert program(other).send(show, {}).status_code == 404


def test_no_other_address_of_the_api_holds_it(people, hidden, program):
    her = program(people.alice)
    for section in SECTIONS:
        assert "Safe Street" not in her.get(of(people.case, section)).content.decode()


def test_whoever_writes_it_down_is_asked_first(people, hidden, program):
    her, address = program(people.alice), of(people.case, "timeline/")
    note = {"kind": "fact", "title": "Moved", "body": "They live at 4 Safe Street, WM1 1AA now."}
    assert "keep_address" in her.send(address, note).json()["errors"]
    with as_system():
        assert not CaseNote.objects.filter(case=people.case).exists()
        assert Event.objects.filter(verb="Was warned of a protected address").count() == 1
    assert her.send(address, note | {"keep_address": True}).status_code == 201


# -- What is never said --------------------------------------------------------------------------------------------------

# Of each table, columns that the API tells nobody, in any answer.
NEVER = {"acl", "topic_acl", "storage_key", "search_name", "nhs_number", "upn", "ethnicity", "not_for", "not_for_members",
         "secret_hash", "email", "membership_id", "user_id", "given_by", "evidence", "hidden_from"}  # fmt: skip


def names_in(body) -> set[str]:
    if isinstance(body, dict):
        return set(body).union(*(names_in(value) for value in body.values()))
    return set().union(*(names_in(value) for value in body)) if isinstance(body, list) else set()


def test_no_answer_has_a_field_that_nobody_is_told(everything, program):
    with as_system():
        Person.objects.filter(family=everything.case.family_id).update(
            nhs_number="9434765919", upn="A123456789012"
        )
    for person in everything.insiders:
        his = program(person)
        for section in SECTIONS:
            answer = his.get(of(everything.case, section))
            assert not names_in(answer.json()) & NEVER, section
            assert "9434765919" not in answer.content.decode()


# -- Cost ----------------------------------------------------------------------------------------------------------------


def queries(client, address: str) -> int:
    assert client.get(address).status_code == 200
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    return len([query for query in captured if "SAVEPOINT" not in query["sql"]])


def test_each_address_asks_as_much_for_five_as_for_one(
    people, world, program, outcome_of, action_of, meeting_of, start_assessment
):
    her, hub = program(people.alice), people.hub

    def add() -> None:
        with as_system():
            action_of(
                outcome_of(people.case, agency=people.school),
                agency=people.school,
                owner_membership=people.alice,
            )
            meeting_of(people.case, people.alice)
            CaseNote.objects.create(
                case=people.case,
                category=1,
                kind="fact",
                title="x",
                happened_at=timezone.now(),
                agency=people.school,
                author=people.alice,
            )
            Address.objects.create(family=people.case.family, lines="1 Street")
            Person.objects.create(
                family=people.case.family, first_name="Al", recorded_by_agency=people.school
            )
        world.shared_case(hub, people.alice)
        start_assessment(people.case, people.alice)

    add()
    addresses = ["/api/v1/families/", *(of(people.case, section) for section in SECTIONS)]
    before = {address: queries(her, address) for address in addresses}
    for _ in range(4):
        add()
    assert {address: queries(her, address) for address in addresses} == before
