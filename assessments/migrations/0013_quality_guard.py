"""A check that was shared is guarded by a rule of the record, told apart from a right that is missing."""

from pathlib import Path

from django.db import migrations

import assessments
from cases.sql import ownership

SQL = (Path(assessments.__file__).parent / "sql" / "quality_v2.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("assessments", "0012_replaced_forms")]
    operations = [migrations.RunSQL(SQL + ownership(SQL), migrations.RunSQL.noop)]
