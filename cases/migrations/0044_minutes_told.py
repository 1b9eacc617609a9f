"""A new entry is told with its meeting; its author says what kind it is."""

from django.db import migrations

from cases.sql import run


class Migration(migrations.Migration):
    dependencies = [("cases", "0043_scheduling_addresses")]
    operations = [run("minutes_v2", undo="drop function app.describe_minute(uuid, text, text)")]
