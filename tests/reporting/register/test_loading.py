"""A register comes in: checked without a trace, loaded once, never twice, and only where the person may."""

import json

import pytest
from django.db import ProgrammingError, connection, transaction

from assessments.models import Assessment, Need
from cases.models import Address, Case, CaseNote, Consent, Family, Person
from cases.rules import NotAllowed
from earlyhelp.access import Role
from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event
from hubs.models import Agency, Hub
from reporting.models import PossibleDuplicate, RegisterImport, RegisterRow
from reporting.register.loading import load_register, start_loading
from reporting.register.mapping import Mapping
from reporting.register.receiving import CannotLoad, cancel_register, check_register, receive_register
from reporting.register.tasks import forget_register_lines, load_register_file
from tests.reporting.register.sample import DISTRICTS, FILE, KEY

HEADINGS = "Ref,Surname,Forename,DOB,UPN,Address,Postcode,District,Date registered,Date completed,Agency,Level,Needs,Consent,Notes"
LINE = "1,Ash,Bo,01/02/2010,,1 Mill Lane,TA1 1AA,East,03/04/2015,,School,3,debt; dragons,Yes,=1+1"


def register_of(*lines: str) -> bytes:
    return "\n".join([HEADINGS, *lines]).encode()


@pytest.fixture
def county(world):
    """Two hubs, a county-wide manager and a coordinator of the eastern hub."""
    council = world.agency("council_early_help")
    for number in (1, 2, 3, 4):
        world.level(number)
    east, west = world.hub("East"), world.hub("West")

    class County:
        manager = world.member(council, Role.HUB_MANAGER)
        coordinator = world.member(council, Role.HUB_COORDINATOR, hub=east)
        practitioner = world.member(council, Role.PRACTITIONER)

    County.east, County.west = east, west
    return County


def bring_in(content: bytes, by, **settings) -> RegisterImport:
    """Receive, check and load a file."""
    register = receive_register(
        content=content, file_name="register.csv", by=by, mapping=settings.pop("mapping", None)
    )
    check_register(register=register, by=by, **settings)
    if register.counts["taken"]:
        start_loading(register=register, by=by)
        register = load_register(register_id=register.pk, by=by)
    return register


def test_sample_register(world, seen_by):
    council = world.agency("council_early_help")
    for number in (2, 3):
        world.level(number)
    for name in DISTRICTS:
        world.hub(name)
    actor = seen_by(world.member(council, Role.HUB_MANAGER))
    register = bring_in(FILE.read_bytes(), actor)
    assert register.status == "loaded"
    assert register.content is None
    assert register.counts == {
        "rows": 1078,
        "taken": 1066,
        "warned": 15,
        "refused": 11,
        "repeated": 1,
        "blank": 0,
        "duplicates": 8,
    }
    assert (
        Case.objects.count()
        == Family.objects.count()
        == Person.objects.count()
        == Assessment.objects.count()
        == 1066
    )
    pairs = {
        frozenset((pair.row.reference, pair.other_row.reference))
        for pair in PossibleDuplicate.objects.of_import(register).with_both()
    }
    assert pairs == {frozenset(pair) for pair in KEY["duplicates"]}
    by_hub = dict.fromkeys(KEY["initiated_by_district"], 0)
    for name in Assessment.objects.filter(
        initiated_at__gte="2015-04-01T00:00Z", initiated_at__lt="2016-03-31T23:00Z"
    ).values_list("hub__name", flat=True):
        by_hub[name] += 1
    assert by_hub == KEY["initiated_by_district"]
    assert (
        Assessment.objects.filter(
            completed_at__gte="2015-04-01T00:00Z", completed_at__lt="2016-03-31T23:00Z"
        ).count()
        == KEY["completed_total_in_year"]
    )
    note = CaseNote.objects.get(case__register_rows__reference=KEY["formula_note"], kind="fact")
    assert note.body == '=HYPERLINK("http://example.invalid","click")'
    assert (
        len(CaseNote.objects.get(case__register_rows__reference=KEY["long_note"], kind="fact").body) == 5000
    )
    assert Agency.objects.filter(is_active=False).count() == 8
    with as_system(), connection.cursor() as cursor:
        cursor.execute("select count(*) from app.projection_faults()")
        assert cursor.fetchone() == (0,)
    # The same file again changes nothing.
    again = bring_in(FILE.read_bytes(), actor)
    assert again.counts["taken"] == 0
    assert again.counts["repeated"] == 1067
    assert again.counts["refused"] == 11
    assert Case.objects.count() == 1066


