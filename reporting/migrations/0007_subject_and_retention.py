"""Requests for what is held about a person; how long records are kept; twins that keep statistics right."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import earlyhelp.web.ids
from earlyhelp.access.rls import protect
from reporting.sql import ROWS, STEPS, make_view, unmake_view
from reporting.sql_files import run

OFFICERS = "app.roles() && array['disclosure_officer', 'ig_lead']"
READS = "app.reads_subject({table}.request_id)"
IN_HAND = "app.has_subject_in_hand({table}.request_id)"
RETAINS = "app.manages_retention() and not app.is_kept_from({table}.family_id)"
REQUEST_COLUMNS = """
    status asker asker_name contact first_name last_name born_on wants identity_asked_on identity_seen_on identity_seen
    authority_seen_on authority_seen child_able child_able_note child_agreed_on officer_id extended_on extension_reason
    gathered_at left_out left_out_reason passed_at passed_by_id back_note refused_at refused_by_id refusal refusal_words
""".split()
UNDO_SUBJECT = """
drop function app.link_subject(uuid); drop function app.subject_rows(uuid); drop function app.clear_subject(uuid, text);
drop function app.release_subject(uuid, text); drop function app.forget_subject_copies(int);
drop function app.subject_cases(uuid); drop function app.has_subject_in_hand(uuid); drop function app.reads_subject(uuid);
drop function app.guard_subject_request();
"""
UNDO_RETENTION = """
drop function app.dispose(uuid, int[]); drop function app.keep_twins(uuid); drop function app.rows_of_family(uuid);
drop function app.retention_records(int[], date, text); drop function app.retention_dates(int[]);
drop function app.manages_retention(); drop function app.names_both(text, text, text);
"""
# Parts of other functions, which the application does not call by itself.
INNER = """
revoke execute on function app.subject_cases(uuid), app.retention_dates(int[]), app.rows_of_family(uuid), app.keep_twins(uuid)
  from eh_app
"""
GUARD = """
create trigger subject_request_guard before update on reporting_subjectrequest
  for each row execute function app.guard_subject_request()
