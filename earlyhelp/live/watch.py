"""Every open connection of this process, and the second look at those whose sight may have ended.

Three things cause a second look: a notification from the database (within milliseconds), a clock that looks every five
seconds at sessions and at whatever ends by its time, and once a minute everything, whatever was or was not told.
"""

from __future__ import annotations

import asyncio
import logging
import time

from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from earlyhelp.live.database import in_database
from earlyhelp.live.listener import ALSO, CHANNEL, EVERYTHING, Listener

SWEEP = 5.0  # seconds between two looks at what ends by its time
MANY = 3  # connections concerned by one fact, above which the database is asked about all of them at once
TOGETHER = 50  # so many in one question
READY = 3.0  # seconds that a handshake waits for the listener before it goes on without
log = logging.getLogger("earlyhelp.live")


class Watch:
    """One for each event loop; `Watch.here()` gives it."""

    _of_loop: dict[asyncio.AbstractEventLoop, Watch] = {}

    def __init__(self) -> None:
        self.connections: set = set()
        self.told = 0  # how many notifications came; a handshake compares before and after
        self._loop = asyncio.get_running_loop()
        self._urgent: dict = {}  # connections to look at again, in order; a dictionary keeps it and holds each once
        self._later: dict = {}
        self._wake = asyncio.Event()
        self._listening = asyncio.Event()
        self.listener = Listener(self._from_thread)
        self._tasks: list[asyncio.Task] = []

    @classmethod
    def here(cls) -> Watch:
        """The watch of the running loop, started when first asked for."""
        loop = asyncio.get_running_loop()
        found = cls._of_loop.get(loop)
        if found is None:
            found = cls._of_loop[loop] = cls()
            found._start()
        return found

    def _start(self) -> None:
        self.listener.start()
        workers = max(1, settings.LIVE_DATABASE_CONNECTIONS - 1)  # one connection is left for messages
        self._tasks = [asyncio.create_task(self._look_again()) for _ in range(workers)]
        self._tasks.append(asyncio.create_task(self._sweep()))

    async def stop(self) -> None:
        """End the watch, as the process does when it is asked to."""
        self._of_loop.pop(self._loop, None)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.to_thread(self.listener.stop)

    async def ready(self) -> None:
        """Wait until revocations are heard, so that none falls between a handshake's look and its being watched."""
        try:
            await asyncio.wait_for(self._listening.wait(), READY)
        except TimeoutError:
            log.warning("not listening yet: the clock alone ends connections")

    # -- What is told ------------------------------------------------------------------------------------------

    def _from_thread(self, words: str, channel: str) -> None:
        if self._loop.is_closed():
            return
        if channel == CHANNEL:
            self._loop.call_soon_threadsafe(self.hear, words)
        else:
            self._loop.call_soon_threadsafe(ALSO[channel], self._loop, words)

    def hear(self, words: str) -> None:
        """Look again at every connection that a notification concerns."""
        self.told += 1
        self._listening.set()
        everything = words == EVERYTHING
        concerned = (
            list(self.connections) if everything else [c for c in self.connections if words in c.concerned_by]
        )
        if len(concerned) > MANY and not words.startswith(("user:", "session:")):
            self._begin(self._look_at_many(concerned, is_urgent=not everything))
        else:
            self.look_again_at(concerned, is_urgent=not everything)

    async def _look_at_many(self, concerned: list, *, is_urgent: bool) -> None:
        """First a quick no from the database for all of them at once; then each of the others by the whole rule."""
        for kind in {type(each) for each in concerned}:
            of_kind = [each for each in concerned if type(each) is kind]
            for start in range(0, len(of_kind), TOGETHER):
                part = of_kind[start : start + TOGETHER]
                try:
                    lost = await in_database(kind.lost_sight, part)
                except Exception as problem:  # each is asked about below, and ended when that fails too
                    log.warning("many connections could not be looked at (%s)", type(problem).__name__)
                    lost = []
                await asyncio.gather(*(each.lost() for each in lost if each in self.connections))
        self.look_again_at([each for each in concerned if each in self.connections], is_urgent=is_urgent)

    def _begin(self, work) -> None:
        task = asyncio.create_task(work)
        self._tasks.append(task)
        task.add_done_callback(self._tasks.remove)

    def look_again_at(self, connections, *, is_urgent: bool = True) -> None:
        """Have some connections looked at again: at once, or after those that are more urgent."""
        (self._urgent if is_urgent else self._later).update(dict.fromkeys(connections))
        self._wake.set()

    # -- The second look -----------------------------------------------------------------------------------------

    def _next(self):
        for waiting in (self._urgent, self._later):
            if waiting:
                found = next(iter(waiting))
                del waiting[found]
                self._later.pop(found, None)
                return found
        return None

    async def _look_again(self) -> None:
        while True:
            connection = self._next()
            if connection is None:
                self._wake.clear()
                await self._wake.wait()
            elif connection in self.connections:
                try:
                    await connection.look_again()
                except Exception:  # one connection must not end the looks at all others
                    log.exception("a connection could not be looked at again")

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP)
            try:
                await self._end_what_is_over()
            except Exception:  # the database is away: the listener says so, and this goes on
                log.warning("the clock's look failed; trying again in %s seconds", SWEEP)

    async def _end_what_is_over(self) -> None:
        everybody = list(self.connections)
        if not everybody:
            return
        alive = await in_database(_sessions_alive, {each.door.session_key for each in everybody})
        now = time.monotonic()
        self.look_again_at([each for each in everybody if each.door.session_key not in alive])
        self.look_again_at([each for each in everybody if each.again_at <= now], is_urgent=False)


def _sessions_alive(keys: set[str]) -> set[str]:
    rows = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    return set(rows.values_list("session_key", flat=True))
