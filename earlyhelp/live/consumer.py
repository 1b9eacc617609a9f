"""The one kind of live connection: admitted like a page, asked again at every message, ended when sight ends."""

from __future__ import annotations

import datetime as dt
import json
import logging
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from channels.generic.websocket import AsyncWebsocketConsumer
from django.utils import timezone

from earlyhelp.access import Actor
from earlyhelp.live.database import in_database
from earlyhelp.live.visitor import Door, door_of, enter, is_signed_in
from earlyhelp.live.watch import Watch

log = logging.getLogger("earlyhelp.live")
LARGEST = 4096  # characters of one message, unless a consumer says otherwise (`largest`)
MESSAGES, PERIOD = 20, 10.0  # so many messages (`most`) in so many seconds
FULL_LOOK = 60.0  # seconds within which a connection is looked at again, whatever was told
SOMETIME = random.SystemRandom()

SIGNED_OUT = 4401
NOT_SEEN = 4403
TOO_LARGE = 4413
TOO_MANY = 4429
TRY_AGAIN = 1013
FAULT = 1011
WORDS = {
    SIGNED_OUT: "You have been signed out.",
    NOT_SEEN: "You can no longer see this record.",
    TOO_LARGE: "That was too long.",
    TOO_MANY: "That was too much at once.",
    TRY_AGAIN: "The connection was lost.",
}


@dataclass(frozen=True)
class Sight:
    """What a connection may look at now: asked of the database each time, never kept for the next message.

    `about`: how the database names it when it tells of a change ("case:<uuid>"). `until`: when it ends by itself.
    """

    about: str
    until: dt.datetime | None = None
    facts: dict[str, Any] = field(default_factory=dict)


class Over(Exception):  # noqa: N818  (an end, not an error)
    """This connection may not go on; `code` says why."""

    def __init__(self, code: int) -> None:
        super().__init__(WORDS[code])
        self.code = code


