"""Whoever was merged into somebody is found by their requests, and goes with their record."""

from django.db import migrations

from reporting.sql_files import run


class Migration(migrations.Migration):
    dependencies = [("reporting", "0010_answered_stays"), ("cases", "0030_merging")]
    # Going back leaves them: without merges they do what the versions before did.
    operations = [
        run("retention/merged_v1.sql", undo="select 1"),
        run("subject/merged_v1.sql", undo="select 1"),
        migrations.RunSQL("revoke execute on function app.rows_of_family(uuid) from eh_app", migrations.RunSQL.noop),
    ]
