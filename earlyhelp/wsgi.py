"""The way in for the web server (gunicorn)."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "earlyhelp.settings.base")

try:
    application = get_wsgi_application()

    from earlyhelp.checks import refuse_unsafe_start  # not earlier: it needs the settings

    refuse_unsafe_start()
except ImproperlyConfigured as problem:
    sys.exit(f"error: {problem}")