class LiveConsumer(AsyncWebsocketConsumer):
    """Base of all live connections. A subclass is declared with @access(...) and says what there is to see.

    `look(actor)` runs in the database's thread inside the actor's context and gives the Sight, or None: somebody else's
    record and one that does not exist are the same None, and the same refusal. `messages` names what a page may say:
    each value is a function(consumer, actor, sight, message) in the same transaction, which gives words to send back.
    `apart` names those that ask the database in a way of their own (many writers in one question): each value is an
    async function(consumer, message), which must ask for every message whether its person may.
    """

    messages: ClassVar[dict[str, Callable]] = {}
    apart: ClassVar[dict[str, Callable[..., Awaitable[None]]]] = {}
    largest: ClassVar[int] = LARGEST
    most: ClassVar[int] = MESSAGES

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.door = Door("")
        self.is_open = False
        self.again_at = 0.0
        self.concerned_by: frozenset[str] = frozenset()
        self.about = ""
        self.membership_id = 0
        self.user_id = 0
        self._said: list[float] = []

    # -- For subclasses ------------------------------------------------------------------------------------------

    def look(self, actor: Actor) -> Sight | None:
        """What this connection shows its person now; None when nothing."""
        raise NotImplementedError

    @classmethod
    def lost_sight(cls, connections: list) -> list:
        """In the database: those of `connections` that see nothing any more, in one question for all of them.

        A quick no for many at once. Whoever is not named here is looked at one by one, by the whole rule.
        """
        return []

    async def joined(self, sight: Sight) -> None:
        """The connection has been accepted."""

    async def handled(self, message: dict) -> None:
        """A message was allowed, handled and committed; what follows outside the database."""

    async def left(self, *, code: int) -> None:
        """The connection is over, whoever ended it. Called once."""

    # -- Coming in -----------------------------------------------------------------------------------------------

    async def __call__(self, *args) -> None:
        try:
            await super().__call__(*args)
        finally:  # whatever ended it: nobody stays behind who is not there
            await self._gone(FAULT)

    async def connect(self) -> None:
        watch = Watch.here()
        await watch.ready()
        told = watch.told
        door = door_of(self.scope)
        if door is None:  # not one of our pages, or nobody's: no connection at all
            await self.close()
            return
        self.door = door
        try:
            found = await in_database(self._admit)
        except Over as over:
            # Told in words, because a page that comes back after a gap must learn that it may not show what it shows.
            self.is_open = True
            await self.accept()
            await self.end(over.code)
            return
        self._remember(*found)
        watch.connections.add(self)
        self.is_open = True
        await self.accept()
        if watch.told != told:  # something ended between the look and here
            watch.look_again_at([self])
        await self.joined(found[1])

    def _admit(self) -> tuple[Actor, Sight]:
        """In the database: who it is and what they see, asked from the beginning. Raises Over."""
        actor = enter(self.door, self.access)
        sight = self.look(actor) if actor else None
        if actor is None or sight is None:
            raise Over(NOT_SEEN if is_signed_in(self.door) else SIGNED_OUT)
        return actor, sight

    def _admit_again(self) -> tuple[Actor, Sight]:
        """The same for a connection that is open."""
        found = self._admit()
        if found[0].membership.pk != self.membership_id:  # they act for another agency now, in another window
            raise Over(NOT_SEEN)
        return found

    def _remember(self, actor: Actor, sight: Sight) -> None:
        """Keep ids alone: by which facts this connection is concerned, and when to look again without being told."""
        self.user_id, self.membership_id, self.about = actor.user.pk, actor.membership.pk, sight.about
        self.concerned_by = frozenset(
            {
                sight.about,
                f"user:{actor.user.pk}",
                f"membership:{actor.membership.pk}",
                f"agency:{actor.agency.pk}",
                f"session:{self.door.fingerprint}",
            }
        )
        now = timezone.now()
        midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0) + dt.timedelta(
            days=1
        )
        first = min(midnight, sight.until or midnight)
        # Not all at one moment: many come at once when a meeting begins or this process does.
        full = FULL_LOOK * SOMETIME.uniform(0.5, 1)
        self.again_at = time.monotonic() + min(full, max(0.0, (first - now).total_seconds()))

    # -- Going on, or not ----------------------------------------------------------------------------------------

    async def lost(self) -> None:
        """Sight has ended: nothing else needs to be asked."""
        await self.end(NOT_SEEN)

    async def look_again(self) -> None:
        """Ask everything anew and end the connection if it may not go on. What cannot be asked is not allowed."""
        try:
            self._remember(*await in_database(self._admit_again))
        except Over as over:
            await self.end(over.code)
        except Exception as problem:
            log.warning("a connection could not be looked at (%s)", type(problem).__name__)
            await self.end(TRY_AGAIN)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Handle one message in a transaction of its own, as the person who sends it, if they still may."""
        now = time.monotonic()
        self._said = [at for at in self._said if now - at < PERIOD] + [now]
        if len(self._said) > self.most:
            await self.end(TOO_MANY)
            return
        if text_data is None or len(text_data) > self.largest:
            await self.end(TOO_LARGE)
            return
        try:
            message = json.loads(text_data)
            apart = self.apart.get(message["type"])
            handle = apart or self.messages[message["type"]]
        except (ValueError, TypeError, KeyError, RecursionError):
            await self.say(type="refused", words="This message is not understood.")
            return
        try:
            if apart:
                await apart(self, message)
                return
            answers = await in_database(self._handle, handle, message)
        except Over as over:
            await self.end(over.code)
        except Exception:
            log.exception("a message of the kind %s failed", handle.__name__)
            await self.say(type="refused", words="Something went wrong, and nothing was changed.")
        else:
            for answer in answers or ():
                await self.say(**answer)
            await self.handled(message)

    def _handle(self, handle: Callable, message: dict):
        actor, sight = self._admit_again()
        return handle(self, actor, sight, message)

    async def ask(self, function: Callable[[Actor, Sight], Any]) -> Any:
        """Run `function(actor, sight)` in a transaction as this person; None when the connection ended instead."""
        try:
            return await in_database(lambda: function(*self._admit_again()))
        except Over as over:
            await self.end(over.code)
        except Exception as problem:
            log.warning("a connection could not be asked for (%s)", type(problem).__name__)
            await self.end(TRY_AGAIN)
        return None

    async def say(self, **words: Any) -> None:
        """Send one message to the page, if it is still there."""
        if self.is_open:
            await self.pass_on(json.dumps(words))

    async def pass_on(self, text: str) -> None:
        """Send what is written already. A page that has just gone is no error."""
        try:
            await self.send(text_data=text)
        except (OSError, RuntimeError) as problem:  # it has just gone, and that is the next thing to be told
            log.info("a page went while it was told something (%s)", type(problem).__name__)

    # -- Going ---------------------------------------------------------------------------------------------------

    async def end(self, code: int) -> None:
        """End the connection and say why in plain words."""
        if not self.is_open:
            return
        try:
            await self.say(type="ended", code=code, words=WORDS[code])
            await self._gone(code)
        finally:  # a page whose connection is never closed would wait for answers that do not come
            await self.close(code)

    async def disconnect(self, code: int) -> None:
        await self._gone(code)

    async def _gone(self, code: int) -> None:
        if not self.is_open:
            return
        self.is_open = False
        known = self in Watch.here().connections
        Watch.here().connections.discard(self)
        try:
            if known:
                await self.left(code=code)
        except (OSError, TimeoutError) as problem:
            log.warning("others could not be told of a connection's end (%s)", type(problem).__name__)
