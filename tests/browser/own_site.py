"""A whole site of a test's own, as a deployment has it: PostgreSQL, Valkey, web, live process and worker, to be killed.

Nothing is shared with the other tests: its servers have ports, passwords and folders of their own, and end with the test.
"""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psycopg2

from devtools import database, demo, processes, services, state
from devtools.console import ROOT
from devtools.postgres import Cluster
from devtools.valkey import Valkey

PATIENCE = 60  # seconds
PARTS = ("postgres", "valkey", "web", "live", "worker")


class OwnSite:
    """The site, and each part of it by name (PARTS): `kill` is signal 9, `start` brings it back."""

    def __init__(self, folder: Path, *, families: int = 0) -> None:
        self.folder = folder
        facts = state.new_state()
        name = f"test-{os.getpid()}-own"
        self.servers = {"postgres": Cluster(facts, name=name), "valkey": Valkey(facts, name=name)}
        self.programs: dict[str, subprocess.Popen] = {}
        self.port = processes.free_port()
        self.live_port = processes.free_port()
        self.families = families

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            **services.variables(self.servers["postgres"], self.servers["valkey"]),
            "EH_DEMO_FILES": str(self.folder),
            "PORT": str(self.port),
            "EH_LIVE_PORT": str(self.live_port),
        }

    def open(self) -> OwnSite:
        """Start the servers, make the database with the invented county, and start the rest."""
        self.servers["postgres"].start(tied=True).prepare()
        self.servers["valkey"].start(tied=True)
        database.manage_as_owner(self.environment, "migrate", "--verbosity", "0")
        self.manage("load_demo", "--families", str(self.families), "--verbosity", "0")
        for name in ("web", "live", "worker"):
            self.start(name)
        return self

    def close(self) -> None:
        """Stop and delete everything."""
        for program in self.programs.values():
            _end(program)
        for server in self.servers.values():
            if server.process and server.process.poll() is None:
                server.stop()
            server.remove()
            server.log.unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def manage(self, *arguments: str) -> None:
        """Run one manage.py command as the tables' owner."""
        database.manage_as_owner(self.environment, *arguments)

    def ask(self, question: str, *values) -> list[tuple]:
        """Rows of a question to the database, past row-level security, as the machine's own administrator."""
        with psycopg2.connect(self.servers["postgres"].url("admin")) as there, there.cursor() as cursor:
            cursor.execute(question, values)
            rows = cursor.fetchall()
        there.close()
        return rows

    def kill(self, name: str) -> None:
        """End one part with signal 9: none of its lines runs after this."""
        if name in self.servers:
            self.servers[name].process.kill()
            self.servers[name].process.wait(PATIENCE)
        else:
            _end(self.programs[name])

    def start(self, name: str) -> None:
        """Start one part and wait until it answers."""
        if name in self.servers:
            self.servers[name].start(tied=True)
            return
        commands = demo.commands(self.port) | {"live": demo.live_command(str(self.live_port))}
        self.programs[name] = processes.start(
            commands[name], log=self.folder / f"{name}.log", env=self.environment, cwd=ROOT
        )
        port = {"web": self.port, "live": self.live_port}.get(name)
        if port:
            self._wait_for(name, port)

    def _wait_for(self, name: str, port: int) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            there = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            try:
                there.request("GET", "/healthz")
                there.getresponse()
                return
            except OSError:
                time.sleep(0.05)
            finally:
                there.close()
        raise AssertionError(f"{name} did not answer: " + demo.tail(self.folder / f"{name}.log"))


def _end(program: subprocess.Popen) -> None:
    """Kill a program with its children: web servers and workers have processes of their own."""
    try:
        os.killpg(program.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    program.wait(PATIENCE)
