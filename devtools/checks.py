"""``./dev check``: every lint and static check, each shown with the time it took."""

import os
import subprocess
import time

from devtools import frontend, services
from devtools.console import PYTHON, ROOT, VAR, say

PYTHON_SOURCES = [
    "earlyhelp",
    "hubs",
    "cases",
    "assessments",
    "outcomes",
    "reporting",
    "devtools",
    "tests",
    "manage.py",
]
# What a real deployment would set: ``check --deploy`` must find nothing wrong with production settings.
DEPLOYMENT = {
    "DJANGO_SETTINGS_MODULE": "earlyhelp.settings.base",
    "ALLOWED_HOSTS": "earlyhelp.county.example",
    "SITE_URL": "https://earlyhelp.county.example",
    "EMAIL_HOST": "mail.county.example",
    "DEFAULT_FROM_EMAIL": "early-help@county.example",
    "EH_PARTNERSHIP_NAME": "Westmoor partnership",
    "EH_COUNTY": "Westmoor",
    "EH_HUB_PHONE": "01632 960 100",
    "EH_REFERENCE_PREFIX": "WM",
}


def steps(environment):
    """Return (what it checks, command, environment) of each step."""
    tool = f"{os.path.dirname(PYTHON)}/"
    deployment = {**environment, **DEPLOYMENT}
    manage = [PYTHON, "manage.py"]
    templates = [tool + "djlint", "--lint", "--quiet", "templates"]
    return [
        (
            "Python style",
            [tool + "ruff", "check", "--output-format", "concise", *PYTHON_SOURCES],
            environment,
        ),
        ("template style", templates, environment),
        ("types", [tool + "mypy", "--cache-dir", str(VAR / "mypy"), *typed_files()], environment),
        ("imports point one way", [tool + "lint-imports", "--no-cache"], environment),
        ("no migration is missing", [*manage, "makemigrations", "--check", "--dry-run"], environment),
        (
            "settings and database role",
            [*manage, "check", "--database", "default", "--fail-level", "WARNING"],
            environment,
        ),
        ("production settings", [*manage, "check", "--deploy", "--fail-level", "WARNING"], deployment),
    ]


def typed_files():
    """Return the files whose types are checked: access, audit, and every application's rules and actions."""
    found = ["earlyhelp/access", "earlyhelp/audit"]
    for application in ("hubs", "cases", "assessments", "outcomes", "reporting"):
        for room in ("rules", "actions"):
            for path in (ROOT / application / f"{room}.py", ROOT / application / room):
                if path.exists():
                    found.append(str(path.relative_to(ROOT)))
    return found


def run(names):
    """Run all steps, or those whose title contains one of ``names``. Returns 1 when any found something."""
    frontend.set_up()
    failed = []
    with services.throwaway() as environment:
        for title, command, variables in steps(environment):
            if names and not any(name in title for name in names):
                continue
            started = time.monotonic()
            done = subprocess.run(command, cwd=ROOT, env=variables, text=True, capture_output=True)
            verdict = "ok" if done.returncode == 0 else "FAILED"
            say(f"{verdict:6}  {title}  ({time.monotonic() - started:.1f}s)")
            if done.returncode:
                failed.append(title)
                print(done.stdout[-6000:] + done.stderr[-6000:], flush=True)
    say("nothing to mend" if not failed else "to mend: " + ", ".join(failed))
    return 1 if failed else 0
