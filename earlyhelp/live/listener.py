"""Hears what the database tells when a fact that ends somebody's sight commits (LISTEN earlyhelp_sight).

One thread and one connection of its own. When the connection is lost it is made anew, and the word "all" is passed on:
whatever was told in the gap is made up for by asking about everybody.
"""

from __future__ import annotations

import asyncio
import logging
import select
import threading
import time
from collections.abc import Callable

import psycopg2
from django.db import connection

CHANNEL = "earlyhelp_sight"
# Other channels of the database, each with what hears it: function(loop, words), called in that loop.
ALSO: dict[str, Callable[[asyncio.AbstractEventLoop, str], None]] = {}
EVERYTHING = "all"
QUIET = 5  # seconds without a word after which the connection itself is tried
log = logging.getLogger("earlyhelp.live")


class Listener:
    """Calls `tell(words, channel)` in its own thread for each notification. `is_listening`: it would hear one now."""

    def __init__(self, tell: Callable[[str, str], None]) -> None:
        self._tell = tell
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="live-listener", daemon=True)
        self.listening = threading.Event()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(QUIET)

    @property
    def is_listening(self) -> bool:
        return self.listening.is_set()

    def _run(self) -> None:
        wait = 0.1
        while not self._stopping.is_set():
            try:
                self._listen()
                wait = 0.1
            except psycopg2.Error as problem:
                if self.listening.is_set():
                    wait = 0.1
                    log.warning(
                        "the database is away (%s): listening again as soon as it is back",
                        type(problem).__name__,
                    )
                self.listening.clear()
                time.sleep(wait)
                wait = min(wait * 2, 2)

    def _listen(self) -> None:
        # Django's parameters, not Django's connection: this one stays open, in no transaction, as nobody.
        found = connection.get_connection_params()
        found.pop("cursor_factory", None)
        database = psycopg2.connect(
            **{
                **found,
                "keepalives_idle": 10,
                "keepalives_interval": 3,
                "keepalives_count": 3,
                "connect_timeout": 5,
            }
        )
        try:
            database.autocommit = True
            with database.cursor() as cursor:
                for channel in (CHANNEL, *ALSO):
                    cursor.execute(f"listen {channel}")
            self.listening.set()
            self._tell(EVERYTHING, CHANNEL)  # for whatever was told before we listened
            while not self._stopping.is_set():
                ready, _, _ = select.select([database], [], [], 0.5)
                if not ready and self._quiet_for(database):
                    with database.cursor() as cursor:
                        cursor.execute("select 1")
                database.poll()
                while database.notifies:
                    self._heard_at = time.monotonic()
                    heard = database.notifies.pop(0)
                    self._tell(heard.payload, heard.channel)
        finally:
            self.listening.clear()
            database.close()

    _heard_at = 0.0

    def _quiet_for(self, _database) -> bool:
        if time.monotonic() - self._heard_at < QUIET:
            return False
        self._heard_at = time.monotonic()
        return True
