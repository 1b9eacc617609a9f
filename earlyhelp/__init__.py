"""The project and its platform: settings, access, accounts, audit and shared page helpers.

Importing the Celery application here makes ``shared_task`` use it in every process, also in the web server.
"""

from earlyhelp.celery import app as celery_app

__all__ = ["celery_app"]
