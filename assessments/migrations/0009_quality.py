"""Countersigning by a manager; dip samples of assessments, checks against a rubric and what follows from them."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import earlyhelp.web.ids
from earlyhelp.access.rls import protect, read_only

NO_GUEST = "app.guest_id() is null and "
IN_SIGHT = "exists (select 1 from cases_case c where c.id = {table}.case_id"
# Who reads a manager's answer: those who asked and wrote, leads of their agency, the hub's managers.
OF_DECISION = (
    NO_GUEST + IN_SIGHT + " and (app.membership_id() in ({table}.asked_id, {table}.decided_by_id)"
    " or app.manages_hub(c.hub_id) or exists (select 1 from assessments_assessment a"
    " where a.id = {table}.assessment_id and (a.assessor_id = app.membership_id()"
    " or a.agency_id = app.agency_id() and 'agency_lead' = any (app.roles())))))"
)
# Answered once, while it waits, by somebody else than who signed or assessed: a lead of the agency or the hub's manager.
DECIDED_BY_ME = (
    NO_GUEST + IN_SIGHT + " and {table}.decided_by_id = app.membership_id()"
    " and exists (select 1 from assessments_assessment a"
    " where a.id = {table}.assessment_id and a.case_id = c.id and a.countersigning = 'waiting'"
    " and a.signed_off_by_id = {table}.asked_id and a.assessor_id is distinct from app.membership_id()"
    " and (app.manages_hub(c.hub_id) or a.agency_id = app.agency_id() and 'agency_lead' = any (app.roles()))))"
)
# Who reads a check: whoever makes it; the author once it is shared; leads of the author's agency and the hub's managers,
# of their own work no sooner than any author.
OF_AUDIT = (
    NO_GUEST + IN_SIGHT + " and ({table}.auditor_id = app.membership_id()"
    " or ({table}.status in ('shared', 'answered') or not {table}.author_id = any (app.memberships()))"
    " and ({table}.author_id = app.membership_id() or app.manages_hub(c.hub_id)"
    " or {table}.agency_id = app.agency_id() and 'agency_lead' = any (app.roles()))))"
)
MINE_TO_WRITE = (
    NO_GUEST + IN_SIGHT + " and ({table}.auditor_id = app.membership_id()"
    " or {table}.author_id = app.membership_id() and {table}.status in ('shared', 'answered')))"
)
OF_FOLLOW_UP = (
    NO_GUEST + IN_SIGHT + " and ({table}.owner_id = app.membership_id()"
    " or exists (select 1 from assessments_qualityaudit q where q.id = {table}.audit_id)))"
)
FOLLOWED_UP_BY_ME = (
    NO_GUEST + IN_SIGHT + " and {table}.made_by_id = app.membership_id()"
    " and exists (select 1 from assessments_qualityaudit q where q.id = {table}.audit_id"
    " and q.case_id = c.id and q.auditor_id = app.membership_id()))"
)
MINE_TO_DO = NO_GUEST + IN_SIGHT + " and app.membership_id() in ({table}.owner_id, {table}.made_by_id))"
OF_DRAW = (
    NO_GUEST + "({table}.drawn_by_id = app.membership_id() or app.manages_hub({table}.hub_id)"
    " or {table}.agency_id = app.agency_id() and 'agency_lead' = any (app.roles()))"
)
WRITTEN_IN_A_CHECK = [
    "status", "grades", "overall", "done_well", "to_improve", "shared_at", "answer", "answered_at", "set_aside_reason",
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("assessments", "0008_flow"),
        ("cases", "0028_persons_addresses"),
        ("hubs", "0005_practice_lead"),
    ]

    operations = [
        migrations.CreateModel(
            name="CountersignDecision",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "decision",
                    models.CharField(
                        choices=[("agreed", "Countersigned"), ("sent_back", "Sent back")], max_length=9
                    ),
                ),
                ("words", models.TextField(blank=True, verbose_name="what to change")),
                ("decided_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["-decided_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="QualityAudit",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("to_do", "To do"),
                            ("shared", "Feedback given"),
                            ("answered", "Author has answered"),
                            ("set_aside", "Not checked"),
                        ],
                        default="to_do",
                        max_length=9,
                    ),
                ),
                ("grades", models.JSONField(default=dict, verbose_name="grade and words by question")),
                (
                    "overall",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("outstanding", "Outstanding"),
                            ("good", "Good"),
                            ("requires_improvement", "Requires improvement"),
                            ("inadequate", "Inadequate"),
                        ],
                        max_length=20,
                    ),
                ),
                ("done_well", models.TextField(blank=True)),
                ("to_improve", models.TextField(blank=True, verbose_name="what would make it better")),
                ("drawn_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("shared_at", models.DateTimeField(blank=True, null=True)),
                ("answer", models.TextField(blank=True, verbose_name="the author’s answer")),
                (
                    "answered_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="when the author had read it"),
                ),
                ("set_aside_reason", models.TextField(blank=True)),
            ],
            options={
                "ordering": ["-drawn_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="QualityDraw",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("quarter", models.DateField(verbose_name="first day of the quarter")),
                ("wanted", models.PositiveSmallIntegerField(verbose_name="how many were asked for")),
                ("each_agency", models.BooleanField(default=False, verbose_name="as many of each agency")),
                ("seed", models.CharField(max_length=64)),
                (
                    "pool",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), size=None, verbose_name="assessments it was drawn from"
                    ),
                ),
                ("drawn", models.PositiveSmallIntegerField(verbose_name="assessments drawn")),
                ("drawn_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["-quarter", "-drawn_at"],
            },
        ),
        migrations.CreateModel(
            name="QualityFollowUp",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("what", models.TextField()),
                ("due_on", models.DateField()),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("done_words", models.TextField(blank=True, verbose_name="what was done")),
                ("done_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["due_on", "id"],
            },
        ),
        migrations.CreateModel(
            name="Rubric",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveSmallIntegerField(unique=True)),
                ("title", models.CharField(max_length=120)),
                ("criteria", models.JSONField(verbose_name="questions with what each grade looks like")),
                ("starts_on", models.DateField(verbose_name="used from")),
            ],
            options={
                "ordering": ["-version"],
            },
        ),
        migrations.AddField(
            model_name="assessment",
            name="countersigned_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="assessment",
            name="countersigned_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="hubs.membership",
            ),
        ),
        migrations.AddField(
            model_name="assessment",
            name="countersigning",
            field=models.CharField(
                blank=True,
                choices=[
                    ("waiting", "Waits for a manager"),
                    ("signed", "Countersigned"),
                    ("sent_back", "Sent back"),
                ],
                max_length=9,
            ),
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "completed"), _negated=True),
                    ("countersigning__in", ["", "signed"]),
                    _connector="OR",
                ),
                name="assessment_complete_waits_for_no_manager",
            ),
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("countersigned_at__isnull", False),
                        ("countersigned_by__isnull", False),
                        ("countersigning", "signed"),
                        ("signed_off_at__isnull", False),
                    ),
                    models.Q(
                        models.Q(("countersigning", "signed"), _negated=True),
                        ("countersigned_at__isnull", True),
                        ("countersigned_by__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="assessment_countersigned_facts",
            ),
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("countersigning", "waiting"), _negated=True),
                    ("signed_off_at__isnull", False),
                    _connector="OR",
                ),
                name="assessment_waits_after_sign_off",
            ),
        ),
        migrations.AddField(
            model_name="countersigndecision",
            name="asked",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="hubs.membership",
                verbose_name="who signed off",
            ),
        ),
        migrations.AddField(
            model_name="countersigndecision",
            name="assessment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="countersign_decisions",
                to="assessments.assessment",
            ),
        ),
        migrations.AddField(
            model_name="countersigndecision",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"
            ),
        ),
        migrations.AddField(
            model_name="countersigndecision",
            name="decided_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hubs.membership"
            ),
        ),
        migrations.AddField(
            model_name="qualityaudit",
            name="again_of",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="later",
                to="assessments.qualityaudit",
            ),
        ),
        migrations.AddField(
            model_name="qualityaudit",
            name="agency",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="hubs.agency",
                verbose_name="the author’s agency",
            ),
        ),
        migrations.AddField(
            model_name="qualityaudit",
            name="assessment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="quality_audits",
                to="assessments.assessment",
            ),
        ),
        migrations.AddField(
            model_name="qualityaudit",
            name="auditor",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hubs.membership"
            ),
        ),
        migrations.AddField(
            model_name="qualityaudit",
            name="author",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hubs.membership"
            ),
        ),
        migrations.AddField(
            model_name="qualityaudit",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"
            ),
        ),
        migrations.AddField(
            model_name="qualityaudit",
            name="hub",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hubs.hub"
            ),
        ),
        migrations.AddField(
            model_name="qualitydraw",
            name="agency",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="hubs.agency",
            ),
        ),
        migrations.AddField(
            model_name="qualitydraw",
            name="drawn_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hubs.membership"
            ),
        ),
        migrations.AddField(
            model_name="qualitydraw",
            name="hub",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="hubs.hub",
            ),
        ),
        migrations.AddField(
            model_name="qualityaudit",
            name="draw",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="audits",
                to="assessments.qualitydraw",
            ),
        ),
        migrations.AddField(
            model_name="qualityfollowup",
            name="audit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="follow_ups",
                to="assessments.qualityaudit",
            ),
        ),
        migrations.AddField(
            model_name="qualityfollowup",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"
            ),
        ),
        migrations.AddField(
            model_name="qualityfollowup",
            name="done_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="hubs.membership",
            ),
        ),
        migrations.AddField(
            model_name="qualityfollowup",
            name="made_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hubs.membership"
            ),
        ),
        migrations.AddField(
            model_name="qualityfollowup",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hubs.membership"
            ),
        ),
        migrations.AddField(
            model_name="qualityaudit",
            name="rubric",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="assessments.rubric"
            ),
        ),
        migrations.AddConstraint(
            model_name="countersigndecision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decision", "sent_back"), _negated=True),
                    models.Q(("words", ""), _negated=True),
                    _connector="OR",
                ),
                name="countersign_sent_back_with_words",
            ),
        ),
        migrations.AddConstraint(
            model_name="countersigndecision",
            constraint=models.CheckConstraint(
                condition=models.Q(("decided_by", models.F("asked")), _negated=True),
                name="countersign_by_somebody_else",
            ),
        ),
        migrations.AddConstraint(
            model_name="qualitydraw",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("agency__isnull", True), ("hub__isnull", False)),
                    models.Q(("agency__isnull", False), ("hub__isnull", True)),
                    _connector="OR",
                ),
                name="quality_draw_of_a_hub_or_an_agency",
            ),
        ),
        migrations.AddConstraint(
            model_name="qualitydraw",
            constraint=models.UniqueConstraint(
                fields=("quarter", "hub", "agency"), name="one_quality_draw_a_quarter", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="qualityfollowup",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("done_at__isnull", True), ("done_by__isnull", True), ("done_words", "")),
                    models.Q(
                        ("done_at__isnull", False),
                        ("done_by__isnull", False),
                        models.Q(("done_words", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="quality_follow_up_done_facts",
            ),
        ),
        migrations.AddIndex(
            model_name="qualityaudit",
            index=models.Index(fields=["case"], name="quality_audit_of_case"),
        ),
        migrations.AddIndex(
            model_name="qualityaudit",
            index=models.Index(fields=["hub", "shared_at"], name="quality_audit_hub_shared"),
        ),
        migrations.AddConstraint(
            model_name="qualityaudit",
            constraint=models.UniqueConstraint(
                condition=models.Q(("draw__isnull", False)),
                fields=("draw", "assessment"),
                name="one_quality_audit_a_draw",
            ),
        ),
        migrations.AddConstraint(
            model_name="qualityaudit",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "to_do")),
                fields=("assessment",),
                name="one_quality_audit_to_do",
            ),
        ),
        migrations.AddConstraint(
            model_name="qualityaudit",
            constraint=models.CheckConstraint(
                condition=models.Q(("auditor", models.F("author")), _negated=True),
                name="quality_audit_by_somebody_else",
            ),
        ),
        migrations.AddConstraint(
            model_name="qualityaudit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("again_of__isnull", True), ("draw__isnull", False)),
                    models.Q(("again_of__isnull", False), ("draw__isnull", True)),
                    _connector="OR",
                ),
                name="quality_audit_drawn_or_again",
            ),
        ),
        migrations.AddConstraint(
            model_name="qualityaudit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("shared_at__isnull", False),
                        ("status__in", ["shared", "answered"]),
                        models.Q(("overall", ""), _negated=True),
                    ),
                    models.Q(("shared_at__isnull", True), ("status__in", ["to_do", "set_aside"])),
                    _connector="OR",
                ),
                name="quality_audit_shared_facts",
            ),
        ),
        migrations.AddConstraint(
            model_name="qualityaudit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answered_at__isnull", False), ("status", "answered")),
                    models.Q(
                        models.Q(("status", "answered"), _negated=True),
                        ("answer", ""),
                        ("answered_at__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="quality_audit_answered_facts",
            ),
        ),
        migrations.AddConstraint(
            model_name="qualityaudit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "set_aside"), models.Q(("set_aside_reason", ""), _negated=True)),
                    models.Q(models.Q(("status", "set_aside"), _negated=True), ("set_aside_reason", "")),
                    _connector="OR",
                ),
                name="quality_audit_set_aside_with_a_reason",
            ),
        ),
        protect("assessments_countersigndecision", select=OF_DECISION, insert=DECIDED_BY_ME),
        protect("assessments_qualitydraw", select=OF_DRAW),
        protect(
            "assessments_qualityaudit",
            select=OF_AUDIT,
            update=MINE_TO_WRITE,
            update_columns=WRITTEN_IN_A_CHECK,
        ),
        protect(
            "assessments_qualityfollowup",
            select=OF_FOLLOW_UP,
            insert=FOLLOWED_UP_BY_ME,
            update=MINE_TO_DO,
            update_columns=["done_words", "done_by_id", "done_at"],
        ),
        read_only("assessments_rubric"),
        migrations.RunSQL("grant all on assessments_rubric to eh_system", migrations.RunSQL.noop),
        migrations.RunSQL("select app.make_emergencies_read_only()", migrations.RunSQL.noop),
    ]
