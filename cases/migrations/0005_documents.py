import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import earlyhelp.web.ids
from earlyhelp.access.rls import VISIBLE_TOPIC, WRITTEN_BY_ME, protect

DOCUMENT = (
    VISIBLE_TOPIC + " and ({table}.about_id is null or {table}.agency_id = app.agency_id()"
    " or exists (select 1 from cases_person p where p.id = {table}.about_id))"
)


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0004_meetings"),
    ]

    operations = [
        migrations.CreateModel(
            name="Document",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "category",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "Family and contact"),
                            (2, "Education"),
                            (3, "Health"),
                            (4, "Police"),
                            (5, "Housing"),
                            (6, "Money"),
                            (7, "Safeguarding"),
                        ],
                        default=1,
                    ),
                ),
                ("title", models.CharField(max_length=120)),
                ("original_name", models.CharField(max_length=200, verbose_name="file name")),
                ("content_type", models.CharField(max_length=100)),
                ("size", models.PositiveIntegerField(help_text="Bytes, as stored.")),
                ("sha256", models.CharField(help_text="Of the bytes as stored.", max_length=64)),
                ("storage_key", models.CharField(editable=False, max_length=80, unique=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("quarantined", "Being checked"),
                            ("clean", "Checked"),
                            ("not_scanned", "Not scanned"),
                            ("refused", "Refused"),
                        ],
                        default="quarantined",
                        max_length=12,
                    ),
                ),
                ("uploaded_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "about",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="cases.person",
                    ),
                ),
                (
                    "agency",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.agency",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="documents", to="cases.case"
                    ),
                ),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.membership",
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="cases.meeting",
                    ),
                ),
            ],
            options={
                "ordering": ["-uploaded_at", "-id"],
                "indexes": [models.Index(fields=["case", "-uploaded_at"], name="document_of_case")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("title", ""), _negated=True), name="document_has_a_title"
                    ),
                    models.CheckConstraint(condition=models.Q(("size__gt", 0)), name="document_is_not_empty"),
                ],
            },
        ),
        protect(
            "cases_document",
            select=DOCUMENT,
            insert=WRITTEN_BY_ME + " and {table}.uploaded_by_id = app.membership_id()",
            update=DOCUMENT,
            update_columns=["status"],
        ),
    ]
