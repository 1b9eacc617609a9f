"""PostgreSQL and Valkey together, and the environment that programs find them by."""

import contextlib
import os
import secrets
import shlex
import shutil

from devtools import state as states
from devtools.console import VAR
from devtools.postgres import THROWAWAY, Cluster
from devtools.processes import answers, free_port, is_running
from devtools.valkey import Valkey

ENV_FILE = VAR / "env"


def variables(cluster, valkey):
    """Return the environment variables by which programs find these two servers."""
    return {
        "DJANGO_SETTINGS_MODULE": "earlyhelp.settings.dev",
        "DATABASE_URL": cluster.url("app"),
        "OWNER_DATABASE_URL": cluster.url("owner"),
        "TEST_DATABASE_URL": cluster.url("test", "postgres"),
        "REDIS_URL": valkey.url(),
        "SECRET_KEY": cluster.state["secret_key"],
    }


def write_env_file(values):
    """Write var/env for ``set -a; . var/env; set +a``."""
    ENV_FILE.touch(mode=0o600)
    ENV_FILE.write_text("".join(f"{name}={shlex.quote(value)}\n" for name, value in values.items()))


def start(*, tied):
    """Start what is not running. Returns (environment variables, the servers that were started now).

    ``tied``: they end with this process; otherwise they run until ``./dev stop``.
    """
    with states.only_one():
        state = states.load()
        cluster, valkey = Cluster(state), Valkey(state)
        started = []
        if not cluster.is_running():
            _move_if_taken(state, "postgres_port", cluster)
            started.append(cluster.start(tied=tied))
        if not valkey.is_running():
            _move_if_taken(state, "valkey_port", valkey)
            started.append(valkey.start(tied=tied))
        cluster.prepare()
        values = variables(cluster, valkey)
        write_env_file(values)
        return values, started


def _move_if_taken(state, key, server):
    if answers(server.port):
        state[key] = server.port = free_port()
        states.save(state)


def stop():
    """Stop this checkout's servers, whoever started them. Returns the names of those that ran."""
    state = states.load()
    servers = {"Valkey": Valkey(state), "PostgreSQL": Cluster(state)}
    return [name for name, server in servers.items() if server.stop_from_outside()]


@contextlib.contextmanager
def running(*, tied=True):
    """Give the environment with servers running; stop again those that were started for it."""
    values, started = start(tied=tied)
    try:
        yield {**os.environ, **values}
    finally:
        for server in reversed(started):
            server.stop()


@contextlib.contextmanager
def throwaway():
    """Give the environment with servers of this run's own: no two test runs can meet. They vanish afterwards."""
    remove_abandoned()
    name = f"test-{os.getpid()}"
    state = {**states.new_state(), "secret_key": secrets.token_urlsafe(48)}
    cluster = Cluster(state, name=name, options=THROWAWAY)
    valkey = Valkey(state, name=name, keep=False)
    try:
        cluster.start(tied=True)
        cluster.prepare()
        valkey.start(tied=True)
        # Nothing here is older than this run: its databases may be copies of one that was migrated once.
        yield {**os.environ, **variables(cluster, valkey), "EH_TEST_TEMPLATE": "test_template"}
    finally:
        for server in (valkey, cluster):
            server.stop()
            server.remove()
            server.log.unlink(missing_ok=True)


def remove_abandoned():
    """Delete what a test run left behind that was killed with signal 9."""
    anywhere = Cluster(states.load())
    for folder in [*anywhere.folder.parent.glob("test-*"), *(VAR / "valkey").glob("test-*")]:
        pid = folder.name.split("-")[1]
        if pid.isdecimal() and not is_running(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)
