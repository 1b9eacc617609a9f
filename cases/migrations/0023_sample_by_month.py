"""Drawn looks are read a month at a time: who could answer is worked out only where nobody has yet."""

import pathlib

from django.db import migrations

from cases.sql import run

BEFORE = (pathlib.Path(__file__).parents[1] / "sql/sample_v1.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("cases", "0022_sample")]
    operations = [
        # First: afterwards the name alone, by which rights are given, would stand for two functions.
        migrations.RunSQL("drop function app.sampled_looks()", BEFORE),
        run("sample_v2", undo="drop function app.sampled_looks(date)"),
    ]
