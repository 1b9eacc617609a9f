"""Asking to join a team, covering for a lead who is away, and what a family said about its lead professional."""

import pathlib

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import earlyhelp.web.ids
from cases import sql
from earlyhelp.access.rls import VISIBLE_CASE, protect

# The row is the family's. Its asker is told by a function how it stands, and reads nothing of it.
NOT_THE_ASKER = (
    "app.guest_id() is null and " + VISIBLE_CASE + " and not {table}.asked_by_id = any (app.memberships())"
)
THEIRS = "app.membership_id() in ({table}.away_id, {table}.by_id, {table}.asked_by_id)"
OF_MY_AGENCY = (
    "exists (select 1 from hubs_membership m where m.id = {table}.away_id and m.agency_id = app.agency_id())"
)
ASKED_BY_ME = (
    "app.guest_id() is null and {table}.asked_by_id = app.membership_id() and {table}.status = 'waiting'"
    " and ({table}.away_id = app.membership_id() or 'agency_lead' = any (app.roles()) and "
    + OF_MY_AGENCY
    + ")"
)
FOR_THE_DATABASE_ALONE = (
    "app.match_rows(text, date, text, text, text, int, boolean)",
    "app.is_agency_covered(uuid, int)",
    "app.place_cover(uuid, uuid)",
    "app.end_cover_places(uuid, bigint, bigint)",
    "app.cover_follows()",
    "app.cover_stops()",
    "app.keep_leads_place()",
)
UNDO = """
    drop trigger cover_follows_lead on cases_leadprofessional;
    drop trigger cover_stops_at_restriction on cases_restriction;
    drop trigger lead_keeps_place on cases_teammember;
    drop function app.cover_follows(), app.cover_stops(), app.keep_leads_place(), app.end_cover(uuid),
      app.begin_cover(uuid), app.place_cover(uuid, uuid), app.end_cover_places(uuid, bigint, bigint),
      app.is_agency_covered(uuid, int), app.take_back_join(uuid), app.my_join_requests(),
      app.ask_to_join(text, date, text, text, text, int, text, boolean, timestamptz);
"""
MATCH_BEFORE = (pathlib.Path(sql.__file__).parent / "match_v4.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("cases", "0039_room"), ("hubs", "0007_volunteers")]
    operations = [
        migrations.CreateModel(
            name="Cover",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                ("why", models.CharField(blank=True, max_length=80, verbose_name="what the cover is for")),
                ("note", models.TextField(blank=True, verbose_name="what the other needs to know")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting for an answer"),
                            ("accepted", "Accepted"),
                            ("declined", "Declined"),
                            ("cancelled", "Taken back"),
                            ("ended", "Ended early"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("answer_reason", models.TextField(blank=True)),
            ],
            options={
                "ordering": ["starts_on", "id"],
            },
        ),
        migrations.CreateModel(
            name="JoinRequest",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("reason", models.TextField(verbose_name="why they ask to join")),
                ("is_urgent", models.BooleanField(default=False)),
                ("sent_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("decide_by", models.DateTimeField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting for an answer"),
                            ("accepted", "Accepted"),
                            ("declined", "Declined"),
                            ("cancelled", "Taken back"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("decision_reason", models.TextField(blank=True)),
            ],
            options={
                "ordering": ["-is_urgent", "decide_by", "id"],
            },
        ),
        migrations.AddField(
            model_name="leadprofessional",
            name="agreed_how",
            field=models.CharField(
                blank=True,
                choices=[
                    ("meeting", "At a meeting of the team"),
                    ("in_person", "Face to face"),
                    ("phone", "On the telephone"),
                    ("writing", "In writing"),
                ],
                max_length=10,
                verbose_name="how the family agreed",
            ),
        ),
        migrations.AddField(
            model_name="leadprofessional",
            name="agreed_on",
            field=models.DateField(blank=True, null=True, verbose_name="when the family agreed"),
        ),
        migrations.AddField(
            model_name="leadprofessional",
            name="asked",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lead",
                to="cases.leadrequest",
            ),
        ),
        migrations.AddField(
            model_name="leadprofessional",
            name="read_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="leadprofessional",
            name="read_by",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="leadrequest",
            name="agreed_how",
            field=models.CharField(
                blank=True,
                choices=[
                    ("meeting", "At a meeting of the team"),
                    ("in_person", "Face to face"),
                    ("phone", "On the telephone"),
                    ("writing", "In writing"),
                ],
                max_length=10,
                verbose_name="how the family agreed",
            ),
        ),
        migrations.AddField(
            model_name="leadrequest",
            name="agreed_on",
            field=models.DateField(blank=True, null=True, verbose_name="when the family agreed"),
        ),
        migrations.AddConstraint(
            model_name="leadprofessional",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("agreed_how", ""), ("agreed_on__isnull", True)),
                    models.Q(("agreed_on__isnull", False), models.Q(("agreed_how", ""), _negated=True)),
                    _connector="OR",
                ),
                name="lead_agreed_how_and_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="leadrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("agreed_how", ""), ("agreed_on__isnull", True)),
                    models.Q(("agreed_on__isnull", False), models.Q(("agreed_how", ""), _negated=True)),
                    _connector="OR",
                ),
                name="lead_request_agreed_how_and_when",
            ),
        ),
        migrations.AddField(
            model_name="cover",
            name="asked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hubs.membership"
            ),
        ),
        migrations.AddField(
            model_name="cover",
            name="away",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="covers_asked", to="hubs.membership"
            ),
        ),
        migrations.AddField(
            model_name="cover",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="covers_given", to="hubs.membership"
            ),
        ),
        migrations.AddField(
            model_name="joinrequest",
            name="asked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hubs.membership"
            ),
        ),
        migrations.AddField(
            model_name="joinrequest",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="join_requests", to="cases.case"
            ),
        ),
        migrations.AddField(
            model_name="joinrequest",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="hubs.membership",
            ),
        ),
        migrations.AddIndex(
            model_name="cover",
            index=models.Index(fields=["by", "status"], name="cover_of_who_covers"),
        ),
        migrations.AddIndex(
            model_name="cover",
            index=models.Index(fields=["away", "ends_on"], name="cover_of_who_is_away"),
        ),
        migrations.AddConstraint(
            model_name="cover",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__gte", models.F("starts_on"))), name="cover_ends_after_it_starts"
            ),
        ),
        migrations.AddConstraint(
            model_name="cover",
            constraint=models.CheckConstraint(
                condition=models.Q(("away", models.F("by")), _negated=True), name="nobody_covers_for_themself"
            ),
        ),
        migrations.AddConstraint(
            model_name="cover",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answered_at__isnull", True), ("status", "waiting")),
                    models.Q(("answered_at__isnull", False), models.Q(("status", "waiting"), _negated=True)),
                    _connector="OR",
                ),
                name="cover_answer_facts_together",
            ),
        ),
        migrations.AddConstraint(
            model_name="cover",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("status__in", ["waiting", "accepted"])),
                expressions=[
                    ("away", "="),
                    (
                        models.Func(
                            models.F("starts_on"),
                            models.F("ends_on"),
                            models.Value("[]"),
                            function="DATERANGE",
                            output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                        ),
                        "&&",
                    ),
                ],
                name="one_cover_at_a_time",
            ),
        ),
        migrations.AddIndex(
            model_name="joinrequest",
            index=models.Index(fields=["case", "status"], name="join_request_of_case"),
        ),
        migrations.AddIndex(
            model_name="joinrequest",
            index=models.Index(fields=["asked_by", "sent_at"], name="join_request_of_asker"),
        ),
        migrations.AddConstraint(
            model_name="joinrequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "waiting")),
                fields=("case", "asked_by"),
                name="asked_to_join_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="joinrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="join_request_says_why"
            ),
        ),
        migrations.AddConstraint(
            model_name="joinrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_at__isnull", True),
                        ("decided_by__isnull", True),
                        ("decision_reason", ""),
                        ("status", "waiting"),
                    ),
                    models.Q(("decided_at__isnull", False), ("status", "cancelled")),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("status__in", ["accepted", "declined"]),
                        models.Q(("decision_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="join_request_answer_facts_together",
            ),
        ),
        protect(
            "cases_joinrequest",
            select=NOT_THE_ASKER,
            update=NOT_THE_ASKER,
            update_columns=["status", "decided_by_id", "decided_at", "decision_reason"],
        ),
        # Accepted and ended by functions alone.
        protect(
            "cases_cover",
            select="app.guest_id() is null and (" + THEIRS + " or " + OF_MY_AGENCY + ")",
            insert=ASKED_BY_ME,
            update="app.guest_id() is null and {table}.status in ('waiting', 'declined', 'cancelled') and "
            + THEIRS,
            update_columns=["status", "answered_at", "answer_reason"],
        ),
        migrations.RunSQL(migrations.RunSQL.noop, MATCH_BEFORE),
        sql.run("joining_v1", undo=UNDO),
        migrations.RunSQL(
            [f"revoke execute on function {name} from eh_app" for name in FOR_THE_DATABASE_ALONE],
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL("select app.make_emergencies_read_only()", migrations.RunSQL.noop),
    ]
