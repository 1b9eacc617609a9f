"""The way in for the web server (gunicorn)."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "earlyhelp.settings.base")

application = get_wsgi_application()

from earlyhelp.checks import refuse_unsafe_start  # noqa: E402  (settings must be loaded first)

refuse_unsafe_start()
