"""A coordinator's counts, by a function of the database."""

from django.db import migrations

from cases.sql import run


class Migration(migrations.Migration):
    dependencies = [("cases", "0010_unusual")]
    operations = [run("counts_v1", undo="drop function app.hub_counts()")]
