"""The meeting room: parts of the agenda that are not for everybody, the time they took, messages, who arrived when.

Whom an item is for is a restrictive policy beside those that are there: whatever else opens a row, this may shut it.
"""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import earlyhelp.web.ids
from cases.sql import run
from earlyhelp.access.rls import VISIBLE_TOPIC, WRITTEN_BY_ME, protect

MEETING_OPEN = "exists (select 1 from cases_meeting m where m.id = {table}.meeting_id and m.status in ('planned', 'held'))"
ITEM_SEEN = "exists (select 1 from cases_agendaitem i where i.id = {table}.item_id)"
ITEM_OPEN = (
    "exists (select 1 from cases_agendaitem i join cases_meeting m on m.id = i.meeting_id"
    " where i.id = {table}.item_id and i.case_id = {table}.case_id and m.status in ('proposed', 'planned', 'held'))"
)
NO_GUEST = "app.guest_id() is null and "
MESSAGE = (
    NO_GUEST
    + VISIBLE_TOPIC
    + " and ({table}.item_id is null or {table}.agency_id = app.agency_id() or "
    + ITEM_SEEN
    + ")"
)

CHANGE = "grant update (audience, opened_at, seconds_spent, removed_at) on cases_agendaitem to eh_app"
UNDO_CHANGE = "revoke update (audience, opened_at, seconds_spent, removed_at) on cases_agendaitem from eh_app"
ARRIVED = "grant update (arrived_at) on cases_invitation to eh_app"
UNDO_ARRIVED = "revoke update (arrived_at) on cases_invitation from eh_app"

# What is written under an item is for those whom the item is for, the writer's own agency included.
HEARD = "item_id is null or app.hears(item_id)"
UNDER_ITEMS = ("cases_minute", "cases_decision", "cases_addendum", "cases_roommessage")
FOR_SOME = (
    "audience = 'all' or audience = 'professionals' and app.guest_id() is null"
    " or audience = 'chosen' and app.is_chosen(id)"
)


def _for(model: str, **more):
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=model, **more)


class Migration(migrations.Migration):
    dependencies = [("cases", "0038_steps"), ("hubs", "0007_volunteers")]
    operations = [
        migrations.AddField(
            "agendaitem",
            "audience",
            models.CharField(
                choices=[
                    ("all", "Everybody in the meeting"),
                    ("professionals", "Professionals, and not the family"),
                    ("chosen", "Only the people chosen"),
                ],
                default="all",
                max_length=13,
                verbose_name="who it is for",
            ),
        ),
        migrations.AddField("agendaitem", "opened_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("agendaitem", "seconds_spent", models.PositiveIntegerField(default=0)),
        migrations.AddField("agendaitem", "removed_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField(
            "invitation",
            "arrived_at",
            models.DateTimeField(
                blank=True,
                help_text="When they were first in the room, or somebody said that they were.",
                null=True,
            ),
        ),
        migrations.CreateModel(
            name="AgendaAudience",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("agency", _for("hubs.agency", blank=True, null=True)),
                ("case", _for("cases.case")),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="chosen",
                        to="cases.agendaitem",
                    ),
                ),
                ("membership", _for("hubs.membership", blank=True, null=True)),
            ],
            options={
                "verbose_name_plural": "agenda audience",
                "ordering": ["id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("agency__isnull", True), ("membership__isnull", False)),
                            models.Q(("agency__isnull", False), ("membership__isnull", True)),
                            _connector="OR",
                        ),
                        name="audience_is_a_person_or_an_agency",
                    ),
                    models.UniqueConstraint(fields=("item", "membership"), name="person_chosen_once"),
                    models.UniqueConstraint(fields=("item", "agency"), name="agency_chosen_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="RoomMessage",
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
                ("text", models.CharField(max_length=500)),
                ("sent_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("agency", _for("hubs.agency", null=True)),
                ("author", _for("hubs.membership", null=True)),
                ("case", _for("cases.case")),
                (
                    "item",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="cases.agendaitem",
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="cases.meeting",
                    ),
                ),
            ],
            options={
                "ordering": ["sent_at", "id"],
                "indexes": [models.Index(fields=["meeting", "sent_at"], name="message_of_meeting")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="message_says_something"
                    )
                ],
            },
        ),
        run("room_v1", undo="drop function app.hears(uuid), app.is_chosen(uuid)"),
        migrations.RunSQL(CHANGE, UNDO_CHANGE),
        migrations.RunSQL(ARRIVED, UNDO_ARRIVED),
        protect(
            "cases_agendaaudience",
            select=NO_GUEST + ITEM_SEEN,
            insert=NO_GUEST + ITEM_OPEN,
            delete=NO_GUEST + ITEM_OPEN,
        ),
        protect(
            "cases_roommessage",
            select=MESSAGE,
            insert=NO_GUEST
            + WRITTEN_BY_ME
            + " and "
            + MEETING_OPEN
            + " and {table}.author_id = app.membership_id()",
        ),
        migrations.RunSQL(
            "create policy cases_agendaitem_audience on cases_agendaitem as restrictive for all to eh_app"
            f" using ({FOR_SOME}) with check ({FOR_SOME})",
            "drop policy cases_agendaitem_audience on cases_agendaitem",
        ),
        *(
            migrations.RunSQL(
                f"create policy {table}_audience on {table} as restrictive for all to eh_app"
                f" using ({HEARD}) with check ({HEARD})",
                f"drop policy {table}_audience on {table}",
            )
            for table in UNDER_ITEMS
        ),
        migrations.RunSQL("select app.make_emergencies_read_only()", migrations.RunSQL.noop),
    ]
