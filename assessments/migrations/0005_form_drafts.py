"""Forms edited in the browser: who wrote a draft, who published it and why, and what the database refuses."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = (Path(__file__).parent.parent / "sql/form_guard_v1.sql").read_text(encoding="utf-8")
BACKWARDS = """
revoke insert, update, delete on assessments_formversion from eh_app;
drop trigger form_version_guard on assessments_formversion;
drop function app.guard_form_version();
"""
BY = {
    "blank": True,
    "editable": False,
    "null": True,
    "on_delete": django.db.models.deletion.PROTECT,
    "related_name": "+",
    "to": "hubs.membership",
}


class Migration(migrations.Migration):
    dependencies = [("assessments", "0004_helped_elsewhere"), ("hubs", "0005_practice_lead")]
    operations = [
        migrations.AddField("formversion", "published_by", models.ForeignKey(**BY)),
        migrations.AddField("formversion", "note", models.TextField("what changed and why", blank=True, default=""), False),
        migrations.AddField("formversion", "edited_at", models.DateTimeField(blank=True, editable=False, null=True)),
        migrations.AddField("formversion", "edited_by", models.ForeignKey(**BY)),
        migrations.AddField(
            "formversion",
            "lock_version",
            models.PositiveIntegerField(default=0, editable=False, help_text="Counts the changes of a draft."),
        ),
        migrations.AddConstraint(
            "formversion",
            models.UniqueConstraint(
                condition=models.Q(("status", "draft")), fields=("code",), name="one_draft_of_a_form"
            ),
        ),
        migrations.RunSQL(SQL, BACKWARDS),
    ]
