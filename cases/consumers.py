"""Live connections to a family's record."""

from __future__ import annotations

from typing import ClassVar
from urllib.parse import parse_qs

from cases.live import PARTS, lost_sight, people_here, sight_of
from earlyhelp.access import Actor, Permission, access
from earlyhelp.live.consumer import Sight
from earlyhelp.live.presence import PresentConsumer


@access(Permission.CASE_READ)
class RecordConsumer(PresentConsumer):
    """Who else has this record open, told to those who may see it, and to nobody else. Nothing is stored.

    The page says `{"type": "part", "part": "plan"}` when its person looks at another part. It is told
    `{"type": "here", "people": [{"name", "agency", "where"}]}` and, once, `{"type": "ended", "code", "words"}`.
    """

    def look(self, actor: Actor) -> Sight | None:
        return sight_of(actor, self.scope["url_route"]["kwargs"]["reference"])

    @classmethod
    def lost_sight(cls, connections: list) -> list:
        return lost_sight(connections)

    async def joined(self, sight: Sight) -> None:
        wanted = parse_qs(self.scope.get("query_string", b"").decode("latin-1"))
        await self.come_in("record." + sight.about.replace(":", "."), _part(wanted.get("part", [""])[0]))

    async def tell_who_is_here(self) -> None:
        """Ask for the names as this connection's own person, who must still see the record, and tell the page."""
        others = self.presence.people() if self.presence else {}
        people = await self.ask(lambda _actor, _sight: people_here(others))
        if people is not None:
            await self.say(type="here", people=people)

    def said_part(self, _actor: Actor, _sight: Sight, _message: dict) -> None:
        """The page looks at another part: nothing to write down."""

    async def handled(self, message: dict) -> None:
        if self.presence:
            await self.presence.move(_part(message.get("part")))

    messages: ClassVar = {"part": said_part}


def _part(words: object) -> str:
    """A part of the record, or nothing: what the page says is not passed on unread."""
    return words if isinstance(words, str) and words in PARTS else ""
