"""The quarterly review of who has access. Nobody answers for themself, whatever the application says."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

# By account and not by membership: nobody confirms themself in whatever agency.
OWN = """
create or replace function app.refuse_own_review() returns trigger language plpgsql stable as $$
begin
  if exists (select from hubs_membership m join hubs_membership theirs on theirs.user_id = m.user_id
              where m.id = new.membership_id and theirs.id = new.answered_by_id) then
    raise exception 'nobody reviews their own access' using errcode = '42501';
  end if;
  return new;
end $$;
create trigger not_ones_own before insert or update on hubs_reviewedmembership
  for each row execute function app.refuse_own_review();
revoke delete on hubs_reviewedmembership, hubs_accessreview from eh_app;
"""
UNDO = """
drop trigger not_ones_own on hubs_reviewedmembership; drop function app.refuse_own_review();
grant delete on hubs_reviewedmembership, hubs_accessreview to eh_app;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("hubs", "0003_disclosure_officer"),
    ]

    operations = [
        migrations.CreateModel(
            name="AccessReview",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("quarter_start", models.DateField(unique=True, verbose_name="first day of the quarter")),
                ("opened_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("due_on", models.DateField()),
            ],
            options={
                "ordering": ["-quarter_start"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("due_on__gt", models.F("quarter_start"))),
                        name="review_is_due_after_it_opens",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReviewedMembership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "roles",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("practitioner", "Practitioner"),
                                ("agency_lead", "Agency lead"),
                                ("hub_coordinator", "Hub coordinator"),
                                ("hub_manager", "Hub manager"),
                                ("board_member", "Board member"),
                                ("board_chair", "Board chair"),
                                ("ig_lead", "Information governance lead"),
                                ("signatory", "Signatory"),
                                ("disclosure_officer", "Disclosure officer"),
                                ("auditor", "Auditor"),
                                ("system_administrator", "System administrator"),
                            ],
                            max_length=24,
                        ),
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("keep", "Keep as it is"),
                            ("change", "Ask an administrator to change it"),
                            ("end", "End it"),
                        ],
                        max_length=6,
                    ),
                ),
                ("words", models.CharField(blank=True, max_length=300)),
                ("ends_on", models.DateField(blank=True, null=True)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hubs.agency"
                    ),
                ),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.membership",
                    ),
                ),
                (
                    "done_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.membership",
                    ),
                ),
                (
                    "membership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hubs.membership"
                    ),
                ),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="hubs.accessreview",
                    ),
                ),
            ],
            options={
                "ordering": ["membership__user__last_name", "membership__user__first_name", "pk"],
                "indexes": [models.Index(fields=["agency", "answer"], name="review_line_of_agency")],
                "constraints": [
                    models.UniqueConstraint(fields=("review", "membership"), name="reviewed_once_a_quarter"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answer", ""), ("answered_at__isnull", True), ("answered_by__isnull", True)
                            ),
                            models.Q(
                                models.Q(("answer", ""), _negated=True),
                                ("answered_at__isnull", False),
                                ("answered_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="review_answer_facts_together",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", "end"), _negated=True),
                            ("ends_on__isnull", False),
                            _connector="OR",
                        ),
                        name="review_end_has_a_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", "change"), _negated=True),
                            models.Q(("words", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="review_change_has_words",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("answered_by", models.F("membership")), _negated=True),
                        name="review_line_not_answered_by_itself",
                    ),
                ],
            },
        ),
        migrations.RunSQL(OWN, UNDO),
    ]
