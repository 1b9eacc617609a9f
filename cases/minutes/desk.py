"""Where all that is typed in this process comes together: gathered for a moment, stored in one question, then told.

One desk for each event loop. Documents live in the loop; the database is asked from its threads. Nothing is told to
anybody before it is stored, and the database is the only truth: a desk that dies loses nothing that was called saved.
"""

from __future__ import annotations

import asyncio
import base64
import logging
import time
import uuid
from collections import deque
from uuid import UUID

from django.db import DatabaseError, InterfaceError, OperationalError

from cases.minutes import storing
from cases.minutes.document import Entry, Missing, Stored
from cases.minutes.room import Room, Told
from cases.minutes.storing import Answer, Write
from cases.minutes.strokes import NotStrokes
from earlyhelp.live.database import in_database, in_database_first
from earlyhelp.live.listener import ALSO

log = logging.getLogger("earlyhelp.live")
SHORTEST, LONGEST = 0.03, 0.1  # seconds in which updates are gathered; longer when the database takes longer
MOST = 1000  # updates in one question
WAITING = 4000  # updates in line, above which pages are asked to wait
SETTLE = 1.0  # seconds between two times that texts are written
TIDY = 30.0  # seconds between two looks for empty entries and for what others stored
ABANDONED = 60.0  # seconds that an empty entry stays
AWAY = 1.0  # seconds before the database is tried again


