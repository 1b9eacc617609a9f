"""Steps up, down and in: two flows, packs of their own, acknowledgement, social care's closure, advice, and joining."""

import json

import django.db.models.deletion
import django.utils.timezone
from django.db import connection, migrations, models

import earlyhelp.web.ids
from cases.pack import fingerprint
from cases.sql import run
from earlyhelp.access.context import as_system
from earlyhelp.access.rls import VISIBLE_CASE, VISIBLE_TOPIC, WRITTEN_BY_ME, protect

NO_GUEST = "app.guest_id() is null and "
# The agency that received it, by its leads, whatever the family agrees to later; never somebody whose own family it is.
RECEIVER = (
    "({table}.to_agency_id * 8 + 1 = any (app.tokens()) and not app.is_kept_from_case({table}.case_id))"
)
# Whoever sent it, and the leads of their agency, while they see the record.
SENDER = (
    "({table}.sent_by_id = app.membership_id() or {table}.agency_id * 8 + 1 = any (app.tokens())) and "
    + VISIBLE_CASE
)
FOR_THE_DATABASE_ALONE = ("app.keep_step_up()", "app.keep_step_down()", "app.nobody_in_between()")
UNDO = """
drop trigger case_ends_with_nobody_in_between on cases_case;
drop trigger step_down_stays on cases_stepdown;
drop trigger step_up_stays on cases_stepup;
drop function app.late_steps(), app.take_step_in(uuid, int, text), app.nobody_in_between(), app.step_is_awaited(uuid),
  app.keep_step_down(), app.keep_step_up();
"""
# What is added after the answer: the sender has read it; social care has closed its own case. The triggers of steps_v1 keep
# these two from doing anything else.
MORE_ANSWERS = """
grant update (acknowledged_by_id, acknowledged_at) on cases_stepup to eh_app;
create policy cases_stepup_acknowledge on cases_stepup for update to eh_app
  using (app.guest_id() is null and status in ('accepted', 'declined') and acknowledged_at is null
         and agency_id = app.agency_id() and exists (select 1 from cases_case c where c.id = cases_stepup.case_id))
  with check (status in ('accepted', 'declined') and acknowledged_by_id = app.membership_id());
grant update (meeting_id, closure_code, closed_by_id, closed_at) on cases_stepdown to eh_app;
create policy cases_stepdown_close on cases_stepdown for update to eh_app
  using (app.guest_id() is null and status = 'finished' and closed_at is null and agency_id = app.agency_id()
         and exists (select 1 from cases_case c where c.id = cases_stepdown.case_id))
  with check (status = 'finished' and closed_by_id = app.membership_id());
"""
NO_MORE_ANSWERS = """
drop policy cases_stepup_acknowledge on cases_stepup;
revoke update (acknowledged_by_id, acknowledged_at) on cases_stepup from eh_app;
drop policy cases_stepdown_close on cases_stepdown;
revoke update (meeting_id, closure_code, closed_by_id, closed_at) on cases_stepdown from eh_app;
"""
# What was done about advice is said once, in one's own name.
DECIDED = """
grant update (status, why, decided_by_id, decided_at) on cases_consultation to eh_app;
create policy cases_consultation_decided on cases_consultation for update to eh_app
  using (app.guest_id() is null and status = 'advised'
         and exists (select 1 from cases_case c where c.id = cases_consultation.case_id))
  with check (status <> 'advised' and decided_by_id = app.membership_id());
"""
# The service declines or offers something else; the case's own side takes the request back. Joining is app.take_step_in.
ANSWER_STEP_IN = """
grant update (status, answer, answered_by_id, answered_at) on cases_stepin to eh_app;
create policy cases_stepin_answer on cases_stepin for update to eh_app
  using (app.guest_id() is null and status = 'asked'
         and (to_agency_id * 8 + 1 = any (app.tokens()) and not app.is_kept_from_case(case_id)
              or exists (select 1 from cases_case c where c.id = cases_stepin.case_id)))
  with check (answered_by_id = app.membership_id()
    and (status in ('declined', 'offered') and to_agency_id * 8 + 1 = any (app.tokens())
         or status = 'withdrawn' and exists (select 1 from cases_case c where c.id = cases_stepin.case_id)));
"""


