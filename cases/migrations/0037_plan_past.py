"""The plan as it was, its progress and its versions; the drift alarm; additions to signed minutes (docs/decisions/0031)."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import earlyhelp.web.ids
from cases.sql import run
from earlyhelp.access.rls import VISIBLE_CASE, VISIBLE_TOPIC, WRITTEN_BY_ME, protect

NO_GUEST = "app.guest_id() is null and "
OF_OUTCOME = "exists (select 1 from cases_outcome o where o.id = {table}.outcome_id)"
OF_ACTION = "exists (select 1 from cases_action a where a.id = {table}.action_id)"
# An addition is seen with the item that it is about, and the item by the same rule as everything under it.
UNDER_ITEM = (
    VISIBLE_TOPIC + " and ({table}.item_id is null or {table}.agency_id = app.agency_id()"
    " or exists (select 1 from cases_agendaitem i where i.id = {table}.item_id))"
)
SIGNED = "exists (select 1 from cases_meeting m where m.id = {table}.meeting_id and m.case_id = {table}.case_id and m.status = 'signed_off')"

FOR_THE_DATABASE_ALONE = (
    "app.keep_outcome_past()",
    "app.keep_action_past()",
    "app.freeze_plan_at_review()",
    "app.freeze_plan_at_sign_off()",
    "app.drift(uuid[], int, int, int)",
    "app.leads_and_hub_of(uuid)",
)
# Versions of the plans that were reviewed, and of the meetings that were signed off, before versions were kept.
VERSIONS_SO_FAR = """
set local role eh_system;
insert into cases_planversion (id, case_id, frozen_at, review_id)
  select gen_random_uuid(), r.case_id, r.recorded_at, r.id from cases_planreview r;
insert into cases_planversion (id, case_id, frozen_at, meeting_id)
  select gen_random_uuid(), m.case_id, m.signed_off_at, m.id from cases_meeting m where m.status = 'signed_off';
