"""Row-level security for everything about a family: context, grants, projection and policies."""

from django.db import migrations

from cases.sql import run
from earlyhelp.access.rls import VISIBLE_CASE, VISIBLE_TOPIC, protect, read_only

BY_ACL = "acl && app.tokens()"
RECORDED_BY_ME = VISIBLE_CASE + " and {table}.recorded_by_id = app.membership_id()"
OF_FAMILY = "exists (select 1 from cases_family f where f.id = {table}.family_id)"
OF_PEOPLE = (
    "exists (select 1 from cases_person p where p.id = {table}.person_id)"
    " and exists (select 1 from cases_person p where p.id = {table}.to_person_id)"
)
NOTE = (
    VISIBLE_TOPIC
    + " and ({table}.agency_id is not distinct from app.agency_id() or not app.agency_id() = any ({table}.not_for))"
    + " and ({table}.about_id is null or {table}.agency_id = app.agency_id()"
    + " or exists (select 1 from cases_person p where p.id = {table}.about_id))"
)
NOTE_BY_ME = VISIBLE_CASE + " and {table}.agency_id = app.agency_id() and {table}.author_id = app.membership_id()"
EMERGENCY = (
    "{table}.membership_id = app.membership_id() or exists (select 1 from cases_case c where c.id = {table}.case_id)"
)
OWN_EVENT = "{table}.membership_id = app.membership_id()"
EVENT = (
    OWN_EVENT
    + " or exists (select 1 from cases_case c where c.id = {table}.case_id)"
    + " or app.roles() && array['ig_lead', 'auditor']"
    + " or ({table}.case_id is null and 'system_administrator' = any (app.roles()))"
)

# Who and when come from the request's context, whatever the application says: events cannot be written in another's name.
STAMP = """
create or replace function app.stamp_event() returns trigger language plpgsql volatile as $$
begin
  new.at := now();
  if app.membership_id() is not null then
    new.user_id := app.user_id();
    new.membership_id := app.membership_id();
    new.agency_id := app.agency_id();
  end if;
  return new;
end $$;
create trigger event_stamped before insert on audit_event for each row execute function app.stamp_event();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0001_initial"),
        ("access", "0001_schema"),
        ("audit", "0001_initial"),
        ("hubs", "0001_initial"),
        ("accounts", "0001_users_and_invitations"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]
    operations = [
        migrations.RunSQL(
            "create sequence cases_reference start 20001; grant usage, select on sequence cases_reference to eh_app, eh_system",
            "drop sequence cases_reference",
        ),
        run("grants_v1"),
        run("triggers_v1", undo="""
            drop trigger membership_dates_project on hubs_membership;
        """),
        run("match_v1"),
        protect("cases_family", select=BY_ACL, insert=BY_ACL, update=BY_ACL),
        protect("cases_case", select=BY_ACL + " and acl_until >= app.today()", insert=BY_ACL, update=BY_ACL),
        protect("cases_person", select=BY_ACL, insert=BY_ACL, update=BY_ACL),
        protect("cases_address", select=OF_FAMILY, insert=OF_FAMILY, update=OF_FAMILY),
        protect("cases_relationship", select=OF_PEOPLE, insert=OF_PEOPLE, update=OF_PEOPLE),
        protect("cases_consent", select=VISIBLE_CASE, insert=RECORDED_BY_ME, update=VISIBLE_CASE),
        protect("cases_lawfulshare", select=VISIBLE_CASE, insert=RECORDED_BY_ME, update=VISIBLE_CASE),
        protect("cases_restriction", select=VISIBLE_CASE, insert=VISIBLE_CASE, update=VISIBLE_CASE),
        protect("cases_restrictionname", select=VISIBLE_CASE, insert=VISIBLE_CASE),
        protect("cases_emergencyaccess", select=EMERGENCY, insert=OWN_EVENT, update=VISIBLE_CASE),
        protect("cases_teammember", select=VISIBLE_CASE, insert=VISIBLE_CASE, update=VISIBLE_CASE),
        protect("cases_leadprofessional", select=VISIBLE_CASE, insert=VISIBLE_CASE, update=VISIBLE_CASE),
        protect("cases_leadrequest", select=VISIBLE_CASE, insert=VISIBLE_CASE, update=VISIBLE_CASE),
        protect("cases_casenote", select=NOTE, insert=NOTE_BY_ME),
        protect("cases_casegrouppermission", select="group_id = any (app.groups())"),
        protect("cases_caseuserpermission", select="membership_id = app.membership_id()"),
        migrations.RunSQL(STAMP, "drop trigger event_stamped on audit_event; drop function app.stamp_event()"),
        protect("audit_event", select=EVENT, insert="true"),
        read_only("cases_levelofneed"),
    ]