def test_line_becomes_records(county, seen_by):
    actor = seen_by(county.manager)
    bring_in(register_of(LINE), actor)
    case = Case.objects.get()
    assert (case.hub, case.status, str(case.opened_on), case.level.number) == (
        county.east,
        "open",
        "2015-04-03",
        3,
    )
    assert case.family.name == "Ash"
    person = Person.objects.get()
    assert (person.full_name, str(person.born_on)) == ("Bo Ash", "2010-02-01")
    address = Address.objects.get()
    assert (address.lines, address.postcode) == ("1 Mill Lane", "TA1 1AA")
    assessment = Assessment.objects.get()
    assert (assessment.reference, assessment.status, assessment.source) == ("1", "initiated", "register")
    assert assessment.agency.kind == "school"
    assert [need.code for need in Need.objects.all()] == ["debt"]
    consent = Consent.objects.get()
    assert (consent.answer, consent.method, consent.words, consent.agency.name) == (
        "given",
        "register",
        "Yes",
        "School",
    )
    notes = {note.kind: note.body for note in CaseNote.objects.all()}
    assert notes["fact"] == "=1+1"
    assert "Other needs: dragons" in notes["event"]
    row = RegisterRow.objects.get()
    assert (row.case, row.person) == (case, person)
    assert row.original["Needs"] == "debt; dragons"
    event = Event.objects.get(case_id=case.pk)
    assert event.verb == "Brought in from a register"
    assert event.membership_id == county.manager.pk


def test_dry_run_writes_nothing_about_families(county, seen_by):
    actor = seen_by(county.manager)
    register = receive_register(content=register_of(LINE), file_name="r.csv", by=actor)
    check_register(register=register, by=actor)
    assert (register.status, register.counts["taken"]) == ("checked", 1)
    assert not Case.objects.exists()
    assert not Family.objects.exists()
    assert not Agency.objects.filter(name="School").exists()


def test_check_may_be_repeated_with_another_mapping(county, seen_by):
    actor = seen_by(county.manager)
    content = register_of(LINE).replace(b"Level", b"Stufe")
    register = receive_register(content=content, file_name="r.csv", by=actor)
    check_register(register=register, by=actor)
    assert "Stufe" in register.notices[0]
    mapping = register.mapping
    mapping.columns["Stufe"] = "level"
    check_register(register=register, mapping=mapping, by=actor)
    assert RegisterRow.objects.get().facts["level"] == "3"


def test_missing_column_stops_the_check_with_its_name(county, seen_by):
    actor = seen_by(county.manager)
    register = receive_register(content=b"Ref,Surname,DOB\n1,Ash,01/02/2010\n", file_name="r.csv", by=actor)
    with pytest.raises(CannotLoad, match="Date registered, District or hub"):
        check_register(register=register, by=actor)
    mapping = Mapping(columns={**register.mapping.columns, "DOB": "registered_on"}, hub="East")
    check_register(register=register, mapping=mapping, by=actor)
    assert register.counts["taken"] == 1


