"""How many families a colleague could open, for the quarterly review of who has access."""

from django.db import migrations

from cases.sql import run


class Migration(migrations.Migration):
    dependencies = [("cases", "0023_sample_by_month")]
    operations = [run("sight_v1", undo="drop function app.families_in_sight(int[])")]
