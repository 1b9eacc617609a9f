"""The monthly sample of looks: what was drawn, who answered for it, and functions as the only writers."""

import django.db.models.deletion
from django.db import migrations, models

import earlyhelp.web.ids
from cases.sql import run
from earlyhelp.access.rls import protect, read_only

# A lead of the agency, and the hub's manager, where they see the record. Others ask app.sampled_looks().
ANSWERING = """app.guest_id() is null and exists (
    select 1 from cases_case c where c.id = {table}.case_id
       and ({table}.agency_id = app.agency_id() and 'agency_lead' = any (app.roles()) or app.manages_hub(c.hub_id)))"""
UNDO = """
    drop function app.sample_told(date), app.sign_off_sample(date, text), app.follow_up_sampled(uuid, text),
      app.answer_sampled(uuid, text, text), app.sampled_looks(), app.lead_answers(uuid), app.draw_sample_again(date),
      app.draw_sample(date, int, date), app.sample_units(date, int, text)
"""
FOR_THE_DATABASE_ALONE = ("app.sample_units(date, int, text)", "app.lead_answers(uuid)")


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0021_guests_may_look"),
        ("hubs", "0003_disclosure_officer"),
    ]

    operations = [
        migrations.CreateModel(
            name="AccessSample",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("month", models.DateField(unique=True, verbose_name="first day of the month")),
                ("seed", models.CharField(max_length=64)),
                ("per_agency", models.PositiveSmallIntegerField(verbose_name="looks of each agency")),
                ("looks_at", models.PositiveIntegerField(verbose_name="looks there were in the month")),
                ("drawn", models.PositiveIntegerField(verbose_name="looks drawn")),
                ("answer_by", models.DateField()),
                ("drawn_at", models.DateTimeField()),
                ("signed_off_at", models.DateTimeField(blank=True, null=True)),
                ("note", models.TextField(blank=True)),
                (
                    "signed_off_by",
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
                "ordering": ["-month"],
            },
        ),
        migrations.CreateModel(
            name="SampledLook",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("day", models.DateField()),
                ("event_id", models.UUIDField(unique=True, verbose_name="the first event of that day")),
                ("verb", models.CharField(max_length=80, verbose_name="what was opened first")),
                ("pages", models.PositiveIntegerField()),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[("part_of_work", "Part of their work"), ("not_explained", "Not explained")],
                        max_length=16,
                    ),
                ),
                ("words", models.TextField(blank=True)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("follow_up", models.TextField(blank=True)),
                ("followed_up_at", models.DateTimeField(blank=True, null=True)),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hubs.agency"
                    ),
                ),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.membership",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"
                    ),
                ),
                (
                    "followed_up_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.membership",
                    ),
                ),
                (
                    "membership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.membership",
                        verbose_name="who looked",
                    ),
                ),
                (
                    "sample",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="looks",
                        to="cases.accesssample",
                    ),
                ),
            ],
            options={
                "ordering": ["day", "id"],
            },
        ),
        migrations.AddConstraint(
            model_name="accesssample",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("signed_off_at__isnull", True), ("signed_off_by__isnull", True)),
                    models.Q(("signed_off_at__isnull", False), ("signed_off_by__isnull", False)),
                    _connector="OR",
                ),
                name="sample_sign_off_facts_together",
            ),
        ),
        migrations.AddConstraint(
            model_name="sampledlook",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer", ""), ("answered_at__isnull", True)),
                    models.Q(
                        models.Q(("answer", ""), _negated=True),
                        models.Q(("words", ""), _negated=True),
                        ("answered_at__isnull", False),
                        ("answered_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="sampled_look_answer_facts_together",
            ),
        ),
        migrations.AddConstraint(
            model_name="sampledlook",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("followed_up_at__isnull", True),
                    models.Q(("answer", "not_explained"), models.Q(("follow_up", ""), _negated=True)),
                    _connector="OR",
                ),
                name="sampled_look_follow_up_is_of_one_not_explained",
            ),
        ),
        read_only("cases_accesssample"),
        protect("cases_sampledlook", select=ANSWERING),
        migrations.RunSQL("grant all on cases_accesssample to eh_system", migrations.RunSQL.noop),
        run("sample_v1", undo=UNDO),
        migrations.RunSQL(
            [f"revoke execute on function {name} from eh_app" for name in FOR_THE_DATABASE_ALONE],
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL("select app.make_emergencies_read_only()", migrations.RunSQL.noop),
    ]
