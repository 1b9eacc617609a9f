"""How a guest comes in: why they were invited, their one session, and the functions that answer when nobody is signed in."""

from django.db import migrations, models

from cases.sql import run

FUNCTIONS = (
    "app.end_guest_session(text)",
    "app.begin_guest_session(text)",
    "app.admit_guest(text, text)",
    "app.try_guest(text)",
    "app.guest_link_waits(text)",
    "app.guest_may_look(int)",
)


class Migration(migrations.Migration):
    dependencies = [("cases", "0013_log")]

    operations = [
        migrations.AddField(
            "guest", "why", models.TextField(blank=True, verbose_name="why they are invited")
        ),
        migrations.AddField(
            "guest",
            "session_hash",
            models.CharField(blank=True, max_length=64, verbose_name="hash of the one session"),
        ),
        migrations.AddField(
            "guest", "used_at", models.DateTimeField(blank=True, null=True, verbose_name="looked last")
        ),
        migrations.AlterField(
            "guest",
            "confirmed_at",
            models.DateTimeField(blank=True, null=True, verbose_name="came in last"),
        ),
        migrations.AddConstraint(
            "guest",
            models.UniqueConstraint(
                condition=models.Q(("session_hash", ""), _negated=True),
                fields=("session_hash",),
                name="one_guest_a_session",
            ),
        ),
        # Whoever invited them makes a new code, and the session of the old one ends with it.
        migrations.RunSQL(
            "grant update (code_hash, code_sent_at, tries, session_hash) on cases_guest to eh_app",
            "revoke update (code_hash, code_sent_at, tries, session_hash) on cases_guest from eh_app",
        ),
        run("guest_v1", undo=f"drop function {', '.join(FUNCTIONS)}"),
        migrations.RunSQL(
            "revoke execute on function app.guest_may_look(int) from eh_app", migrations.RunSQL.noop
        ),
    ]
