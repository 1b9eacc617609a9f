"""Records of the same people: links, and merges that two people make and one can undo."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import earlyhelp.web.ids
from cases.sql import run
from earlyhelp.access.rls import protect

HUB_STAFF = "app.roles() && array['hub_coordinator', 'hub_manager']"
SEES_BOTH = (
    "({table}.one_person_id is null or exists (select 1 from cases_person p where p.id = {table}.one_person_id)"
    " and exists (select 1 from cases_person p where p.id = {table}.other_person_id))"
    " and ({table}.one_family_id is null or exists (select 1 from cases_family f where f.id = {table}.one_family_id)"
    " and exists (select 1 from cases_family f where f.id = {table}.other_family_id))"
)
MAY_SAY = (
    HUB_STAFF
    + " and ({table}.one_person_id is null"
    + " or exists (select 1 from cases_person p where p.id = {table}.one_person_id and app.sees_lastingly(p.acl))"
    + " and exists (select 1 from cases_person p where p.id = {table}.other_person_id and app.sees_lastingly(p.acl)))"
    + " and ({table}.one_family_id is null"
    + " or exists (select 1 from cases_family f where f.id = {table}.one_family_id and app.sees_lastingly(f.acl))"
    + " and exists (select 1 from cases_family f where f.id = {table}.other_family_id and app.sees_lastingly(f.acl)))"
)
# The family that went is seen by nobody while the merge stands.
MERGE = (
    "app.guest_id() is null and "
    + HUB_STAFF
    + " and exists (select 1 from cases_family f where f.id = {table}.kept_family_id)"
    " and ({table}.gone_family_id is null or {table}.status = 'done'"
    " or exists (select 1 from cases_family f where f.id = {table}.gone_family_id))"
)
OF_MERGE = "app.guest_id() is null and exists (select 1 from cases_merge m where m.id = {table}.merge_id)"
FOR_THE_DATABASE_ALONE = (
    "app.merge_refusal(uuid, uuid, jsonb)",
    "app.sight_of(uuid[])",
    "app.merge_move(uuid, text, text, uuid, uuid, text[])",
    "app.merge_set(uuid, text, uuid, text, text)",
    "app.merge_columns(text)",
    "app.merge_work(uuid, uuid, uuid, jsonb, jsonb)",
    "app.merge_settle(uuid[])",
    "app.merge_pairs(uuid)",
)
FOR_THE_APPLICATION = (
    "app.sees_whole_family(uuid)",
    "app.merge_preview(uuid, uuid, jsonb, jsonb)",
    "app.propose_merge(uuid, uuid, jsonb, jsonb, text, text)",
    "app.decide_merge(uuid, boolean, text)",
    "app.undo_merge(uuid, text)",
    "app.merged_to(uuid)",
    "app.alike_pairs(int)",
)


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0029_match"),
        ("hubs", "0006_usual_form"),
    ]

    operations = [
        migrations.CreateModel(
            name="Merge",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("made_family", models.UUIDField(null=True)),
                ("taken", models.JSONField(default=dict)),
                ("reason", models.CharField(max_length=300)),
                ("effect", models.JSONField(default=dict)),
                ("fingerprint", models.CharField(max_length=32)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("proposed", "Waiting for a second person"),
                            ("declined", "Not merged"),
                            ("done", "Merged"),
                            ("undone", "Undone"),
                        ],
                        default="proposed",
                        max_length=8,
                    ),
                ),
                ("proposed_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decision_note", models.CharField(blank=True, max_length=300)),
                ("undone_at", models.DateTimeField(null=True)),
                ("undo_reason", models.CharField(blank=True, max_length=300)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.membership",
                    ),
                ),
                (
                    "gone_family",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.family",
                    ),
                ),
                (
                    "kept_family",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.family"
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hubs.membership"
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.membership",
                    ),
                ),
            ],
            options={
                "ordering": ["-proposed_at"],
            },
        ),
        migrations.CreateModel(
            name="MergeChange",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                ("table_name", models.CharField(max_length=63)),
                ("row_id", models.CharField(max_length=40)),
                ("before", models.JSONField(default=dict)),
                ("after", models.JSONField(default=dict)),
                ("outcome", models.CharField(blank=True, max_length=8)),
                (
                    "merge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="changes", to="cases.merge"
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
            },
        ),
        migrations.CreateModel(
            name="MergePair",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "gone",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.person"
                    ),
                ),
                (
                    "kept",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.person"
                    ),
                ),
                (
                    "merge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="pairs", to="cases.merge"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="RecordLink",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("may_be", "They may be the same"),
                            ("same", "They are the same"),
                            ("different", "They are not the same"),
                        ],
                        max_length=9,
                    ),
                ),
                ("reason", models.CharField(max_length=300)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("end_reason", models.CharField(blank=True, max_length=300)),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.membership",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hubs.membership"
                    ),
                ),
                (
                    "one_family",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.family",
                    ),
                ),
                (
                    "one_person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.person",
                    ),
                ),
                (
                    "other_family",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.family",
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
            ],
            options={
                "ordering": ["-made_at"],
            },
        ),
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="merge_has_a_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_at__isnull", True), ("decided_by__isnull", True), ("status", "proposed")
                    ),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        models.Q(("status", "proposed"), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="merge_decision_facts_together",
            ),
        ),
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("status", "undone"),
                        ("undone_at__isnull", False),
                        ("undone_by__isnull", False),
                        models.Q(("undo_reason", ""), _negated=True),
                    ),
                    models.Q(
                        ("undo_reason", ""),
                        ("undone_at__isnull", True),
                        ("undone_by__isnull", True),
                        models.Q(("status", "undone"), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="merge_undo_facts_together",
            ),
        ),
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.CheckConstraint(
                condition=models.Q(("kept_family", models.F("gone_family")), _negated=True),
                name="merge_of_two_families_or_within_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="mergechange",
            constraint=models.UniqueConstraint(fields=("merge", "position"), name="merge_changes_in_order"),
        ),
        migrations.AddConstraint(
            model_name="mergepair",
            constraint=models.CheckConstraint(
                condition=models.Q(("kept", models.F("gone")), _negated=True), name="merge_pair_of_two"
            ),
        ),
        migrations.AddConstraint(
            model_name="mergepair",
            constraint=models.UniqueConstraint(fields=("merge", "gone"), name="merge_pair_goes_once"),
        ),
        migrations.AddConstraint(
            model_name="mergepair",
            constraint=models.UniqueConstraint(fields=("merge", "kept"), name="merge_pair_kept_once"),
        ),
        migrations.AddConstraint(
            model_name="recordlink",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("one_family__isnull", True),
                        ("one_person__isnull", False),
                        ("other_family__isnull", True),
                        ("other_person__isnull", False),
                    ),
                    models.Q(
                        ("one_family__isnull", False),
                        ("one_person__isnull", True),
                        ("other_family__isnull", False),
                        ("other_person__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="link_of_two_people_or_two_families",
            ),
        ),
        migrations.AddConstraint(
            model_name="recordlink",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("one_person", models.F("other_person")), _negated=True),
                    models.Q(("one_family", models.F("other_family")), _negated=True),
                ),
                name="link_of_two_different_records",
            ),
        ),
        migrations.AddConstraint(
            model_name="recordlink",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="link_has_a_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="recordlink",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("end_reason", ""), ("ended_at__isnull", True), ("ended_by__isnull", True)),
                    models.Q(
                        ("ended_at__isnull", False),
                        ("ended_by__isnull", False),
                        models.Q(("end_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="link_end_facts_together",
            ),
        ),
        migrations.AddConstraint(
            model_name="recordlink",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True), ("one_person__isnull", False)),
                fields=("one_person", "other_person"),
                name="one_link_of_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="recordlink",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True), ("one_family__isnull", False)),
                fields=("one_family", "other_family"),
                name="one_link_of_two_families",
            ),
        ),
        run("merging_v1", undo="drop function " + ", ".join(FOR_THE_DATABASE_ALONE + FOR_THE_APPLICATION)),
        migrations.RunSQL(
            [f"revoke execute on function {name} from eh_app" for name in FOR_THE_DATABASE_ALONE],
            migrations.RunSQL.noop,
        ),
        protect(
            "cases_recordlink",
            select="app.guest_id() is null and " + SEES_BOTH,
            insert=MAY_SAY + " and {table}.made_by_id = app.membership_id()",
            update=MAY_SAY
            + " and ({table}.ended_by_id is null or {table}.ended_by_id = app.membership_id())",
            update_columns=["ended_by_id", "ended_at", "end_reason"],
        ),
        protect("cases_merge", select=MERGE),
        protect("cases_mergepair", select=OF_MERGE),
        protect("cases_mergechange", select=OF_MERGE),
        migrations.RunSQL("select app.make_emergencies_read_only()", migrations.RunSQL.noop),
    ]
