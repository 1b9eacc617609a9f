"""Panels: several families at one sitting, each item protected by its own family's record (docs/decisions/0037)."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import earlyhelp.web.ids
from cases.sql import run
from earlyhelp.access.rls import protect

# What belongs to a family's record: seen by those who may have its "family and contact", written by those who see it.
OF_THE_FAMILY = """app.guest_id() is null and exists (
    select 1 from cases_case c where c.id = {table}.case_id
       and ({table}.agency_id = app.agency_id() or c.topic_acl && app.topic(1)))"""
WRITTEN = (
    "exists (select 1 from cases_case c where c.id = {table}.case_id) and {table}.agency_id = app.agency_id()"
)
# A panel and its dates: those who run it or sit on it, and those who see a family for which it was asked.
KNOWN = """app.guest_id() is null and (app.on_panel({table}.panel_id) or exists (
    select 1 from cases_panelrequest r where r.panel_id = {table}.panel_id))"""
ON_PANEL = "app.guest_id() is null and app.on_panel({table}.panel_id)"
RUNS = "app.runs_panel({table}.panel_id)"
STARTED_BY = """(({table}.hub_id * 8)::int = any (app.tokens())
    or {table}.kind = 'school' and {table}.agency_id = app.agency_id() and 'agency_lead' = any (app.roles()))"""
SIGNED_BY_ME = """app.on_panel({table}.panel_id) and {table}.membership_id = app.membership_id()
    and {table}.signed_on = app.today() and {table}.valid_until <= app.today() + 366"""
# The note itself is protected by its category; the link by the note.
NOTE = "app.guest_id() is null and exists (select 1 from cases_casenote n where n.id = {table}.note_id)"


class Migration(migrations.Migration):
    dependencies = [("cases", "0035_minutes_together"), ("hubs", "0007_volunteers")]
    operations = [
        migrations.CreateModel(
            name="Panel",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("school", "Team Around the School"), ("allocation", "Allocation panel")],
                        max_length=10,
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                (
                    "rhythm",
                    models.CharField(
                        choices=[
                            ("weekly", "Once a week"),
                            ("fortnightly", "Every two weeks"),
                            ("monthly", "Once a month"),
                            ("termly", "Once a term"),
                        ],
                        max_length=12,
                        verbose_name="how often it sits",
                    ),
                ),
                ("terms", models.TextField(verbose_name="terms of reference")),
                (
                    "needs_assessment",
                    models.BooleanField(
                        default=False,
                        help_text="Whether a family is taken only with a registered assessment.",
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("closed_on", models.DateField(blank=True, null=True)),
                (
                    "agency",
                    models.ForeignKey(
                        blank=True,
                        help_text="The school, for a Team Around the School.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="panels",
                        to="hubs.agency",
                    ),
                ),
                (
                    "chair",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="panels_chaired",
                        to="hubs.membership",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.membership",
                    ),
                ),
                (
                    "hub",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="panels", to="hubs.hub"
                    ),
                ),
            ],
            options={
                "ordering": ["name", "id"],
            },
        ),
        migrations.CreateModel(
            name="PanelMember",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("starts_on", models.DateField(default=django.utils.timezone.localdate)),
                ("ends_on", models.DateField(blank=True, null=True)),
                (
                    "added_by",
                    models.ForeignKey(
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
                        related_name="panel_places",
                        to="hubs.membership",
                    ),
                ),
                (
                    "panel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="members", to="cases.panel"
                    ),
                ),
            ],
            options={
                "ordering": ["starts_on", "id"],
            },
        ),
        migrations.CreateModel(
            name="PanelRequest",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("what", models.TextField(verbose_name="what is asked")),
                ("tried", models.TextField(blank=True, verbose_name="what has been tried")),
                ("needs_several", models.BooleanField(verbose_name="needs two or more services")),
                ("agreed_on", models.DateField()),
                (
                    "agreed_how",
                    models.CharField(
                        choices=[
                            ("face_to_face", "Face to face"),
                            ("phone", "By phone"),
                            ("video", "By video call"),
                            ("signed_form", "On a signed form"),
                            ("register", "As recorded in an earlier register"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "agreed_agencies",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        help_text="Agencies of the panel that the family agreed may talk about them.",
                        size=None,
                    ),
                ),
                ("leaflet_given", models.BooleanField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting for the panel"),
                            ("offered", "Waiting for the family’s answer"),
                            ("answered", "The family has answered"),
                            ("no_offer", "No service could help"),
                            ("withdrawn", "Taken back"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "sit_by",
                    models.DateField(help_text="The day by which the panel should have talked about it."),
                ),
                (
                    "opened_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="Since when the sitting talks about it; empty before and after.",
                        null=True,
                    ),
                ),
                ("next_step", models.TextField(blank=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("answer_by", models.DateField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("end_reason", models.CharField(blank=True, max_length=200)),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hubs.agency"
                    ),
                ),
                (
                    "agreed_person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.person",
                        verbose_name="who agreed",
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hubs.membership"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="panel_requests",
                        to="cases.case",
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.membership",
                    ),
                ),
                (
                    "panel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="requests", to="cases.panel"
                    ),
                ),
            ],
            options={
                "ordering": ["asked_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="PanelOffer",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("cannot", "Cannot help"),
                            ("waiting", "Suggested: the family decides"),
                            ("accepted", "The family accepts"),
                            ("declined", "The family declines"),
                            ("other", "The family wants something else"),
                            ("taken_back", "Taken back"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                (
                    "service",
                    models.CharField(blank=True, max_length=160, verbose_name="what it can help with"),
                ),
                ("from_on", models.DateField(blank=True, null=True, verbose_name="from")),
                ("reason", models.TextField(blank=True, verbose_name="why it cannot")),
                ("answer_words", models.TextField(blank=True, verbose_name="what the family said")),
                ("answered_on", models.DateField(blank=True, null=True)),
                (
                    "action",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.action",
                    ),
                ),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hubs.agency"
                    ),
                ),
                (
                    "answered_person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.person",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="panel_offers",
                        to="cases.case",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hubs.membership"
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.membership",
                    ),
                ),
                (
                    "worker",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="panel_offers",
                        to="hubs.membership",
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="offers",
                        to="cases.panelrequest",
                    ),
                ),
            ],
            options={
                "ordering": ["made_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="PanelNote",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("discussion", "Discussion"), ("decision", "Decision")],
                        default="discussion",
                        max_length=10,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"
                    ),
                ),
                (
                    "note",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="panel_note",
                        to="cases.casenote",
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to="cases.panelrequest",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="PanelSignature",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("signed_on", models.DateField(default=django.utils.timezone.localdate)),
                ("valid_until", models.DateField()),
                (
                    "membership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hubs.membership"
                    ),
                ),
                (
                    "panel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signatures",
                        to="cases.panel",
                    ),
                ),
            ],
            options={
                "ordering": ["-signed_on", "id"],
            },
        ),
        migrations.CreateModel(
            name="Sitting",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("place", models.CharField(blank=True, max_length=200)),
                ("call_link", models.URLField(blank=True, max_length=500, verbose_name="link to the call")),
                (
                    "status",
                    models.CharField(
                        choices=[("planned", "Planned"), ("held", "Held"), ("cancelled", "Cancelled")],
                        default="planned",
                        max_length=10,
                    ),
                ),
                ("cancel_reason", models.CharField(blank=True, max_length=200)),
                ("held_at", models.DateTimeField(blank=True, null=True)),
                ("arranged_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "arranged_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.membership",
                    ),
                ),
                (
                    "panel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="sittings", to="cases.panel"
                    ),
                ),
            ],
            options={
                "ordering": ["starts_at", "id"],
            },
        ),
        migrations.AddField(
            model_name="panelrequest",
            name="sitting",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="requests",
                to="cases.sitting",
            ),
        ),
        migrations.CreateModel(
            name="SittingAttendance",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "attendance",
                    models.CharField(
                        choices=[
                            ("attended", "Was there"),
                            ("apologies", "Sent apologies"),
                            ("absent", "Was not there"),
                        ],
                        max_length=9,
                    ),
                ),
                (
                    "membership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hubs.membership"
                    ),
                ),
                (
                    "panel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.panel"
                    ),
                ),
                (
                    "sitting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attendance",
                        to="cases.sitting",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="SittingNote",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("text", models.TextField()),
                ("written_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hubs.membership"
                    ),
                ),
                (
                    "panel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.panel"
                    ),
                ),
                (
                    "sitting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="notes", to="cases.sitting"
                    ),
                ),
            ],
            options={
                "ordering": ["written_at", "id"],
            },
        ),
        migrations.AddConstraint(
            model_name="panel",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("agency__isnull", False), ("kind", "school")),
                    models.Q(("agency__isnull", True), ("kind", "allocation")),
                    _connector="OR",
                ),
                name="school_panel_has_its_school",
            ),
        ),
        migrations.AddConstraint(
            model_name="panelmember",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ends_on__isnull", True)),
                fields=("panel", "membership"),
                name="on_a_panel_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="panelmember",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_on__isnull", True), ("ends_on__gte", models.F("starts_on")), _connector="OR"
                ),
                name="panel_member_leaves_after_joining",
            ),
        ),
        migrations.AddIndex(
            model_name="paneloffer",
            index=models.Index(fields=["request"], name="panel_offer_of_request"),
        ),
        migrations.AddConstraint(
            model_name="paneloffer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("status", "cannot"),
                        ("worker__isnull", True),
                        models.Q(("reason", ""), _negated=True),
                    ),
                    models.Q(
                        ("from_on__isnull", False),
                        ("worker__isnull", False),
                        models.Q(("status", "cannot"), _negated=True),
                        models.Q(("service", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="panel_offer_names_a_worker_or_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="paneloffer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("answered_on__isnull", False),
                        ("recorded_by__isnull", False),
                        ("status__in", ["accepted", "declined", "other"]),
                    ),
                    models.Q(
                        ("answered_on__isnull", True),
                        ("recorded_by__isnull", True),
                        ("status__in", ["cannot", "waiting", "taken_back"]),
                    ),
                    _connector="OR",
                ),
                name="panel_offer_answer_facts_together",
            ),
        ),
        migrations.AddConstraint(
            model_name="paneloffer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("action__isnull", False), ("status", "accepted")),
                    models.Q(("action__isnull", True), models.Q(("status", "accepted"), _negated=True)),
                    _connector="OR",
                ),
                name="accepted_panel_offer_is_in_the_plan",
            ),
        ),
        migrations.AddConstraint(
            model_name="panelsignature",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_until__gte", models.F("signed_on"))),
                name="panel_signature_runs_forward",
            ),
        ),
        migrations.AddIndex(
            model_name="sitting",
            index=models.Index(fields=["panel", "starts_at"], name="sitting_of_panel"),
        ),
        migrations.AddConstraint(
            model_name="sitting",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                name="sitting_ends_after_it_starts",
            ),
        ),
        migrations.AddIndex(
            model_name="panelrequest",
            index=models.Index(fields=["case", "status"], name="panel_request_of_case"),
        ),
        migrations.AddIndex(
            model_name="panelrequest",
            index=models.Index(fields=["sitting"], name="panel_request_of_sitting"),
        ),
        migrations.AddIndex(
            model_name="panelrequest",
            index=models.Index(fields=["panel", "status"], name="panel_request_of_panel"),
        ),
        migrations.AddConstraint(
            model_name="panelrequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["waiting", "offered"])),
                fields=("case", "panel"),
                name="one_panel_request_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="panelrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at__isnull", True), ("ended_at__isnull", True), ("status", "waiting")),
                    models.Q(
                        ("answer_by__isnull", False),
                        ("closed_at__isnull", False),
                        ("ended_at__isnull", True),
                        ("status", "offered"),
                    ),
                    models.Q(
                        ("closed_at__isnull", False),
                        ("ended_at__isnull", False),
                        ("status__in", ["answered", "no_offer"]),
                    ),
                    models.Q(("ended_at__isnull", False), ("status", "withdrawn")),
                    _connector="OR",
                ),
                name="panel_request_item_facts_together",
            ),
        ),
        migrations.AddConstraint(
            model_name="sittingattendance",
            constraint=models.UniqueConstraint(fields=("sitting", "membership"), name="at_a_sitting_once"),
        ),
        run(
            "panels_v1",
            undo="drop function app.end_panel_places(uuid, int), app.carry_panel_items(uuid, uuid, date), app.panels_to_ask(uuid), app.on_panel(uuid),"
            " app.runs_panel(uuid)",
        ),
        protect(
            "cases_panel",
            select=KNOWN.replace("panel_id = {table}.panel_id", "panel_id = {table}.id").replace(
                "on_panel({table}.panel_id)", "on_panel({table}.id)"
            ),
            insert=STARTED_BY,
            update=f"{STARTED_BY} or {{table}}.chair_id = app.membership_id()",
            update_columns=["name", "rhythm", "terms", "needs_assessment", "chair_id", "closed_on"],
        ),
        protect(
            "cases_panelmember",
            select=KNOWN,
            insert=RUNS,
            update=RUNS,
            update_columns=["ends_on", "starts_on"],
        ),
        protect("cases_panelsignature", select=KNOWN, insert=SIGNED_BY_ME),
        protect(
            "cases_sitting",
            select=KNOWN,
            insert=RUNS,
            update=RUNS,
            update_columns=[
                "starts_at",
                "ends_at",
                "place",
                "call_link",
                "status",
                "cancel_reason",
                "held_at",
            ],
        ),
        protect("cases_sittingnote", select=ON_PANEL, insert=ON_PANEL),
        protect(
            "cases_sittingattendance",
            select=ON_PANEL,
            insert=RUNS,
            update=RUNS,
            update_columns=["attendance"],
        ),
        protect(
            "cases_panelrequest",
            select=OF_THE_FAMILY,
            insert=WRITTEN,
            update=OF_THE_FAMILY,
            update_columns=[
                "sitting_id",
                "what",
                "tried",
                "agreed_agencies",
                "status",
                "opened_at",
                "next_step",
                "closed_at",
                "closed_by_id",
                "answer_by",
                "ended_at",
                "end_reason",
            ],
        ),
        protect("cases_panelnote", select=NOTE, insert=NOTE),
        protect(
            "cases_paneloffer",
            select=OF_THE_FAMILY,
            insert=WRITTEN,
            update=OF_THE_FAMILY,
            update_columns=[
                "status",
                "answer_words",
                "answered_person_id",
                "answered_on",
                "recorded_by_id",
                "action_id",
            ],
        ),
        migrations.RunSQL("select app.make_emergencies_read_only()", migrations.RunSQL.noop),
    ]
