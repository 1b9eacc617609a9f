"""Who else has the same thing open: told from connection to connection, written down nowhere.

Each connection says "hello" when it comes, "still" every twenty seconds and "gone" when it goes; each keeps a list
of the others and forgets whoever has not been heard of for a minute. Only ids travel. What is shown of them is asked of
the database by each connection for itself, as its own person.
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from redis.exceptions import RedisError

from earlyhelp.live.consumer import LiveConsumer

STILL = 20.0  # seconds between two signs of life
FORGOTTEN = 50.0  # seconds without one
AWAY = 5.0  # seconds before the queue is tried again
TOGETHER = 0.05  # seconds in which several changes become one
log = logging.getLogger("earlyhelp.live")


@dataclass
class Other:
    """One connection of somebody: a person may have several."""

    user_id: int
    membership_id: int
    part: str
    heard_at: float


class Presence:
    """The others at one connection. `changed` is called soon after the list of them changed."""

    def __init__(self, consumer, group: str, changed: Callable[[], Awaitable[None]]) -> None:
        self.consumer = consumer
        self.group = group
        self.changed = changed
        self.part = ""
        self.others: dict[str, Other] = {}
        self._me = uuid.uuid4().hex
        self._tasks: set[asyncio.Task] = set()
        self._is_telling = False

    @property
    def me(self) -> str:
        """How the others name this connection."""
        return self._me

    # -- Telling the others ----------------------------------------------------------------------------------------

    async def join(self, part: str) -> None:
        """Come in, and be told by the others that they are here."""
        self.part = part
        await self.consumer.channel_layer.group_add(self.group, self.consumer.channel_name)
        await self._say("hello")
        self._begin(self._keep_telling())

    def join_later(self) -> None:
        """The queue is away: come in when it is back."""
        self._begin(self._join_later())

    async def _join_later(self) -> None:
        while True:
            await asyncio.sleep(AWAY)
            try:
                await self.join(self.part)
            except (RedisError, OSError):
                continue
            return

    async def move(self, part: str) -> None:
        """Tell the others that this person looks at another part now."""
        if part != self.part:
            self.part = part
            await self._say("still")

    async def leave(self) -> None:
        """Tell the others, and stop listening."""
        for task in self._tasks - {asyncio.current_task()}:  # one of them may be what ends the connection
            task.cancel()
        try:
            await self._say("gone")
            await self.consumer.channel_layer.group_discard(self.group, self.consumer.channel_name)
        except RedisError as problem:
            log.warning(
                "the queue is away (%s): others forget this connection by themselves", type(problem).__name__
            )

    async def _say(self, what: str) -> None:
        await self.consumer.channel_layer.group_send(
            self.group, {"type": "presence.heard", "what": what, **self._words()}
        )

    def _words(self) -> dict:
        return {
            "me": self._me,
            "channel": self.consumer.channel_name,
            "user": self.consumer.user_id,
            "membership": self.consumer.membership_id,
            "part": self.part,
        }

    async def _keep_telling(self) -> None:
        while True:
            await asyncio.sleep(STILL)
            try:
                await self._say("still")
            except RedisError:
                continue
            now = time.monotonic()
            silent = [key for key, other in self.others.items() if now - other.heard_at > FORGOTTEN]
            for key in silent:
                del self.others[key]
            if silent:
                self._tell_soon()

    # -- Hearing them ------------------------------------------------------------------------------------------------

    async def heard(self, event: dict) -> None:
        """One of the connections (this one too) said something."""
        if event["me"] == self._me:
            return
        before = {key: (other.membership_id, other.part) for key, other in self.others.items()}
        if event["what"] == "gone":
            self.others.pop(event["me"], None)
        else:
            self.others[event["me"]] = Other(
                event["user"], event["membership"], event["part"], time.monotonic()
            )
        if event["what"] == "hello":  # answer the newcomer alone
            answer = {"type": "presence.heard", "what": "still", **self._words()}
            await self.consumer.channel_layer.send(event["channel"], answer)
        if before != {key: (other.membership_id, other.part) for key, other in self.others.items()}:
            self._tell_soon()

    def people(self) -> dict[int, str]:
        """Memberships of the others, each with the part looked at last; one's own other windows are not others."""
        found = sorted(self.others.values(), key=lambda other: other.heard_at)
        return {other.membership_id: other.part for other in found if other.user_id != self.consumer.user_id}

    def _tell_soon(self) -> None:
        if not self._is_telling:
            self._is_telling = True
            self._begin(self._tell())

    async def _tell(self) -> None:
        await asyncio.sleep(TOGETHER)
        self._is_telling = False
        await self.changed()

    def _begin(self, work) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class PresentConsumer(LiveConsumer):
    """Base of the live connections that say who else is there. A subclass calls `come_in` once it has joined."""

    presence: Presence | None = None

    async def tell_who_is_here(self) -> None:
        """The others have changed: ask for their names as this connection's own person, and tell the page."""
        raise NotImplementedError

    async def come_in(self, group: str, part: str) -> None:
        """Join the others of a group, at one part of what they have open ("" for none)."""
        self.presence = Presence(self, group, self.tell_who_is_here)
        try:
            await self.presence.join(part)
        except (RedisError, OSError) as problem:  # what else the connection is for goes on
            log.warning("the queue is away (%s): trying again", type(problem).__name__)
            self.presence.join_later()
        if not self.is_open:  # ended while it came in
            await self.presence.leave()

    async def left(self, *, code: int) -> None:
        if self.presence:
            await self.presence.leave()

    async def presence_heard(self, event: dict) -> None:
        """Another connection to the same thing said something."""
        if self.is_open and self.presence:
            await self.presence.heard(event)
