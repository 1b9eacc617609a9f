"""Quick notes, drafts handed on, answers put right; who withdrew an assessment, and how far its reminders have come."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import assessments.models.flow
import earlyhelp.web.ids
from assessments.sql import flow
from earlyhelp.access.rls import VISIBLE_CASE, VISIBLE_TOPIC, definer_function, protect

NO_GUEST = "app.guest_id() is null and "
# Its writer's alone, and about a family only while they see it.
MY_NOTE = NO_GUEST + (
    "{table}.membership_id = app.membership_id()"
    " and ({table}.case_id is null or exists (select 1 from cases_case c where c.id = {table}.case_id))"
)
OF_ASSESSMENT = (
    " and exists (select 1 from assessments_assessment a"  # noqa: S608  no input: {table} is our own
    " where a.id = {table}.assessment_id and a.case_id = {table}.case_id)"
)
HANDED = NO_GUEST + VISIBLE_CASE
ASKED_BY_ME = HANDED + OF_ASSESSMENT + " and {table}.asked_by_id = app.membership_id()"
BOTH_SEEN = (
    " and ({table}.person_id is null or exists (select 1 from cases_person p where p.id = {table}.person_id))"
    " and ({table}.other_person_id is null"
    " or exists (select 1 from cases_person p where p.id = {table}.other_person_id))"
)
CORRECTED = NO_GUEST + VISIBLE_TOPIC + BOTH_SEEN
CORRECTED_BY_ME = (
    CORRECTED
    + OF_ASSESSMENT
    + " and {table}.corrected_by_id = app.membership_id()"
    + " and ({table}.agency_id is null or {table}.agency_id = app.agency_id())"
)


class Migration(migrations.Migration):
    dependencies = [
        ("assessments", "0007_whole_family"),
        ("cases", "0028_persons_addresses"),
        ("hubs", "0005_practice_lead"),
    ]
    operations = [
        migrations.AddField(
            model_name="assessment",
            name="nudged_step",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="last reminder to finish it"),
        ),
        migrations.AddField(
            model_name="assessment",
            name="withdrawn_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="hubs.membership",
            ),
        ),
        migrations.CreateModel(
            name="QuickNote",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "membership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quick_notes",
                        to="hubs.membership",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.case",
                    ),
                ),
                ("body", models.TextField(blank=True)),
                ("written_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("keep_until", models.DateField(default=assessments.models.flow._kept_until)),
                (
                    "reminded",
                    models.PositiveSmallIntegerField(default=0, verbose_name="reminders that it will go"),
                ),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                (
                    "note",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.casenote",
                    ),
                ),
                (
                    "section",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="assessments.section",
                    ),
                ),
            ],
            options={
                "ordering": ["written_at", "id"],
                "indexes": [models.Index(fields=["membership", "written_at"], name="quick_note_of_member")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("note__isnull", True), ("section__isnull", True), ("used_at__isnull", True)
                            ),
                            models.Q(
                                ("body", ""),
                                ("case__isnull", False),
                                ("note__isnull", False),
                                ("section__isnull", True),
                                ("used_at__isnull", False),
                            ),
                            models.Q(
                                ("body", ""),
                                ("case__isnull", False),
                                ("note__isnull", True),
                                ("section__isnull", False),
                                ("used_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="quick_note_used_facts",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HandOver",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hand_overs",
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
                    "from_membership",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.membership",
                    ),
                ),
                (
                    "to_membership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hubs.membership"
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hubs.membership"
                    ),
                ),
                ("is_given", models.BooleanField(default=False, verbose_name="given by a manager")),
                (
                    "note",
                    models.TextField(verbose_name="hand-over note, or why it was given to somebody else"),
                ),
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
                        max_length=9,
                    ),
                ),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("answer_reason", models.TextField(blank=True)),
                (
                    "changed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="when the assessor changed"),
                ),
            ],
            options={
                "ordering": ["-asked_at", "-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "waiting")),
                        fields=["to_membership"],
                        name="hand_over_waits_for",
                    ),
                    models.Index(fields=["case"], name="hand_over_of_case"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_given", False), ("status", "waiting")),
                        fields=("assessment",),
                        name="one_hand_over_waits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("note", ""), _negated=True), name="hand_over_has_a_note"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answered_at__isnull", True), ("status", "waiting")),
                            models.Q(
                                models.Q(("status", "waiting"), _negated=True), ("answered_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="hand_over_answer_facts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "declined"), _negated=True),
                            models.Q(("answer_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="hand_over_declined_with_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("changed_at__isnull", False), ("is_given", True)),
                            models.Q(
                                ("changed_at__isnull", False), ("is_given", False), ("status", "accepted")
                            ),
                            models.Q(
                                ("changed_at__isnull", True),
                                ("is_given", False),
                                models.Q(("status", "accepted"), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="hand_over_changes_when_accepted_or_given",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Correction",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
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
                    "agency",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.agency",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("answer", "An answer"),
                            ("fact", "The registration"),
                            ("person", "Whom answers are about"),
                        ],
                        max_length=6,
                    ),
                ),
                ("part", models.CharField(blank=True, max_length=40)),
                ("round", models.PositiveSmallIntegerField(default=1)),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.person",
                    ),
                ),
                (
                    "other_person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.person",
                    ),
                ),
                (
                    "box",
                    models.CharField(
                        blank=True, max_length=90, verbose_name="question, or fact of the registration"
                    ),
                ),
                ("was", models.JSONField(null=True)),
                ("now", models.JSONField(null=True)),
                ("reason", models.TextField()),
                (
                    "corrected_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hubs.membership"
                    ),
                ),
                ("corrected_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["corrected_at", "id"],
                "indexes": [
                    models.Index(fields=["assessment", "part"], name="correction_of_part"),
                    models.Index(fields=["case"], name="correction_of_case"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="correction_has_a_reason"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("kind", "answer"),
                                ("other_person__isnull", True),
                                models.Q(("part", ""), _negated=True),
                                models.Q(("box", ""), _negated=True),
                            ),
                            models.Q(
                                ("kind", "fact"),
                                ("other_person__isnull", True),
                                ("part", ""),
                                ("person__isnull", True),
                                models.Q(("box", ""), _negated=True),
                            ),
                            models.Q(
                                ("kind", "person"),
                                ("other_person__isnull", False),
                                ("person__isnull", False),
                                models.Q(("part", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="correction_facts_by_kind",
                    ),
                ],
            },
        ),
        protect("assessments_quicknote", select=MY_NOTE, insert=MY_NOTE, update=MY_NOTE, delete=MY_NOTE),
        protect("assessments_handover", select=HANDED, insert=ASKED_BY_ME, update=HANDED),
        protect("assessments_correction", select=CORRECTED, insert=CORRECTED_BY_ME),
        definer_function("app.sees_case(int, uuid)", flow.SEES_CASE),
        definer_function("app.drafts_to_nudge(date)", flow.DRAFTS_TO_NUDGE),
        definer_function("app.note_draft_nudges(uuid[], int[])", flow.NOTE_NUDGES),
        definer_function("app.quick_notes_to_remind(int, int)", flow.QUICK_NOTES_TO_REMIND),
        definer_function("app.forget_quick_notes(int)", flow.FORGET_QUICK_NOTES),
        migrations.RunSQL(
            "revoke execute on function app.sees_case(int, uuid) from eh_app", migrations.RunSQL.noop
        ),
        migrations.RunSQL("select app.make_emergencies_read_only()", migrations.RunSQL.noop),
    ]
