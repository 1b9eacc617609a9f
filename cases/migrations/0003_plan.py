import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import earlyhelp.web.ids
from earlyhelp.access.rls import VISIBLE_CASE, VISIBLE_TOPIC, WRITTEN_BY_ME, protect

# What is about one person is shown to those who may know of that person, and to the agency that wrote it.
ABOUT_SOMEBODY_KNOWN = (
    " and ({table}.person_id is null or {table}.agency_id = app.agency_id()"
    " or exists (select 1 from cases_person p where p.id = {table}.person_id))"
)
OUTCOME = VISIBLE_TOPIC + ABOUT_SOMEBODY_KNOWN
OF_OUTCOME = "exists (select 1 from cases_outcome o where o.id = {table}.outcome_id)"
# An action is seen with its outcome; and by its owner in any case, who has to do it.
ACTION = (
    "(" + VISIBLE_TOPIC + " and ({table}.outcome_id is null or " + OF_OUTCOME + "))"
    " or ({table}.owner_membership_id = app.membership_id() and " + VISIBLE_CASE + ")"
)


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0002_who_may_see"),
        ("hubs", "0001_initial"),
        ("access", "0001_schema"),
    ]

    operations = [
        migrations.AddField(
            model_name="leadrequest",
            name="former_lead_stays",
            field=models.BooleanField(
                default=True,
                help_text="Whether the lead who hands over stays on the team; if not, they can read for a while.",
            ),
        ),
        migrations.CreateModel(
            name="Outcome",
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
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "Working on it"),
                            ("met", "Met"),
                            ("not_met", "Not met"),
                            ("stopped", "No longer wanted"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("end_note", models.TextField(blank=True)),
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="outcomes", to="cases.case"
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
                    "person",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty when it is for the whole family.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="outcomes",
                        to="cases.person",
                    ),
                ),
            ],
            options={
                "ordering": ["created_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="Action",
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
                ("what", models.CharField(max_length=200, verbose_name="what will be done")),
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
                        default="not_started",
                        max_length=12,
                    ),
                ),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                (
                    "done_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When it was done, or it was plain that it will not be.",
                        null=True,
                    ),
                ),
                ("why_not", models.TextField(blank=True, verbose_name="why it was not done")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
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
                    "carried_from",
                    models.OneToOneField(
                        blank=True,
                        help_text="The earlier action that this one carries forward.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="carried_to",
                        to="cases.action",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="actions", to="cases.case"
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
                    "owner_membership",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="actions",
                        to="hubs.membership",
                    ),
                ),
                (
                    "owner_person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="actions",
                        to="cases.person",
                    ),
                ),
                (
                    "outcome",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty when it serves the plan as a whole.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="actions",
                        to="cases.outcome",
                    ),
                ),
            ],
            options={
                "ordering": ["due_on", "created_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="OutcomeScore",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("rater", models.CharField(max_length=120, verbose_name="who gave the score")),
                ("value", models.PositiveSmallIntegerField()),
                ("scored_on", models.DateField(default=django.utils.timezone.localdate)),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "outcome",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="scores", to="cases.outcome"
                    ),
                ),
                (
                    "rater_person",
                    models.ForeignKey(
                        blank=True,
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
            ],
            options={
                "ordering": ["scored_on", "recorded_at"],
            },
        ),
        migrations.CreateModel(
            name="PlanReview",
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
                ("reviewed_on", models.DateField()),
                ("summary", models.TextField(verbose_name="what has changed and what has not")),
                (
                    "decision",
                    models.CharField(
                        choices=[
                            ("continue", "Carry on with the plan"),
                            ("reassess", "Assess again: needs are new or the plan does not meet them"),
                            ("step_up", "Step up to children’s social care"),
                            ("close", "Close: the family no longer needs a plan"),
                        ],
                        max_length=10,
                    ),
                ),
                ("next_review_on", models.DateField(blank=True, null=True)),
                ("snapshot", models.JSONField(default=dict)),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="reviews", to="cases.case"
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
            ],
            options={
                "ordering": ["-reviewed_on", "-recorded_at"],
            },
        ),
        migrations.AddIndex(
            model_name="outcome",
            index=models.Index(fields=["case", "status"], name="outcome_of_case"),
        ),
        migrations.AddConstraint(
            model_name="outcome",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("status", "open")),
                    models.Q(("ended_at__isnull", False), models.Q(("status", "open"), _negated=True)),
                    _connector="OR",
                ),
                name="outcome_end_facts_together",
            ),
        ),
        migrations.AddConstraint(
            model_name="outcome",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("what_will_be_different", ""), _negated=True),
                    models.Q(("how_we_will_know", ""), _negated=True),
                ),
                name="outcome_says_what_and_how",
            ),
        ),
        migrations.AddIndex(
            model_name="action",
            index=models.Index(fields=["case", "status", "due_on"], name="action_of_case"),
        ),
        migrations.AddIndex(
            model_name="action",
            index=models.Index(
                condition=models.Q(("status__in", ["not_started", "started"])),
                fields=["owner_membership", "due_on"],
                name="action_open_of_owner",
            ),
        ),
        migrations.AddConstraint(
            model_name="action",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("owner_membership__isnull", False), ("owner_person__isnull", True)),
                    models.Q(("owner_membership__isnull", True), ("owner_person__isnull", False)),
                    _connector="OR",
                ),
                name="action_has_exactly_one_owner",
            ),
        ),
        migrations.AddConstraint(
            model_name="action",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("done_at__isnull", True),
                        ("started_at__isnull", True),
                        ("status", "not_started"),
                        ("why_not", ""),
                    ),
                    models.Q(
                        ("done_at__isnull", True),
                        ("started_at__isnull", False),
                        ("status", "started"),
                        ("why_not", ""),
                    ),
                    models.Q(
                        ("done_at__isnull", False),
                        ("started_at__isnull", False),
                        ("status", "done"),
                        ("why_not", ""),
                    ),
                    models.Q(
                        ("done_at__isnull", False),
                        ("status", "not_done"),
                        models.Q(("why_not", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="action_status_facts_together",
            ),
        ),
        migrations.AddConstraint(
            model_name="action",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("started_at__isnull", True),
                    ("done_at__isnull", True),
                    ("done_at__gte", models.F("started_at")),
                    _connector="OR",
                ),
                name="action_is_done_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="action",
            constraint=models.CheckConstraint(
                condition=models.Q(("what", ""), _negated=True), name="action_says_what"
            ),
        ),
        migrations.AddConstraint(
            model_name="outcomescore",
            constraint=models.CheckConstraint(
                condition=models.Q(("value__lte", 10)), name="outcome_score_is_0_to_10"
            ),
        ),
        migrations.AddConstraint(
            model_name="outcomescore",
            constraint=models.CheckConstraint(
                condition=models.Q(("rater", ""), _negated=True), name="outcome_score_has_a_rater"
            ),
        ),
        migrations.AddConstraint(
            model_name="planreview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decision__in", ["continue", "reassess"]), ("next_review_on__isnull", False)),
                    ("decision__in", ["step_up", "close"]),
                    _connector="OR",
                ),
                name="review_says_when_next",
            ),
        ),
        migrations.AddConstraint(
            model_name="planreview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("next_review_on__isnull", True),
                    ("next_review_on__gt", models.F("reviewed_on")),
                    _connector="OR",
                ),
                name="review_dates_in_order",
            ),
        ),
        protect(
            "cases_outcome",
            select=OUTCOME,
            insert=WRITTEN_BY_ME,
            update=OUTCOME,
            update_columns=[
                "category",
                "theme",
                "what_will_be_different",
                "how_we_will_know",
                "status",
                "ended_at",
                "end_note",
            ],
        ),
        protect(
            "cases_outcomescore",
            select=OF_OUTCOME,
            insert=OF_OUTCOME + " and recorded_by_id = app.membership_id()",
        ),
        protect(
            "cases_action",
            select=ACTION,
            insert=WRITTEN_BY_ME + " and ({table}.outcome_id is null or " + OF_OUTCOME + ")",
            update=ACTION,
            update_columns=[
                "what",
                "owner_membership_id",
                "owner_person_id",
                "due_on",
                "status",
                "started_at",
                "done_at",
                "why_not",
            ],
        ),
        protect(
            "cases_planreview",
            select=VISIBLE_TOPIC,
            insert=WRITTEN_BY_ME + " and {table}.recorded_by_id = app.membership_id()",
        ),
    ]