class Desk:
    """All rooms of this process; `Desk.here()` gives it."""

    _of_loop: dict[asyncio.AbstractEventLoop, Desk] = {}

    def __init__(self) -> None:
        self.name = uuid.uuid4().hex
        self.rooms: dict[UUID, Room] = {}
        self.room_of: dict[UUID, Room] = {}  # by entry
        self.window = SHORTEST
        self._waiting: deque[Write] = deque()
        self._permits: dict[tuple[int, UUID], str] = {}
        self._wake = asyncio.Event()
        self._tasks: set[asyncio.Task] = set()
        self.begin(self._store_what_comes())
        self.begin(self._settle_now_and_then())

    @classmethod
    def here(cls) -> Desk:
        """The desk of the running loop, made when first asked for."""
        loop = asyncio.get_running_loop()
        for old in [each for each in cls._of_loop if each.is_closed()]:
            del cls._of_loop[old]
        if loop not in cls._of_loop:
            cls._of_loop[loop] = cls()
        return cls._of_loop[loop]

    def begin(self, work) -> None:
        """Do something beside everything else."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # -- Rooms -------------------------------------------------------------------------------------------------------

    def enter(self, meeting: UUID, person) -> Room:
        """The room of a meeting, with this connection in it."""
        room = self.rooms.get(meeting) or self.rooms.setdefault(meeting, Room(meeting))
        room.people.add(person)
        return room

    def add_entry(self, room: Room, listed: storing.Listed, stored: list[Stored]) -> Entry:
        """An entry's document, made from what is stored if it is not here yet."""
        if listed.id not in room.entries:
            room.entries[listed.id] = Entry(stored)
            self.room_of[listed.id] = room
            if room.entries[listed.id].number > listed.number:
                room.unsettled.add(listed.id)
        room.listed[listed.id] = listed
        return room.entries[listed.id]

    def leave(self, room: Room, person) -> None:
        """A connection is over. When nobody is left, the room is put away with everything settled."""
        room.people.discard(person)
        if not room.people:
            self.begin(self._put_away(room))

    async def _put_away(self, room: Room) -> None:
        while room.is_storing or any(write.minute in room.entries for write in self._waiting):
            await asyncio.sleep(self.window)  # what was sent before its page went is stored
        try:
            await self._settle(room)
        except Exception as problem:  # whoever reads it next replays what is stored
            log.warning("texts could not be written (%s)", type(problem).__name__)
        if room.people or self.rooms.get(room.meeting) is not room:
            return
        del self.rooms[room.meeting]
        for minute in room.entries:
            self.room_of.pop(minute, None)
        for key in [key for key in self._permits if key[1] in room.entries]:
            del self._permits[key]

    def forget_permits(self, membership: int) -> None:
        """Something changed about a person: their next update asks the whole rule."""
        for key in [key for key in self._permits if key[0] == membership]:
            del self._permits[key]

    # -- Storing -----------------------------------------------------------------------------------------------------

    def take(self, write: Write) -> bool:
        """Put an update in line; False when the line is too long."""
        if len(self._waiting) >= WAITING:
            return False
        self._waiting.append(write)
        self._wake.set()
        return True

    async def _store_what_comes(self) -> None:
        while True:
            await self._wake.wait()
            if len(self._waiting) < MOST:  # a full batch need not be gathered
                await asyncio.sleep(self.window)
            batch = self._fitting([self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))])
            if not self._waiting:
                self._wake.clear()
            if batch:
                await self._store(batch)

    def _fitting(self, batch: list[Write]) -> list[Write]:
        """Those of a batch that fit on what is there; the others are refused."""
        ahead: dict[UUID, dict[int, int]] = {}
        fit = []
        for write in batch:
            room = self.room_of.get(write.minute)
            if room is None:
                write.sender.refuse(write, "gone")
                continue
            clocks = ahead.setdefault(write.minute, {})
            try:
                room.entries[write.minute].check(write.strokes, write.membership, clocks)
            except Missing:
                self.begin(self.catch_up(room))
                write.sender.refuse(write, "behind")
            except NotStrokes as problem:
                write.sender.refuse(write, "full" if "full" in str(problem) else "foreign")
            else:
                if write.strokes.client is not None:
                    clocks[write.strokes.client] = max(clocks.get(write.strokes.client, 0), write.strokes.end)
                fit.append(write)
        return fit

    async def _store(self, batch: list[Write]) -> None:
        start = time.monotonic()
        rooms = {self.room_of[write.minute] for write in batch}
        for room in rooms:
            room.is_storing += 1
        try:
            answers = await in_database_first(storing.write, self.name, batch, self._permits)
        except (OperationalError, InterfaceError) as problem:
            log.warning("the database is away (%s): what was typed waits", type(problem).__name__)
            self._again(batch)
            await asyncio.sleep(AWAY)
            return
        except (DatabaseError, ValueError) as problem:
            await self._one_by_one(batch, problem)
            return
        finally:
            for room in rooms:
                room.is_storing -= 1
        self.window = min(LONGEST, max(SHORTEST, 0.5 * (time.monotonic() - start)))
        self._stored(batch, answers)

    async def _one_by_one(self, batch: list[Write], problem: Exception) -> None:
        """One update that the database cannot take must not stop all rooms."""
        log.warning("an update was not stored (%s)", type(problem).__name__)
        if len(batch) == 1:
            batch[0].sender.refuse(batch[0], "malformed")
            return
        for write in batch:
            await self._store(self._fitting([write]) or []) if write.minute in self.room_of else None

    def _again(self, batch: list[Write]) -> None:
        self._waiting.extendleft(reversed(batch))
        self._wake.set()

    def _stored(self, batch: list[Write], answers: list[Answer]) -> None:
        told: dict[Room, list[Told]] = {}
        later = []
        for write, answer in zip(batch, answers, strict=True):
            room = self.room_of.get(write.minute)
            if answer.permit:
                self._permits[write.membership, write.minute] = answer.permit
            else:
                self._permits.pop((write.membership, write.minute), None)
            if answer.number and room:
                room.apply(write.minute, Stored(answer.number, write.membership, write.data))
                update = base64.b64encode(write.data).decode()
                told.setdefault(room, []).append(
                    Told(write.minute, write.membership, str(write.key), update, write.caret, write.sender)
                )
            elif answer.refusal == "later":
                later.append(write)
            else:
                write.sender.refuse(write, answer.refusal or "gone")
        for room, items in told.items():
            room.tell(items)
            if any(room.entries[item.minute].has_gap for item in items):
                self.begin(self.catch_up(room))
        if later:
            self._again(later)

    # -- What other processes stored ---------------------------------------------------------------------------------

    def hear(self, words: str) -> None:
        """The database tells of updates: "process entry=number entry=1=meeting ..."."""
        sender, *stored = words.split(" ")
        if sender == self.name:
            return
        for each in stored:
            minute, _, rest = each.partition("=")
            number, _, meeting = rest.partition("=")
            room = self.room_of.get(UUID(minute))
            if room:
                room.heard[UUID(minute)] = max(room.heard.get(UUID(minute), 0), int(number))
                self.begin(self.catch_up(room))
            elif meeting and UUID(meeting) in self.rooms:
                for person in list(self.rooms[UUID(meeting)].people):
                    self.begin(person.look_at_minutes())

    async def catch_up(self, room: Room) -> None:
        """Fetch what others stored and tell it, through the eyes of those who are in the room."""
        async with room.catching_up:
            behind = room.behind()
            if not behind:
                return
            for person in list(room.people):
                mine = {minute: room.entries[minute].number for minute in behind & person.sees}
                if not mine:
                    continue
                found = await person.ask(
                    lambda _actor, _sight, wanted=mine: storing.updates_of(wanted, wanted)
                )
                for minute, stored in (found or {}).items():
                    room.tell_stored(minute, stored)
                behind = room.behind()
                if not behind:
                    return

    # -- Texts -------------------------------------------------------------------------------------------------------

    async def _settle_now_and_then(self) -> None:
        tidied = time.monotonic()
        while True:
            await asyncio.sleep(SETTLE)
            tidies = time.monotonic() - tidied > TIDY
            if tidies:
                tidied = time.monotonic()
            try:
                for room in list(self.rooms.values()):
                    await self._settle(room)
                    if tidies:
                        await self._tidy(room)
            except Exception as problem:  # the database is away: the next time
                log.warning("texts could not be written (%s)", type(problem).__name__)

    async def _settle(self, room: Room) -> None:
        ready = [minute for minute in room.unsettled if not room.entries[minute].has_gap]
        if not ready:
            return
        room.unsettled.difference_update(ready)
        try:
            await in_database(
                storing.settle, {minute: storing.settled(room.entries[minute]) for minute in ready}
            )
        except BaseException:
            room.unsettled.update(ready)
            raise

    async def _tidy(self, room: Room) -> None:
        if any(not entry.text.strip() for entry in room.entries.values()):
            gone = await in_database(_drop_empty, room.meeting)
            for minute in gone:
                room.forget(minute)
                self.room_of.pop(minute, None)
        room.heard.update(await self._numbers(room))
        await self.catch_up(room)

    async def _numbers(self, room: Room) -> dict[UUID, int]:
        """The last stored number of each entry, in case the database told of one while nobody listened."""
        found: dict[UUID, int] = {}
        for person in list(room.people):
            if person.sees - set(found):
                seen = await person.ask(
                    lambda _actor, _sight, wanted=set(person.sees): storing.last_numbers(wanted)
                )
                found.update(seen or {})
        return found


def _drop_empty(meeting: UUID) -> list[UUID]:
    return storing.drop_empty(meeting, quiet_seconds=ABANDONED)


def hear_in(loop: asyncio.AbstractEventLoop, words: str) -> None:
    """What the database tells of updates, in a live process's loop."""
    desk = Desk._of_loop.get(loop)
    if desk:
        desk.hear(words)


ALSO["earlyhelp_minutes"] = hear_in
