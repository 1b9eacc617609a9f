import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import earlyhelp.web.ids
from earlyhelp.access.rls import VISIBLE_TOPIC, WRITTEN_BY_ME, protect

# The deciding agency's leads (or everybody, where it chose that) while its signature is live: cases/sql/request_v1.sql.
RECEIVER = "{table}.to_agency_id * 8 + 1 = any (app.tokens())"
MINE_TO_LEAD = "{table}.proposed_lead_id = app.membership_id()"
HUB = "{table}.to_hub_id * 8 = any (app.tokens())"

# Each side writes its own answer, once: the receiver decides in their own name, the sender takes back. What was sent
# cannot be changed by anybody, and an answer neither.
ANSWER_STEP_UP = """
grant update (status, decided_by_id, decided_at, decision_reason) on cases_stepup to eh_app;

create policy cases_stepup_answer on cases_stepup for update to eh_app
  using (status = 'sent' and (to_agency_id * 8 + 1 = any (app.tokens()) or agency_id = app.agency_id()
         or exists (select 1 from cases_case c where c.id = cases_stepup.case_id)))
  with check (
    (status in ('accepted', 'declined') and to_agency_id * 8 + 1 = any (app.tokens())
     and decided_by_id = app.membership_id())
    or (status = 'withdrawn' and agency_id = app.agency_id() and decided_by_id = app.membership_id())
  );
"""
# A hand-back is answered by the hub or by the lead professional it names, and taken back by those who proposed it; while
# it is open they may also name another lead. Once ended it stays as it is.
ANSWER_STEP_DOWN = """
grant update (proposed_lead_id, status, hub_accepted_by_id, hub_accepted_at, ended_by_id, ended_at, answer_reason)
  on cases_stepdown to eh_app;
create policy cases_stepdown_answer on cases_stepdown for update to eh_app
  using (status in ('proposed', 'accepted')
         and (to_hub_id * 8 = any (app.tokens()) or proposed_lead_id = app.membership_id() or agency_id = app.agency_id()))
  with check (
    (status in ('proposed', 'accepted')
     and exists (select 1 from cases_case c where c.id = cases_stepdown.case_id))
    or (status = 'finished' and proposed_lead_id = app.membership_id() and ended_by_id = app.membership_id())
    or (status = 'declined' and to_hub_id * 8 = any (app.tokens()) and ended_by_id = app.membership_id())
    or (status = 'withdrawn' and agency_id = app.agency_id() and ended_by_id = app.membership_id())
  );
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0005_documents"),
    ]

    operations = [
        migrations.CreateModel(
            name="StepDown",
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
                ("reason", models.TextField(verbose_name="why early help is now enough")),
                ("outstanding", models.TextField(blank=True, verbose_name="what still has to be done")),
                (
                    "final_meeting_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="last child in need meeting"),
                ),
                ("family_agrees", models.BooleanField(default=False)),
                ("proposed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "hand_over_by",
                    models.DateField(help_text="When the lead professional should have accepted."),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("proposed", "With the hub"),
                            ("accepted", "Waiting for the lead professional"),
                            ("declined", "Returned with a reason"),
                            ("withdrawn", "Taken back"),
                            ("finished", "Finished: early help leads"),
                        ],
                        default="proposed",
                        max_length=10,
                    ),
                ),
                ("hub_accepted_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("answer_reason", models.TextField(blank=True, verbose_name="reason sent back")),
                (
                    "agency",
                    models.ForeignKey(
                        help_text="Who hands it back.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.agency",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="step_downs",
                        to="cases.case",
                    ),
                ),
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
                    "hub_accepted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.membership",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hubs.membership"
                    ),
                ),
                (
                    "proposed_lead",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="step_downs",
                        to="hubs.membership",
                    ),
                ),
                (
                    "to_hub",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="step_downs", to="hubs.hub"
                    ),
                ),
            ],
            options={
                "ordering": ["-proposed_at", "-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("status__in", ["proposed", "accepted"])),
                        fields=["to_hub", "hand_over_by"],
                        name="step_down_open",
                    ),
                    models.Index(fields=["case", "-proposed_at"], name="step_down_of_case"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["proposed", "accepted"])),
                        fields=("case",),
                        name="one_step_down_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_at__isnull", True),
                                ("ended_by__isnull", True),
                                ("status__in", ["proposed", "accepted"]),
                            ),
                            models.Q(
                                ("ended_at__isnull", False),
                                ("ended_by__isnull", False),
                                ("status__in", ["declined", "withdrawn", "finished"]),
                            ),
                            _connector="OR",
                        ),
                        name="step_down_end_facts_together",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["accepted", "finished"]), _negated=True),
                            ("proposed_lead__isnull", False),
                            _connector="OR",
                        ),
                        name="step_down_waits_for_a_named_lead",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("family_agrees", True)), name="step_down_needs_the_family"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="step_down_has_a_reason"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StepUp",
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
                    "kind",
                    models.CharField(
                        choices=[
                            ("planned", "Planned: the plan is not enough, or needs have grown"),
                            ("incident", "Something has happened"),
                        ],
                        default="planned",
                        max_length=8,
                    ),
                ),
                (
                    "threshold",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("neglect", "Basic care, food, warmth or supervision is often missing"),
                                ("physical", "Injuries, or a fear that someone will hurt the child"),
                                ("emotional", "The child is often frightened, humiliated or blamed"),
                                ("sexual", "Sexual abuse is known or suspected"),
                                ("exploitation", "Criminal or sexual exploitation, gangs or county lines"),
                                ("domestic_abuse", "Domestic abuse in the home"),
                                ("missing", "Often missing from home, school or care"),
                                ("parent", "A parent’s health, drugs or alcohol leave the child unsafe"),
                                ("unborn", "Worries for a baby not yet born"),
                                ("no_change", "The plan has been tried and the child’s life is not better"),
                            ],
                            max_length=20,
                        ),
                        default=list,
                        size=None,
                    ),
                ),
                ("reason", models.TextField(verbose_name="what you are worried about")),
                ("working_well", models.TextField(blank=True, verbose_name="what is working well")),
                ("tried", models.TextField(blank=True, verbose_name="what has been tried")),
                (
                    "is_immediate_danger_told",
                    models.BooleanField(
                        default=False,
                        help_text="The sender has read that a child in immediate danger needs 999, not this form.",
                    ),
                ),
                (
                    "basis",
                    models.CharField(
                        choices=[
                            ("consent", "The family agrees"),
                            ("risk_of_harm", "A child is, or may be, at risk of harm"),
                        ],
                        max_length=12,
                    ),
                ),
                ("family_told", models.BooleanField(default=True)),
                ("why_family_not_told", models.TextField(blank=True)),
                ("pack", models.JSONField(default=dict, help_text="The record as it was when sent.")),
                ("sent_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("decide_by", models.DateTimeField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("sent", "Waiting for a decision"),
                            ("accepted", "Accepted"),
                            ("declined", "Returned with a reason"),
                            ("withdrawn", "Taken back"),
                        ],
                        default="sent",
                        max_length=10,
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("decision_reason", models.TextField(blank=True, verbose_name="reason sent back")),
                (
                    "agency",
                    models.ForeignKey(
                        help_text="Who sent it.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.agency",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="step_ups", to="cases.case"
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.membership",
                    ),
                ),
                (
                    "lawful_share",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.lawfulshare",
                    ),
                ),
                (
                    "seat",
                    models.ForeignKey(
                        blank=True,
                        help_text="The place on the team that gives the deciding agency sight of the case.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.teammember",
                    ),
                ),
                (
                    "sent_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hubs.membership"
                    ),
                ),
                (
                    "to_agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="step_ups_received",
                        to="hubs.agency",
                    ),
                ),
            ],
            options={
                "ordering": ["-sent_at", "-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "sent")),
                        fields=["to_agency", "decide_by"],
                        name="step_up_waiting",
                    ),
                    models.Index(fields=["case", "-sent_at"], name="step_up_of_case"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "sent")), fields=("case",), name="one_step_up_waiting"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at__isnull", True),
                                ("decided_by__isnull", True),
                                ("decision_reason", ""),
                                ("status", "sent"),
                            ),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("status__in", ["accepted", "declined"]),
                                models.Q(("decision_reason", ""), _negated=True),
                            ),
                            models.Q(("decided_at__isnull", False), ("status", "withdrawn")),
                            _connector="OR",
                        ),
                        name="step_up_decision_facts_together",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("family_told", True),
                            models.Q(("why_family_not_told", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="step_up_says_why_family_not_told",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="step_up_has_a_reason"
                    ),
                ],
            },
        ),
        protect(
            "cases_stepup",
            select="(" + VISIBLE_TOPIC + ") or " + RECEIVER,
            insert=WRITTEN_BY_ME
            + " and {table}.sent_by_id = app.membership_id() and {table}.status = 'sent'",
        ),
        migrations.RunSQL(ANSWER_STEP_UP, "drop policy cases_stepup_answer on cases_stepup"),
        protect(
            "cases_stepdown",
            select="(" + VISIBLE_TOPIC + ") or " + MINE_TO_LEAD + " or " + HUB,
            insert=WRITTEN_BY_ME
            + " and {table}.proposed_by_id = app.membership_id() and {table}.status = 'proposed'",
        ),
        migrations.RunSQL(ANSWER_STEP_DOWN, "drop policy cases_stepdown_answer on cases_stepdown"),
    ]
