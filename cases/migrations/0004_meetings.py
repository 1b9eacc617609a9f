import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import earlyhelp.web.ids
from earlyhelp.access.rls import VISIBLE_CASE, VISIBLE_TOPIC, WRITTEN_BY_ME, protect

# Signed off or cancelled, a meeting and all under it are closed to changes: the database says so, not only the page.
MEETING_OPEN = "exists (select 1 from cases_meeting m where m.id = {table}.meeting_id and m.status in ('planned', 'held'))"
FAMILY_MEMBER_KNOWN = (
    "({table}.person_id is null or exists (select 1 from cases_person p where p.id = {table}.person_id))"
)
INVITATION = VISIBLE_CASE + " and " + FAMILY_MEMBER_KNOWN
ITEM = (
    VISIBLE_TOPIC + " and ({table}.about_id is null or {table}.agency_id = app.agency_id()"
    " or exists (select 1 from cases_person p where p.id = {table}.about_id))"
)
# What is said under an item is seen with the item.
UNDER_ITEM = (
    VISIBLE_TOPIC + " and ({table}.item_id is null or {table}.agency_id = app.agency_id()"
    " or exists (select 1 from cases_agendaitem i where i.id = {table}.item_id))"
)
WRITABLE = WRITTEN_BY_ME + " and " + MEETING_OPEN

