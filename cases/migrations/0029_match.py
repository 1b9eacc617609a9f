"""The match check finds more slips, and never a record that was merged into another."""

import pathlib

import django.db.models.deletion
from django.db import migrations, models

import cases.sql
from cases.sql import ownership, run

BEFORE = (pathlib.Path(cases.sql.__file__).parent / "match_v3.sql").read_text()

INDEX = """
    create index address_postcode_typed on cases_address (replace(upper(postcode), ' ', '')) where not is_confidential
"""


def _merged_into(model: str) -> migrations.AddField:
    return migrations.AddField(
        model,
        "merged_into",
        models.ForeignKey(
            blank=True,
            editable=False,
            null=True,
            on_delete=django.db.models.deletion.PROTECT,
            related_name="+",
            to=f"cases.{model}",
        ),
    )


class Migration(migrations.Migration):
    dependencies = [("cases", "0028_persons_addresses")]
    operations = [
        _merged_into("family"),
        _merged_into("person"),
        migrations.RunSQL(INDEX, "drop index address_postcode_typed"),
        migrations.RunSQL(
            "drop function app.match_people(text, date, text, text, text, int)",
            "drop function app.match_people(text, date, text, text, text, int, boolean);"
            "drop function app.births_like(date);" + BEFORE + ownership(BEFORE),
        ),
        run("match_v4", undo="select 1"),
    ]
