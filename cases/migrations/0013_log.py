"""The access log by record: references for those who read it, and the lists in which a record was shown."""

from django.db import migrations

from cases.sql import run

INDEX = """
    create index event_cases_shown on audit_event using gin ((facts -> 'cases') jsonb_path_ops) where facts ? 'cases'
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0012_sharing_facts"), ("audit", "0002_chain")]
    operations = [
        migrations.RunSQL(INDEX, "drop index event_cases_shown"),
        run(
            "log_v1",
            undo="drop function app.log_lists_with(uuid, int), app.log_case(text), app.log_references(uuid[]),"
            " app.reads_the_log()",
        ),
    ]
