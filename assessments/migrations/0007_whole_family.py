"""The whole family: no needs, people's own words, views that differ, what was considered; and the threshold guidance."""

import json
from pathlib import Path

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import earlyhelp.web.ids
from earlyhelp.access.rls import VISIBLE_TOPIC, protect

# By the category of the page it stands on, or written by the reader's own agency; never about somebody who is hidden.
TABLES = {
    "assessments_noneeds": ("person_id",),
    "assessments_voice": ("person_id", "speaker_id"),
    "assessments_differingview": ("person_id", "speaker_id"),
    "assessments_considered": ("person_id",),
}
OF_ASSESSMENT = (
    " and exists (select 1 from assessments_assessment a"  # noqa: S608  no input: {table} is our own
    " where a.id = {table}.assessment_id and a.case_id = {table}.case_id)"
)
WRITTEN_BY_ME = " and {table}.agency_id = app.agency_id() and {table}.recorded_by_id = app.membership_id()"
FILE_OF_CASE = (
    " and ({table}.document_id is null or exists (select 1 from cases_document d"  # noqa: S608
    " where d.id = {table}.document_id and d.case_id = {table}.case_id))"
)
TAKEN_OFF = ["removed_at", "removed_by_id", "removed_why"]


def _protect(table, columns):
    people = "".join(
        f" and ({{table}}.{column} is null or exists (select 1 from cases_person p where p.id = {{table}}.{column}))"
        for column in columns
    )
    read = f"app.guest_id() is null and {VISIBLE_TOPIC}{people}"
    insert = read + OF_ASSESSMENT + WRITTEN_BY_ME + (FILE_OF_CASE if table == "assessments_voice" else "")
    if table == "assessments_considered":
        return protect(table, select=read, insert=insert)
    return protect(table, select=read, insert=insert, update=read, update_columns=TAKEN_OFF)


def load_guidance(apps, schema_editor):
    """The wording that ships with the product, until the county loads its own (manage.py load_threshold_guidance)."""
    LevelIndicator = apps.get_model("assessments", "LevelIndicator")
    shipped = Path(__file__).parent.parent / "family" / "data" / "threshold_guidance.json"
    lines = json.loads(shipped.read_text(encoding="utf-8"))["levels"]
    LevelIndicator.objects.bulk_create(
        LevelIndicator(number=int(number), domain=domain, position=place, text=text)
        for number, domains in lines.items()
        for domain, texts in domains.items()
        for place, text in enumerate(texts, 1)
    )


