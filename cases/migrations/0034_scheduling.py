"""Finding a time for a meeting: proposed times, answers, links by e-mail, series; guests are invited to meetings."""

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import earlyhelp.web.ids
from cases.sql import run
from earlyhelp.access.rls import VISIBLE_CASE, WRITTEN_BY_ME, protect

NO_GUEST = "app.guest_id() is null and "
OF_A_MEETING = NO_GUEST + "(" + VISIBLE_CASE + ")"
FINDING_A_TIME = (
    "exists (select 1 from cases_meeting m where m.id = {table}.meeting_id and m.case_id = {table}.case_id"
    " and m.status = 'proposed')"
)
OF_AN_INVITATION = (
    NO_GUEST + "(" + VISIBLE_CASE + " and exists (select 1 from cases_invitation i"
    " where i.id = {table}.invitation_id and i.case_id = {table}.case_id))"
)
TIME_IS_OPEN = (
    "exists (select 1 from cases_proposedtime t join cases_meeting m on m.id = t.meeting_id and m.status = 'proposed'"
    " where t.id = {table}.proposed_id and t.case_id = {table}.case_id)"
)
ANSWER_OF_ANYBODY = OF_AN_INVITATION + " and " + TIME_IS_OPEN
ANSWER = ANSWER_OF_ANYBODY + " and {table}.recorded_by_id = app.membership_id()"

# A meeting is open while its time is found, until its minutes are signed off: as pg_policies writes it.
OPEN_BEFORE = "ARRAY['planned'::character varying"
OPEN_NOW = "ARRAY['proposed'::character varying, 'planned'::character varying"
OPEN = """
do $open$
declare
  each record;
begin
  for each in select p.tablename, p.policyname, p.qual, p.with_check from pg_policies p
               where p.schemaname = 'public' and p.cmd in ('INSERT', 'UPDATE') and p.permissive = 'PERMISSIVE'
                 and p.tablename in ('cases_meeting', 'cases_invitation', 'cases_agendaitem') loop
    if position({before} in each.qual) > 0 then
      execute format('alter policy %I on %I using (%s)', each.policyname, each.tablename,
                     replace(each.qual, {before}, {now}));
    end if;
    if position({before} in each.with_check) > 0 then
      execute format('alter policy %I on %I with check (%s)', each.policyname, each.tablename,
                     replace(each.with_check, {before}, {now}));
    end if;
  end loop;
end $open$
"""


def _open(before: str, now: str) -> str:
    return OPEN.format(before=f"$t${before}$t$", now=f"$t${now}$t$")


