"""Volunteers: a role held by itself."""

import django.contrib.postgres.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("hubs", "0006_usual_form"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="membership",
            name="roles",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("practitioner", "Practitioner"),
                        ("agency_lead", "Agency lead"),
                        ("volunteer", "Volunteer"),
                        ("hub_coordinator", "Hub coordinator"),
                        ("hub_manager", "Hub manager"),
                        ("board_member", "Board member"),
                        ("board_chair", "Board chair"),
                        ("ig_lead", "Information governance lead"),
                        ("signatory", "Signatory"),
                        ("disclosure_officer", "Disclosure officer"),
                        ("practice_lead", "Practice lead"),
                        ("auditor", "Auditor"),
                        ("system_administrator", "System administrator"),
                    ],
                    max_length=24,
                ),
                default=list,
                size=None,
            ),
        ),
        migrations.AlterField(
            model_name="reviewedmembership",
            name="roles",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("practitioner", "Practitioner"),
                        ("agency_lead", "Agency lead"),
                        ("volunteer", "Volunteer"),
                        ("hub_coordinator", "Hub coordinator"),
                        ("hub_manager", "Hub manager"),
                        ("board_member", "Board member"),
                        ("board_chair", "Board chair"),
                        ("ig_lead", "Information governance lead"),
                        ("signatory", "Signatory"),
                        ("disclosure_officer", "Disclosure officer"),
                        ("practice_lead", "Practice lead"),
                        ("auditor", "Auditor"),
                        ("system_administrator", "System administrator"),
                    ],
                    max_length=24,
                ),
                default=list,
                size=None,
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("roles__contains", ["volunteer"]), _negated=True),
                    ("roles", ["volunteer"]),
                    _connector="OR",
                ),
                name="membership_volunteers_do_nothing_else",
            ),
        ),
    ]
