"""The day a record is due, and its tombstone, tell the month of a birth and not the day."""

from django.db import migrations

from reporting.sql_files import run, text_of

# What stood before: 0007 as a whole, and 0008 after it.
UNDO = text_of("retention/disposal_v1.sql") + text_of("retention/dispose_v2.sql")
INNER = "revoke execute on function app.retention_dates(int[]) from eh_app"


class Migration(migrations.Migration):
    dependencies = [("reporting", "0008_dispose_messages")]
    operations = [
        run("retention/dates_v2.sql", undo=UNDO),
        migrations.RunSQL(INNER, migrations.RunSQL.noop),
    ]
