"""What the tests of the database alone found open: who may call what, and on whose family a row may hang."""

from django.db import migrations

# The rule and the projection work for the database's own functions. Asked by the application, app.derive_grants would
# tell of every case there is.
FOR_THE_DATABASE_ALONE = (
    "app.derive_grants(uuid[])",
    "app.wanted_acl(uuid[])",
    "app.wanted_person_acl(uuid[])",
    "app.projection_faults()",
    "app.project_all()",
    "app.project_acl(uuid[])",
    "app.project_cases(uuid[])",
    "app.project_case_row()",
    "app.project_changed()",
    "app.project_family_of_person()",
    "app.project_membership()",
)

# A case opens its family to those who see it, so neither a new nor a changed row may hang on a family that its writer
# does not see.
OWN_FAMILY = "acl && app.tokens() and exists (select 1 from cases_family f where f.id = {table}.family_id)"

# Somebody who acts for no agency (signing in, enrolling) is in an event as a user alone.
STAMP = """
create or replace function app.stamp_event() returns trigger language plpgsql volatile as $$
begin
  new.at := now();
  if app.membership_id() is not null then
    new.user_id := app.user_id();
    new.membership_id := app.membership_id();
    new.agency_id := app.agency_id();
  elsif current_user = 'eh_app' then
    new.membership_id := null;
    new.agency_id := null;
  end if;
  return new;
end $$;
"""


def _policies(condition: str) -> str:
    return "".join(
        f"alter policy {table}_{command} on {table} with check ({condition.format(table=table)});"
        for table in ("cases_case", "cases_person")
        for command in ("insert", "update")
    )


class Migration(migrations.Migration):
    dependencies = [("cases", "0007_lead_workload")]
    operations = [
        migrations.RunSQL(
            [f"revoke execute on function {name} from eh_app" for name in FOR_THE_DATABASE_ALONE],
            [f"grant execute on function {name} to eh_app" for name in FOR_THE_DATABASE_ALONE],
        ),
        migrations.RunSQL(_policies(OWN_FAMILY), _policies("acl && app.tokens()")),
        migrations.RunSQL(STAMP, migrations.RunSQL.noop),
    ]
