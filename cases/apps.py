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
        # Sent once for each app that was migrated; the last one sees all tables. Idempotent, about 2 ms.
        post_migrate.connect(make_emergencies_read_only, dispatch_uid="make_emergencies_read_only")
