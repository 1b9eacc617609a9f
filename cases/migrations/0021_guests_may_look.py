"""A guest's door and the list of guests ask what the rule asks."""

from django.db import migrations

from cases.sql import run


class Migration(migrations.Migration):
    dependencies = [("cases", "0020_addresses")]
    operations = [
        run("guest_v2", undo="drop function app.guests_who_may_look(uuid)"),
        migrations.RunSQL(
            "revoke execute on function app.guest_may_look(int) from eh_app", migrations.RunSQL.noop
        ),
    ]
