"""Production settings. ``dev`` and ``test`` loosen them; nothing is loosened here.

A needed variable that is missing or silly stops the start with one sentence. ``.env.example`` explains every variable.
"""

from pathlib import Path

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from earlyhelp.settings import environment as env
from earlyhelp.settings.partnership import read_partnership
from earlyhelp.settings.schedule import SCHEDULE
from earlyhelp.settings.signin import *  # noqa: F403

BASE_DIR = Path(__file__).resolve().parent.parent.parent

# -- What this installation is -------------------------------------------------------------------------------
DEPLOYMENT = "production"
DEBUG = False
EH_DEMO = False  # the one-click "sign in as" page; only dev.py and test.py may switch it on
if env.flag("DEBUG"):
    raise ImproperlyConfigured(
        "Remove DEBUG: error pages with details must not exist on a site with families' data."
    )
if env.flag("EH_DEMO"):
    raise ImproperlyConfigured(
        "Remove EH_DEMO: the demo's sign-in page must not exist on a site with families' data."
    )

SECRET_KEY = env.secret_key()
SECRET_KEY_FALLBACKS = [key for key in env.optional("SECRET_KEY_FALLBACKS").split(",") if key]
ALLOWED_HOSTS = env.hosts()
SITE_URL = env.site_url()
CSRF_TRUSTED_ORIGINS = [SITE_URL]
EARLY_HELP = read_partnership()

# -- Applications --------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "earlyhelp",
    "earlyhelp.access",
    "earlyhelp.accounts",
    "earlyhelp.api",
    "earlyhelp.audit",
    "earlyhelp.outbox",
    "earlyhelp.live",
    "earlyhelp.web",
    "hubs",
    "cases",
    "assessments",
    "outcomes",
    "reporting",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "guardian",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "django_htmx",
    "csp",
]
MIDDLEWARE = [
    "earlyhelp.headers.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "earlyhelp.headers.SessionAgeMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # Opens the request's transaction and tells the database who is asking. Everything inside it sees only that
    # person's rows, so only answers to errors stand behind it.
    "earlyhelp.access.middleware.AccessMiddleware",
    # Answers inside it, for what a view raised.
    "cases.middleware.ProtectedAddressMiddleware",
    "cases.middleware.MergedMiddleware",
]
ROOT_URLCONF = "earlyhelp.urls"
WSGI_APPLICATION = "earlyhelp.wsgi.application"
ASGI_APPLICATION = "earlyhelp.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"
SILENCED_SYSTEM_CHECKS = [
    "guardian.W001"
]  # guardian's backend is not used: cases/querysets.py asks its tables directly

# -- Templates and forms -------------------------------------------------------------------------------------
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "earlyhelp.web.context_processors.early_help",
            ],
        },
    },
]
FORM_RENDERER = "earlyhelp.web.forms.GovUkRenderer"

# -- Data ----------------------------------------------------------------------------------------------------
DATABASES = {
    "default": {
        **env.database(),
        "ATOMIC_REQUESTS": True,  # a savepoint inside the transaction that AccessMiddleware opens
        "CONN_MAX_AGE": 60,  # seconds; what the database is told about the person ends with each transaction
        "CONN_HEALTH_CHECKS": True,
    },
}
REDIS_URL = env.redis_url()
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": f"{REDIS_URL}/1",
        "KEY_PREFIX": "earlyhelp",
    },
}

# -- Live connections: a process of their own (earlyhelp/asgi.py) behind the same address ---------------------
LIVE_CONNECTIONS = env.flag("LIVE_CONNECTIONS", True)  # whether pages ask for them; without them they work too
LIVE_PORT = ""  # where the page finds the live process when no proxy stands before both (the demo)
LIVE_DATABASE_CONNECTIONS = env.number("LIVE_DATABASE_CONNECTIONS", 4, low=2, high=50)
CHANNEL_LAYERS = {
    "default": {
        # Passed on and not kept: what one live process tells the others is never written to a disk.
        "BACKEND": "earlyhelp.live.layer.PatientLayer",
        "CONFIG": {"hosts": [f"{REDIS_URL}/2"], "prefix": "earlyhelp"},
    },
}

