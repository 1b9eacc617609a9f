"""Live connections to one part of an assessment: who is on it, who writes in which answer, and that somebody saved."""

from __future__ import annotations

import logging
from typing import ClassVar

from redis.exceptions import RedisError

from assessments.live import people_on_part, sight_of_part
from cases.live import lost_sight
from earlyhelp.access import Actor, Permission, access
from earlyhelp.live.consumer import Sight
from earlyhelp.live.presence import PresentConsumer

log = logging.getLogger("earlyhelp.live")


@access(Permission.CASE_READ)
class PartConsumer(PresentConsumer):
    """Who else is on this part, told to those who may see it, and to nobody else. Nothing is stored, nothing is locked.

    The page says `{"type": "writing", "question": "reason"}` ("" when it stops) and `{"type": "saved"}`. It is told
    `{"type": "here", "people": [{"name", "agency", "question"}], "own": true}` (own: another window of the same
    person), `{"type": "newer"}` when somebody has saved, and, once, `{"type": "ended", "code", "words"}`.
    """

    def look(self, actor: Actor) -> Sight | None:
        return sight_of_part(actor, **self.scope["url_route"]["kwargs"])

    @classmethod
    def lost_sight(cls, connections: list) -> list:
        return lost_sight(connections)

    async def joined(self, sight: Sight) -> None:
        await self.come_in(sight.facts["group"], "")

    async def part_saved(self, event: dict) -> None:
        """Another page of this part was saved: this one may ask what is newer."""
        if self.is_open and event["channel"] != self.channel_name:
            await self.say(type="newer")

    async def tell_who_is_here(self) -> None:
        """Ask for the names as this connection's own person, who must still see the part, and tell the page."""
        presence = self.presence
        if presence is None:
            return
        others = presence.people()
        own = any(other.user_id == self.user_id for other in presence.others.values())
        people = await self.ask(lambda _actor, _sight: people_on_part(others))
        if people is not None:
            await self.say(type="here", people=people, own=own)

    def writing(self, actor: Actor, sight: Sight, message: dict) -> None:
        """The page writes in one of this part's answers; anything else is nowhere."""
        question = message.get("question")
        known = isinstance(question, str) and question in sight.facts["questions"]
        self._question = question if known else ""

    def saved(self, actor: Actor, sight: Sight, message: dict) -> None:
        """The page has saved: nothing is asked of the database but whether it may say so."""

    messages: ClassVar[dict] = {"writing": writing, "saved": saved}

    async def handled(self, message: dict) -> None:
        if self.presence is None:
            return
        try:
            if message["type"] == "writing":
                await self.presence.move(self._question)
            else:
                words = {"type": "part.saved", "channel": self.channel_name}
                await self.channel_layer.group_send(self.presence.group, words)
        except RedisError as problem:
            log.warning("the queue is away (%s): others are not told", type(problem).__name__)
