"""Settings of the test suite: as strict as production or stricter, only quicker where nothing is proved by slowness."""

import os

DEFAULTS = {
    "SECRET_KEY": "only-for-tests-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFG",
    "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "SITE_URL": "https://testserver",
    "EMAIL_HOST": "localhost",
    "DEFAULT_FROM_EMAIL": "early-help@example.org",
    "EH_PARTNERSHIP_NAME": "Westmoor partnership",
    "EH_COUNTY": "Westmoor",
    "EH_HUB_PHONE": "01632 960 100",
    "EH_REFERENCE_PREFIX": "WM",
}
for name, value in DEFAULTS.items():
    os.environ.setdefault(name, value)
for name in ("DEBUG", "EH_DEMO"):
    os.environ.pop(name, None)
# Tests sign in to the database as eh_test and act as eh_app: they must never hold the application's own password.
os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL", "")
if not os.environ["DATABASE_URL"]:
    raise SystemExit(
        "Start the services first: ./dev up, then  set -a; . var/env; set +a  (or run ./dev test)."
    )

from earlyhelp.settings.base import *  # noqa: E402,F403
from earlyhelp.settings.base import BASE_DIR, CHANNEL_LAYERS, DATABASES, EARLY_HELP, SESSION_ENGINE  # noqa: E402,F401

DEPLOYMENT = "test"
EH_DEMO = True
DEMO_FILES = BASE_DIR / "var"
DATABASES["default"]["TEST"] = {"NAME": os.environ.get("EH_TEST_DB", "test_earlyhelp")}
DATABASES["default"]["OPTIONS"]["options"] = "-c role=eh_app"

SESSION_COOKIE_NAME = "earlyhelp"
SESSION_COOKIE_SECURE = False
CSRF_COOKIE_NAME = "earlyhelp-csrf"
CSRF_COOKIE_SECURE = False
SECURE_SSL_REDIRECT = False

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
EARLY_HELP["MESSAGES_DAILY"] = False  # a test sees what is told where it is told; tests/outbox turns it on
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_ROOT = None
WHITENOISE_AUTOREFRESH = True  # browser tests read static files without a collecting step
WHITENOISE_USE_FINDERS = True
LIVE_CONNECTIONS = False  # the tests of live connections start a live process and switch them on
CHANNEL_LAYERS["default"]["CONFIG"]["prefix"] = os.environ.get("EH_TEST_DB", "test_earlyhelp")
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
