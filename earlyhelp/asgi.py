"""The way in for the asynchronous web server (uvicorn), kept for live rooms."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "earlyhelp.settings.base")

application = get_asgi_application()

from earlyhelp.checks import refuse_unsafe_start  # noqa: E402  (settings must be loaded first)

refuse_unsafe_start()
