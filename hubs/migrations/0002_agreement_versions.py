"""Versions of the agreement: purposes, lawful bases, two people to activate, and what the database refuses."""

from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import hubs.models.agreement

SQL = (Path(__file__).parent.parent / "sql/agreement_v1.sql").read_text()
BACKWARDS = """
drop trigger agreement_guard on hubs_agreement;
drop trigger agreement_purpose_guard on hubs_agreementpurpose;
drop trigger agreement_party_guard on hubs_agreementparty;
drop trigger agreement_category_guard on hubs_agreementcategory;
drop trigger signature_guard on hubs_signature;
drop function app.guard_agreement();
drop function app.guard_agreement_part();
drop function app.guard_signature();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0001_schema"),
        ("hubs", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="AgreementParty",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "agency_kind",
                    models.CharField(
                        choices=[
                            ("council_early_help", "Council early help"),
                            ("council_social_care", "Council social care"),
                            ("school", "School"),
                            ("health", "Health"),
                            ("police", "Police"),
                            ("housing", "Housing"),
                            ("education_service", "Education service"),
                            ("dwp", "Department for Work and Pensions"),
                            ("voluntary", "Voluntary and community"),
                            ("other", "Other"),
                        ],
                        max_length=24,
                    ),
                ),
                (
                    "article_6",
                    models.CharField(
                        choices=[
                            ("6(1)(a)", "6(1)(a) Consent"),
                            ("6(1)(b)", "6(1)(b) Contract"),
                            ("6(1)(c)", "6(1)(c) Legal obligation"),
                            ("6(1)(d)", "6(1)(d) Vital interests"),
                            ("6(1)(e)", "6(1)(e) Public task"),
                            ("6(1)(f)", "6(1)(f) Legitimate interests"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "article_9",
                    models.CharField(
                        choices=[
                            ("none", "None: no special category data"),
                            ("9(2)(a)", "9(2)(a) Explicit consent"),
                            ("9(2)(b)", "9(2)(b) Employment, social security and social protection"),
                            ("9(2)(c)", "9(2)(c) Vital interests"),
                            ("9(2)(d)", "9(2)(d) Not-for-profit bodies"),
                            ("9(2)(f)", "9(2)(f) Legal claims"),
                            ("9(2)(g)", "9(2)(g) Substantial public interest"),
                            ("9(2)(h)", "9(2)(h) Health or social care"),
                            ("9(2)(i)", "9(2)(i) Public health"),
                            ("9(2)(j)", "9(2)(j) Archiving, research and statistics"),
                        ],
                        default="none",
                        max_length=10,
                    ),
                ),
                ("gateway", models.CharField(blank=True, max_length=300)),
                ("responsibilities", models.TextField(blank=True)),
            ],
            options={
                "verbose_name_plural": "agreement parties",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="AgreementPurpose",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        choices=[
                            ("support", "Helping the family"),
                            ("safeguarding", "Keeping a child or adult safe"),
                            ("planning", "Planning services"),
                            ("evaluation", "Finding out what helps"),
                        ],
                        max_length=20,
                    ),
                ),
                ("title", models.CharField(max_length=120)),
                ("words", models.TextField(blank=True)),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.AddField(
            model_name="agreement",
            name="activated_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="agreements_activated",
                to="hubs.membership",
            ),
        ),
        migrations.AddField(
            model_name="agreement",
            name="asked_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="agreement",
            name="asked_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="agreements_asked",
                to="hubs.membership",
            ),
        ),
        migrations.AddField(
            model_name="agreement",
            name="contact_email",
            field=models.EmailField(blank=True, max_length=254),
        ),
        migrations.AddField(
            model_name="agreement",
            name="contact_name",
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AddField(
            model_name="agreement",
            name="identifier",
            field=models.CharField(default="early-help-information-sharing", max_length=120),
        ),
        migrations.AddField(
            model_name="agreement",
            name="identifier_system",
            field=models.CharField(default="urn:early-help:sharing-policy", max_length=200),
        ),
        migrations.AddField(
            model_name="agreement",
            name="legal_compliance",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=500), blank=True, default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="agreement",
            name="permitted_use",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=500), blank=True, default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="agreement",
            name="recipient_responsibilities",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=500), blank=True, default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="agreement",
            name="restrictions",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=500), blank=True, default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="agreement",
            name="security_measures",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=500), blank=True, default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="agreement",
            name="summary",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="agreementcategory",
            name="purposes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("support", "Helping the family"),
                        ("safeguarding", "Keeping a child or adult safe"),
                        ("planning", "Planning services"),
                        ("evaluation", "Finding out what helps"),
                    ],
                    max_length=20,
                ),
                default=hubs.models.agreement.all_purposes,
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="signature",
            name="confirmed",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=20), blank=True, default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="signature",
            name="signed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="signature",
            name="signed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="signatures",
                to="hubs.membership",
            ),
        ),
        migrations.AddField(
            model_name="signature",
            name="withdrawn_reason",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AlterField(
            model_name="membership",
            name="roles",
            field=django.contrib.postgres.fields.ArrayField(
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
                        ("auditor", "Auditor"),
                        ("system_administrator", "System administrator"),
                    ],
                    max_length=24,
                ),
                default=list,
                size=None,
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("asked_at__isnull", True), ("asked_by__isnull", True)),
                    models.Q(("asked_at__isnull", False), ("asked_by__isnull", False)),
                    _connector="OR",
                ),
                name="agreement_asked_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("activated_by__isnull", True),
                    models.Q(("activated_at__isnull", False), ("asked_by__isnull", False)),
                    _connector="OR",
                ),
                name="agreement_activated_by_somebody_then",
            ),
        ),
        migrations.AddField(
            model_name="agreementparty",
            name="agreement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="parties", to="hubs.agreement"
            ),
        ),
        migrations.AddField(
            model_name="agreementpurpose",
            name="agreement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="stated_purposes",
                to="hubs.agreement",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreementparty",
            constraint=models.UniqueConstraint(
                fields=("agreement", "agency_kind"), name="one_basis_for_a_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="agreementpurpose",
            constraint=models.UniqueConstraint(fields=("agreement", "code"), name="one_purpose_of_a_code"),
        ),
        migrations.RunSQL(SQL, BACKWARDS),
    ]
