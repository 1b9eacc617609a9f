"""The database by itself: the application's own filters are not used here, only SQL as the application's role."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone

from cases.models import Case, CaseNote, Consent, Family, Person, TeamMember
from earlyhelp.access.context import acting_as, as_system, begin_request
from earlyhelp.audit import record_change
from earlyhelp.audit.models import Event
from tests.fixtures.everything import FAMILY_NAME, protected_tables, rows_of
from tests.fixtures.world import AgencyKind

pytestmark = pytest.mark.django_db

# Who of the insiders sees every row of a table; Alice where nothing is said.
SEEN_WHOLE_BY = {
    "assessments_qualitydraw": "manager",  # what a quarter's dip sample was drawn from
    "assessments_qualityaudit": "manager",  # a check is the author's to read once it is shared
    "cases_sampledlook": "manager",  # looks drawn for the monthly sample, not for the people who looked
    "cases_merge": "coordinator",
    "cases_mergepair": "coordinator",
    "cases_mergechange": "coordinator",
    "cases_casegrouppermission": "coordinator",  # the hub's grants, not the school's
    "reporting_registerimport": "coordinator",
    "reporting_registerrow": "coordinator",
    "reporting_possibleduplicate": "coordinator",
    "reporting_subjectlink": "officer",
    "reporting_subjectitem": "officer",
    "reporting_redaction": "officer",
    "reporting_subjectcopy": "officer",
    "reporting_retentionhold": "governor",
    "reporting_retentionreview": "governor",
    "reporting_tombstone": "governor",
}
# Grants are read by those they are made to, and by nobody else.
SEEN_IN_PART = {"cases_casegrouppermission", "cases_caseuserpermission"}


def run(sql: str, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        return cursor.fetchall() if cursor.description else cursor.rowcount


def refusal(sql: str, *values) -> str:
    """The SQLSTATE with which the database refuses; the test goes on."""
    with pytest.raises((ProgrammingError, IntegrityError)) as refused, transaction.atomic():
        run(sql, *values)
    return refused.value.__cause__.pgcode


# -- Every table, row by row -------------------------------------------------------------------------------------------


def test_the_family_has_a_row_in_every_protected_table(everything):
    """So that a table added later cannot pass these tests by being empty."""
    assert [table for table in protected_tables() if not everything.rows[table]] == []


def test_the_owner_sees_each_row_of_each_table(everything, seen_by):
    for table in protected_tables():
        seen_by(getattr(everything, SEEN_WHOLE_BY.get(table, "alice")))
        hers = everything.rows[table]
        seen = rows_of(table) & hers
        assert seen == hers or (table in SEEN_IN_PART and seen), table


def test_strangers_see_no_row_of_the_family_in_any_table(everything, seen_by):
    for stranger in everything.strangers:
        seen_by(stranger)
        for table in protected_tables():
            assert not rows_of(table) & everything.rows[table], (table, stranger)
    seen_by(everything.charlie)
    assert rows_of("cases_case") == {str(everything.charlies_case.pk)}


def test_an_auditor_sees_who_looked_and_nothing_of_the_family(everything, seen_by):
    seen_by(everything.auditor)
    for table in protected_tables():
        seen = rows_of(table) & everything.rows[table]
        assert seen == (everything.rows[table] if table == "audit_event" else set()), table


def test_no_context_shows_no_row_of_any_table(everything, seen_by):
    seen_by(None)
    for table in protected_tables():
        assert rows_of(table) == set(), table


def test_no_context_changes_no_row_of_any_table(everything, seen_by):
    seen_by(None)
    for table, column in run(
        "select c.relname, (select a.attname from pg_attribute a where a.attrelid = c.oid and a.attnum > 0"
        "   and has_column_privilege('eh_app', c.oid, a.attnum, 'UPDATE') limit 1)"
        "  from pg_class c where c.relrowsecurity and c.relnamespace = 'public'::regnamespace"
    ):
        if column:
            assert run(f"update {table} set {column} = {column}") == 0, table
    for table in (
        "assessments_need",
        "assessments_score",
        "reporting_registerrow",
        "reporting_possibleduplicate",
    ):
        assert run(f"delete from {table}") == 0, table


def test_strangers_change_and_delete_nothing(everything, seen_by):
    for stranger in everything.strangers:
        seen_by(stranger)
        for table in (
            "cases_person",
            "cases_consent",
            "cases_teammember",
            "cases_stepup",
            "assessments_section",
        ):
            column = run(
                "select a.attname from pg_attribute a where a.attrelid = %s::regclass and a.attnum > 0"
                "   and has_column_privilege('eh_app', a.attrelid, a.attnum, 'UPDATE') limit 1",
                table,
            )[0][0]
            keys = list(everything.rows[table])
            assert run(f"update {table} set {column} = {column} where id::text = any (%s)", keys) == 0, table
        assert (
            run(
                "delete from assessments_need where id::text = any (%s)",
                list(everything.rows["assessments_need"]),
            )
            == 0
        )


@pytest.mark.parametrize("tokens", ["", "{}", None])
def test_an_empty_scope_means_nothing_never_everything(everything, seen_by, tokens):
    seen_by(everything.alice)
    names = [
        "tokens",
        "groups",
        "membership",
        "agency",
        "user",
        "roles",
        *(f"topic_{n}" for n in range(1, 8)),
    ]
    for name in names:
        lists = name in {"tokens", "groups", "roles"} or name.startswith("topic")
        value = tokens if lists else ("" if tokens else tokens)
        run("select set_config(%s, %s, true)", f"app.{name}", value)
    for table in protected_tables():
        assert rows_of(table) == set(), table


# -- Functions that act past row-level security ------------------------------------------------------------------------


def test_functions_answer_strangers_as_if_the_family_did_not_exist(everything, seen_by):
    case, nobody = everything.case.pk, uuid.uuid4()
    for person in [*everything.strangers, None]:
        seen_by(person)
        for one in (case, nobody):
            assert run("select * from app.who_can_see(%s)", one) == []
            assert run("select * from app.who_would_see(%s, array[]::uuid[])", one) == []
            assert run("select app.plan_has_started(%s)", one) == [(False,)]
            assert run("select app.settle(%s)", one) == run("select app.settle(%s)", nobody)
        assert run("select * from app.search_people(%s)", f"ellie {FAMILY_NAME}") == []
        assert run("select app.helped_elsewhere(%s)", everything.case.family_id) == [(None,)]


def test_the_match_check_tells_strangers_only_which_hub_to_ring(everything, seen_by):
    for stranger in (everything.charlie, everything.other_coordinator):
        seen_by(stranger)
        found = run("select * from app.match_people(%s, '2016-03-01', '', '', '')", f"ellie {FAMILY_NAME}")
        elsewhere = {(person, hub) for person, hub, _likeness in found if hub == everything.hub.pk}
        assert elsewhere == {(None, everything.hub.pk)}
    seen_by(None)
    assert run("select * from app.match_people(%s, '2016-03-01', '', '', '')", f"ellie {FAMILY_NAME}") == []


@pytest.mark.parametrize(
    "call",
    [
        "app.derive_grants(null)",
        "app.wanted_acl(null)",
        "app.wanted_person_acl(null)",
        "app.projection_faults()",
        "app.project_all()",
        "app.project_cases(array[]::uuid[])",
        "app.project_acl(null)",
    ],
)
def test_the_rule_itself_cannot_be_asked_about_all_families(everything, seen_by, call):
    seen_by(everything.alice)
    assert refusal(f"select * from {call}") == "42501"


def test_nobody_takes_on_a_membership_that_is_not_theirs_or_not_live(everything, world):
    someone = everything.charlie
    left = world.member(
        someone.agency, starts_on=dt.date(2014, 1, 1), ends_on=world.today - dt.timedelta(days=1)
    )
    begin = "select app.begin_request(%s, %s)"
    assert refusal(begin, someone.user_id, everything.alice.pk) == "42501"
    assert refusal(begin, left.user_id, left.pk) == "42501"
    assert refusal(begin, someone.user_id, 0) == "42501"


def test_the_application_becomes_no_role_that_sees_more(everything):
    """As the login itself would be: eh_test may become anybody, eh_app only the reports' role."""
    may = dict(
        run("select rolname, pg_has_role('eh_app', oid, 'MEMBER') from pg_roles where rolname like 'eh\\_%%'")
    )
    assert {name for name, can in may.items() if can} == {"eh_app", "eh_report"}


