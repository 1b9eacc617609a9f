"""The way in for the asynchronous web server (uvicorn), for live rooms."""

import os
import sys

from django.core.asgi import get_asgi_application
from django.core.exceptions import ImproperlyConfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "earlyhelp.settings.base")

try:
    application = get_asgi_application()

    from earlyhelp.checks import refuse_unsafe_start  # not earlier: it needs the settings

    refuse_unsafe_start()
except ImproperlyConfigured as problem:
    sys.exit(f"error: {problem}")
