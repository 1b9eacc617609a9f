"""What goes wrong while somebody types: a web server of the test's own that is killed, a database that goes away.

Nothing is stood in for: the server is a process, its end is signal 9, and its database connections are ended by PostgreSQL.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db import connection

from devtools import processes

PATIENCE = 60  # seconds until a server answers; a machine with other work to do is slow


class WebServer:
    """gunicorn on the test's database, as eh_app, on a port of its own."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.port = processes.free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen | None = None

    def start(self) -> WebServer:
        """Begin, and do not wait."""
        found = urlsplit(os.environ["TEST_DATABASE_URL"])
        database = urlunsplit(found._replace(path=f"/{connection.settings_dict['NAME']}"))
        environment = {
            **os.environ,
            "TEST_DATABASE_URL": database,
            "DJANGO_SETTINGS_MODULE": "earlyhelp.settings.test",
        }
        command = [sys.executable, "-m", "gunicorn", "earlyhelp.wsgi", "--bind", f"127.0.0.1:{self.port}"]
        limits = ["--workers", "1", "--threads", "4", "--log-level", "error", "--no-control-socket"]
        self.process = processes.start(
            [*command, *limits],
            log=self.log,
            env=environment,
            cwd=settings.BASE_DIR,
            death_signal=signal.SIGKILL,
        )
        return self

    def wait(self) -> None:
        """Until it answers."""
        processes.wait_until_it_answers(self.process, self.port, log=self.log, seconds=PATIENCE)

    def kill(self) -> None:
        """Signal 9 to all of it, in the middle of whatever it does."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)


def restart_database() -> bool:
    """Restart the whole database server at once, as after a crash. Only where the test owns it (EH_LOST_RESTART).

    EH_LOST_RESTART is the command that does it. Without it, False: others work on this one.
    """
    command = os.environ.get("EH_LOST_RESTART")
    if not command:
        return False
    connection.close()
    subprocess.run(command, shell=True, check=True, timeout=120, capture_output=True)  # noqa: S602  (the tester's own)
    return True
