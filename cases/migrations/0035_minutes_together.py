"""Minutes that several people type at once: what each typed, stored once, until the minutes are signed off."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from cases.sql import run
from earlyhelp.access.rls import protect

# Whoever sees the entry sees what it is made of; nobody adds to it but through app.store_minute_updates.
OF_MINUTE = "app.guest_id() is null and exists (select 1 from cases_minute e where e.id = {table}.minute_id)"
FOR_THE_DATABASE_ALONE = ("app.keep_signed_minutes()",)
UNDO = """
    drop trigger signed_minutes_stay on cases_minute;
    drop trigger signed_minutes_take_nothing on cases_minuteupdate;
    drop function app.keep_signed_minutes(), app.finish_minutes(uuid), app.unsettled_minutes(uuid),
      app.drop_empty_minutes(uuid, interval), app.settle_minutes(uuid[], int[], text[], jsonb[]),
      app.who_sees_minutes(int[], int[], uuid[]),
      app.write_minutes(text, int[], int[], uuid[], uuid[], bigint[], bytea[], text[]),
      app.store_minute_updates(text, int[], uuid[], uuid[], bigint[], bytea[]), app.may_type_in(uuid),
      app.minute_passes(int[], uuid[]);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("hubs", "0006_usual_form"),
        ("cases", "0034_scheduling"),
    ]

    operations = [
        migrations.AddField(
            "minute",
            "text_number",
            models.PositiveIntegerField(
                default=0,
                help_text="The last update that the text holds; 0 while nobody typed in it together.",
            ),
        ),
        migrations.AddField(
            "minute",
            "runs",
            models.JSONField(
                default=list,
                help_text="Who wrote the text: pairs of a membership's id and a number of characters.",
            ),
        ),
        migrations.RemoveConstraint("minute", "minute_says_something"),
        migrations.AddConstraint(
            "minute",
            models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True) | models.Q(("text_number__gt", 0)),
                name="minute_says_something",
            ),
        ),
        migrations.CreateModel(
            name="MinuteUpdate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                (
                    "key",
                    models.UUIDField(
                        help_text="Made by the browser, so that what is sent again is stored once."
                    ),
                ),
                (
                    "client",
                    models.BigIntegerField(
                        null=True,
                        help_text="Yjs's name for the page that typed; it stays its writer's. None when nothing was added.",
                    ),
                ),
                ("data", models.BinaryField()),
                (
                    "total",
                    models.PositiveIntegerField(help_text="Bytes of the entry's updates up to this one."),
                ),
                ("written_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "minute",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="updates", to="cases.minute"
                    ),
                ),
                (
                    "writer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hubs.membership"
                    ),
                ),
            ],
            options={"ordering": ["minute", "number"]},
        ),
        migrations.AddConstraint(
            "minuteupdate",
            models.UniqueConstraint(fields=("minute", "number"), name="minute_update_in_order"),
        ),
        migrations.AddConstraint(
            "minuteupdate", models.UniqueConstraint(fields=("minute", "key"), name="minute_update_once")
        ),
        migrations.AddIndex(
            "minuteupdate", models.Index(fields=["minute", "client"], name="minute_update_by_client")
        ),
        protect("cases_minuteupdate", select=OF_MINUTE),
        run("minutes_v1", undo=UNDO),
        migrations.RunSQL(
            [f"revoke execute on function {name} from eh_app" for name in FOR_THE_DATABASE_ALONE],
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL("select app.make_emergencies_read_only()", migrations.RunSQL.noop),
    ]
