"""An agency without a live signature sees no case: not by a name on a restriction, and not by an emergency either."""

from django.db import migrations

from cases.sql import run, text


class Migration(migrations.Migration):
    dependencies = [("cases", "0010_unusual")]
    operations = [run("request_v4", undo=text("request_v3")), run("counts_v2", undo=text("counts_v1"))]
