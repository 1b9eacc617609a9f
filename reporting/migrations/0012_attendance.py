"""Who came to meetings, for the board's report; a record that goes leaves its part of the figure."""

from django.db import migrations

from reporting.sql import MEETINGS, make_view, unmake_view
from reporting.sql_files import run


class Migration(migrations.Migration):
    dependencies = [("reporting", "0011_merged_people"), ("cases", "0037_plan_past")]
    operations = [
        *(migrations.RunSQL(make_view(name, twins=True), unmake_view(name)) for name in MEETINGS),
        run("retention/twins_v2.sql", undo="select 1"),
        # A part of app.dispose.
        migrations.RunSQL(
            "revoke execute on function app.keep_twins(uuid) from eh_app", migrations.RunSQL.noop
        ),
    ]