MEETING_COLUMNS = (
    "kind, title, purpose, starts_at, ends_at, place, call_link, chair_id, status, current_item_id, sequence, "
    "next_meeting_at, cancel_reason, held_at, signed_off_at, signed_off_by_id"
)
# An open meeting may be changed; whoever signs it off does so in their own name, and after that nobody changes it.
CHANGE_MEETING = f"""
grant update ({MEETING_COLUMNS}) on cases_meeting to eh_app;
create policy cases_meeting_update on cases_meeting for update to eh_app
  using (status in ('planned', 'held') and exists (select 1 from cases_case c where c.id = cases_meeting.case_id))
  with check (exists (select 1 from cases_case c where c.id = cases_meeting.case_id)
              and (status <> 'signed_off' or signed_off_by_id = app.membership_id()));
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0003_plan"),
    ]

    operations = [
        migrations.CreateModel(
            name="AgendaItem",
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
                ("position", models.PositiveSmallIntegerField()),
                ("title", models.CharField(max_length=160)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("standing", "On every agenda"),
                            ("voice", "A child’s voice"),
                            ("plan", "From the plan"),
                            ("overdue", "Overdue"),
                            ("new", "New"),
                        ],
                        default="new",
                        max_length=8,
                    ),
                ),
                ("minutes_planned", models.PositiveSmallIntegerField(default=5)),
                ("discussed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "about",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.person",
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
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
            },
        ),
        migrations.CreateModel(
            name="Meeting",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("first", "First meeting"),
                            ("review", "Review meeting"),
                            ("escalation", "Meeting about rising worries"),
                            ("handover", "Hand-over meeting"),
                            ("panel", "Panel"),
                        ],
                        default="review",
                        max_length=10,
                    ),
                ),
                ("title", models.CharField(max_length=120)),
                ("purpose", models.TextField(blank=True)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("place", models.CharField(blank=True, max_length=200)),
                ("call_link", models.URLField(blank=True, max_length=500, verbose_name="link to the call")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("planned", "Planned"),
                            ("held", "Held, minutes open"),
                            ("signed_off", "Minutes signed off"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="planned",
                        max_length=10,
                    ),
                ),
                (
                    "sequence",
                    models.PositiveIntegerField(
                        default=0, help_text="Goes up with every change, so that calendars take the newest."
                    ),
                ),
                ("next_meeting_at", models.DateTimeField(blank=True, null=True)),
                ("cancel_reason", models.CharField(blank=True, max_length=200)),
                ("held_at", models.DateTimeField(blank=True, null=True)),
                ("signed_off_at", models.DateTimeField(blank=True, null=True)),
                ("arranged_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
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
                    "arranged_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.membership",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="meetings", to="cases.case"
                    ),
                ),
                (
                    "chair",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="meetings_chaired",
                        to="hubs.membership",
                    ),
                ),
                (
                    "current_item",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.agendaitem",
                    ),
                ),
                (
                    "signed_off_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.membership",
                    ),
                ),
            ],
            options={
                "ordering": ["-starts_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=earlyhelp.web.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "answer",
                    models.CharField(
                        choices=[
                            ("invited", "No answer yet"),
                            ("accepted", "Will come"),
                            ("declined", "Cannot come"),
                        ],
                        default="invited",
                        max_length=8,
                    ),
                ),
                ("answer_note", models.CharField(blank=True, max_length=200)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "attendance",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("attended", "Was there"),
                            ("apologies", "Sent apologies"),
                            ("absent", "Was not there"),
                        ],
                        max_length=9,
                    ),
                ),
                ("invited_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"
                    ),
                ),
                (
                    "invited_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.membership",
                    ),
                ),
                (
                    "membership",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitations",
                        to="hubs.membership",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitations",
                        to="cases.person",
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitations",
                        to="cases.meeting",
                    ),
                ),
            ],
            options={
                "ordering": ["invited_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="Decision",
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
                ("text", models.CharField(max_length=300)),
                ("agreed_by", models.CharField(blank=True, max_length=160, verbose_name="who agreed")),
                ("decided_at", models.DateTimeField(default=django.utils.timezone.now)),
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
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="cases.agendaitem",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.membership",
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="cases.meeting",
                    ),
                ),
            ],
            options={
                "ordering": ["decided_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="Minute",
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
                ("said_by", models.CharField(blank=True, max_length=120, verbose_name="who said it")),
                (
                    "kind",
                    models.CharField(
                        choices=[("fact", "Fact"), ("said", "What was said"), ("view", "Professional view")],
                        default="fact",
                        max_length=4,
                    ),
                ),
                ("text", models.TextField()),
                (
                    "is_written_ahead",
                    models.BooleanField(
                        default=False, help_text="Sent before the meeting by somebody who could not come."
                    ),
                ),
                ("written_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
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
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hubs.membership",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="minutes",
                        to="cases.agendaitem",
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="minutes",
                        to="cases.meeting",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "minutes",
                "ordering": ["written_at", "id"],
            },
        ),
        migrations.AddField(
            model_name="agendaitem",
            name="meeting",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="agenda", to="cases.meeting"
            ),
        ),
        migrations.AddField(
            model_name="agendaitem",
            name="outcome",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cases.outcome",
            ),
        ),
        migrations.AddIndex(
            model_name="meeting",
            index=models.Index(fields=["case", "-starts_at"], name="meeting_of_case"),
        ),
        migrations.AddIndex(
            model_name="meeting",
            index=models.Index(
                condition=models.Q(("status", "planned")), fields=["starts_at"], name="meeting_to_come"
            ),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                name="meeting_ends_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("signed_off_at__isnull", False),
                        ("signed_off_by__isnull", False),
                        ("status", "signed_off"),
                    ),
                    models.Q(
                        ("signed_off_at__isnull", True),
                        ("signed_off_by__isnull", True),
                        models.Q(("status", "signed_off"), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="meeting_sign_off_facts_together",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("membership__isnull", False), ("person__isnull", True)),
                    models.Q(("membership__isnull", True), ("person__isnull", False)),
                    _connector="OR",
                ),
                name="invitation_is_to_one_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.UniqueConstraint(
                fields=("meeting", "membership"), name="professional_invited_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.UniqueConstraint(
                fields=("meeting", "person"), name="family_member_invited_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer", "invited"), ("answered_at__isnull", True)),
                    models.Q(("answered_at__isnull", False), models.Q(("answer", "invited"), _negated=True)),
                    _connector="OR",
                ),
                name="invitation_answer_facts_together",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="decision_says_something"
            ),
        ),
        migrations.AddIndex(
            model_name="minute",
            index=models.Index(fields=["meeting", "written_at"], name="minute_of_meeting"),
        ),
        migrations.AddConstraint(
            model_name="minute",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="minute_says_something"
            ),
        ),
        migrations.AddField(
            model_name="action",
            name="from_meeting",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="actions_agreed",
                to="cases.meeting",
            ),
        ),
        migrations.AddField(
            model_name="planreview",
            name="meeting",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reviews",
                to="cases.meeting",
            ),
        ),
        protect(
            "cases_meeting",
            select=VISIBLE_CASE,
            insert=WRITTEN_BY_ME + " and {table}.status in ('planned', 'held')",
        ),
        migrations.RunSQL(CHANGE_MEETING, "drop policy cases_meeting_update on cases_meeting"),
        protect(
            "cases_invitation",
            select=INVITATION,
            insert=INVITATION + " and " + MEETING_OPEN,
            update=INVITATION + " and " + MEETING_OPEN,
            update_columns=["answer", "answer_note", "answered_at", "attendance"],
        ),
        protect(
            "cases_agendaitem",
            select=ITEM,
            insert=WRITABLE,
            update=ITEM + " and " + MEETING_OPEN,
            update_columns=["title", "position", "minutes_planned", "discussed_at"],
        ),
        protect(
            "cases_minute",
            select=UNDER_ITEM,
            insert=WRITABLE + " and {table}.author_id = app.membership_id()",
        ),
        protect(
            "cases_decision",
            select=UNDER_ITEM,
            insert=WRITABLE + " and {table}.recorded_by_id = app.membership_id()",
        ),
    ]
