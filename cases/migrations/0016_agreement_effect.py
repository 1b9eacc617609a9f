"""What a new version of the agreement, or the withdrawal of an agency, does to sight: counted by the database."""

from django.db import migrations

from cases.sql import run

UNDO = """
drop function app.agreement_effect(int, date);
drop function app.agency_effect(int);
drop function app.sight_changes(int, int, date, int);
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0015_sharing_preview"), ("hubs", "0002_agreement_versions")]
    operations = [
        run("agreement_effect_v1", undo=UNDO),
        migrations.RunSQL(
            "revoke execute on function app.sight_changes(int, int, date, int) from eh_app",
            migrations.RunSQL.noop,
        ),
    ]
