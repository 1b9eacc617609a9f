"""The forms that ship with the product, so that a new installation can start an assessment at once."""

import json
from pathlib import Path

from django.db import migrations
from django.utils import timezone

SHIPPED = ("somerset_eha_v1",)


def publish(apps, schema_editor):
    FormVersion = apps.get_model("assessments", "FormVersion")
    for name in SHIPPED:
        spec = json.loads((Path(__file__).parent.parent / "forms_data" / f"{name}.json").read_text(encoding="utf-8"))
        FormVersion.objects.get_or_create(
            code=spec["code"],
            version=spec["version"],
            defaults={
                "title": spec["title"],
                "spec": spec,
                "status": "published",
                "published_on": timezone.localdate(),
            },
        )


class Migration(migrations.Migration):
    dependencies = [("assessments", "0002_who_may_see")]
    operations = [migrations.RunPython(publish, migrations.RunPython.noop)]
