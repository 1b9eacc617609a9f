"""Places for reading only, and volunteers: the rule grows by two pairs of narrower eyes (docs/decisions/0030)."""

from django.db import migrations, models

from cases.sql import run

FOR_THE_DATABASE_ALONE = (
    "app.derive_grants(uuid[])",
    "app.wanted_acl(uuid[])",
    "app.wanted_person_acl(uuid[])",
    "app.standing(int)",
    "app.guard_place()",
    "app.guard_lead()",
    "app.make_emergencies_read_only()",
)
BASES = [
    ("hub", "The hub coordinates this family"),
    ("consent", "The family agreed"),
    ("lawful", "Shared on a lawful basis"),
    ("reads", "Led before, and may read for a while"),
    ("named", "Named on the restriction"),
    ("emergency", "Emergency access"),
]
OPEN_AGAIN = """
do $$
declare
  each record;
begin
  for each in select p.tablename, p.policyname from pg_policies p where p.policyname = p.tablename || '_volunteers' loop
    execute format('drop policy %I on %I', each.policyname, each.tablename);
  end loop;
end $$;
drop trigger place_guard on cases_teammember;
drop trigger lead_guard on cases_leadprofessional;
drop function app.guard_place(), app.guard_lead();
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0031_places"), ("hubs", "0007_volunteers")]
    operations = [
        migrations.AlterField("casegrouppermission", "basis", models.CharField(choices=BASES, max_length=10)),
        migrations.AlterField("caseuserpermission", "basis", models.CharField(choices=BASES, max_length=10)),
        run("grants_v3", undo="select 1"),
        run("request_v3", undo="select 1"),
        run("protect_v2", undo=OPEN_AGAIN),
        migrations.RunSQL(
            [f"revoke execute on function {name} from eh_app" for name in FOR_THE_DATABASE_ALONE],
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL("select app.make_emergencies_read_only()", migrations.RunSQL.noop),
    ]
