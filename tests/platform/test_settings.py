"""A missing or silly production setting stops the start with one sentence that says what to set."""

import subprocess

import pytest

from devtools.console import PYTHON, ROOT
from tests.platform.deployment import settings_environment

GOOD = settings_environment(
    "postgresql://eh_app:kR7-long-and-random@db.internal:5432/earlyhelp?sslmode=verify-full",
    "rediss://:kR7-long-and-random@queue.internal:6379",
)


def start(module="earlyhelp.settings.base", remove=(), **changed):
    """Load the settings in a process of its own and print some of them."""
    environment = {name: value for name, value in {**GOOD, **changed}.items() if name not in remove}
    environment["DJANGO_SETTINGS_MODULE"] = module
    program = (
        "from django.conf import settings as s; d = s.DATABASES['default'];"
        "print(s.DEPLOYMENT, s.DEBUG, s.EH_DEMO, d['HOST'], d['OPTIONS'], s.SESSION_COOKIE_NAME, s.CELERY_BROKER_URL)"
    )
    command = [PYTHON, "-c", program]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


def test_start_with_good_settings():
    done = start()
    assert done.stdout.split() == [
        "production",
        "False",
        "False",
        "db.internal",
        "{'sslmode':",
        "'verify-full'}",
        "__Host-earlyhelp",
        "rediss://:kR7-long-and-random@queue.internal:6379/0",
    ], done.stderr


@pytest.mark.parametrize(
    "name",
    [
        "SECRET_KEY",
        "ALLOWED_HOSTS",
        "SITE_URL",
        "DATABASE_URL",
        "REDIS_URL",
        "EMAIL_HOST",
        "DEFAULT_FROM_EMAIL",
        "EH_PARTNERSHIP_NAME",
        "EH_COUNTY",
        "EH_HUB_PHONE",
        "EH_REFERENCE_PREFIX",
    ],
)
def test_refused_when_missing(name):
    done = start(remove=[name])
    assert done.returncode != 0
    assert (
        done.stderr.strip()
        .splitlines()[-1]
        .startswith(f"django.core.exceptions.ImproperlyConfigured: Set {name}")
    )


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("SECRET_KEY", "too-short", "Set SECRET_KEY to at least 50 random characters"),
        ("SECRET_KEY", "a" * 60, "Set SECRET_KEY to at least 50 random characters"),
        ("DEBUG", "1", "Remove DEBUG"),
        ("EH_DEMO", "1", "Remove EH_DEMO"),
        ("ALLOWED_HOSTS", "*", "Set ALLOWED_HOSTS to exact host names"),
        ("ALLOWED_HOSTS", "early.example,.example", "Set ALLOWED_HOSTS to exact host names"),
        ("SITE_URL", "http://early.example", "Set SITE_URL to an address that starts with https://"),
        ("DATABASE_URL", "sqlite:///data.db", "Set DATABASE_URL to a postgresql:// address"),
        (
            "DATABASE_URL",
            "postgresql://eh_app:postgres@db/earlyhelp",
            "Set DATABASE_URL to an address with a real",
        ),
        (
            "DATABASE_URL",
            "postgresql://eh_app@db/earlyhelp",
            "Set DATABASE_URL to an address with a real password",
        ),
        (
            "DATABASE_URL",
            "postgresql://eh_app:eh_app@db/earlyhelp",
            "Set DATABASE_URL to an address with a real",
        ),
        ("DATABASE_URL", "postgresql://eh_app:k9Jx2@db", "Set DATABASE_URL to a whole address"),
        ("REDIS_URL", "memory://", "Set REDIS_URL to a redis:// or rediss:// address"),
        ("REDIS_URL", "redis://queue:6379", "Set REDIS_URL to an address with a real password"),
        ("EH_SDC_THRESHOLD", "1", "Set EH_SDC_THRESHOLD to a whole number from 3 to 50"),
        ("EH_REVIEW_DAYS", "six weeks", "Set EH_REVIEW_DAYS to a whole number"),
        ("SESSION_IDLE_MINUTES", "1000", "Set SESSION_IDLE_MINUTES to a whole number from 1 to 120"),
        ("EMAIL_USE_TLS", "maybe", "Set EMAIL_USE_TLS to 1 (yes) or 0 (no)"),
    ],
)
def test_refused_when_silly(name, value, sentence):
    done = start(**{name: value})
    assert done.returncode != 0
    assert sentence in done.stderr.strip().splitlines()[-1]


def test_manage_shows_the_sentence_alone():
    environment = {name: value for name, value in GOOD.items() if name != "REDIS_URL"}
    done = subprocess.run(
        [PYTHON, "manage.py", "check"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [
        "error: Set REDIS_URL: the address of Valkey or Redis, redis://:PASSWORD@HOST:6379."
    ]


def test_password_never_appears_in_a_sentence():
    done = start(DATABASE_URL="postgresql://eh_app:changeme-hunter2@db/earlyhelp")
    assert "real password" in done.stderr
    assert "hunter2" not in done.stderr


def test_demo_settings_are_not_production():
    done = start(module="earlyhelp.settings.dev")
    assert done.stdout.split()[:3] == ["demo", "False", "True"], done.stderr
