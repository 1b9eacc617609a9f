"""Live connections to a meeting: who is here, whose hand is up, and that a part of the page has changed."""

from __future__ import annotations

import logging
import time
import uuid
from dataclasses import replace
from typing import ClassVar

from redis.exceptions import RedisError

from cases.actions.room import note_arrival
from cases.live import lost_sight
from cases.live_room.call import CallMixin
from cases.live_room.sight import Place, meeting_of, people_in_room, sees_item, sight_of_room
from cases.live_room.signals import group_of
from cases.minutes.live import MinutesMixin
from earlyhelp.access import Actor, Permission, access
from earlyhelp.live.consumer import Sight
from earlyhelp.live.presence import PresentConsumer

log = logging.getLogger("earlyhelp.live")


@access(Permission.CASE_READ)
class RoomConsumer(MinutesMixin, CallMixin, PresentConsumer):
    """Who is in the meeting, told to those who may see it, and to nobody else. Nothing of this is stored.

    The page says `{"type": "hand", "up": true}`. It is told `{"type": "welcome"}` once it will hear of changes,
    `{"type": "here", "people": [{"name", "agency", "invitation", "hand", "in_call", "me"}], "id",
    "on_call": [{"id", "name"}]}` (oneself too; ids of connections, for the call),
    `{"type": "changed", "part": "decisions"}` and, once, `{"type": "ended", "code", "words"}`.
    """

    def look(self, actor: Actor) -> Sight | None:
        return sight_of_room(actor, self.scope["url_route"]["kwargs"]["pk"])

    @classmethod
    def lost_sight(cls, connections: list) -> list:
        return lost_sight(connections)

    @property
    def meeting_id(self) -> uuid.UUID:
        return self.scope["url_route"]["kwargs"]["pk"]

    async def joined(self, sight: Sight) -> None:
        self.place = Place()
        await self.come_in(group_of(self.meeting_id), str(self.place))
        await self.say(type="welcome")
        await self.ask(lambda actor, _sight: note_arrival(meeting=meeting_of(self.meeting_id), by=actor))
        await self.tell_who_is_here()

    # -- Who is here ---------------------------------------------------------------------------------------------

    def places(self) -> dict[int, Place]:
        """Everybody in the room by membership, oneself included; of several windows of one person, all together."""
        found: dict[int, Place] = {self.membership_id: self.place}
        for other in self.presence.others.values() if self.presence else ():
            told, known = Place.read(other.part), found.get(other.membership_id, Place())
            found[other.membership_id] = Place(max(told.hand, known.hand), told.in_call or known.in_call)
        return found

    async def tell_who_is_here(self) -> None:
        """Ask for the names as this connection's own person, who must still see the meeting, and tell the page."""
        places, me = self.places(), self.membership_id
        people = await self.ask(lambda _actor, sight: people_in_room(sight.facts["meeting"], places, me=me))
        if people is None or self.presence is None:
            return
        names = {person.pop("membership"): person["name"] for person in people}
        on_call = [
            {"id": key, "name": names[other.membership_id]}
            for key, other in self.presence.others.items()
            if Place.read(other.part).in_call and other.membership_id in names
        ]
        await self.say(type="here", people=people, id=self.presence.me, on_call=on_call)

    async def move_to(self, place: Place) -> None:
        """Say something else of this person to the others."""
        self.place = place
        if self.presence is None:
            return
        try:
            await self.presence.move(str(place))
        except RedisError as problem:
            log.warning("the queue is away (%s): others are not told", type(problem).__name__)
        await self.tell_who_is_here()

    # -- What a page says ------------------------------------------------------------------------------------------

    def hand(self, _actor: Actor, _sight: Sight, _message: dict) -> None:
        """Raise or lower one's hand: nothing to write down."""

    messages: ClassVar[dict] = {"hand": hand, **CallMixin.call_messages}
    apart: ClassVar[dict] = MinutesMixin.minutes_messages

    async def handled(self, message: dict) -> None:
        if message["type"] == "hand":
            is_up = message.get("up") is True
            at = self.place.hand or int(time.time() * 1000)
            await self.move_to(replace(self.place, hand=at if is_up else 0))
        else:
            await self.handled_call(message)

    # -- What has changed --------------------------------------------------------------------------------------------

    async def room_changed(self, event: dict) -> None:
        """A part of the meeting has changed. What belongs to an item for some is told to those who see the item."""
        if not self.is_open:
            return
        if event["item"] and not await self.ask(lambda _actor, _sight: sees_item(event["item"])):
            return
        if event.get("sight"):
            await self.look_at_minutes()
        for part in event["parts"]:
            await self.say(type="changed", part=part)