class Migration(migrations.Migration):
    dependencies = [
        ("assessments", "0006_rounds"),
        ("cases", "0028_persons_addresses"),
        ("hubs", "0001_initial"),
    ]
    operations = [
        migrations.CreateModel(
            name="LevelIndicator",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="level")),
                (
                    "domain",
                    models.CharField(
                        choices=[
                            ("development", "Development of the unborn baby, infant, child or young person"),
                            ("parents", "Parents and carers"),
                            ("environment", "Family and environment"),
                        ],
                        max_length=20,
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("text", models.CharField(max_length=300)),
                ("source", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "ordering": ["number", "domain", "position", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 1), ("number__lte", 4)),
                        name="indicator_level_is_1_to_4",
                    ),
                    models.UniqueConstraint(
                        fields=("number", "domain", "position"), name="one_indicator_a_place"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Considered",
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
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
                ("removed_why", models.CharField(blank=True, max_length=300)),
                ("indicator", models.CharField(max_length=40)),
                ("note", models.TextField(blank=True)),
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
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="assessments.assessment",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        help_text="Whom the page is about; empty for a page of the family.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.person",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.membership",
                    ),
                ),
                (
                    "removed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.membership",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "considered",
                "ordering": ["-recorded_at", "-id"],
                "indexes": [models.Index(fields=["case"], name="considered_of_case")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("removed_at__isnull", True), ("removed_by__isnull", True)),
                            models.Q(("removed_at__isnull", False), ("removed_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="considered_removed_together",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DifferingView",
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
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
                ("removed_why", models.CharField(blank=True, max_length=300)),
                ("key", models.CharField(max_length=40, verbose_name="part of the form")),
                ("question", models.CharField(max_length=40)),
                (
                    "said_by",
                    models.CharField(blank=True, max_length=120, verbose_name="who, if not of the family"),
                ),
                ("words", models.TextField()),
                ("said_on", models.DateField(verbose_name="when they said it")),
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
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="assessments.assessment",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        help_text="Whom the page is about; empty for a page of the family.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.person",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.membership",
                    ),
                ),
                (
                    "removed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.membership",
                    ),
                ),
                (
                    "speaker",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.person",
                    ),
                ),
            ],
            options={
                "ordering": ["said_on", "recorded_at", "id"],
                "indexes": [models.Index(fields=["case"], name="view_of_case")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("words", ""), _negated=True), name="view_has_words"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("said_by", ""), ("speaker__isnull", False)),
                            models.Q(("speaker__isnull", True), models.Q(("said_by", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="view_is_one_persons",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("removed_at__isnull", True), ("removed_by__isnull", True)),
                            models.Q(("removed_at__isnull", False), ("removed_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="view_removed_together",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NoNeeds",
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
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
                ("removed_why", models.CharField(blank=True, max_length=300)),
                ("reason", models.CharField(blank=True, max_length=300)),
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
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="assessments.assessment",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        help_text="Whom the page is about; empty for a page of the family.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.person",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.membership",
                    ),
                ),
                (
                    "removed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.membership",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "no needs",
                "ordering": ["recorded_at", "id"],
                "indexes": [models.Index(fields=["case"], name="no_needs_of_case")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("removed_at__isnull", True)),
                        fields=("assessment", "person", "agency"),
                        name="no_needs_said_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("person__isnull", False)), name="no_needs_of_somebody"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("removed_at__isnull", True), ("removed_by__isnull", True)),
                            models.Q(("removed_at__isnull", False), ("removed_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="no_needs_removed_together",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Voice",
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
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
                ("removed_why", models.CharField(blank=True, max_length=300)),
                ("key", models.CharField(max_length=40, verbose_name="part of the form")),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("words", "In words"),
                            ("drawing", "By drawing"),
                            ("audio", "In a recording"),
                            ("play", "Through play"),
                            ("shown", "By showing us, without words"),
                        ],
                        max_length=8,
                        verbose_name="how they told us",
                    ),
                ),
                ("words", models.TextField()),
                ("obtained_by", models.CharField(max_length=120, verbose_name="who asked")),
                ("obtained_on", models.DateField(verbose_name="when")),
                (
                    "where",
                    models.CharField(blank=True, max_length=200, verbose_name="where, and who was there"),
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
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="assessments.assessment",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.document",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        help_text="Whom the page is about; empty for a page of the family.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.person",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.membership",
                    ),
                ),
                (
                    "removed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.membership",
                    ),
                ),
                (
                    "speaker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.person"
                    ),
                ),
            ],
            options={
                "ordering": ["obtained_on", "recorded_at", "id"],
                "indexes": [models.Index(fields=["case"], name="voice_of_case")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("words", ""), _negated=True), name="voice_has_words"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("way", "audio"), _negated=True),
                            ("document__isnull", False),
                            _connector="OR",
                        ),
                        name="voice_recording_has_a_file",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("removed_at__isnull", True), ("removed_by__isnull", True)),
                            models.Q(("removed_at__isnull", False), ("removed_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="voice_removed_together",
                    ),
                ],
            },
        ),
        *(_protect(table, columns) for table, columns in TABLES.items()),
        migrations.RunSQL("select app.make_emergencies_read_only()", migrations.RunSQL.noop),
        migrations.RunPython(load_guidance, migrations.RunPython.noop),
    ]
