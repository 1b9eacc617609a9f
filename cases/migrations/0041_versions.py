"""A version is added to a document that its writer sees: the policy asks a function."""

from django.db import migrations

from cases.sql import run
from earlyhelp.access.rls import WRITTEN_BY_ME

ADDED = (
    WRITTEN_BY_ME.format(table="cases_document")
    + " and uploaded_by_id = app.membership_id() and status in ('quarantined', 'not_scanned')"
    + " and (first_id is null or app.may_follow(first_id, case_id, category))"
)
ADDED_ALONE = ADDED.replace("app.may_follow(first_id, case_id, category)", "false")


class Migration(migrations.Migration):
    dependencies = [("cases", "0040_joining")]

    operations = [
        run("papers_v2", undo="drop function app.may_follow(uuid, uuid, int)"),
        migrations.RunSQL(
            f"alter policy cases_document_insert on cases_document with check ({ADDED})",
            f"alter policy cases_document_insert on cases_document with check ({ADDED_ALONE})",
        ),
    ]
