"""What the database itself says about its tables, roles and functions, compared with what is written here by hand.

A new table, view or function fails a test until somebody has said here, or of a function that passes by row-level
security in definers.py, whose it is and why.
"""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection

from tests.access.definers import DEFINERS_FOR_THE_APPLICATION, DEFINERS_FOR_THE_SYSTEM

pytestmark = pytest.mark.django_db

# Tables without anything about a family, with the reason. Every other table is protected.
ORDINARY = {
    "account_emailaddress": "an account's own address",
    "account_emailconfirmation": "an account's own address",
    "accounts_invitation": "an account's invitation, as a hash",
    "accounts_user": "accounts of professionals",
    "api_apikey": "keys of the API, as hashes; the application changes only their use and their end",
    "accounts_user_groups": "accounts of professionals; not used for access",
    "accounts_user_user_permissions": "accounts of professionals; not used for access",
    "assessments_formversion": "questions of a form, no answers; a trigger lets practice leads write drafts, and nobody a published one",
    "assessments_levelindicator": "the county's threshold guidance: no family in it; an operator's command loads it",
    "assessments_rubric": "questions of a quality check, no answers",
    "assessments_referencecounter": "one number a year; only a function of the database reads it",
    "audit_link": "hashes of events; only a function of the database adds to it and the application reads none",
    "auth_group": "one group for each hub and agency",
    "auth_group_permissions": "not used for access",
    "auth_permission": "names of permissions",
    "cases_accesssample": "months of the sample with their seed and numbers; the looks are in cases_sampledlook",
    "cases_levelofneed": "names of levels",
    "django_content_type": "names of models",
    "django_migrations": "names of migrations",
    "django_session": "opaque session data; holds no family's details",
    "guardian_groupobjectpermission": "stays empty: grants are in cases_casegrouppermission",
    "guardian_userobjectpermission": "stays empty: grants are in cases_caseuserpermission",
    "hubs_accessreview": "quarters of the access review",
    "hubs_reviewedmembership": "who works where, confirmed each quarter",
    "hubs_agency": "agencies",
    "hubs_agreement": "versions of the agreement",
    "hubs_agreementcategory": "the agreement's matrix",
    "hubs_agreementparty": "the agreement's lawful bases",
    "hubs_agreementpurpose": "the agreement's purposes",
    "hubs_hub": "districts",
    "hubs_membership": "who works where",
    "hubs_service": "services that families can be offered",
    "hubs_signature": "agencies' signatures",
    "mfa_authenticator": "an account's second factor",
    "outbox_message": "who is told to look at a page, and no words; link and address are emptied once it is sent",
    "outbox_messagechoice": "how each colleague wants to be told",
    "report_secret": "the salt of the reports' pseudonyms; nobody but the views' owner reads it",
    "reporting_filetoremove": "random keys of files whose record is gone",
    "reporting_highlightreport": "counts of a whole county, protected before they are shown",
    "reporting_remark": "words of a report's writer about counts",
    "reporting_reportdownload": "who downloaded which report",
    "reporting_statisticstwin": "counts without a person: rows of the report views under numbers that lead nowhere",
}
# What a volunteer's page reads, of the family they are named on; of some tables only their own or unprotected rows.
VOLUNTEERS_READ = {
    "audit_event",
    "cases_action",
    "cases_address",
    "cases_case",
    "cases_casegrouppermission",
    "cases_casenote",
    "cases_caseuserpermission",
    "cases_emergencyaccess",
    "cases_family",
    "cases_leadprofessional",
    "cases_person",
    "cases_teammember",
}
# Where the application itself deletes rows of a family, with the reason. Elsewhere it cannot.
MAY_DELETE = {
    "assessments_need": "a need ticked by mistake is unticked while the assessment is open",
    "assessments_score": "a number cleared on its page is taken back while the assessment is open",
    "assessments_quicknote": "its writer's own scrap, thrown away before anybody else has read it",
    "cases_agendaaudience": "whom an item of an open meeting is for, chosen anew",
    "reporting_registerrow": "lines of a file that is thrown away or checked again, before they are loaded",
    "reporting_possibleduplicate": "pairs of lines of such a file",
}
# Views that count past row-level security: de-identified, and read by eh_report alone.
REPORT_VIEWS = {
    "report_assessment",
    "report_attendance",
    "report_case",
    "report_consent",
    "report_lead",
    "report_need",
    "report_step_down",
    "report_step_up",
}
# Tables whose rows may be for some people only, whatever their category: what narrows is a policy beside the others.
FOR_SOME_ONLY = {
    "cases_addendum",
    "cases_agendaitem",
    "cases_decision",
    "cases_minute",
    "cases_roommessage",
}
def rows(sql: str, *values) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        return cursor.fetchall()


