"""Files that go with some kinds of messages: made when the message is handed over, from what is then true.

A message stays numbers and a key; an app that has a file for a kind says so in its AppConfig.ready():

    attachments.makers["meeting-arranged"] = calendar_of

The function gets the message and the address that it goes to. It is called by the relay, which sees with nobody's eyes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from earlyhelp.outbox.models import Message


@dataclass(frozen=True)
class Attachment:
    """One file. `content_type` with its parameters, such as "text/calendar; method=REQUEST"."""

    name: str
    content: bytes
    content_type: str


makers: dict[str, Callable[[Message, str], list[Attachment]]] = {}


def attachments_of(together: list[Message], address: str) -> list[Attachment]:
    """The files of an e-mail. One that tells several things of a day has none: their pages do."""
    if len(together) != 1 or together[0].kind not in makers:
        return []
    return makers[together[0].kind](together[0], address)