def move_packs(apps, schema_editor):
    """What was sent before moves into its own table with its hash, and out of the step-up, which the whole team reads."""
    with as_system(), connection.cursor() as cursor:
        cursor.execute(
            "update cases_stepup set why_no_meeting = 'Not asked when this was sent.' where kind = 'planned'"
        )
        cursor.execute(
            "update cases_stepup set happened_at = sent_at, safe_now = 'Not asked when this was sent.'"
            " where kind = 'incident'"
        )
        cursor.execute(
            "select id, case_id, agency_id, to_agency_id, sent_by_id, sent_at, pack from cases_stepup where pack <> '{}'"
        )
        for *facts, sent_at, content in cursor.fetchall():
            content = json.loads(content) if isinstance(content, str) else content
            cursor.execute(
                "insert into cases_stepuppack (id, step_up_id, case_id, agency_id, to_agency_id, sent_by_id, sent_at,"
                " content, sha256) values (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
                [earlyhelp.web.ids.new_id(), *facts, sent_at, json.dumps(content), fingerprint(content)],
            )
        cursor.execute("update cases_stepup set pack = '{}' where pack <> '{}'")
        cursor.execute("set constraints all immediate")


class Migration(migrations.Migration):
    dependencies = [("cases", "0037_plan_past"), ("hubs", "0007_volunteers")]

    operations = [
        migrations.CreateModel(
            name="Consultation",
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
                        default=7,
                    ),
                ),
                (
                    "asked",
                    models.CharField(
                        choices=[
                            ("helpline", "The consultation helpline"),
                            ("lead", "Our own safeguarding lead"),
                            ("social_care", "A social worker"),
                            ("hub", "The early help hub"),
                            ("other", "Somebody else"),
                        ],
                        default="helpline",
                        max_length=12,
                        verbose_name="who was asked",
                    ),
                ),
                (
                    "adviser",
                    models.CharField(max_length=160, verbose_name="name and role of who gave the advice"),
                ),
                ("asked_at", models.DateTimeField(verbose_name="when")),
                (
                    "family_named",
                    models.BooleanField(default=False, verbose_name="whether the family was named"),
                ),
                ("question", models.TextField(verbose_name="what was asked")),
                ("advice", models.TextField(verbose_name="what was advised")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("advised", "Not said yet"),
                            ("followed", "Followed"),
                            ("partly", "Followed in part"),
                            ("not_followed", "Not followed"),
                        ],
                        default="advised",
                        max_length=12,
                    ),
                ),
                ("why", models.TextField(blank=True, verbose_name="what was done, and why")),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "ordering": ["-asked_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="StepIn",
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
                ("asked_for", models.TextField(verbose_name="what is asked of the service")),
                ("reason", models.TextField(verbose_name="why now")),
                ("family_agrees", models.BooleanField(default=False)),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("answer_by", models.DateField(verbose_name="when an answer is due")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("asked", "Waiting for an answer"),
                            ("accepted", "Joins"),
                            ("declined", "Cannot help"),
                            ("offered", "Offers something else"),
                            ("withdrawn", "Taken back"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("answer", models.TextField(blank=True, verbose_name="answer sent back")),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-asked_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="StepUpPack",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("content", models.JSONField()),
                ("sha256", models.CharField(max_length=64, verbose_name="hash")),
                ("sent_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="stepup",
            name="one_step_up_waiting",
        ),
        # The column stays, empty, until the release after this one; the model no longer knows it.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "alter table cases_stepup alter column pack set default '{}'",
                    "alter table cases_stepup alter column pack drop default",
                )
            ],
            state_operations=[migrations.RemoveField(model_name="stepup", name="pack")],
        ),
        migrations.AddField(
            model_name="stepdown",
            name="agreed_on",
            field=models.DateField(blank=True, null=True, verbose_name="when the family agreed"),
        ),
        migrations.AddField(
            model_name="stepdown",
            name="closed_at",
            field=models.DateTimeField(
                blank=True, null=True, verbose_name="when social care closed its case"
            ),
        ),
        migrations.AddField(
            model_name="stepdown",
            name="closed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="hubs.membership",
            ),
        ),
        migrations.AddField(
            model_name="stepdown",
            name="closure_code",
            field=models.CharField(
                blank=True,
                choices=[
                    ("RC9", "RC9: closed after assessment, referred to early help"),
                    ("RC8", "RC8: closed after assessment, no further action"),
                    ("RC7", "RC7: any other reason, including no longer in need"),
                ],
                max_length=4,
                verbose_name="social care’s reason for closure",
            ),
        ),
        migrations.AddField(
            model_name="stepdown",
            name="family_said",
            field=models.TextField(blank=True, verbose_name="what the family said"),
        ),
        migrations.AddField(
            model_name="stepdown",
            name="final_meeting_place",
            field=models.CharField(blank=True, max_length=200, verbose_name="where the last meeting is"),
        ),
        migrations.AddField(
            model_name="stepdown",
            name="meeting",
            field=models.ForeignKey(
                blank=True,
                help_text="The hand-over meeting that the last child in need meeting became here.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cases.meeting",
            ),
        ),
        migrations.AddField(
            model_name="stepup",
            name="acknowledged_at",
            field=models.DateTimeField(
                blank=True, null=True, verbose_name="when the sender had read the decision"
            ),
        ),
        migrations.AddField(
            model_name="stepup",
            name="acknowledged_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="hubs.membership",
            ),
        ),
        migrations.AddField(
            model_name="stepup",
            name="happened_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="when the incident happened"),
        ),
        migrations.AddField(
            model_name="stepup",
            name="meeting",
            field=models.ForeignKey(
                blank=True,
                help_text="Where a planned step-up was talked over with the family and the team.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cases.meeting",
            ),
        ),
        migrations.AddField(
            model_name="stepup",
            name="rang_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="when they were told by phone"),
        ),
        migrations.AddField(
            model_name="stepup",
            name="rang_whom",
            field=models.CharField(blank=True, max_length=120, verbose_name="whom they spoke to"),
        ),
        migrations.AddField(
            model_name="stepup",
            name="safe_now",
            field=models.TextField(blank=True, verbose_name="who is safe now, and where"),
        ),
        migrations.AddField(
            model_name="stepup",
            name="why_no_meeting",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="consultation",
            name="agency",
            field=models.ForeignKey(
                help_text="Who asked.",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="hubs.agency",
            ),
        ),
        migrations.AddField(
            model_name="consultation",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="consultations", to="cases.case"
            ),
        ),
        migrations.AddField(
            model_name="consultation",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="hubs.membership",
            ),
        ),
        migrations.AddField(
            model_name="consultation",
            name="recorded_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hubs.membership"
            ),
        ),
        migrations.AddField(
            model_name="stepin",
            name="agency",
            field=models.ForeignKey(
                help_text="Who asks.",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="hubs.agency",
            ),
        ),
        migrations.AddField(
            model_name="stepin",
            name="answered_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="hubs.membership",
            ),
        ),
        migrations.AddField(
            model_name="stepin",
            name="asked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hubs.membership"
            ),
        ),
        migrations.AddField(
            model_name="stepin",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="step_ins", to="cases.case"
            ),
        ),
        migrations.AddField(
            model_name="stepin",
            name="to_agency",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="step_ins_received",
                to="hubs.agency",
            ),
        ),
        migrations.AddField(
            model_name="stepin",
            name="worker",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="step_ins",
                to="hubs.membership",
            ),
        ),
        migrations.AddField(
            model_name="stepuppack",
            name="agency",
            field=models.ForeignKey(
                help_text="Who sent it.",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="hubs.agency",
            ),
        ),
        migrations.AddField(
            model_name="stepuppack",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"
            ),
        ),
        migrations.AddField(
            model_name="stepuppack",
            name="sent_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hubs.membership"
            ),
        ),
        migrations.AddField(
            model_name="stepuppack",
            name="step_up",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="pack", to="cases.stepup"
            ),
        ),
        migrations.AddField(
            model_name="stepuppack",
            name="to_agency",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hubs.agency"
            ),
        ),
        migrations.RunPython(move_packs, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="stepdown",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at__isnull", True), ("closed_by__isnull", True), ("closure_code", "")),
                    models.Q(
                        ("closed_at__isnull", False),
                        ("closed_by__isnull", False),
                        ("status", "finished"),
                        models.Q(("closure_code", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="social_care_closes_after_the_lead_accepts",
            ),
        ),
        migrations.AddConstraint(
            model_name="stepup",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "planned"), ("status", "sent")),
                fields=("case",),
                name="one_planned_step_up_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="stepup",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("happened_at__isnull", False),
                        ("kind", "incident"),
                        models.Q(("safe_now", ""), _negated=True),
                    ),
                    models.Q(("kind", "planned"), ("meeting__isnull", False)),
                    models.Q(("kind", "planned"), models.Q(("why_no_meeting", ""), _negated=True)),
                    _connector="OR",
                ),
                name="step_up_says_what_its_kind_asks",
            ),
        ),
        migrations.AddConstraint(
            model_name="stepup",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("acknowledged_at__isnull", True), ("acknowledged_by__isnull", True)),
                    models.Q(
                        ("acknowledged_at__isnull", False),
                        ("acknowledged_by__isnull", False),
                        ("status__in", ["accepted", "declined"]),
                    ),
                    _connector="OR",
                ),
                name="step_up_acknowledged_together",
            ),
        ),
        migrations.AddIndex(
            model_name="consultation",
            index=models.Index(fields=["case", "-asked_at"], name="consultation_of_case"),
        ),
        migrations.AddConstraint(
            model_name="consultation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_at__isnull", True),
                        ("decided_by__isnull", True),
                        ("status", "advised"),
                        ("why", ""),
                    ),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("status__in", ["followed", "partly", "not_followed"]),
                    ),
                    _connector="OR",
                ),
                name="consultation_decided_together",
            ),
        ),
        migrations.AddConstraint(
            model_name="consultation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["partly", "not_followed"]), _negated=True),
                    models.Q(("why", ""), _negated=True),
                    _connector="OR",
                ),
                name="consultation_says_why_not_followed",
            ),
        ),
        migrations.AddConstraint(
            model_name="consultation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("question", ""), _negated=True),
                    models.Q(("advice", ""), _negated=True),
                    models.Q(("adviser", ""), _negated=True),
                ),
                name="consultation_has_words",
            ),
        ),
        migrations.AddIndex(
            model_name="stepin",
            index=models.Index(
                condition=models.Q(("status", "asked")),
                fields=["to_agency", "answer_by"],
                name="step_in_waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="stepin",
            index=models.Index(fields=["case", "-asked_at"], name="step_in_of_case"),
        ),
        migrations.AddConstraint(
            model_name="stepin",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "asked")),
                fields=("case", "to_agency"),
                name="one_step_in_waiting_for_agency",
            ),
        ),
        migrations.AddConstraint(
            model_name="stepin",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("answered_at__isnull", True),
                        ("answered_by__isnull", True),
                        ("status", "asked"),
                        ("worker__isnull", True),
                    ),
                    models.Q(
                        ("answered_at__isnull", False),
                        ("answered_by__isnull", False),
                        ("status", "accepted"),
                        ("worker__isnull", False),
                    ),
                    models.Q(
                        ("answered_at__isnull", False),
                        ("answered_by__isnull", False),
                        ("status__in", ["declined", "offered"]),
                        ("worker__isnull", True),
                        models.Q(("answer", ""), _negated=True),
                    ),
                    models.Q(
                        ("answered_at__isnull", False),
                        ("answered_by__isnull", False),
                        ("status", "withdrawn"),
                        ("worker__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="step_in_answer_facts_together",
            ),
        ),
        migrations.AddConstraint(
            model_name="stepin",
            constraint=models.CheckConstraint(
                condition=models.Q(("family_agrees", True)), name="step_in_needs_the_family"
            ),
        ),
        migrations.AddConstraint(
            model_name="stepin",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("asked_for", ""), _negated=True), models.Q(("reason", ""), _negated=True)
                ),
                name="step_in_says_what_and_why",
            ),
        ),
        migrations.AddIndex(
            model_name="stepuppack",
            index=models.Index(fields=["case"], name="step_up_pack_of_case"),
        ),
        run("steps_v1", undo=UNDO),
        migrations.RunSQL(
            [f"revoke execute on function {name} from eh_app" for name in FOR_THE_DATABASE_ALONE],
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(MORE_ANSWERS, NO_MORE_ANSWERS),
        protect(
            "cases_consultation",
            select=NO_GUEST + VISIBLE_TOPIC,
            insert=NO_GUEST + WRITTEN_BY_ME + " and {table}.recorded_by_id = app.membership_id()",
        ),
        migrations.RunSQL(DECIDED, "drop policy cases_consultation_decided on cases_consultation"),
        protect(
            "cases_stepuppack",
            select=NO_GUEST + f"({RECEIVER} or {SENDER})",
            insert=NO_GUEST + WRITTEN_BY_ME + " and {table}.sent_by_id = app.membership_id()",
        ),
        protect(
            "cases_stepin",
            select=NO_GUEST + f"({RECEIVER} or {VISIBLE_TOPIC})",
            insert=NO_GUEST
            + WRITTEN_BY_ME
            + " and {table}.asked_by_id = app.membership_id() and {table}.status = 'asked'",
        ),
        migrations.RunSQL(ANSWER_STEP_IN, "drop policy cases_stepin_answer on cases_stepin"),
        migrations.RunSQL("select app.make_emergencies_read_only()", migrations.RunSQL.noop),
    ]