reset role;
"""
UNDO_PAST = """
drop trigger outcome_keeps_its_past on cases_outcome;
drop trigger action_keeps_its_past on cases_action;
drop trigger review_freezes_the_plan on cases_planreview;
drop trigger sign_off_freezes_the_plan on cases_meeting;
drop trigger signed_meeting_freezes_the_plan on cases_meeting;
drop function app.keep_outcome_past(), app.keep_action_past(), app.freeze_plan_at_review(), app.freeze_plan_at_sign_off();
"""
UNDO_DRIFT = """
drop function app.minutes_to_tell(int), app.drift_to_tell(int, int, int), app.leads_and_hub_of(uuid),
  app.drift_to_see_to(int, int, int), app.drift_of(uuid, int, int, int), app.drift(uuid[], int, int, int);
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0036_panels"), ("hubs", "0007_volunteers")]
    operations = [
        migrations.CreateModel(
            name="ActionNote",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("happened_on", models.DateField(default=django.utils.timezone.localdate)),
                ("text", models.TextField()),
                ("written_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "ordering": ["happened_on", "written_at"],
            },
        ),
        migrations.CreateModel(
            name="ActionPast",
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
                        ]
                    ),
                ),
                ("what", models.CharField(max_length=200)),
                ("due_on", models.DateField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("not_started", "Not started"),
                            ("started", "Started"),
                            ("done", "Done"),
                            ("not_done", "Not done"),
                        ],
                        max_length=12,
                    ),
                ),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
            ],
            options={
                "ordering": ["until"],
            },
        ),
        migrations.CreateModel(
            name="Addendum",
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
                ("text", models.TextField()),
                ("written_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "verbose_name_plural": "addenda",
                "ordering": ["written_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="DriftAnswer",
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
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("silent", "No meeting or contact"),
                            ("long", "Open for a long time"),
                            ("same", "Reviews without change"),
                        ],
                        max_length=6,
                    ),
                ),
                ("reason", models.CharField(max_length=300)),
                ("quiet_until", models.DateField()),
                ("answered_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "ordering": ["-answered_at"],
            },
        ),
        migrations.CreateModel(
            name="OutcomePast",
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
                        ]
                    ),
                ),
                (
                    "theme",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("education", "Doing well at school or college"),
                            ("early_years", "A good start in the early years"),
                            ("health", "Better physical and mental health"),
                            ("substances", "Recovery from drugs or alcohol"),
                            ("relationships", "Getting on better as a family"),
                            ("safe_from_abuse", "Safe from abuse and exploitation"),
                            ("crime", "Away from crime"),
                            ("domestic_abuse", "Safe from domestic abuse"),
                            ("housing", "A secure home"),
                            ("money", "Work and money"),
                        ],
                        max_length=20,
                    ),
                ),
                ("what_will_be_different", models.CharField(max_length=200)),
                ("how_we_will_know", models.CharField(max_length=300)),
                ("target", models.PositiveSmallIntegerField(null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "Working on it"),
                            ("met", "Met"),
                            ("not_met", "Not met"),
                            ("stopped", "No longer wanted"),
                        ],
                        max_length=10,
                    ),
                ),
                ("ended_at", models.DateTimeField(null=True)),
                ("end_note", models.TextField(blank=True)),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
            ],
            options={
                "ordering": ["until"],
            },
        ),
        migrations.CreateModel(
            name="PlanVersion",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("frozen_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["frozen_at", "id"],
            },
        ),
        migrations.AddField(
            model_name="action",
            name="current_since",
            field=models.DateTimeField(
                editable=False,
                help_text="When it last changed; written by the database (ActionPast).",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="outcome",
            name="current_since",
            field=models.DateTimeField(
                editable=False,
                help_text="When it last changed; written by the database (OutcomePast).",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="outcome",
            name="target",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="The score at which the family would say that it is good enough.",
                null=True,
            ),
        ),
        migrations.AddConstraint(
            model_name="outcome",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("target__isnull", True),
                    models.Q(("target__gte", 1), ("target__lte", 10)),
                    _connector="OR",
                ),
                name="outcome_target_is_1_to_10",
            ),
        ),
        migrations.AddField(
            model_name="actionnote",
            name="action",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="progress", to="cases.action"
            ),
        ),
        migrations.AddField(
            model_name="actionnote",
            name="agency",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hubs.agency"
            ),
        ),
        migrations.AddField(
            model_name="actionnote",
            name="author",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hubs.membership"
            ),
        ),
        migrations.AddField(
            model_name="actionnote",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"
            ),
        ),
        migrations.AddField(
            model_name="actionpast",
            name="action",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="pasts", to="cases.action"
            ),
        ),
        migrations.AddField(
            model_name="actionpast",
            name="agency",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hubs.agency"
            ),
        ),
        migrations.AddField(
            model_name="actionpast",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"
            ),
        ),
        migrations.AddField(
            model_name="actionpast",
            name="owner_membership",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hubs.membership"
            ),
        ),
        migrations.AddField(
            model_name="actionpast",
            name="owner_person",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.person"
            ),
        ),
        migrations.AddField(
            model_name="addendum",
            name="agency",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hubs.agency"
            ),
        ),
        migrations.AddField(
            model_name="addendum",
            name="author",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hubs.membership"
            ),
        ),
        migrations.AddField(
            model_name="addendum",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"
            ),
        ),
        migrations.AddField(
            model_name="addendum",
            name="item",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="addenda",
                to="cases.agendaitem",
            ),
        ),
        migrations.AddField(
            model_name="addendum",
            name="meeting",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="addenda", to="cases.meeting"
            ),
        ),
        migrations.AddField(
            model_name="driftanswer",
            name="agency",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hubs.agency"
            ),
        ),
        migrations.AddField(
            model_name="driftanswer",
            name="answered_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hubs.membership"
            ),
        ),
        migrations.AddField(
            model_name="driftanswer",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="drift_answers", to="cases.case"
            ),
        ),
        migrations.AddField(
            model_name="outcomepast",
            name="agency",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hubs.agency"
            ),
        ),
        migrations.AddField(
            model_name="outcomepast",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"
            ),
        ),
        migrations.AddField(
            model_name="outcomepast",
            name="outcome",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="pasts", to="cases.outcome"
            ),
        ),
        migrations.AddField(
            model_name="planversion",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="plan_versions", to="cases.case"
            ),
        ),
        migrations.AddField(
            model_name="planversion",
            name="meeting",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="plan_version",
                to="cases.meeting",
            ),
        ),
        migrations.AddField(
            model_name="planversion",
            name="review",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="version",
                to="cases.planreview",
            ),
        ),
        migrations.AddIndex(
            model_name="actionnote",
            index=models.Index(fields=["action"], name="progress_of_action"),
        ),
        migrations.AddConstraint(
            model_name="actionnote",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="progress_says_something"
            ),
        ),
        migrations.AddIndex(
            model_name="actionpast",
            index=models.Index(fields=["case"], name="action_past_of_case"),
        ),
        migrations.AddIndex(
            model_name="addendum",
            index=models.Index(fields=["meeting"], name="addenda_of_meeting"),
        ),
        migrations.AddConstraint(
            model_name="addendum",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="addendum_says_something"
            ),
        ),
        migrations.AddIndex(
            model_name="driftanswer",
            index=models.Index(fields=["case", "kind", "-answered_at"], name="drift_answer_of_case"),
        ),
        migrations.AddConstraint(
            model_name="driftanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="drift_answer_has_a_reason"
            ),
        ),
        migrations.AddIndex(
            model_name="outcomepast",
            index=models.Index(fields=["case"], name="outcome_past_of_case"),
        ),
        migrations.AddIndex(
            model_name="planversion",
            index=models.Index(fields=["case", "frozen_at"], name="version_of_plan"),
        ),
        migrations.AddConstraint(
            model_name="planversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("meeting__isnull", True), ("review__isnull", False)),
                    models.Q(("meeting__isnull", False), ("review__isnull", True)),
                    _connector="OR",
                ),
                name="version_has_one_cause",
            ),
        ),
        protect("cases_outcomepast", select=NO_GUEST + VISIBLE_TOPIC + " and " + OF_OUTCOME),
        protect(
            "cases_actionpast",
            select=NO_GUEST
            + "("
            + VISIBLE_TOPIC
            + " or {table}.owner_membership_id = app.membership_id()) and "
            + OF_ACTION,
        ),
        # Progress is seen with its action: by those of its category, and by its owner.
        protect(
            "cases_actionnote",
            select=NO_GUEST + OF_ACTION,
            insert=WRITTEN_BY_ME + " and {table}.author_id = app.membership_id() and " + OF_ACTION,
        ),
        protect("cases_planversion", select=NO_GUEST + VISIBLE_CASE),
        protect(
            "cases_driftanswer",
            select=NO_GUEST + VISIBLE_TOPIC,
            insert=WRITTEN_BY_ME + " and {table}.answered_by_id = app.membership_id()",
        ),
        protect(
            "cases_addendum",
            select=NO_GUEST + "(" + UNDER_ITEM + ")",
            insert=WRITTEN_BY_ME + " and {table}.author_id = app.membership_id() and " + SIGNED,
        ),
        migrations.RunSQL(
            "grant update (target) on cases_outcome to eh_app",
            "revoke update (target) on cases_outcome from eh_app",
        ),
        run("plan_past_v1", undo=UNDO_PAST),
        run("drift_v1", undo=UNDO_DRIFT),
        migrations.RunSQL(
            [f"revoke execute on function {name} from eh_app" for name in FOR_THE_DATABASE_ALONE],
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(VERSIONS_SO_FAR, migrations.RunSQL.noop),
        migrations.RunSQL("select app.make_emergencies_read_only()", migrations.RunSQL.noop),
    ]
