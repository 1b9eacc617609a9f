"""The database by itself: the application's own filters are not used here, only SQL as the application's role."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from cases.models import CaseNote, Consent, Person, TeamMember
from earlyhelp.access.context import acting_as, as_system, begin_request
from earlyhelp.audit import record_change
from tests.access.statements import refusal, run
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
