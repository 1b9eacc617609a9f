"""What a page says and is told of the minutes, over the meeting's live connection.

The page says, and is told:
    minutes.open                                     minutes.state: may, me, people, and entries, all that it sees
    minutes.begin: entry item kind said_by key update     minutes.entry: the new one, to everybody who sees it
    minutes.write: entry key update caret            minutes.wrote: at, on [[entry, writer, key, update, caret]];
                                                     one's own key among them means that it is saved
    minutes.describe: entry kind said_by             minutes.described, the same
    minutes.caret: entry caret                       minutes.caret: on [entry, writer, caret]
    minutes.check: vectors {entry: state vector}     minutes.checked: entries {entry: [missing update, our vector]}
    and minutes.refused: entry key why words; minutes.gone: entries that it may not see any more, or that are empty

Updates are Yjs's, in base64. A caret is [client, clock] of the character before it, or null.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import time
from collections import deque
from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone

from cases.actions.typing import REFUSED, HeldNow, begin_minute
from cases.minutes import storing
from cases.minutes.desk import Desk
from cases.minutes.document import Stored
from cases.minutes.room import Room, Told
from cases.minutes.storing import Listed, Write
from cases.minutes.strokes import CLIENTS, HIGHEST, LARGEST, NotStrokes, read
from cases.models import AgendaItem, Meeting
from cases.rules import NotAllowed
from earlyhelp.access import Actor
from earlyhelp.live.consumer import TRY_AGAIN, Sight
from earlyhelp.live.database import in_database
from earlyhelp.web.dates import clock

LOOKS = 20  # times that a list of entries is asked for again because it grew meanwhile
SLOW = 500  # messages that wait for one page, above which its connection is ended and begins anew


class MinutesMixin:
    """For the meeting's consumer: typing together. `sees`: the entries that this connection is told of."""

    largest: ClassVar[int] = 60_000  # characters of one message; an update of 32 KiB in base64 and some words
    most: ClassVar[int] = 400  # messages in ten seconds: nobody types faster, and a page gathers its keys

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.sees: set[UUID] = set()
        self.room: Room | None = None
        self._outgoing: deque[str] = deque()
        self._more = asyncio.Event()
        self._posting: asyncio.Task | None = None
        self._checked_at = 0.0
        self._looks_again = 0  # second looks that are being taken
        self._was_asked_anew = 0  # how often one was begun
        self._one_look = asyncio.Lock()
        self._meanwhile: set[UUID] = set()  # entries told of since the last look began

    # -- Telling the page --------------------------------------------------------------------------------------------

    def post(self, words: str) -> None:
        """Send a message soon, in order, without waiting for this page: a slow one must not hold up a room."""
        if len(self._outgoing) >= SLOW:
            self._outgoing.clear()
            Desk.here().begin(self.end(TRY_AGAIN))
            return
        self._outgoing.append(words)
        self._more.set()

    def tell(self, **words: Any) -> None:
        self.post(json.dumps(words, separators=(",", ":")))

    async def _post(self) -> None:
        while self.is_open:
            await self._more.wait()
            self._more.clear()
            while self._outgoing and self.is_open:
                await self.pass_on(self._outgoing.popleft())

    def refuse(self, write: Write, why: str) -> None:
        """An update was not stored: say which, and why."""
        self.tell(
            type="minutes.refused", entry=str(write.minute), key=str(write.key), why=why, words=REFUSED[why]
        )

    def see(self, minute: UUID) -> None:
        """This connection is told of one more entry, which its person may see."""
        self.sees.add(minute)
        self._meanwhile.add(minute)

    # -- Opening -----------------------------------------------------------------------------------------------------

    async def open_minutes(self, _message: dict) -> None:
        """Tell this page of every entry that its person sees, and from now on of every change."""
        if self._posting is None:
            self._posting = asyncio.get_running_loop().create_task(self._post())
        desk = Desk.here()
        self.room = desk.enter(self.meeting_id, self)
        await self.look_at_minutes()
        if not self.is_open:
            desk.leave(self.room, self)

    async def look_at_minutes(self) -> None:
        """Ask anew which entries this person sees, and tell the page of all of them and of those that it must lose.

        One look after the other: of two at once the slower would take what was begun meanwhile for lost.
        """
        if self.room is not None:
            async with self._one_look:
                await self._look_once(self.room)

    async def _look_once(self, room: Room) -> None:
        for _ in range(LOOKS):
            self._meanwhile, asked_anew = set(), self._was_asked_anew
            found = await self.ask(self._look_at_minutes)
            if found is None:
                return
            may, listed, updates, people = found
            if self._meanwhile <= {each.id for each in listed} and asked_anew == self._was_asked_anew:
                break  # else an entry was begun, or sight changed, while the database was asked: too old an answer
        desk = Desk.here()
        for each in listed:
            desk.add_entry(room, each, updates.get(each.id, []))
        for person in room.people:
            if person is not self:  # whose name this is, when something of theirs comes
                person.tell(
                    type="minutes.people", people={self.membership_id: people.get(self.membership_id, "")}
                )
        lost = self.sees - {each.id for each in listed}
        self.sees = {each.id for each in listed}
        if lost:
            self.tell(type="minutes.gone", entries=[str(minute) for minute in lost])
        self.tell(
            type="minutes.state",
            me=self.membership_id,
            may=may,
            people=people,
            entries=[self._entry(room, each) for each in listed],
        )
        if room.behind():
            desk.begin(desk.catch_up(room))

    def _look_at_minutes(self, actor: Actor, _sight: Sight) -> tuple[bool, list[Listed], dict, dict]:
        """In the database, as this person."""
        listed = storing.listed(self.meeting_id)
        if any(not each.number and not each.ahead and each.author for each in listed):
            storing.make_documents(self.meeting_id, actor)
        known = self.room.entries if self.room else {}
        updates = storing.updates_of([each.id for each in listed if each.id not in known and not each.ahead])
        writers = {each.writer for stored in updates.values() for each in stored}
        people = {*writers, *(each.author for each in listed if each.author), self.membership_id}
        people |= {other.membership_id for other in (self.room.people if self.room else ())}
        for minute in {each.id for each in listed} & set(known):
            people |= {who for who, _ in known[minute].runs}
        return storing.may_write(actor, self.meeting_id), listed, updates, storing.names_of(people)

    @staticmethod
    def _entry(room: Room, listed: Listed) -> dict:
        return {
            "id": str(listed.id),
            "item": str(listed.item) if listed.item else None,
            "kind": listed.kind,
            "said_by": listed.said_by,
            "author": listed.author,
            "ahead": listed.ahead,
            "clock": listed.clock,
            "with": [who for who in dict(room.entries[listed.id].runs) if who != listed.author],
            "update": base64.b64encode(room.entries[listed.id].state).decode(),
        }

    # -- What a page says --------------------------------------------------------------------------------------------

    async def take_write(self, message: dict) -> None:
        """Something was typed in an entry: put it in line. Whether its person still may is asked when it is stored."""
        read_message = self._read(message)
        if read_message is None:
            return
        minute, key, data, strokes = read_message
        write = Write(
            self.user_id, self.membership_id, minute, key, strokes, data, self, _caret(message.get("caret"))
        )
        if self._looks_again:  # what its person sees is being asked: the page sends it again
            self.refuse(write, "later")
        elif self.room is None or minute not in self.sees or minute not in self.room.entries:
            self.refuse(write, "not_seen")
        elif not Desk.here().take(write):
            self.refuse(write, "busy")

    def _read(self, message: dict):
        try:
            minute, key = UUID(message["entry"]), UUID(message["key"])
        except (KeyError, ValueError, TypeError, AttributeError):
            self.tell(type="minutes.refused", entry="", key="", why="malformed", words=REFUSED["malformed"])
            return None
        try:
            data = base64.b64decode(message["update"], validate=True)
            return minute, key, data, read(data)
        except (KeyError, ValueError, TypeError, binascii.Error):
            self.tell(
                type="minutes.refused",
                entry=str(minute),
                key=str(key),
                why="malformed",
                words=REFUSED["malformed"],
            )
            return None

    async def begin_entry(self, message: dict) -> None:
        """The first keystroke of a new entry: it is there at once, for everybody who sees its item."""
        found = self._read(message)
        if found is None or self.room is None:
            return
        minute, key, data, strokes = found
        write = Write(self.user_id, self.membership_id, minute, key, strokes, data, self)
        try:
            made = await self.ask(
                lambda actor, _sight: _begin(self.meeting_id, minute, key, data, message, actor)
            )
        except NotAllowed:
            self.refuse(write, "not_seen")
            return
        if isinstance(made, str):
            self.refuse(write, made)
        elif made:
            await self._tell_of(self.room, made, key, data)

    async def _tell_of(self, room: Room, listed: Listed, key: UUID, data: bytes) -> None:
        desk = Desk.here()
        others = [person for person in room.people if person is not self]
        is_new = listed.id not in room.entries
        desk.add_entry(room, listed, [Stored(1, self.membership_id, data)])
        self.see(listed.id)
        if not is_new:  # sent again: everybody has been told
            room.tell([Told(listed.id, self.membership_id, str(key), base64.b64encode(data).decode())])
            return
        seen = await in_database(
            storing.who_sees, [(each.user_id, each.membership_id) for each in others], [listed.id]
        )
        for person, found in zip(others, seen, strict=True):
            if listed.id in found:
                person.see(listed.id)
        people = await self.ask(lambda _actor, _sight: storing.names_of([self.membership_id]))
        words = json.dumps(
            {
                "type": "minutes.entry",
                "at": clock(timezone.now()),
                "people": people or {},
                "key": str(key),
                "entry": self._entry(room, listed),
            }
        )
        for person in [self, *others]:
            if listed.id in person.sees:
                person.post(words)

    async def move_caret(self, message: dict) -> None:
        """Somebody is at another place of an entry: told to the others, kept nowhere."""
        try:
            minute = UUID(message["entry"])
        except (KeyError, ValueError, TypeError, AttributeError):
            return
        if self.room and minute in self.sees:
            self.room.tell_caret(minute, self.membership_id, _caret(message.get("caret")), self)

    async def describe_entry(self, message: dict) -> None:
        """Its author says what kind of entry it is, and who said it."""
        try:
            minute, kind, said_by = UUID(message["entry"]), str(message["kind"]), str(message["said_by"])
        except (KeyError, ValueError, TypeError, AttributeError):
            return
        if self.room is None or minute not in self.sees:
            return
        if await self.ask(lambda _actor, _sight: storing.describe(minute, kind, said_by)):
            if listed := self.room.listed.get(minute):
                listed.kind, listed.said_by = kind, said_by
            for person in self.room.people:
                if minute in person.sees:
                    person.tell(type="minutes.described", entry=str(minute), kind=kind, said_by=said_by)

    async def check_minutes(self, message: dict) -> None:
        """Compare what a page has with what is stored, so that no gap lasts."""
        vectors, now = message.get("vectors"), time.monotonic()
        if self.room is None or not isinstance(vectors, dict) or now - self._checked_at < 0.5:
            return
        self._checked_at = now
        await Desk.here().catch_up(self.room)
        answer = {}
        for name, vector in list(vectors.items())[:200]:
            try:
                entry = self.room.entries[UUID(name)] if UUID(name) in self.sees else None
                raw = base64.b64decode(vector, validate=True)
                if entry is None or len(raw) > LARGEST:
                    continue
                answer[name] = [_text(entry.since(raw)), _text(entry.vector)]
            except (KeyError, ValueError, TypeError, AttributeError, binascii.Error):
                continue
        self.tell(type="minutes.checked", entries=answer)

    minutes_messages: ClassVar[dict] = {
        "minutes.open": open_minutes,
        "minutes.write": take_write,
        "minutes.begin": begin_entry,
        "minutes.caret": move_caret,
        "minutes.describe": describe_entry,
        "minutes.check": check_minutes,
    }

    # -- As sight changes --------------------------------------------------------------------------------------------

    async def look_again(self) -> None:
        """Something that concerns this connection changed: until it has been asked anew, it is told nothing."""
        self.sees = set()
        self._was_asked_anew += 1
        self._looks_again += 1
        Desk.here().forget_permits(self.membership_id)
        try:
            await super().look_again()
            if self.is_open and self.room:
                await self.look_at_minutes()
        finally:
            self._looks_again -= 1

    async def lost(self) -> None:
        self.sees = set()
        await super().lost()

    async def left(self, *, code: int) -> None:
        self.sees = set()
        if self._posting:
            self._posting.cancel()
        if self.room:
            Desk.here().leave(self.room, self)
        await super().left(code=code)