def test_changed_line_is_refused_with_what_differs(county, seen_by):
    actor = seen_by(county.manager)
    bring_in(register_of(LINE), actor)
    register = bring_in(register_of(LINE, LINE.replace("03/04/2015,,", "03/04/2015,05/05/2015,")), actor)
    rows = {row.outcome: row for row in RegisterRow.objects.filter(register_import=register)}
    assert "loaded on" in rows["repeated"].repeats
    assert rows["refused"].refusals[0]["reason"] == "already loaded with different details"
    assert "date completed" in rows["refused"].refusals[0]["fix"]
    assert Case.objects.count() == 1


def test_line_loaded_by_another_file_since_the_check_is_not_loaded_again(county, seen_by):
    actor = seen_by(county.manager)
    first = receive_register(content=register_of(LINE), file_name="a.csv", by=actor)
    check_register(register=first, by=actor)
    bring_in(register_of(LINE), actor)
    start_loading(register=first, by=actor)
    first = load_register(register_id=first.pk, by=actor)
    assert (first.counts["taken"], first.counts["repeated"]) == (0, 1)
    assert Case.objects.count() == 1


def test_likely_duplicate_of_somebody_recorded_waits_for_a_person(county, seen_by, world):
    family = world.family(county.east, name="Ash", children=0)
    with as_system():
        known = Person.objects.create(family=family, first_name="Bo", last_name="Asch", born_on="2010-02-01")
        Address.objects.create(family=family, lines="1 Mill Lane", postcode="TA1 1AA")
    world.case(county.east, family=family)
    actor = seen_by(county.manager)
    register = bring_in(register_of(LINE), actor)
    pair = PossibleDuplicate.objects.of_import(register).get()
    assert pair.other_person == known
    assert pair.decision == "waiting"
    assert "surname differs by one letter" in pair.why
    # Both stand: nothing was merged.
    assert Person.objects.filter(last_name__in=["Ash", "Asch"], first_name="Bo").count() == 2


def test_coordinator_loads_own_hub_only(county, seen_by):
    actor = seen_by(county.coordinator)
    register = bring_in(register_of(LINE, LINE.replace("1,Ash", "2,Elm").replace("East", "West")), actor)
    assert register.counts["taken"] == 1
    refused = RegisterRow.objects.get(register_import=register, outcome="refused")
    assert refused.refusals[0]["reason"] == "not your hub"
    assert Case.objects.get().hub == county.east


def test_practitioner_may_not(county, seen_by):
    actor = seen_by(county.practitioner)
    with pytest.raises(NotAllowed):
        receive_register(content=register_of(LINE), file_name="r.csv", by=actor)


def test_others_see_neither_file_nor_lines(county, seen_by):
    bring_in(register_of(LINE), seen_by(county.manager))
    seen_by(county.practitioner)
    assert not RegisterImport.objects.exists()
    assert not RegisterRow.objects.exists()
    # The eastern hub's coordinator sees the line that became a family of that hub, and not the file.
    seen_by(county.coordinator)
    assert not RegisterImport.objects.exists()
    assert RegisterRow.objects.count() == 1
    seen_by(None)
    assert not RegisterRow.objects.exists()


