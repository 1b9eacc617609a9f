"""The `app` schema: what the request is, as functions that policies may call; and the application's default rights."""

from django.db import migrations

SETTINGS = """
create or replace function app.setting(name text) returns text language sql stable parallel safe
    as $$ select nullif(current_setting('app.' || name, true), '') $$;
create or replace function app.user_id() returns int language sql stable parallel safe
    as $$ select nullif(current_setting('app.user', true), '')::int $$;
create or replace function app.membership_id() returns int language sql stable parallel safe
    as $$ select nullif(current_setting('app.membership', true), '')::int $$;
create or replace function app.agency_id() returns int language sql stable parallel safe
    as $$ select nullif(current_setting('app.agency', true), '')::int $$;
create or replace function app.roles() returns text[] language sql stable parallel safe
    as $$ select nullif(current_setting('app.roles', true), '')::text[] $$;
create or replace function app.groups() returns int[] language sql stable parallel safe
    as $$ select nullif(current_setting('app.groups', true), '')::int[] $$;
create or replace function app.tokens() returns int[] language sql stable parallel safe
    as $$ select nullif(current_setting('app.tokens', true), '')::int[] $$;
create or replace function app.topic(category int) returns int[] language sql stable parallel safe
    as $$ select nullif(current_setting('app.topic_' || category, true), '')::int[] $$;
-- The day it is in England: rules speak of days there, whatever the server's clock is set to.
create or replace function app.today() returns date language sql stable parallel safe
    as $$ select (now() at time zone 'Europe/London')::date $$;
-- Whether a family is kept from this person (their own or a relative's) whatever their tokens say.
create or replace function app.is_kept_from(family uuid) returns boolean language sql stable parallel safe
    as $$ select coalesce(family = any (nullif(current_setting('app.kept_from', true), '')::uuid[]), false) $$;
create or replace function app.clear_request() returns void language sql volatile
    as $$ select set_config('app.' || name, '', true) from unnest(array['user', 'membership', 'agency', 'roles',
          'groups', 'tokens', 'kept_from', 'topic_1', 'topic_2', 'topic_3', 'topic_4', 'topic_5', 'topic_6', 'topic_7']) as name $$;
"""

RIGHTS = """
grant usage on schema app to eh_app, eh_report, eh_system;
grant create on schema app to eh_system;
grant execute on all functions in schema app to eh_app, eh_report, eh_system;
grant usage on schema public to eh_app, eh_report, eh_system;
grant create on schema public to eh_system;
grant select, insert, update, delete on all tables in schema public to eh_app, eh_system;
grant usage, select on all sequences in schema public to eh_app, eh_system;
revoke insert, update, delete on django_migrations from eh_app;
alter default privileges for role eh_owner in schema public grant select, insert, update, delete on tables to eh_app, eh_system;
alter default privileges for role eh_owner in schema public grant usage, select on sequences to eh_app, eh_system;
"""

UNDO = """
alter default privileges for role eh_owner in schema public revoke all on tables from eh_app, eh_system;
alter default privileges for role eh_owner in schema public revoke all on sequences from eh_app, eh_system;
drop schema if exists app cascade;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = [("contenttypes", "0002_remove_content_type_name")]
    operations = [
        migrations.RunSQL("create schema if not exists app", migrations.RunSQL.noop),
        migrations.RunSQL(SETTINGS, migrations.RunSQL.noop),
        migrations.RunSQL(RIGHTS, UNDO),
    ]