def _begin(meeting: UUID, minute: UUID, key: UUID, data: bytes, message: dict, actor: Actor) -> Listed | str:
    """In the database, as the writer: the new entry, or why there is none."""
    try:
        item = UUID(message["item"]) if message.get("item") else None
    except (ValueError, TypeError, AttributeError):
        return "malformed"
    found = AgendaItem.objects.filter(pk=item, meeting=meeting).first() if item else None
    if item and found is None:
        return "not_seen"
    try:
        made = begin_minute(
            minute_id=minute,
            meeting=Meeting.objects.get(pk=meeting),
            item=found,
            kind=str(message.get("kind", "")),
            said_by=str(message.get("said_by") or ""),
            key=key,
            update=data,
            by=actor,
        )
    except NotAllowed:
        return "not_seen"
    except HeldNow:
        return "later"
    except NotStrokes:
        return "malformed"
    return next(each for each in storing.listed(meeting) if each.id == made.pk)


def _caret(found: object) -> list | None:
    """[client, clock], or None: what a page says is not passed on unread."""
    if not isinstance(found, list) or len(found) != 2:
        return None
    client, clock = found
    is_place = type(client) is int and type(clock) is int and 0 <= client < CLIENTS and 0 <= clock < HIGHEST
    return [client, clock] if is_place else None


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