# -- Calls inside a meeting: browser to browser, or sealed through a relay of our own (docker-compose.yml) -------
TURN_URLS = env.words("TURN_URLS")  # "turn:turn.example.org:3478,turns:turn.example.org:5349"; none: no calls
TURN_SECRET = env.optional("TURN_SECRET")  # coturn knows it too; browsers get names and passwords made from it
TURN_SECONDS = env.number("TURN_SECONDS", 4 * 3600, low=600, high=24 * 3600)  # as long as these hold
CALLS_IN_ONE_NETWORK = env.flag("CALLS_IN_ONE_NETWORK", False)  # calls without a relay, where all sit in one network
if TURN_URLS and len(TURN_SECRET) < 32:
    raise ImproperlyConfigured("Set TURN_SECRET: at least 32 characters that only this system and the relay know.")
CALL_PERMISSIONS = "camera=(self), display-capture=(), geolocation=(), microphone=(self), payment=(), usb=()"

# -- Object permissions: guardian stores the grants in our own tables, its generic ones stay empty -----------
GUARDIAN_MONKEY_PATCH_USER = False
ANONYMOUS_USER_NAME = None

# -- Access: who is asking (earlyhelp/access/middleware.py calls these) --------------------------------------
ACCESS_ACTOR_FOR_REQUEST = "hubs.actors.actor_for_request"
ACCESS_ACTOR_FOR_MEMBERSHIP = "hubs.actors.actor_for"
ACCESS_SECOND_FACTOR = "earlyhelp.accounts.second_factor.has_second_factor"
ACCESS_GUEST_FOR_REQUEST = "cases.guests.guest_of_request"
ACCESS_KEPT_WORDS = "earlyhelp.accounts.kept"
CSRF_FAILURE_VIEW = "earlyhelp.accounts.kept.refused_token"
SECOND_FACTOR_URL = "mfa_activate_totp"
CHOOSE_AGENCY_URL = "choose-agency"
GUEST_OVER_URL = "guest-over"

# -- Sessions and cookies ------------------------------------------------------------------------------------
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_IDLE_SECONDS = env.number("SESSION_IDLE_MINUTES", 30, low=1, high=120) * 60
SESSION_ABSOLUTE_SECONDS = env.number("SESSION_ABSOLUTE_HOURS", 10, low=1, high=24) * 3600
SESSION_COOKIE_AGE = SESSION_IDLE_SECONDS
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_NAME = "__Host-earlyhelp"
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "__Host-csrf"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # cookies would carry the wording

# -- Transport and headers -----------------------------------------------------------------------------------
TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXY_COUNT", 1, low=0, high=5)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
# The API refuses plain http in its own words: a program that is sent on would go on sending its key in the clear.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^api/"]
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
PERMISSIONS_POLICY = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],  # data: for the square code that sets up the second factor
        "media-src": [SELF],  # recordings of people's own words, played on the page
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    },
}

# -- Static files, uploads -----------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.optional("STATIC_ROOT", str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = Path(env.optional("MEDIA_ROOT", str(BASE_DIR / "media")))
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage"
    },  # never served by address, only by a view
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# The virus scanner: HOST:PORT of ClamAV's daemon, or the path of its socket. Without one files are "not scanned".
CLAMAV_ADDRESS = env.optional("CLAMAV_ADDRESS")
CLAMAV_TIMEOUT_SECONDS = env.number("CLAMAV_TIMEOUT_SECONDS", 60, low=1, high=600)  # without a word from it
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024  # bytes, without files
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o640

# -- Language and time ---------------------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True
USE_I18N = True

