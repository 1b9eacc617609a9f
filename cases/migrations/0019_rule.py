"""The rule as it stands with guests, differing answers and everything else that 0012 recorded."""

from django.db import migrations

from cases.sql import run
from earlyhelp.access.rls import VISIBLE_CASE, VISIBLE_TOPIC

# Functions for the database alone: making them again would open them to the application.
FOR_THE_DATABASE_ALONE = (
    "app.derive_grants(uuid[])",
    "app.wanted_acl(uuid[])",
    "app.wanted_person_acl(uuid[])",
    "app.standing(int)",
    "app.forget_what_ran_out()",
    "app.project_person_changed()",
    "app.project_guest()",
    "app.project_membership()",
)

# A note is kept from agencies and from people; a person is the same in whatever agency they look. What is kept from
# anybody is kept from guests. The cheap question comes first: few notes are kept from anybody.
NOTE = (
    VISIBLE_TOPIC
    + " and (app.guest_id() is null or {table}.not_for = '{{}}' and {table}.not_for_members = '{{}}')"
    + " and (app.guest_id() is not null or {table}.agency_id is not distinct from app.agency_id()"
    + " or not app.agency_id() = any ({table}.not_for))"
    + " and ({table}.not_for_members = '{{}}' or {table}.author_id = any (app.memberships())"
    + " or not {table}.not_for_members && app.memberships())"
    + " and ({table}.about_id is null or {table}.agency_id = app.agency_id()"
    + " or exists (select 1 from cases_person p where p.id = {table}.about_id))"
)
NOTE_BEFORE = (
    VISIBLE_TOPIC
    + " and ({table}.agency_id is not distinct from app.agency_id() or not app.agency_id() = any ({table}.not_for))"
    + " and ({table}.about_id is null or {table}.agency_id = app.agency_id()"
    + " or exists (select 1 from cases_person p where p.id = {table}.about_id))"
)
OF_FAMILY = "exists (select 1 from cases_family f where f.id = {table}.family_id)"
NOT_HIDDEN = OF_FAMILY + " and ({table}.hidden_from_id is null or not app.is_close_to({table}.hidden_from_id))"
OWN_GUEST = VISIBLE_CASE + " and (app.guest_id() is null or {table}.id = app.guest_id())"

# What a guest's page reads. Every other table is shut to guests, whatever its rows hang on.
GUESTS_READ = (
    "cases_action",
    "cases_agendaitem",
    "cases_case",
    "cases_casenote",
    "cases_decision",
    "cases_family",
    "cases_guest",
    "cases_leadprofessional",
    "cases_meeting",
    "cases_minute",
    "cases_outcome",
    "cases_outcomescore",
    "cases_person",
    "cases_relationship",
    "cases_teammember",
)
SHUT = """
do $$
declare
  each record;
begin
  for each in select p.tablename, p.policyname, p.qual from pg_policies p
               where p.schemaname = 'public' and p.cmd = 'SELECT' and p.tablename not in ({tables}) loop
    execute format('alter policy %I on %I using (app.guest_id() is null and (%s))', each.policyname, each.tablename, each.qual);
  end loop;
end $$
"""
OPEN = """
do $$
declare
  each record;
begin
  for each in select p.tablename, p.policyname, p.qual from pg_policies p
               where p.schemaname = 'public' and p.cmd = 'SELECT' and p.qual like '((app.guest\\_id() IS NULL) AND %' loop
    execute format('alter policy %I on %I using (%s', each.policyname, each.tablename,
                   substr(each.qual, length('((app.guest_id() IS NULL) AND ') + 1));
  end loop;
end $$
"""


def _select(table: str, condition: str, before: str) -> migrations.RunSQL:
    words = "alter policy {table}_select on {table} using ({condition})"
    return migrations.RunSQL(
        *(words.format(table=table, condition=c.format(table=table)) for c in (condition, before))
    )


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0018_live"),
        ("hubs", "0002_agreement_versions"),
        ("audit", "0003_guest"),
    ]
    operations = [
        run("grants_v2", undo="select 1"),
        run("request_v2", undo="select 1"),
        run("triggers_v2", undo="""
            drop trigger membership_guard on hubs_membership;
            drop trigger guest_projects on cases_guest;
            drop trigger guest_changes_project on cases_guest;
            drop trigger decides_insert_projects on cases_decidesforself;
            drop trigger decides_update_projects on cases_decidesforself;
            drop trigger decides_delete_projects on cases_decidesforself;
        """),
        migrations.RunSQL(
            [f"revoke execute on function {name} from eh_app" for name in FOR_THE_DATABASE_ALONE],
            migrations.RunSQL.noop,
        ),
        _select("cases_casenote", NOTE, NOTE_BEFORE),
        _select("cases_address", NOT_HIDDEN, OF_FAMILY),
        migrations.RunSQL(
            "alter policy cases_address_update on cases_address"
            f" using ({NOT_HIDDEN.format(table='cases_address')}) with check ({NOT_HIDDEN.format(table='cases_address')})",
            "alter policy cases_address_update on cases_address"
            f" using ({OF_FAMILY.format(table='cases_address')}) with check ({OF_FAMILY.format(table='cases_address')})",
        ),
        _select("cases_guest", OWN_GUEST, VISIBLE_CASE),
        migrations.RunSQL(SHUT.format(tables=", ".join(f"'{table}'" for table in GUESTS_READ)), OPEN),
        # Whatever was recorded while the rule did not look at it yet.
        migrations.RunSQL("select app.project_all()", migrations.RunSQL.noop),
    ]
