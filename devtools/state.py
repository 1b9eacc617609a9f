"""Ports and passwords of this checkout's private services, kept in var/state.json (readable by us alone)."""

import contextlib
import fcntl
import json
import os
import secrets

from devtools.console import VAR
from devtools.processes import free_port

PATH = VAR / "state.json"


def new_state():
    """Return fresh ports and passwords."""
    return {
        "postgres_port": free_port(),
        "valkey_port": free_port(),
        "secret_key": secrets.token_urlsafe(48),
        **{
            f"{who}_password": secrets.token_urlsafe(18)
            for who in ("admin", "owner", "app", "test", "valkey")
        },
    }


def load():
    """Return the state of this checkout, made at the first call."""
    VAR.mkdir(exist_ok=True)
    if not PATH.exists():
        save(new_state())
    return json.loads(PATH.read_text())


def save(state):
    """Write the state in one move, so that a reader never sees half of it."""
    half = PATH.with_suffix(".part")
    half.touch(mode=0o600)
    half.write_text(json.dumps(state, indent=1))
    os.replace(half, PATH)


@contextlib.contextmanager
def only_one(name="services"):
    """Hold this checkout's lock ``name``: two commands must not set up the same thing at once."""
    VAR.mkdir(exist_ok=True)
    with open(VAR / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
