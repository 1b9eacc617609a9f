"""Looks that somebody should ask about, for information governance leads and auditors."""

from django.db import migrations

from cases.sql import run


class Migration(migrations.Migration):
    dependencies = [("cases", "0009_protect")]
    operations = [run("unusual_v1", undo="drop function app.unusual_looks(date, int, int, int)")]