def relations(kinds: str) -> dict[str, tuple]:
    """Tables or views of our schemas: {name: (row security, forced, owner, options)}."""
    found = rows(
        "select relname, relrowsecurity, relforcerowsecurity, pg_get_userbyid(relowner), coalesce(reloptions, '{}')"
        "  from pg_class where relnamespace in ('public'::regnamespace, 'app'::regnamespace)"
        "   and relkind::text = any (string_to_array(%s, ','))",
        kinds,
    )
    return {name: tuple(rest) for name, *rest in found}


def test_every_table_is_protected_or_said_to_be_ordinary():
    tables = relations("r,p")
    protected = {name for name, (is_on, is_forced, *_) in tables.items() if is_on and is_forced}
    assert not protected & set(ORDINARY)
    assert set(tables) - protected == set(ORDINARY)
    assert len(protected) >= 37


def test_every_model_of_the_family_apps_is_protected():
    """Many-to-many tables too: they are models of their own, and would be found."""
    tables = relations("r,p")
    held = {
        model._meta.db_table
        for app in ("cases", "assessments", "outcomes", "audit")
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
    } - set(ORDINARY)
    assert held
    assert [name for name in held if tables[name][:2] != (True, True)] == []


def test_every_command_granted_has_a_policy_and_nothing_else_has():
    granted = set(
        rows(
            "select distinct c.relname, lower(p.privilege_type) from pg_class c"
            "  cross join lateral unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE']) p (privilege_type)"
            " where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relrowsecurity"
            "   and (has_table_privilege('eh_app', c.oid, p.privilege_type)"
            "        or p.privilege_type <> 'DELETE' and has_any_column_privilege('eh_app', c.oid, p.privilege_type))"
        )
    )
    found = rows("select tablename, lower(cmd), permissive, roles::text[], policyname from pg_policies")
    assert {tuple(roles) for *_, roles, _name in found} == {("eh_app",)}
    policies = [policy for policy in found if policy[2] == "PERMISSIVE"]
    assert granted == {(table, command) for table, command, *_ in policies}
    # Two permissive policies for one command would be joined by "or": one too wide opens the table.
    assert len(policies) == len(granted)
    # What narrows is for volunteers, on every protected table, or for those whom a part of an agenda is for.
    narrowing = {(table, command, name) for table, command, kind, _roles, name in found if kind != "PERMISSIVE"}
    assert narrowing == {(table, "all", f"{table}_volunteers") for table, *_ in policies} | {
        (table, "all", f"{table}_audience") for table in FOR_SOME_ONLY
    }


def test_volunteers_are_shut_out_of_every_table_but_a_few():
    """A table added later is shut by app.make_emergencies_read_only(), which its migration calls."""
    shut = "(NOT ( SELECT app.is_volunteer() AS is_volunteer))"
    found = rows(
        "select tablename, qual, with_check from pg_policies where policyname = tablename || '_volunteers'"
    )
    open_to_read = {table for table, reads, _writes in found if " ".join(reads.split()) != shut}
    open_to_write = {table for table, _reads, writes in found if " ".join(writes.split()) != shut}
    assert open_to_read == VOLUNTEERS_READ
    assert open_to_write == {"cases_action", "cases_casenote", "audit_event"}


