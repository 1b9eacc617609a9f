"""The CAF, Kent's Family Support Framework and the second version of Somerset's form, ready to be used."""

import json
from pathlib import Path

from django.db import migrations
from django.utils import timezone

DATA = Path(__file__).parent.parent / "forms_data"
SHIPPED = ("caf_v1", "kfsf_v1", "somerset_eha_v2")


def publish(apps, schema_editor):
    FormVersion = apps.get_model("assessments", "FormVersion")
    for name in SHIPPED:
        spec = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
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
    dependencies = [("assessments", "0010_quality_rules")]
    operations = [migrations.RunPython(publish, migrations.RunPython.noop)]
