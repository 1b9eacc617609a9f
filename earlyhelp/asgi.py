"""The way in for the live process (uvicorn): web sockets under /live/. Pages are gunicorn's (earlyhelp/wsgi.py)."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor

import django
from django.core.exceptions import ImproperlyConfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "earlyhelp.settings.base")

try:
    django.setup(set_prefix=False)

    from earlyhelp.checks import refuse_unsafe_start  # not earlier: they need the settings
    from earlyhelp.live.application import LiveApplication

    # In a thread: uvicorn loads this file inside its event loop, where Django asks no database.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(refuse_unsafe_start).result()
    application = LiveApplication()
except ImproperlyConfigured as problem:
    sys.exit(f"error: {problem}")