# -- What the application cannot write ---------------------------------------------------------------------------------


def test_acl_columns_are_not_written_by_the_application(everything, seen_by):
    seen_by(everything.alice)
    before = run("select acl, topic_acl, acl_until from cases_case where id = %s", everything.case.pk)
    run(
        "update cases_case set acl = '{1,2,3}', topic_acl = '{4}', acl_until = '2000-01-01' where id = %s",
        everything.case.pk,
    )
    run("select set_config('app.projecting', 'on', true)")
    run(
        "update cases_case set acl = '{1,2,3}', topic_acl = '{4}', acl_until = '2000-01-01' where id = %s",
        everything.case.pk,
    )
    assert run("select acl, topic_acl, acl_until from cases_case where id = %s", everything.case.pk) == before
    for table in ("cases_family", "cases_person"):
        before = run(f"select id, acl from {table} order by 1")
        run(f"update {table} set acl = acl || 8")
        assert run(f"select id, acl from {table} order by 1") == before


def test_a_new_row_gets_its_writers_own_tokens_whatever_it_says(everything, seen_by):
    seen_by(everything.alice)
    family = Family(name="Orchard", hub=everything.hub, acl=[1, 2, 3])
    family.save(force_insert=True)
    assert run("select acl from cases_family where id = %s", family.pk) == [([everything.alice.pk * 8 + 2],)]


