"""Sound and pictures between up to six people in a room: browsers talk to each other, and find each other here.

What passes through this process are the offers and answers of WebRTC, between connections of the same room, as words of
a limited size. Sound and pictures never do: they go from browser to browser, or sealed through the relay (TURN).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from dataclasses import replace
from typing import Any, ClassVar

from django.conf import settings

from cases.live_room.sight import Place
from cases.models import Meeting
from earlyhelp.access import Actor
from earlyhelp.audit import record_change
from earlyhelp.live.consumer import Sight

MOST = 6  # people on one call: each sends to each, and an office's line carries no more
LONGEST = 16_000  # characters of one offer or answer; those of a browser have four to eight thousand
KINDS = ("offer", "answer")


def relays(*, now: float | None = None) -> list[dict[str, Any]]:
    """What a browser needs to reach the relay: addresses, and a name and password that hold for some hours.

    They are made from the secret that coturn knows too (its `use-auth-secret`): the name says until when, and no more.
    Empty when the partnership has no relay.
    """
    if not settings.TURN_URLS:
        return []
    until = int((time.time() if now is None else now) + settings.TURN_SECONDS)
    name = f"{until}:{secrets.token_hex(6)}"
    # coturn knows no other digest here (`use-auth-secret`). A collision of SHA-1 does not break an HMAC.
    sealed = hmac.new(settings.TURN_SECRET.encode(), name.encode(), hashlib.sha1).digest()
    return [{"urls": settings.TURN_URLS, "username": name, "credential": base64.b64encode(sealed).decode()}]


def has_calls() -> bool:
    """Whether rooms offer a call: with a relay, or where somebody has said that all sit in one network."""
    return settings.LIVE_CONNECTIONS and (bool(settings.TURN_URLS) or settings.CALLS_IN_ONE_NETWORK)


class CallMixin:
    """The call's part of a room's connection.

    The page says `{"type": "call", "join": true}` and `{"type": "signal", "to", "kind", "words"}`. It is told
    `{"type": "call", "relays", "is_relayed"}` or `{"type": "call", "full": true}`, and `{"type": "signal", "from",
    "kind", "words"}`. Who is on the call is told with who is here.
    """

    place: Place
    presence: Any

    def call(self, actor: Actor, sight: Sight, message: dict) -> list[dict]:
        """Come to the call or leave it. Coming is recorded; what is said there is not."""
        if not has_calls() or message.get("join") is not True:
            return []
        if self.people_on_call() >= MOST and not self.place.in_call:
            return [{"type": "call", "full": True}]
        meeting = Meeting.objects.select_related("case").get(pk=sight.facts["meeting"])
        if meeting.is_locked:
            return []
        record_change(actor, "Joined the call of a meeting", case=meeting.case, obj=meeting)
        return [{"type": "call", "relays": relays(), "is_relayed": bool(settings.TURN_URLS)}]

    def signal(self, _actor: Actor, _sight: Sight, _message: dict) -> None:
        """An offer or an answer for another: that its sender still sees the meeting was just asked."""

    call_messages: ClassVar[dict] = {"call": call, "signal": signal}

    def people_on_call(self) -> int:
        """How many other connections of this room are on the call."""
        others = self.presence.others.values() if self.presence else ()
        return sum(Place.read(other.part).in_call for other in others)

    async def handled_call(self, message: dict) -> None:
        """Outside the database: tell the others, or pass an offer on to the one it is for."""
        if message["type"] == "call":
            joins = message.get("join") is True and has_calls()
            if not joins or self.place.in_call or self.people_on_call() < MOST:
                await self.move_to(replace(self.place, in_call=joins))  # type: ignore[attr-defined]
        elif message["type"] == "signal" and self.place.in_call:
            await self._pass_on(message)

    async def _pass_on(self, message: dict) -> None:
        to, kind, words = (message.get(name) for name in ("to", "kind", "words"))
        if not (isinstance(to, str) and isinstance(words, str)) or kind not in KINDS or len(words) > LONGEST:
            return
        other = self.presence.others.get(to)
        if other is None or not Place.read(other.part).in_call:  # not of this room, or not on its call
            return
        event = {"type": "call.signal", "to": to, "from": self.presence.me, "kind": kind, "words": words}
        await self.channel_layer.group_send(self.presence.group, event)  # type: ignore[attr-defined]

    async def call_signal(self, event: dict) -> None:
        """An offer or an answer; only the one it is for passes it to the page, and only while on the call."""
        if self.is_open and self.presence and event["to"] == self.presence.me and self.place.in_call:  # type: ignore[attr-defined]
            words = {name: event[name] for name in ("from", "kind", "words")}
            await self.say(type="signal", **words)  # type: ignore[attr-defined]
