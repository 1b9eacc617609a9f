from django.apps import AppConfig
from django.db.models.signals import post_migrate


def make_emergencies_read_only(using, **_facts):
    """Refuse writing by emergency access in every protected table, also one that a later migration added."""
    from django.db import connections

    with connections[using].cursor() as cursor:
        cursor.execute("select to_regprocedure('app.make_emergencies_read_only()') is not null")
        if cursor.fetchone()[0]:
            cursor.execute("select app.make_emergencies_read_only()")


class CasesConfig(AppConfig):
    name = "cases"
    verbose_name = "Families and their cases"

    def ready(self):
        from cases.actions.hooks import after_case_closed
        from cases.joining import work
        from cases.panels import waiting
        from cases.panels.actions.requests import withdraw_when_closed

        waiting.listen()
        work.listen()
        if withdraw_when_closed not in after_case_closed:
            after_case_closed.append(withdraw_when_closed)
        from cases.scheduling.telling import ONE_FILE, SEVERAL_FILES, calendar_files
        from earlyhelp.outbox.attachments import makers

        makers.update(dict.fromkeys([*ONE_FILE, *SEVERAL_FILES], calendar_files))
        # Sent once for each app that was migrated; the last one sees all tables. Idempotent, about 2 ms.
        post_migrate.connect(make_emergencies_read_only, dispatch_uid="make_emergencies_read_only")
        from cases import waiting
        from cases.drift import waiting_for_drift
        from cases.steps_waiting import waiting_for_steps

        waiting.listeners.append(waiting_for_drift)
        waiting.listeners.append(waiting_for_steps)
