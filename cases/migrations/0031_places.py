"""What somebody is to a team: a professional, a volunteer, a panel member, cover; and places for reading only."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0030_merging"),
        ("hubs", "0006_usual_form"),
    ]

    operations = [
        migrations.AddField(
            model_name="teammember",
            name="covers_for",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="covered_places",
                to="hubs.membership",
            ),
        ),
        migrations.AddField(
            model_name="teammember",
            name="place",
            field=models.CharField(
                choices=[
                    ("professional", "Works with the family"),
                    ("volunteer", "Volunteer"),
                    ("panel", "On a panel"),
                    ("cover", "Covers for the lead"),
                ],
                default="professional",
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="teammember",
            name="reads_only",
            field=models.BooleanField(default=False),
        ),
        migrations.AddConstraint(
            model_name="teammember",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("covers_for__isnull", False), ("ends_on__isnull", False), ("place", "cover")),
                    models.Q(models.Q(("place", "cover"), _negated=True), ("covers_for__isnull", True)),
                    _connector="OR",
                ),
                name="cover_is_for_somebody_and_ends",
            ),
        ),
        migrations.AddConstraint(
            model_name="teammember",
            constraint=models.CheckConstraint(
                condition=models.Q(("reads_only", False), ("ends_on__isnull", False), _connector="OR"),
                name="reading_only_ends",
            ),
        ),
    ]
