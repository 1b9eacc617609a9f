"""Functions that draw dip samples, guards of what was signed and shared, and the first rubric."""

import datetime as dt
import json
from pathlib import Path

from django.db import migrations

import assessments
from cases.sql import ownership

HERE = Path(assessments.__file__).parent
SQL = (HERE / "sql" / "quality_v1.sql").read_text()
UNDO = """
    drop trigger guard_quality_audit on assessments_qualityaudit; drop trigger guard_countersign on assessments_assessment;
    drop function app.guard_quality_audit(), app.guard_countersign(), app.countersign_told(uuid), app.quality_counts(int, int),
      app.take_over_quality(uuid), app.check_quality_again(uuid), app.draw_quality_again(uuid),
      app.draw_quality(date, int, int, int, boolean), app.quality_units(uuid[], int, boolean, text),
      app.quality_pool(date, int, int), app.may_check_quality(uuid)
"""
FOR_THE_DATABASE_ALONE = (
    "app.quality_units(uuid[], int, boolean, text)",
    "app.quality_pool(date, int, int)",
)


def add_rubric(apps, schema_editor):
    """The first version of what an assessment is checked against, in our own words (domain.md 5.4 for the grades)."""
    criteria = json.loads((HERE / "quality" / "rubric_v1.json").read_text())
    apps.get_model("assessments", "Rubric").objects.create(
        version=1, title="Quality of an assessment", criteria=criteria, starts_on=dt.date(2012, 4, 1)
    )


def remove_rubric(apps, schema_editor):
    apps.get_model("assessments", "Rubric").objects.filter(version=1).delete()


class Migration(migrations.Migration):
    dependencies = [("assessments", "0009_quality")]
    operations = [
        migrations.RunSQL(SQL + ownership(SQL), UNDO),
        migrations.RunSQL(
            [f"revoke execute on function {name} from eh_app" for name in FOR_THE_DATABASE_ALONE],
            migrations.RunSQL.noop,
        ),
        migrations.RunPython(add_rubric, remove_rubric),
    ]
