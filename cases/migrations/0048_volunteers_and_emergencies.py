"""Nobody opens a record in an emergency as a volunteer."""

from django.db import migrations

from cases.sql import run

UNDO = """
drop trigger emergency_guard on cases_emergencyaccess;
drop function app.guard_emergency();
alter policy cases_emergencyaccess_volunteers on cases_emergencyaccess using (not (select app.is_volunteer()));
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0047_minutes_passes")]
    operations = [
        run("protect_v3", undo=UNDO),
        migrations.RunSQL(
            "revoke execute on function app.guard_emergency() from eh_app", migrations.RunSQL.noop
        ),
    ]