# -- Mail: no message carries personal data, only "you have something to look at" ----------------------------
# With a key of GOV.UK Notify messages go through it, and no mail server is needed.
GOVUK_NOTIFY_API_KEY = env.optional("GOVUK_NOTIFY_API_KEY")
GOVUK_NOTIFY_URL = env.optional("GOVUK_NOTIFY_URL", "https://api.notifications.service.gov.uk")
if GOVUK_NOTIFY_API_KEY:
    GOVUK_NOTIFY_TEMPLATE_ID = env.required(
        "GOVUK_NOTIFY_TEMPLATE_ID", "the id of the Notify template with ((subject)) and ((body))"
    )
    EMAIL_BACKEND, EMAIL_HOST = "earlyhelp.outbox.govuk_notify.NotifyBackend", ""
else:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = env.required("EMAIL_HOST", "the mail server that sends invitations and reminders")
EMAIL_PORT = env.number("EMAIL_PORT", 587, low=1, high=65_535)
EMAIL_HOST_USER = env.optional("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.optional("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", True)
EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL = env.required("DEFAULT_FROM_EMAIL", "the address that messages come from")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# -- Background jobs -----------------------------------------------------------------------------------------
CELERY_BROKER_URL = f"{REDIS_URL}/0"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600
}  # seconds until an unfinished job is given out again
CELERY_TASK_IGNORE_RESULT = True  # results are rows in PostgreSQL
CELERY_TASK_SERIALIZER = "json"
CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 15 * 60  # seconds
CELERY_TASK_SOFT_TIME_LIMIT = 14 * 60
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_ROUTES = {
    "cases.look_after_document": {"queue": "documents"}  # a worker of its own, which a hostile file may keep busy
}
CELERY_BEAT_SCHEDULE = SCHEDULE

# -- API: earlyhelp/api ---------------------------------------------------------------------------------------
API_PREFIX = "/api/"
API_WRONG_KEYS = "30/m/ip"  # tries with a key that is not in force; one that is in force is never counted
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["earlyhelp.api.policy.WhoIsAsking"],
    "DEFAULT_PERMISSION_CLASSES": ["earlyhelp.api.policy.Declared", "earlyhelp.api.policy.KeyMayWrite"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["earlyhelp.api.policy.OneJson"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "earlyhelp.api.policy.OnlyJson",
    "DEFAULT_SCHEMA_CLASS": "earlyhelp.api.schema.Described",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "earlyhelp.api.problems.handle",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Early Help API",
    "VERSION": "1",
    "DESCRIPTION": "What partners' own systems may read and write, under the same rule as the pages. See docs/api.md.",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "CategoryEnum": "hubs.models.Category.choices",
        "CaseStatusEnum": "cases.models.case.CaseStatus.choices",
        "OutcomeStatusEnum": "cases.models.plan.OutcomeStatus.choices",
        "ActionStatusEnum": "cases.models.plan.ActionStatus.choices",
        "MeetingStatusEnum": "cases.models.meeting.MeetingStatus.choices",
        "DocumentStatusEnum": "cases.models.document.DocumentStatus.choices",
        "AssessmentStatusEnum": "assessments.models.assessment.AssessmentStatus.choices",
        "NoteKindEnum": "cases.models.notes.NoteKind.choices",
        "MeetingKindEnum": "cases.models.meeting.MeetingKind.choices",
        "WrittenNoteKindEnum": "cases.api.shapes.WRITTEN_KINDS",
        "ReviewDecisionEnum": "cases.models.plan.ReviewDecision.choices",
        "SharingDecisionEnum": "cases.api.requests.OUTCOMES",
    },
}

# -- Logs: to standard output, without what was asked, typed or read (earlyhelp/audit/logs.py) -----------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "earlyhelp.audit.logs.WithoutWords",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "filters": {"without_addresses": {"()": "earlyhelp.audit.logs.WithoutAddresses"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["without_addresses"],
        }
    },
    "root": {"handlers": ["console"], "level": env.optional("LOG_LEVEL", "INFO")},
    "loggers": {
        "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "django.request": {"level": "ERROR"},  # a refusal is an answer, not an event for the operator
        "fontTools": {"level": "WARNING"},
        "weasyprint": {"level": "ERROR"},
    },
}
