"""Whom to write to about an emergency access and a restriction's review."""

from django.db import migrations

from cases.sql import run


class Migration(migrations.Migration):
    dependencies = [("cases", "0016_agreement_effect")]
    operations = [
        run(
            "notices_v1",
            undo="drop function app.restrictions_to_review(int), app.who_checks_emergency(int), app.told_about(uuid, boolean)",
        ),
        # A part of the two others.
        migrations.RunSQL(
            "revoke execute on function app.told_about(uuid, boolean) from eh_app", migrations.RunSQL.noop
        ),
    ]