def test_updates_and_inserts_check_what_they_leave_behind():
    assert (
        rows(
            "select tablename, cmd from pg_policies where (cmd in ('INSERT', 'UPDATE') and with_check is null)"
            " or (cmd in ('SELECT', 'UPDATE', 'DELETE') and qual is null)"
        )
        == []
    )


def test_no_policy_lets_everything_be_read_changed_or_deleted():
    assert rows("select tablename, cmd from pg_policies where qual = 'true' and permissive = 'PERMISSIVE'") == []
    # Anybody may add an event: who and when are stamped by a trigger.
    widest = "select tablename from pg_policies where with_check = 'true' and permissive = 'PERMISSIVE'"
    assert rows(widest) == [("audit_event",)]


def test_the_application_deletes_rows_of_a_family_only_where_it_must():
    protected = [name for name, (is_on, *_rest) in relations("r,p").items() if is_on]
    deletes = {
        name for name in protected if rows("select has_table_privilege('eh_app', %s, 'DELETE')", name)[0][0]
    }
    assert deletes == set(MAY_DELETE)
    for command in ("TRUNCATE", "REFERENCES", "TRIGGER"):
        assert [
            n for n in protected if rows("select has_table_privilege('eh_app', %s, %s)", n, command)[0][0]
        ] == []


def test_nothing_is_granted_to_everybody():
    assert (
        rows(
            "select c.relname, a.privilege_type from pg_class c cross join lateral aclexplode(c.relacl) a"
            " where c.relnamespace in ('public'::regnamespace, 'app'::regnamespace) and a.grantee = 0"
        )
        == []
    )
    assert (
        rows(
            "select a.privilege_type from pg_database d cross join lateral aclexplode(d.datacl) a"
            " where d.datname = current_database() and a.grantee = 0"
        )
        == []
    )


def test_the_application_role_is_weak():
    [role] = rows(
        "select rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls"
        "  from pg_roles where rolname = 'eh_app'"
    )
    assert role == (False,) * 6
    assert rows("select current_user") == [("eh_app",)]
    assert rows("select roleid::regrole::text from pg_auth_members where member = 'eh_app'::regrole") == [
        ("eh_report",)
    ]
    assert rows("select relname from pg_class where pg_get_userbyid(relowner) = 'eh_app'") == []
    for schema in ("public", "app"):
        assert rows("select has_schema_privilege('eh_app', %s, 'CREATE')", schema) == [(False,)]
    assert rows("select has_database_privilege('eh_app', current_database(), 'CREATE, TEMP')") == [(False,)]


def test_the_report_role_reads_the_reports_views_and_nothing_else():
    read = rows(
        "select relname from pg_class where relnamespace in ('public'::regnamespace, 'app'::regnamespace)"
        "   and relkind in ('r', 'p', 'v', 'm') and has_any_column_privilege('eh_report', oid, 'SELECT')"
    )
    assert {name for (name,) in read} == REPORT_VIEWS
    assert (
        rows(
            "select relname from pg_class where relnamespace in ('public'::regnamespace, 'app'::regnamespace)"
            "   and relkind in ('r', 'p', 'v', 'm')"
            "   and has_any_column_privilege('eh_report', oid, 'INSERT, UPDATE')"
        )
        == []
    )


def test_only_the_owner_owns_tables():
    owners = {owner for name, (*_, owner, _options) in relations("r,p").items() if name != "report_secret"}
    assert owners == {"eh_owner"}


def test_views_obey_whoever_asks_unless_they_are_reports():
    assert relations("m") == {}, "a materialised view obeys no policy"
    views = relations("v")
    past = {name for name, (*_, options) in views.items() if "security_invoker=true" not in options}
    assert past == REPORT_VIEWS
    for name in REPORT_VIEWS:
        assert views[name][2] == "eh_system"
        assert rows("select has_table_privilege('eh_app', %s, 'SELECT')", name) == [(False,)]


