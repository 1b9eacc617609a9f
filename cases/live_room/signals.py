"""Tell the pages of a meeting that a part of it has changed, after the change has been committed."""

from __future__ import annotations

import logging
import uuid

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import transaction
from redis.exceptions import RedisError

from cases.models import AgendaItem, ItemAudience, Meeting
from hubs.models import Category

log = logging.getLogger("earlyhelp.live")

# What a page of a meeting is made of (templates/cases/meetings/parts/): each can be fetched alone.
PARTS = (
    "strip",
    "agenda",
    "item",
    "ahead",
    "minutes",
    "decisions",
    "actions",
    "documents",
    "messages",
    "who",
    "endbar",
)


def group_of(meeting: uuid.UUID) -> str:
    """The group of the connections that have this meeting open."""
    return f"room.{meeting.hex}"


def tell_room(
    meeting: Meeting, *parts: str, item: AgendaItem | None = None, is_sight_changed: bool = False
) -> None:
    """Have everybody's page fetch these parts again, once the transaction has been committed.

    Args:
        parts: keys of PARTS.
        item: what the change belongs to; only those who see it are told that anything changed.
        is_sight_changed: whether an item is for other people now, so that each connection asks anew what it may hear.

    A lost signal loses nothing: a page asks for everything when its connection comes back.
    """
    unknown = set(parts) - set(PARTS)
    if unknown:
        raise ValueError(f"no such part of a meeting: {', '.join(sorted(unknown))}")
    if not settings.LIVE_CONNECTIONS:
        return
    words = {
        "type": "room.changed",
        "parts": list(parts),
        "item": str(item.pk) if item is not None and _is_for_some(item) else "",
        "sight": is_sight_changed,
    }
    transaction.on_commit(lambda: _send(group_of(meeting.pk), words), robust=True)


def _is_for_some(item: AgendaItem) -> bool:
    return item.category != Category.FAMILY or item.audience != ItemAudience.ALL


def _send(group: str, words: dict) -> None:
    layer = get_channel_layer()
    if layer is None:
        return
    try:
        async_to_sync(layer.group_send)(group, words)
    except (RedisError, OSError) as problem:
        log.warning("the queue is away (%s): a meeting's pages are not told", type(problem).__name__)
