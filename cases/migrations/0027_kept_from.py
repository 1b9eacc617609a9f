"""A colleague's own family is kept from them where a step up or down, a search or a list of grants would have shown it."""

from django.db import migrations

from cases.sql import run

# Those who receive a step up or down see it without seeing the case.
WRAP = """
do $$
declare
  each record;
begin
  for each in select p.tablename, p.policyname, p.qual from pg_policies p
               where p.schemaname = 'public' and p.tablename in ('cases_stepup', 'cases_stepdown')
                 and p.cmd in ('SELECT', 'UPDATE') loop
    execute format('alter policy %I on %I using (not app.is_kept_from_case(case_id) and (%s))',
                   each.policyname, each.tablename, each.qual);
  end loop;
end $$
"""
UNWRAP = """
do $$
declare
  each record;
begin
  for each in select p.tablename, p.policyname, p.qual from pg_policies p
               where p.schemaname = 'public' and p.qual like '((NOT app.is_kept_from_case(case_id)) AND %' loop
    execute format('alter policy %I on %I using (%s', each.policyname, each.tablename,
                   substr(each.qual, length('((NOT app.is_kept_from_case(case_id)) AND ') + 1));
  end loop;
end $$
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0026_lost_sight")]
    operations = [
        run("match_v3", undo="select 1"),
        run("kept_v1", undo="drop function app.is_kept_from_case(uuid)"),
        migrations.RunSQL(WRAP, UNWRAP),
    ]