def test_database_refuses_a_line_of_another_hub(county, seen_by):
    """Past the application's own check: the loading function looks at the hub itself."""
    actor = seen_by(county.coordinator)
    register = receive_register(content=register_of(LINE), file_name="r.csv", by=actor)
    check_register(register=register, by=actor)
    start_loading(register=register, by=actor)
    made = {
        part: []
        for part in ("families", "people", "addresses", "assessments", "needs", "consents", "shares", "notes")
    }
    made["families"] = [{"id": "00000000-0000-0000-0000-000000000001"}]
    made["cases"] = [
        {
            "id": "00000000-0000-0000-0000-000000000002",
            "hub_id": county.west.pk,
            "family_id": "00000000-0000-0000-0000-000000000001",
        }
    ]
    made["lines"] = []
    with (
        pytest.raises(ProgrammingError, match="another hub"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("select app.load_register(%s, %s::jsonb)", [register.pk, json.dumps(made)])


def test_hubs_are_created_only_when_asked_for(county, seen_by):
    actor = seen_by(county.manager)
    north = LINE.replace("East", "North Vale")
    assert bring_in(register_of(north), actor).counts["refused"] == 1
    register = bring_in(register_of(north), actor, create_hubs=True)
    assert register.counts["taken"] == 1
    assert Case.objects.get().hub == Hub.objects.get(name="North Vale")
    assert "Hubs opened" in register.notices[-2]


def test_failed_load_leaves_nothing(county, seen_by, monkeypatch):
    actor = seen_by(county.manager)
    register = receive_register(
        content=register_of(LINE, LINE.replace("1,Ash", "2,Elm")), file_name="r.csv", by=actor
    )
    check_register(register=register, by=actor)
    start_loading(register=register, by=actor)
    monkeypatch.setattr("reporting.register.loading.BATCH", 1)
    told = []

    def break_off(stage, done, total):
        told.append(done)
        if done == 1:
            raise RuntimeError("the worker was killed")

    with pytest.raises(RuntimeError):
        load_register(register_id=register.pk, progress=break_off, by=actor)
    assert told == [0, 1]
    assert not Case.objects.exists()
    load_register(register_id=register.pk, by=actor)
    assert Case.objects.count() == 2


def test_thrown_away_register_leaves_no_line(county, seen_by):
    actor = seen_by(county.manager)
    register = receive_register(content=register_of(LINE), file_name="r.csv", by=actor)
    check_register(register=register, by=actor)
    cancel_register(register=register, by=actor)
    assert not RegisterRow.objects.exists()
    register.refresh_from_db()
    assert (register.status, register.content, register.guesses) == ("cancelled", None, [])
    with pytest.raises(CannotLoad):
        start_loading(register=register, by=actor)


def test_withdrawn_consent_stays_withdrawn(county, seen_by):
    actor = seen_by(county.manager)
    bring_in(register_of(LINE.replace("Yes", "withdrawn by mum")), actor)
    consent = Consent.objects.get()
    assert consent.status == "withdrawn"


def test_lines_that_became_no_case_are_forgotten_after_a_month(county, seen_by):
    actor = seen_by(county.manager)
    bring_in(register_of(LINE, LINE.replace("1,Ash", "2,Elm").replace("Yes", "No")), actor)
    waiting = receive_register(content=register_of(LINE), file_name="r.csv", by=actor)
    check_register(register=waiting, by=actor)
    assert forget_register_lines() == 0
    with as_system():
        RegisterImport.objects.update(created_at="2026-01-01T12:00Z")
        RegisterImport.objects.filter(status="loaded").update(finished_at="2026-01-01T12:00Z")
    assert forget_register_lines() == 2
    row = RegisterRow.objects.get()
    assert (row.reference, row.outcome, row.case) == ("1", "taken", Case.objects.get())
    waiting.refresh_from_db()
    assert (waiting.status, waiting.content, waiting.guesses) == ("cancelled", None, [])


def test_task_for_a_register_or_a_person_that_is_gone_does_nothing(county):
    nothing = "00000000-0000-0000-0000-000000000000"
    load_register_file(nothing, county.manager.pk)
    load_register_file(nothing, 0)


def test_what_goes_wrong_in_a_task_is_shown_on_the_page(county, seen_by, monkeypatch):
    actor = seen_by(county.manager)
    register = receive_register(content=register_of(LINE), file_name="r.csv", by=actor)
    check_register(register=register, by=actor)
    start_loading(register=register, by=actor)

    def fail(*_args):
        raise RuntimeError("Bo Ash")

    monkeypatch.setattr("reporting.register.loading.write", fail)
    load_register_file(str(register.pk), county.manager.pk)
    register.refresh_from_db()
    assert register.status == "checked"
    assert register.failure.startswith("Something went wrong and nothing was written")
    assert not Case.objects.exists()