def test_nobody_may_set_the_bulk_load_on_as_the_application(everything):
    """`app.opening = 'bulk'` holds projections back: only for a login that is a member of eh_system."""
    [(body,)] = run("select pg_get_functiondef('app.is_settling'::regproc)")
    assert "pg_has_role(session_user, 'eh_system', 'member')" in body
    assert run("select pg_has_role('eh_app', 'eh_system', 'member')") == [(False,)]


def test_grants_are_not_written_by_the_application(everything, seen_by):
    seen_by(everything.alice)
    for table in ("cases_casegrouppermission", "cases_caseuserpermission"):
        assert refusal(f"update {table} set basis = 'named'") == "42501"
        assert refusal(f"delete from {table}") == "42501"
        assert refusal(f"insert into {table} select * from {table}") == "42501"


def test_events_are_stamped_with_who_really_acts(everything, seen_by):
    seen_by(everything.charlie)
    alice = everything.alice
    forged = Event(
        verb="Opened a family's record",
        level="record",
        user_id=alice.user_id,
        membership_id=alice.pk,
        agency_id=alice.agency_id,
        at=timezone.now() - dt.timedelta(days=400),
    )
    forged.save(force_insert=True)
    found = Event.objects.get(pk=forged.pk)
    charlie = everything.charlie
    assert (found.user_id, found.membership_id, found.agency_id) == (
        charlie.user_id,
        charlie.pk,
        charlie.agency_id,
    )
    assert timezone.now() - found.at < dt.timedelta(minutes=5)


def test_without_a_context_no_membership_is_put_into_an_event(everything, seen_by):
    seen_by(None)
    alice = everything.alice
    forged = Event(verb="Opened", level="record", membership_id=alice.pk, agency_id=alice.agency_id)
    forged.save(force_insert=True)
    with as_system():
        assert (Event.objects.get(pk=forged.pk).membership_id, Event.objects.get(pk=forged.pk).agency_id) == (
            None,
            None,
        )


def test_events_are_neither_changed_nor_deleted(everything, seen_by):
    for person in (everything.alice, everything.auditor):
        seen_by(person)
        assert refusal("update audit_event set verb = 'Nothing'") == "42501"
        assert refusal("delete from audit_event") == "42501"
        assert refusal("truncate audit_event") == "42501"


# -- What may not be learnt or moved by writing ------------------------------------------------------------------------


def note_on(case_id, writer) -> tuple:
    return (
        "insert into cases_casenote (id, case_id, category, kind, title, body, happened_at, how_asked, author_id,"
        " agency_id, not_for, created_at) values (%s, %s, 1, 'fact', 'x', '', now(), '', %s, %s, '{}', now())",
        uuid.uuid4(),
        case_id,
        writer.pk,
        writer.agency_id,
    )


def test_a_child_of_a_hidden_case_is_refused_like_that_of_a_missing_one(everything, seen_by):
    seen_by(everything.charlie)
    hidden, missing = everything.case.pk, uuid.uuid4()
    sentences = []
    for case in (hidden, missing):
        with pytest.raises(ProgrammingError) as refused, transaction.atomic():
            run(*note_on(case, everything.charlie))
        sentences.append(str(refused.value))
    assert sentences[0] == sentences[1]
    with transaction.atomic():
        assert run(*note_on(everything.charlies_case.pk, everything.charlie)) == 1


def test_nobody_writes_in_another_agencys_name(everything, seen_by):
    seen_by(everything.alice)
    assert refusal(*note_on(everything.case.pk, everything.charlie)) == "42501"
    assert refusal(*note_on(everything.case.pk, everything.bob)) == "42501"
    assert run(*note_on(everything.case.pk, everything.alice)) == 1


def test_a_row_is_not_moved_to_a_case_that_its_writer_does_not_see(everything, seen_by):
    seen_by(everything.charlie)
    for table in ("cases_teammember", "cases_consent", "cases_leadprofessional"):
        assert refusal(f"update {table} set case_id = %s", everything.case.pk) == "42501", table