UNDO = """
drop function app.renew_link(uuid, text, timestamptz), app.answers_missing(timestamptz), app.meetings_to_remind(date),
  app.invited_address(uuid), app.calendar_facts(uuid, boolean), app.times_unanswered(uuid),
  app.answer_meeting_by_link(text, text), app.answer_times_by_link(text, uuid[], text[]), app.times_by_link(text),
  app.invited_by_link(text), app.invited_to_tell(uuid), app.may_be_told(int, uuid);
"""
FOR_THE_DATABASE_ALONE = ("app.may_be_told(int, uuid)", "app.invited_address(uuid)")


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0033_papers"),
        ("hubs", "0006_usual_form"),
    ]

    operations = [
        migrations.CreateModel(
            name="MeetingSeries",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="meeting_series",
                        to="cases.case",
                    ),
                ),
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
                    "every_weeks",
                    models.PositiveSmallIntegerField(
                        help_text="Weeks from one to the next.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(26),
                        ],
                    ),
                ),
                ("skips_school_holidays", models.BooleanField(default=True)),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.membership",
                    ),
                ),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "verbose_name_plural": "meeting series",
                "ordering": ["-made_at", "-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("every_weeks__gte", 1), ("every_weeks__lte", 26)),
                        name="series_recurs_within_half_a_year",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ProposedTime",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposed_times",
                        to="cases.meeting",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"
                    ),
                ),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                (
                    "proposed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.membership",
                    ),
                ),
                ("proposed_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "ordering": ["starts_at", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("meeting", "starts_at"), name="time_proposed_once"),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                        name="proposed_time_ends_after_it_starts",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TimeAnswer",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"
                    ),
                ),
                (
                    "proposed",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
                        to="cases.proposedtime",
                    ),
                ),
                (
                    "invitation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="time_answers",
                        to="cases.invitation",
                    ),
                ),
                (
                    "answer",
                    models.CharField(
                        choices=[("can", "Can come"), ("if_needed", "If need be"), ("cannot", "Cannot come")],
                        max_length=9,
                    ),
                ),
                ("answered_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "recorded_by",
                    models.ForeignKey(
                        help_text="Nobody: answered by their own link.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.membership",
                    ),
                ),
            ],
            options={
                "ordering": ["proposed", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("proposed", "invitation"), name="one_answer_for_a_time")
                ],
            },
        ),
        migrations.CreateModel(
            name="InvitationLink",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"
                    ),
                ),
                (
                    "invitation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="links",
                        to="cases.invitation",
                    ),
                ),
                ("email", models.EmailField(max_length=254)),
                ("secret_hash", models.CharField(max_length=64, verbose_name="hash of the link")),
                ("expires_at", models.DateTimeField()),
                (
                    "made_by",
                    models.ForeignKey(
                        help_text="Nobody: a reminder’s.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.membership",
                    ),
                ),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-made_at", "-id"],
                "constraints": [
                    models.UniqueConstraint(fields=("secret_hash",), name="one_invitation_a_link"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("email", ""), _negated=True),
                            models.Q(("secret_hash", ""), _negated=True),
                        ),
                        name="link_goes_somewhere",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="meeting",
            name="series",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="meetings",
                to="cases.meetingseries",
            ),
        ),
        migrations.AlterField(
            model_name="meeting",
            name="status",
            field=models.CharField(
                choices=[
                    ("proposed", "Finding a time"),
                    ("planned", "Planned"),
                    ("held", "Held, minutes open"),
                    ("signed_off", "Minutes signed off"),
                    ("cancelled", "Cancelled"),
                ],
                default="planned",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="guest",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="invitations",
                to="cases.guest",
            ),
        ),
        migrations.RemoveConstraint(
            model_name="invitation",
            name="invitation_is_to_one_person",
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("guest__isnull", True), ("membership__isnull", False), ("person__isnull", True)
                    ),
                    models.Q(
                        ("guest__isnull", True), ("membership__isnull", True), ("person__isnull", False)
                    ),
                    models.Q(
                        ("guest__isnull", False), ("membership__isnull", True), ("person__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="invitation_is_to_one_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.UniqueConstraint(fields=("meeting", "guest"), name="guest_invited_once"),
        ),
        protect("cases_meetingseries", select=OF_A_MEETING, insert=WRITTEN_BY_ME),
        protect(
            "cases_proposedtime",
            select=OF_A_MEETING,
            insert=VISIBLE_CASE
            + " and "
            + FINDING_A_TIME
            + " and {table}.proposed_by_id = app.membership_id()",
        ),
        protect(
            "cases_timeanswer",
            select=OF_AN_INVITATION,
            insert=ANSWER,
            update=ANSWER_OF_ANYBODY,
            update_columns=["answer", "answered_at", "recorded_by_id"],
        ),
        protect(
            "cases_invitationlink",
            select=OF_AN_INVITATION,
            insert=OF_AN_INVITATION + " and {table}.made_by_id = app.membership_id()",
            update=OF_AN_INVITATION,
            update_columns=["ended_at"],
        ),
        migrations.RunSQL(_open(OPEN_BEFORE, OPEN_NOW), _open(OPEN_NOW, OPEN_BEFORE)),
        migrations.RunSQL(
            "grant update (series_id) on cases_meeting to eh_app",
            "revoke update (series_id) on cases_meeting from eh_app",
        ),
        run("scheduling_v1", undo=UNDO),
        migrations.RunSQL(
            [f"revoke execute on function {name} from eh_app" for name in FOR_THE_DATABASE_ALONE],
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL("select app.make_emergencies_read_only()", migrations.RunSQL.noop),
    ]
