"""Bringing the demo's database up to date: migrations when they changed, the invented county when there is none."""

import hashlib
import subprocess

import psycopg2

from devtools.console import PYTHON, ROOT, say

SOURCES = ("*/migrations/*.py", "*/*/migrations/*.py", "earlyhelp/access/*.sql", "requirements.txt")


def fingerprint():
    """Return a text that changes when any migration changes."""
    digest = hashlib.sha256()
    for pattern in SOURCES:
        for path in sorted(ROOT.glob(pattern)):
            if not path.relative_to(ROOT).parts[0].startswith((".", "node_modules", "var")):
                digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def manage_as_owner(environment, *arguments):
    """Run one manage.py command with the rights of the tables' owner; stop with its exit code when it fails."""
    owner = {**environment, "DATABASE_URL": environment["OWNER_DATABASE_URL"]}
    done = subprocess.run([PYTHON, "manage.py", *arguments], env=owner, cwd=ROOT)
    if done.returncode:
        raise SystemExit(done.returncode)


def migrate(environment, stamp):
    """Apply migrations unless the file ``stamp`` says that these very ones were applied."""
    current = fingerprint()
    if stamp.exists() and stamp.read_text() == current:
        return
    manage_as_owner(environment, "migrate", "--verbosity", "0")
    stamp.write_text(current)
    say("database is up to date")


def has_agencies(owner_url):
    """Say whether anybody has been loaded yet."""
    connection = psycopg2.connect(owner_url)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM hubs_agency)")
        found = cursor.fetchone()[0]
    connection.close()
    return found


def load_demo(environment):
    """Load the invented county into an empty database."""
    if has_agencies(environment["OWNER_DATABASE_URL"]):
        return
    say("loading the invented county")
    manage_as_owner(environment, "load_demo")
    say("county is loaded")
