"""Documents are due by the clock."""

from django.db import migrations

from cases.sql import run


class Migration(migrations.Migration):
    dependencies = [("cases", "0041_versions")]

    operations = [run("papers_v3")]
