"""What the database itself says about its tables, roles and functions, compared with what is written here by hand.

A new table, view or function fails a test until somebody has said on this page whose it is and why.
"""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection

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
    "report_secret": "the salt of the reports' pseudonyms; nobody but the views' owner reads it",
    "reporting_filetoremove": "random keys of files whose record is gone",
    "reporting_highlightreport": "counts of a whole county, protected before they are shown",
    "reporting_remark": "words of a report's writer about counts",
    "reporting_reportdownload": "who downloaded which report",
    "reporting_statisticstwin": "counts without a person: rows of the report views under numbers that lead nowhere",
}
# Where the application itself deletes rows of a family, with the reason. Elsewhere it cannot.
MAY_DELETE = {
    "assessments_need": "a need ticked by mistake is unticked while the assessment is open",
    "assessments_score": "a number cleared on its page is taken back while the assessment is open",
    "assessments_quicknote": "its writer's own scrap, thrown away before anybody else has read it",
    "reporting_registerrow": "lines of a file that is thrown away or checked again, before they are loaded",
    "reporting_possibleduplicate": "pairs of lines of such a file",
}
# Views that count past row-level security: de-identified, and read by eh_report alone.
REPORT_VIEWS = {
    "report_assessment",
    "report_case",
    "report_consent",
    "report_lead",
    "report_need",
    "report_step_down",
    "report_step_up",
}
# Functions that act past row-level security, each with what keeps it harmless. `application`: it may call them.
DEFINERS_FOR_THE_APPLICATION = {
    "app.agency_effect(integer)": "counts of what one agency would lose, for those who run the agreement",
    "app.agreement_effect(integer,date)": "counts of what a version would change, for those who run the agreement",
    "app.admit_guest(text,text)": "begins a guest's one session, for whoever holds the link",
    "app.begin_guest_session(text)": "takes on the eyes of the guest whose session it is, or nobody's",
    "app.end_guest_session(text)": "ends a guest's session, for whoever holds it",
    "app.guest_link_waits(text)": "answers yes or no, to whoever holds a link",
    "app.guests_who_may_look(uuid)": "lists which guests of a visible case see it, as numbers",
    "app.try_guest(text)": "counts a try at a code and returns its hash, to whoever holds the link",
    "app.answer_lift(uuid,boolean)": "lifts a restriction that somebody else asked to lift, for those who look after it",
    "app.answer_sampled(uuid,text,text)": "writes an answer for a drawn look, for those who may answer",
    "app.ask_to_lift(uuid,text)": "writes who asks, for those who look after the restriction",
    "app.audit_head()": "returns the last number and hash of the chain",
    "app.begin_guest(integer)": "takes on a guest's eyes while whoever invited them sees the case",
    "app.begin_request(integer,integer)": "takes on a membership's eyes after checking that it is live",
    "app.hub_counts()": "three numbers about the hubs that the person runs, and no row",
    "app.break_glass(text,text,integer)": "gives emergency access to one case for hours, or no row whatever the cause",
    "app.check_quality_again(uuid)": "adds an empty check of an assessment, for somebody who may check it",
    "app.countersign_told(uuid)": "returns ids of memberships, to somebody who sees the assessment",
    "app.draw_quality(date,integer,integer,integer,boolean)": "draws a quarter that is over, once, for its manager",
    "app.draw_quality_again(uuid)": "returns two numbers about a draw",
    "app.may_check_quality(uuid)": "answers yes or no about an assessment, no to whoever does not see it",
    "app.quality_counts(integer,integer)": "returns counts of a hub or an agency to its manager",
    "app.take_over_quality(uuid)": "puts the caller in charge of a check, if they may check the assessment",
    "app.check_emergency(integer,text)": "signs off an emergency access of somebody else",
    "app.draw_sample(date,integer,date)": "draws a month that is over, once, with a seed of its own; returns a number",
    "app.draw_sample_again(date)": "returns two numbers about a draw",
    "app.drafts_to_nudge(date)": "returns ids and dates of drafts, to the nightly job alone",
    "app.note_draft_nudges(uuid[],integer[])": "writes how far a draft's reminders have come, for the nightly job alone",
    "app.quick_notes_to_remind(integer,integer)": "counts notes that will go, for the nightly job alone",
    "app.forget_quick_notes(integer)": "deletes quick notes whose day is over, for the nightly job alone",
    "app.emergencies_to_check()": "returns references and reasons to those who sign off",
    "app.clear_subject(uuid,text)": "empties the working copy of a request, for the officer who has it in hand",
    "app.dispose(uuid,integer[])": "deletes a record that is due and that somebody else proposed",
    "app.families_in_sight(integer[])": "counts families that colleagues could open, for those who review access",
    "app.follow_up_sampled(uuid,text)": "writes what followed, for information governance leads",
    "app.forget_match_checks()": "empties what was typed into old checks, and returns a number",
    "app.forget_register_lines()": "deletes lines of old registers that became no case, and returns a number",
    "app.forget_subject_copies(integer)": "deletes working copies of requests answered long ago, and returns a number",
    "app.has_subject_in_hand(uuid)": "answers yes or no about a request",
    "app.helped_elsewhere(uuid)": "returns the hub to ring for a family that the reader sees, as the match check does",
    "app.is_kept_from_case(uuid)": "answers yes to somebody whose own or whose relative's record it is",
    "app.keep_restriction(uuid,date)": "writes the next review, for those who look after the restriction",
    "app.lead_workload(integer[])": "returns how many families each of some people leads",
    "app.link_subject(uuid)": "links a checked request to people with exactly its details, for its officer",
    "app.load_register(uuid,jsonb)": "adds new cases in hubs of the person who loads, from lines that were taken",
    "app.log_case(text)": "returns the id of a record to readers of the access log",
    "app.log_lists_with(uuid,integer)": "returns ids of events to readers of the access log",
    "app.log_references(uuid[])": "returns references to readers of the access log",
    "app.match_people(text,date,text,text,text,integer,boolean)": "returns ids of visible people, and hubs of others",
    "app.mentions_protected_address(uuid,text)": "says yes or no about words typed, to somebody who sees the case",
    "app.next_assessment_reference(text)": "returns the next number",
    "app.alike_pairs(integer)": "returns pairs of ids of visible people, to hub staff",
    "app.decide_merge(uuid,boolean,text)": "merges what another user proposed, of families that both see whole",
    "app.merge_preview(uuid,uuid,jsonb,jsonb)": "says what a merge of families seen whole would do, and undoes it",
    "app.merged_to(uuid)": "returns the id of a visible person into whom another was merged",
    "app.propose_merge(uuid,uuid,jsonb,jsonb,text,text)": "writes a proposal about families that the writer sees whole",
    "app.sees_whole_family(uuid)": "answers yes or no, to hub staff",
    "app.undo_merge(uuid,text)": "puts back what a merge changed, in a family that the user sees whole",
    "app.plan_has_started(uuid)": "answers yes or no about a visible case",
    "app.may_restrict(uuid)": "answers yes or no about a visible case",
    "app.restrictions_to_review(integer)": "returns ids of restrictions, days and who looks after them, for reminders",
    "app.reads_subject(uuid)": "answers yes or no about a request",
    "app.release_subject(uuid,text)": "marks a request as sent, by another person than its officer",
    "app.restrict_case(uuid,text,text,date,integer[])": "restricts a case that the writer sees lastingly",
    "app.retention_records(integer[],date,text)": "references and dates of records that are due, to those who decide",
    "app.restrictions_in_force()": "returns references and names to those who look after them",
    "app.sample_told(date)": "returns ids of memberships for whom looks wait, and how many",
    "app.sampled_looks(date)": "returns drawn looks to those who answer, and names to those who may know them",
    "app.sign_off_sample(date,text)": "signs a month off, for information governance leads",
    "app.seal_events(integer)": "adds events to the chain in their order, and returns how many",
    "app.search_people(text,integer)": "returns ids of visible people",
    "app.subject_rows(uuid)": "what is held about the person of a checked request, for its officer",
    "app.settle(uuid)": "works out the grants of a case that the writer sees",
    "app.sharing_if(uuid,jsonb)": "says what a change would do to a visible case, and undoes it",
    "app.unusual_looks(date,integer,integer,integer)": "returns looks to information governance leads and auditors",
    "app.who_checks_emergency(integer)": "returns ids of memberships to the user of that emergency access",
    "app.who_can_see(uuid)": "lists the grants of a visible case",
    "app.who_would_see(uuid,uuid[])": "lists the grants that a visible case would have",
}
DEFINERS_FOR_THE_SYSTEM = {
    "app.subject_cases(uuid)": "part of app.subject_rows",
    "app.rows_of_family(uuid)": "keys of a family's rows; part of app.dispose",
    "app.retention_dates(integer[])": "when records are due; see retention_records",
    "app.keep_twins(uuid)": "adds rows that lead nowhere to the figures; part of app.dispose",
    "app.sight_changes(integer,integer,date,integer)": "part of the counts above",
    "app.guest_may_look(integer)": "part of the guests' functions",
    "app.checks_emergency(uuid,integer)": "part of the functions above",
    "app.merge_columns(text)": "columns that name a person or a family; part of merging",
    "app.merge_move(uuid,text,text,uuid,uuid,text[])": "part of merging",
    "app.merge_pairs(uuid)": "part of merging",
    "app.merge_refusal(uuid,uuid,jsonb)": "part of merging",
    "app.merge_set(uuid,text,uuid,text,text)": "part of merging",
    "app.merge_settle(uuid[])": "part of merging",
    "app.merge_work(uuid,uuid,uuid,jsonb,jsonb)": "part of merging",
    "app.sight_of(uuid[])": "part of merging",
    "app.lead_answers(uuid)": "part of the functions above",
    "app.sample_units(date,integer,text)": "part of the functions above",
    "app.quality_pool(date,integer,integer)": "part of app.draw_quality",
    "app.quality_units(uuid[],integer,boolean,text)": "part of app.draw_quality",
    "app.live_caseworkers(integer[])": "part of the functions above",
    "app.looks_after(uuid)": "part of the functions above",
    "app.sees_case(integer,uuid)": "part of the nightly jobs' functions",
    "app.derive_grants(uuid[])": "the rule",
    "app.forget_what_ran_out()": "part of the functions above",
    "app.standing(integer)": "part of the functions above",
    "app.project_person_changed()": "trigger",
    "app.project_guest()": "trigger",
    "app.project_acl(uuid[])": "the projection",
    "app.project_all()": "the projection of everything",
    "app.project_case_row()": "trigger",
    "app.project_cases(uuid[])": "the projection",
    "app.project_changed()": "trigger",
    "app.project_family_of_person()": "trigger",
    "app.project_membership()": "trigger",
    "app.projection_faults()": "the check of the projection",
    "app.told_about(uuid,boolean)": "part of the functions that say whom to write to",
    "app.wanted_acl(uuid[])": "the projection",
    "app.wanted_person_acl(uuid[])": "the projection",
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
    policies = rows("select tablename, lower(cmd), permissive, roles::text[] from pg_policies")
    assert granted == {(table, command) for table, command, *_ in policies}
    # Two permissive policies for one command would be joined by "or": one too wide opens the table.
    assert len(policies) == len(granted)
    assert {tuple(roles) for *_, roles in policies} == {("eh_app",)}
    assert {permissive for *_, permissive, _roles in policies} == {"PERMISSIVE"}


def test_updates_and_inserts_check_what_they_leave_behind():
    assert (
        rows(
            "select tablename, cmd from pg_policies where (cmd in ('INSERT', 'UPDATE') and with_check is null)"
            " or (cmd in ('SELECT', 'UPDATE', 'DELETE') and qual is null)"
        )
        == []
    )


def test_no_policy_lets_everything_be_read_changed_or_deleted():
    assert rows("select tablename, cmd from pg_policies where qual = 'true'") == []
    # Anybody may add an event: who and when are stamped by a trigger.
    assert rows("select tablename from pg_policies where with_check = 'true'") == [("audit_event",)]


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
