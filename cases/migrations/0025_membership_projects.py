"""Cases follow those who leave, whatever last day their place on the team has."""

from django.db import migrations

from cases.sql import run


class Migration(migrations.Migration):
    dependencies = [("cases", "0024_families_in_sight")]
    operations = [
        run("triggers_v3", undo="select 1"),
        migrations.RunSQL(
            "revoke execute on function app.project_membership() from eh_app", migrations.RunSQL.noop
        ),
    ]
