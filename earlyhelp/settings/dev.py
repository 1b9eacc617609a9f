"""Settings of the demo and of a developer's machine: production, less what needs TLS, a mail server and a domain name.

``./dev`` writes DATABASE_URL, REDIS_URL and SECRET_KEY; everything else has a value here.
"""

import os
from pathlib import Path

DEFAULTS = {
    "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]",
    "SITE_URL": "https://localhost",
    "TRUSTED_PROXY_COUNT": "0",
    "EMAIL_HOST": "localhost",
    "DEFAULT_FROM_EMAIL": "early-help@example.org",
    "EH_PARTNERSHIP_NAME": "Westmoor partnership",
    "EH_COUNTY": "Westmoor",
    "EH_HUB_PHONE": "01632 960 100",
    "EH_REFERENCE_PREFIX": "WM",
    "EH_SCHOOL_HOLIDAYS": "2026-10-26/2026-10-30, 2026-12-21/2027-01-01, 2027-02-15/2027-02-19, 2027-03-25/2027-04-09, "
    "2027-05-31/2027-06-04, 2027-07-23/2027-08-31",
    "EH_CALL_LINK_TEMPLATE": "https://meet.westmoor.example/early-help-{code}",
}
for name, value in DEFAULTS.items():
    os.environ.setdefault(name, value)
debug_wanted = os.environ.pop("DEBUG", "") == "1"
os.environ.pop("EH_DEMO", None)

from earlyhelp.settings.base import *  # noqa: E402,F403
from earlyhelp.settings.base import ALLOWED_HOSTS, BASE_DIR, CONTENT_SECURITY_POLICY  # noqa: E402

DEPLOYMENT = "demo"
DEBUG = debug_wanted
EH_DEMO = True
SITE_URL = f"http://localhost:{os.environ.get('PORT', '8000')}"
CSRF_TRUSTED_ORIGINS = [f"http://{host}:{os.environ.get('PORT', '8000')}" for host in ALLOWED_HOSTS]

# Plain http on this machine: no Secure cookies, so no __Host- names either
SESSION_COOKIE_NAME = "earlyhelp"
SESSION_COOKIE_SECURE = False
CSRF_COOKIE_NAME = "earlyhelp-csrf"
CSRF_COOKIE_SECURE = False
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 0

# Static files straight from the source folders, without a collecting step
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
# What it writes: files, messages, and the table of people to sign in as. A second demo has a folder of its own.
DEMO_FILES = Path(os.environ.get("EH_DEMO_FILES") or BASE_DIR / "var")
MEDIA_ROOT = DEMO_FILES / "media"

# The live process has a port of its own here: no proxy stands before the two
LIVE_PORT = os.environ.get("EH_LIVE_PORT", "")
LIVE_CONNECTIONS = bool(LIVE_PORT)
CONTENT_SECURITY_POLICY["DIRECTIVES"]["connect-src"] += [
    f"ws://{host}:{LIVE_PORT}" for host in ("localhost", "127.0.0.1") if LIVE_PORT
]

# Messages are written to files that a person can open
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = DEMO_FILES / "mail"
CELERY_TASK_ROUTES = {}  # one worker does everything
CELERY_BEAT_SCHEDULE_FILENAME = str(DEMO_FILES / "beat-schedule")
