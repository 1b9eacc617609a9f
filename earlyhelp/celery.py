"""The Celery application: background jobs such as reports, reminders and messages.

Celery only executes. What has to be done is a row in PostgreSQL, so a lost message is found again by a sweeper.
"""

import os
import sys

from celery import Celery
from celery.signals import beat_init, worker_init
from django.core.exceptions import ImproperlyConfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "earlyhelp.settings.base")

app = Celery("earlyhelp")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
@beat_init.connect
def refuse_privileged_role(**_kwargs):
    """Stop a worker or the scheduler that was given a database role which may see everything.

    Celery swallows an exception raised here, but not a request to end the process.
    """
    from earlyhelp.checks import refuse_unsafe_start

    try:
        refuse_unsafe_start()
    except ImproperlyConfigured as problem:
        sys.exit(f"error: {problem}")