def test_reports_views_show_no_column_that_names_a_person():
    columns = {
        column
        for (column,) in rows(
            "select attname from pg_attribute where attnum > 0 and attrelid::regclass::text = any (%s)",
            list(REPORT_VIEWS),
        )
    }
    assert columns == {
        "case_ref",
        "family_ref",
        "assessment_ref",
        "person_ref",
        "hub_id",
        "status",
        "opened_on",
        "closed_on",
        "closure_reason",
        "register_lead_kind",
        "agency_kind",
        "initiated_on",
        "completed_on",
        "code",
        "from_on",
        "until_on",
        "answer",
        "answered_on",
        "sent_on",
        "held_on",
        "is_decided_in_time",
    }


def definers() -> list[tuple]:
    return rows(
        "select p.oid::regprocedure::text, pg_get_userbyid(p.proowner), coalesce(p.proconfig, '{}'),"
        "       exists (select 1 from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a where a.grantee = 0),"
        "       has_function_privilege('eh_app', p.oid, 'EXECUTE'), has_function_privilege('eh_report', p.oid, 'EXECUTE')"
        "  from pg_proc p join pg_namespace n on n.oid = p.pronamespace"
        " where p.prosecdef and n.nspname not in ('pg_catalog', 'information_schema')"
    )


def test_functions_that_pass_by_row_level_security_are_known():
    assert {name for name, *_ in definers()} == {*DEFINERS_FOR_THE_APPLICATION, *DEFINERS_FOR_THE_SYSTEM}


def test_such_a_function_is_owned_pinned_and_closed():
    for name, owner, options, is_public, _for_app, for_reports in definers():
        assert owner == "eh_system", name
        assert [option for option in options if option.startswith("search_path=")] == [
            "search_path=pg_catalog, public, pg_temp"
        ], name
        assert not is_public, name
        assert not for_reports, name


def test_the_application_calls_only_those_made_for_it():
    assert {name for name, *_, for_app, _reports in definers() if for_app} == set(
        DEFINERS_FOR_THE_APPLICATION
    )


def test_trigger_functions_that_write_past_policies_hang_where_they_should():
    """An acl column without its guard, or a fact without its projection, would be found here."""
    found = rows(
        "select t.tgrelid::regclass::text, t.tgfoid::regproc::text from pg_trigger t"
        " where not t.tgisinternal and t.tgenabled = 'O' and t.tgfoid::regproc::text like 'app.%%'"
    )
    hung = {}
    for table, function in found:
        hung.setdefault(function, set()).add(table)
    assert hung["app.guard_acl"] == {"cases_case", "cases_family", "cases_person"}
    assert hung["app.stamp_event"] == {"audit_event"}
    assert hung["app.project_changed"] == {
        "cases_consent",
        "cases_lawfulshare",
        "cases_teammember",
        "cases_restriction",
        "cases_restrictionname",
        "cases_emergencyaccess",
    }
    assert hung["app.project_membership"] == hung["app.guard_membership"] == {"hubs_membership"}
    assert hung["app.project_person_changed"] == {"cases_decidesforself"}
    assert hung["app.project_guest"] == {"cases_guest"}
    assert hung["app.keep_outcome_past"] == {"cases_outcome"}
    assert hung["app.keep_action_past"] == {"cases_action"}
    assert hung["app.freeze_plan_at_review"] == {"cases_planreview"}
    assert hung["app.freeze_plan_at_sign_off"] == {"cases_meeting"}
    assert hung["app.guard_place"] == {"cases_teammember"}
    assert hung["app.guard_lead"] == {"cases_leadprofessional"}
    assert hung["app.guard_emergency"] == {"cases_emergencyaccess"}
    assert hung["app.refuse_emergency_write"] == written_tables_of_families()


def written_tables_of_families() -> set[str]:
    """Protected tables that hang on a family, the log of looks apart: emergency access writes none of them."""
    return {
        name
        for (name,) in rows(
            "select distinct c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0"
            " where c.relrowsecurity and c.relnamespace = 'public'::regnamespace and c.relname <> 'audit_event'"
            "   and (c.relname = 'cases_family' or a.attname in ('case_id', 'family_id', 'person_id', 'outcome_id'))"
        )
    }