"""


def with_twins():
    """The views again, with the rows that stand for records that are gone; and back."""
    return [
        migrations.RunSQL(
            [unmake_view(name), *make_view(name, twins=True)], [unmake_view(name), *make_view(name)]
        )
        for name in ROWS | STEPS
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0017_notices"),
        ("hubs", "0002_agreement_versions"),
        ("reporting", "0006_forget_register_lines"),
    ]

    operations = [
        migrations.CreateModel(
            name="SubjectRequest",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveIntegerField(editable=False, unique=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("received", "Received"),
                            ("identity_awaited", "Waiting for identity"),
                            ("in_hand", "In hand"),
                            ("second_look", "With a second person"),
                            ("sent", "Sent"),
                            ("refused", "Refused"),
                        ],
                        default="received",
                        max_length=16,
                    ),
                ),
                (
                    "asker",
                    models.CharField(
                        choices=[
                            ("person", "The person themself"),
                            ("parent", "A parent, for their child"),
                            ("solicitor", "A solicitor, for the person"),
                            ("other", "Somebody else who has the person’s authority"),
                        ],
                        max_length=10,
                        verbose_name="who asks",
                    ),
                ),
                ("asker_name", models.CharField(blank=True, max_length=120, verbose_name="their name")),
                ("contact", models.TextField(blank=True, verbose_name="how to reach them")),
                (
                    "first_name",
                    models.CharField(blank=True, max_length=120, verbose_name="first names of the person"),
                ),
                (
                    "last_name",
                    models.CharField(blank=True, max_length=120, verbose_name="family name of the person"),
                ),
                (
                    "born_on",
                    models.DateField(blank=True, null=True, verbose_name="date of birth of the person"),
                ),
                ("wants", models.TextField(blank=True, verbose_name="what they want to know")),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("said", "Said face to face"),
                            ("phone", "By phone"),
                            ("email", "By email"),
                            ("letter", "By letter"),
                            ("form", "On a form"),
                        ],
                        max_length=8,
                        verbose_name="how it reached us",
                    ),
                ),
                ("received_on", models.DateField(verbose_name="the day it reached us")),
                ("logged_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("identity_asked_on", models.DateField(blank=True, null=True)),
                ("identity_seen_on", models.DateField(blank=True, null=True)),
                ("identity_seen", models.CharField(blank=True, max_length=160, verbose_name="what was seen")),
                ("authority_seen_on", models.DateField(blank=True, null=True)),
                (
                    "authority_seen",
                    models.CharField(blank=True, max_length=160, verbose_name="what shows that they may ask"),
                ),
                (
                    "child_able",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "Yes, they can decide for themself"), ("no", "No, not yet")],
                        max_length=3,
                        verbose_name="can the child decide",
                    ),
                ),
                (
                    "child_able_note",
                    models.CharField(blank=True, max_length=200, verbose_name="who judged that, and how"),
                ),
                ("child_agreed_on", models.DateField(blank=True, null=True)),
                ("extended_on", models.DateField(blank=True, null=True, verbose_name="told of more time on")),
                ("extension_reason", models.TextField(blank=True, verbose_name="why it takes longer")),
                (
                    "families",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), blank=True, default=list, size=None
                    ),
                ),
                ("gathered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "left_out",
                    models.PositiveSmallIntegerField(default=0, verbose_name="restricted records left out"),
                ),
                ("left_out_reason", models.TextField(blank=True)),
                ("passed_at", models.DateTimeField(blank=True, null=True)),
                ("back_note", models.TextField(blank=True, verbose_name="why it came back")),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("sent_how", models.CharField(blank=True, max_length=160)),
                (
                    "digests",
                    models.JSONField(
                        blank=True, default=dict, verbose_name="hashes and sizes of what was sent"
                    ),
                ),
                ("refused_at", models.DateTimeField(blank=True, null=True)),
                (
                    "refusal",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("no_identity", "We could not be sure who is asking"),
                            ("no_authority", "They may not ask for this person"),
                            ("child_disagrees", "The child can decide, and does not agree"),
                            ("unfounded", "Manifestly unfounded or excessive"),
                            ("serious_harm", "Serious harm to somebody’s health (Schedule 3)"),
                            ("nothing_held", "We hold nothing about this person"),
                            ("taken_back", "They took the request back"),
                        ],
                        max_length=16,
                    ),
                ),
                ("refusal_words", models.TextField(blank=True, verbose_name="what they were told")),
                (
                    "forgotten_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="working copy deleted"),
                ),
                (
                    "logged_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hubs.membership"
                    ),
                ),
                (
                    "officer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.membership",
                    ),
                ),
                (
                    "passed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.membership",
                    ),
                ),
                (
                    "refused_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.membership",
                    ),
                ),
                (
                    "sent_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.membership",
                    ),
                ),
            ],
            options={
                "ordering": ["-received_on", "-number"],
            },
        ),
        migrations.CreateModel(
            name="SubjectLink",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("linked_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "linked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hubs.membership"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.person"
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="links",
                        to="reporting.subjectrequest",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SubjectItem",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                ("chapter", models.CharField(max_length=16)),
                ("heading", models.CharField(max_length=120)),
                ("happened_on", models.DateField(null=True)),
                ("source", models.CharField(max_length=60)),
                ("source_id", models.CharField(max_length=40)),
                ("lines", models.JSONField(default=list)),
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
                    "link",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="reporting.subjectlink",
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="reporting.subjectrequest",
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
            },
        ),
        migrations.CreateModel(
            name="SubjectCopy",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("format", models.CharField(choices=[("pdf", "PDF"), ("json", "JSON")], max_length=4)),
                ("content", models.BinaryField()),
                ("sha256", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="copies",
                        to="reporting.subjectrequest",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "subject copies",
                "ordering": ["format"],
            },
        ),
        migrations.CreateModel(
            name="Redaction",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("field", models.CharField(blank=True, max_length=60)),
                ("starts", models.PositiveIntegerField(default=0)),
                ("ends", models.PositiveIntegerField(default=0)),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("other_person", "About or said by somebody else"),
                            ("partner", "Written by a partner agency, which must be asked"),
                            ("police", "Police information"),
                            ("safeguarding", "Safeguarding information"),
                            ("address", "A protected address of somebody else"),
                            ("serious_harm", "Serious harm to somebody’s health"),
                            ("legal", "Legal advice"),
                        ],
                        max_length=16,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300)),
                ("is_automatic", models.BooleanField(default=False)),
                (
                    "status",
                    models.CharField(
                        choices=[("proposed", "Proposed"), ("accepted", "Withheld"), ("removed", "Given")],
                        default="proposed",
                        max_length=8,
                    ),
                ),
                (
                    "opinion_by",
                    models.CharField(
                        blank=True, max_length=160, verbose_name="professional who judged the harm"
                    ),
                ),
                ("opinion_on", models.DateField(blank=True, null=True)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
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
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="redactions",
                        to="reporting.subjectitem",
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="redactions",
                        to="reporting.subjectrequest",
                    ),
                ),
            ],
            options={
                "ordering": ["item", "field", "starts", "id"],
            },
        ),
        migrations.CreateModel(
            name="Tombstone",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "references",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), size=None
                    ),
                ),
                ("opened_on", models.DateField()),
                ("closed_on", models.DateField()),
                ("due_on", models.DateField()),
                ("rule", models.CharField(max_length=20)),
                ("reason", models.TextField()),
                ("proposed_at", models.DateTimeField()),
                ("disposed_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("counts", models.JSONField(default=dict, verbose_name="rows deleted, by table")),
                ("digest", models.CharField(max_length=64, verbose_name="hash of the facts above")),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hubs.membership"
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hubs.membership"
                    ),
                ),
            ],
            options={
                "ordering": ["-disposed_at"],
            },
        ),
        migrations.CreateModel(
            name="FileToRemove",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("storage_key", models.CharField(blank=True, max_length=80)),
                ("tries", models.PositiveIntegerField(default=0)),
                ("gone_at", models.DateTimeField(null=True)),
                (
                    "tombstone",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="files",
                        to="reporting.tombstone",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "files to remove",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="RetentionHold",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("reason", models.TextField(verbose_name="why it must be kept")),
                ("review_on", models.DateField(verbose_name="look at it again on")),
                ("placed_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("end_reason", models.TextField(blank=True)),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.membership",
                    ),
                ),
                (
                    "family",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="holds", to="cases.family"
                    ),
                ),
                (
                    "placed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hubs.membership"
                    ),
                ),
            ],
            options={
                "ordering": ["review_on"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("family",),
                        name="one_hold_in_force",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="hold_has_a_reason"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("end_reason", ""), ("ended_at__isnull", True), ("ended_by__isnull", True)
                            ),
                            models.Q(
                                ("ended_at__isnull", False),
                                ("ended_by__isnull", False),
                                models.Q(("end_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="hold_end_facts_together",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RetentionReview",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "choice",
                    models.CharField(
                        choices=[("keep", "Keep it for longer"), ("dispose", "Propose to dispose of it")],
                        max_length=7,
                    ),
                ),
                ("reason", models.TextField()),
                ("keep_until", models.DateField(blank=True, null=True)),
                ("decided_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("sent_back_at", models.DateTimeField(blank=True, null=True)),
                ("sent_back_reason", models.TextField(blank=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hubs.membership"
                    ),
                ),
                (
                    "family",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="retention_reviews",
                        to="cases.family",
                    ),
                ),
                (
                    "sent_back_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.membership",
                    ),
                ),
            ],
            options={
                "ordering": ["-decided_at"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("choice", "dispose"), ("sent_back_at__isnull", True)),
                        fields=("family",),
                        name="one_proposal_to_dispose",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="review_has_a_reason"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("choice", "keep"), ("keep_until__isnull", False)),
                            models.Q(("choice", "dispose"), ("keep_until__isnull", True)),
                            _connector="OR",
                        ),
                        name="keeping_has_a_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("sent_back_by", None),
                            models.Q(("sent_back_by", models.F("decided_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="sent_back_by_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StatisticsTwin",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("view", models.CharField(max_length=20)),
                ("case_ref", models.BigIntegerField(null=True)),
                ("family_ref", models.BigIntegerField(null=True)),
                ("assessment_ref", models.BigIntegerField(null=True)),
                ("person_ref", models.BigIntegerField(null=True)),
                ("status", models.CharField(max_length=12, null=True)),
                ("kind", models.CharField(max_length=30, null=True)),
                ("code", models.CharField(max_length=40, null=True)),
                ("from_on", models.DateField(null=True)),
                ("until_on", models.DateField(null=True)),
                ("in_time", models.BooleanField(null=True)),
                (
                    "hub",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.hub",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "indexes": [models.Index(fields=["view"], name="twin_of_view")],
            },
        ),
        migrations.AddConstraint(
            model_name="subjectrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["in_hand", "second_look", "sent"]), _negated=True),
                    models.Q(
                        ("identity_seen_on__isnull", False),
                        ("officer__isnull", False),
                        models.Q(("asker", "person"), ("authority_seen_on__isnull", False), _connector="OR"),
                        models.Q(
                            ("asker", "person"),
                            models.Q(("child_able", "yes"), _negated=True),
                            ("child_agreed_on__isnull", False),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="subject_worked_on_when_checked",
            ),
        ),
        migrations.AddConstraint(
            model_name="subjectrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "identity_awaited"), _negated=True),
                    ("identity_asked_on__isnull", False),
                    _connector="OR",
                ),
                name="subject_identity_awaited_since",
            ),
        ),
        migrations.AddConstraint(
            model_name="subjectrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("sent_at__isnull", False), ("sent_by__isnull", False), ("status", "sent")),
                    models.Q(("sent_at__isnull", True), models.Q(("status", "sent"), _negated=True)),
                    _connector="OR",
                ),
                name="subject_sent_facts_together",
            ),
        ),
        migrations.AddConstraint(
            model_name="subjectrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("sent_by", None),
                    models.Q(("sent_by", models.F("passed_by")), _negated=True),
                    _connector="OR",
                ),
                name="subject_sent_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="subjectrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("refused_at__isnull", False),
                        ("status", "refused"),
                        models.Q(("refusal", ""), _negated=True),
                        models.Q(("refusal_words", ""), _negated=True),
                    ),
                    models.Q(("refused_at__isnull", True), models.Q(("status", "refused"), _negated=True)),
                    _connector="OR",
                ),
                name="subject_refused_facts_together",
            ),
        ),
        migrations.AddConstraint(
            model_name="subjectrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("extended_on__isnull", True),
                    models.Q(("extension_reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="subject_extension_has_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="subjectlink",
            constraint=models.UniqueConstraint(fields=("request", "person"), name="person_linked_once"),
        ),
        migrations.AddConstraint(
            model_name="subjectitem",
            constraint=models.UniqueConstraint(fields=("request", "position"), name="one_item_a_place"),
        ),
        migrations.AddConstraint(
            model_name="subjectcopy",
            constraint=models.UniqueConstraint(fields=("request", "format"), name="one_copy_a_format"),
        ),
        migrations.AddConstraint(
            model_name="redaction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ends", 0), ("field", ""), ("starts", 0)),
                    models.Q(models.Q(("field", ""), _negated=True), ("ends__gt", models.F("starts"))),
                    _connector="OR",
                ),
                name="redaction_of_words_or_of_all",
            ),
        ),
        migrations.AddConstraint(
            model_name="redaction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_by__isnull", True), ("status", "proposed")),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        models.Q(("status", "proposed"), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="redaction_decided_facts_together",
            ),
        ),
        migrations.AddConstraint(
            model_name="redaction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "removed"), _negated=True),
                    models.Q(("note", ""), _negated=True),
                    _connector="OR",
                ),
                name="redaction_given_has_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="redaction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("why", "serious_harm"), _negated=True),
                    models.Q(models.Q(("opinion_by", ""), _negated=True), ("opinion_on__isnull", False)),
                    _connector="OR",
                ),
                name="redaction_harm_has_an_opinion",
            ),
        ),
        migrations.RunSQL(
            "create sequence subject_number; grant usage, select on sequence subject_number to eh_app, eh_system",
            "drop sequence subject_number",
        ),
        run("subject/subject_v1.sql", undo=UNDO_SUBJECT),
        run("retention/disposal_v1.sql", undo=UNDO_RETENTION),
        migrations.RunSQL(INNER, migrations.RunSQL.noop),
        migrations.RunSQL(GUARD, "drop trigger subject_request_guard on reporting_subjectrequest"),
        protect(
            "reporting_subjectrequest",
            select=OFFICERS + " or {table}.logged_by_id = app.membership_id()",
            insert="{table}.logged_by_id = app.membership_id() and {table}.status = 'received'",
            update=OFFICERS,
            update_columns=REQUEST_COLUMNS,
        ),
        protect("reporting_subjectlink", select=READS),
        protect("reporting_subjectitem", select=READS, insert=IN_HAND),
        protect("reporting_redaction", select=READS, insert=IN_HAND, update=IN_HAND),
        protect("reporting_subjectcopy", select=READS, insert=IN_HAND),
        protect(
            "reporting_retentionhold",
            select=RETAINS,
            insert=RETAINS + " and {table}.placed_by_id = app.membership_id()",
            update=RETAINS,
            update_columns=["review_on", "ended_at", "ended_by_id", "end_reason"],
        ),
        protect(
            "reporting_retentionreview",
            select=RETAINS,
            insert=RETAINS + " and {table}.decided_by_id = app.membership_id()",
            update=RETAINS + " and {table}.decided_by_id <> app.membership_id()",
            update_columns=["sent_back_at", "sent_back_by_id", "sent_back_reason"],
        ),
        protect("reporting_tombstone", select="'ig_lead' = any (app.roles())"),
        migrations.RunSQL(
            "revoke all on reporting_statisticstwin from eh_app; grant all on reporting_statisticstwin to eh_system;"
            "revoke insert, delete on reporting_filetoremove from eh_app; grant all on reporting_filetoremove to eh_system",
            "grant all on reporting_statisticstwin, reporting_filetoremove to eh_app",
        ),
        *with_twins(),
        migrations.RunSQL("select app.make_emergencies_read_only()", migrations.RunSQL.noop),
    ]
