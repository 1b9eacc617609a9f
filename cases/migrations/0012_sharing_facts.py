"""Facts of sharing: who decides for themself, differing answers, lawful categories, notes not for a person, guests."""

import datetime

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
from django.db import migrations, models

import earlyhelp.web.ids
from earlyhelp.access.rls import VISIBLE_CASE, protect

OF_PERSON = "exists (select 1 from cases_person p where p.id = {table}.person_id)"
ASSESSED_BY_ME = OF_PERSON + " and {table}.assessed_by_id = app.membership_id()"
INVITED_BY_ME = VISIBLE_CASE + " and {table}.invited_by_id = app.membership_id()"
# Loads write their columns by name; these may be left out.
DEFAULTS = """
    alter table cases_casenote alter not_for_members set default '{}';
    alter table cases_lawfulshare alter categories set default '{}', alter harm set default '',
      alter what set default '', alter told_why_not set default '';
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0011_hub_counts"),
        ("hubs", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="DecidesForSelf",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("able", models.BooleanField(verbose_name="decides for themself")),
                ("note", models.TextField(verbose_name="how this was judged")),
                ("assessed_on", models.DateField()),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name_plural": "notes on who decides for themself",
                "ordering": ["-recorded_at"],
            },
        ),
        migrations.CreateModel(
            name="Guest",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=120)),
                ("organisation", models.CharField(blank=True, max_length=120)),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("phone", models.CharField(blank=True, max_length=30)),
                (
                    "categories",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(
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
                        default=list,
                        size=None,
                    ),
                ),
                ("invited_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("expires_at", models.DateTimeField()),
                ("secret_hash", models.CharField(max_length=128, verbose_name="hash of the link")),
                ("code_hash", models.CharField(blank=True, max_length=128, verbose_name="hash of the code")),
                ("code_sent_at", models.DateTimeField(blank=True, null=True)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-invited_at", "-id"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="consent",
            name="one_answer_in_force",
        ),
        migrations.AddField(
            model_name="casenote",
            name="not_for_members",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.IntegerField(),
                blank=True,
                default=list,
                help_text="Memberships of people who must not see this entry, in whatever agency they look.",
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="consent",
            name="evidence",
            field=models.ForeignKey(
                blank=True,
                help_text="The signed form, or a photo of it.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cases.document",
            ),
        ),
        migrations.AddField(
            model_name="lawfulshare",
            name="categories",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.IntegerField(
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
                blank=True,
                default=list,
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="lawfulshare",
            name="harm",
            field=models.CharField(
                blank=True,
                choices=[
                    ("physical", "Physical abuse"),
                    ("emotional", "Emotional abuse"),
                    ("sexual", "Sexual abuse"),
                    ("neglect", "Neglect"),
                    ("domestic_abuse", "Domestic abuse"),
                    ("exploitation", "Exploitation"),
                    ("other", "Another harm"),
                ],
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="lawfulshare",
            name="told_why_not",
            field=models.TextField(blank=True, verbose_name="why the family was not told"),
        ),
        migrations.AddField(
            model_name="lawfulshare",
            name="what",
            field=models.TextField(blank=True, verbose_name="what was shared"),
        ),
        migrations.AlterField(
            model_name="consent",
            name="end_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("withdrawn", "Withdrawn"),
                    ("replaced", "Changed to a newer answer"),
                    ("resolved", "Not followed, after a disagreement"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("case", "person", "agency", "category", "given_by"),
                name="one_answer_in_force",
                nulls_distinct=False,
            ),
        ),
        migrations.AddField(
            model_name="decidesforself",
            name="assessed_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hubs.membership"
            ),
        ),
        migrations.AddField(
            model_name="decidesforself",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="decides_for_self",
                to="cases.person",
            ),
        ),
        migrations.AddField(
            model_name="guest",
            name="agreed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.person"
            ),
        ),
        migrations.AddField(
            model_name="guest",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="guests", to="cases.case"
            ),
        ),
        migrations.AddField(
            model_name="guest",
            name="ended_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="hubs.membership",
            ),
        ),
        migrations.AddField(
            model_name="guest",
            name="invited_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hubs.membership"
            ),
        ),
        migrations.AddConstraint(
            model_name="decidesforself",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("person",),
                name="one_note_on_deciding",
            ),
        ),
        migrations.AddConstraint(
            model_name="decidesforself",
            constraint=models.CheckConstraint(
                condition=models.Q(("note", ""), _negated=True), name="deciding_has_a_note"
            ),
        ),
        migrations.AddConstraint(
            model_name="guest",
            constraint=models.UniqueConstraint(fields=("secret_hash",), name="one_guest_a_link"),
        ),
        migrations.AddConstraint(
            model_name="guest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("expires_at__gt", models.F("invited_at")),
                    (
                        "expires_at__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("invited_at"), "+", models.Value(datetime.timedelta(days=30))
                        ),
                    ),
                ),
                name="guest_stays_for_30_days_at_most",
            ),
        ),
        migrations.AddConstraint(
            model_name="guest",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="guest_has_a_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="guest",
            constraint=models.CheckConstraint(
                condition=models.Q(("email", ""), ("phone", ""), _negated=True), name="guest_can_be_reached"
            ),
        ),
        migrations.RunSQL(DEFAULTS, migrations.RunSQL.noop),
        protect(
            "cases_decidesforself",
            select=OF_PERSON,
            insert=ASSESSED_BY_ME,
            update=OF_PERSON,
            update_columns=["ended_at"],
        ),
        # Who comes in by the link is answered by functions; those who see the record send a new link, or end it.
        protect(
            "cases_guest",
            select=VISIBLE_CASE,
            insert=INVITED_BY_ME,
            update=VISIBLE_CASE,
            update_columns=["secret_hash", "ended_at", "ended_by_id"],
        ),
        migrations.RunSQL("select app.make_emergencies_read_only()", migrations.RunSQL.noop),
    ]
