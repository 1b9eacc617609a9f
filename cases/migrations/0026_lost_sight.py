"""One answer about many open connections, when a fact that concerns them all commits."""

from django.db import migrations

from cases.sql import run


class Migration(migrations.Migration):
    dependencies = [("cases", "0025_membership_projects")]
    operations = [run("lost_sight_v1", undo="drop function app.lost_sight(int[], int[], uuid[])")]