def test_nobody_reaches_a_family_by_moving_a_case_or_opening_one_on_it(everything, seen_by):
    """The family of a case is what its grants open: it must be one that the writer sees already."""
    seen_by(everything.charlie)
    hers = everything.case.family_id
    assert refusal("update cases_case set family_id = %s", hers) == "42501"
    with pytest.raises(ProgrammingError), transaction.atomic():
        Case(reference="WM-1", family_id=hers, hub=everything.hub, opened_on=timezone.localdate()).save(
            force_insert=True
        )
    with pytest.raises(ProgrammingError), transaction.atomic():
        Person.objects.update(family_id=hers)


def test_an_answer_about_somebody_of_another_family_opens_nothing(everything, seen_by):
    """Charlie writes an answer on his own case that names a child of another family; then both cases are projected."""
    child, charlie = everything.ids["child"], everything.charlie
    with as_system():
        Consent.objects.create(
            case=everything.charlies_case,
            person_id=child,
            agency=charlie.agency,
            answer="given",
            method="phone",
            given_on=timezone.localdate(),
            recorded_by=charlie,
        )
        run("select app.project_cases(%s)", [everything.case.pk, everything.charlies_case.pk])
        assert run("select * from app.projection_faults()") == []
    seen_by(charlie)
    assert str(child) not in rows_of("cases_person")


def test_no_unique_rule_tells_of_a_hidden_person(everything, seen_by):
    """The same names and numbers may be recorded twice: a refusal would say that somebody is known (trap 6)."""
    with as_system():
        Person.objects.filter(pk=everything.ids["child"]).update(nhs_number="9434765919", upn="A123456789012")
    seen_by(everything.charlie)
    Person.objects.create(
        family_id=everything.charlies_case.family_id,
        first_name="Ellie",
        last_name=FAMILY_NAME,
        nhs_number="9434765919",
        upn="A123456789012",
        recorded_by_agency=everything.charlie.agency,
    )


# -- Time, and what ends ------------------------------------------------------------------------------------------------


def test_expired_consent_shows_nothing_before_and_after_the_projection_notices(world, people, seen_by):
    """Consent ran out at midnight; the acl column still says otherwise until somebody asks."""
    yesterday = world.today - dt.timedelta(days=1)
    with as_system():
        Consent.objects.filter(case=people.case).update(valid_until=world.today)
        [(acl, until)] = run("select acl, acl_until from cases_case where id = %s", people.case.pk)
        assert until == world.today
        # The morning after: the facts have run out, and nothing has touched the case since.
        Consent.objects.filter(case=people.case).update(
            given_on=yesterday - dt.timedelta(days=5), valid_until=yesterday
        )
        run("select set_config('app.projecting', 'on', true)")
        run("update cases_case set acl = %s, acl_until = %s where id = %s", acl, yesterday, people.case.pk)
        run("select set_config('app.projecting', '', true)")
        assert run("select acl, acl_until from cases_case where id = %s", people.case.pk) == [
            (acl, yesterday)
        ]
    # Before: the policy of the case refuses by date, although the tokens still fit.
    run("select set_config('app.tokens', %s, true)", f"{{{people.alice.pk * 8 + 2}}}")
    assert run("select 1 from cases_case where id = %s", people.case.pk) == []
    assert run("select 1 from cases_casenote") == []
    # After: the next request takes it out of the projection.
    seen_by(people.alice)
    assert run("select 1 from cases_case where id = %s", people.case.pk) == []
    assert not Person.objects.exists()
    with as_system():
        fresh, until = run("select acl, acl_until from cases_case where id = %s", people.case.pk)[0]
    assert people.alice.pk * 8 + 2 not in fresh
    assert until > world.today


def test_what_was_written_with_a_context_is_unseen_once_it_is_put_away(everything, seen_by):
    with acting_as(everything.alice) as alice:
        record_change(alice, "Changed nothing", case=everything.case)
        assert CaseNote.objects.exists()
    assert not CaseNote.objects.exists()
    assert not TeamMember.objects.exists()


def test_a_second_begin_leaves_nothing_of_the_first(everything):
    for membership in (everything.coordinator, everything.alice, everything.charlie):
        begin_request(membership.user_id, membership.pk)
    assert rows_of("cases_case") == {str(everything.charlies_case.pk)}
    assert everything.hub.pk * 8 not in run("select app.tokens()")[0][0]
    assert run("select app.groups()") == [([],)]


def test_agency_of_another_kind_gets_only_its_categories(everything, world, seen_by):
    """Housing may have names and housing, not education: its worker on the team sees no school note."""
    housing = world.agency(AgencyKind.HOUSING)
    worker = world.member(housing)
    world.consent(everything.case, housing)
    world.join(everything.case, worker)
    seen_by(worker)
    assert rows_of("cases_case") == {str(everything.case.pk)}
    assert rows_of("cases_casenote") == set()
    assert rows_of("cases_document") == set()
