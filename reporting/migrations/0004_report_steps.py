"""The views from which step-ups and step-downs are counted."""

from django.db import migrations

from reporting.sql import STEPS, make_view, unmake_view


class Migration(migrations.Migration):
    dependencies = [("reporting", "0003_report_views"), ("cases", "0006_steps")]
    operations = [migrations.RunSQL(make_view(name), unmake_view(name)) for name in STEPS]
