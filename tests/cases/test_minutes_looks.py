"""What one connection sees of the minutes, asked anew while others begin entries: nothing of theirs or its own gets lost."""

from __future__ import annotations

import asyncio
import json
import uuid

from cases.minutes.document import Stored, first_update
from cases.minutes.live import MinutesMixin
from cases.minutes.room import Room
from cases.minutes.storing import Listed

WRITER = 7


class Connection(MinutesMixin):
    """A connection whose questions to the database are answered by the test, in an order of its own."""

    is_open = True
    membership_id = user_id = WRITER

    def __init__(self) -> None:
        super().__init__()
        self.room = Room(uuid.uuid4())
        self.room.people.add(self)
        self.asked: list[asyncio.Future] = []
        self.told: list[dict] = []

    def post(self, words: str) -> None:
        self.told.append(json.loads(words))

    async def ask(self, _function):
        self.asked.append(asyncio.get_running_loop().create_future())
        return await self.asked[-1]


def answer(*entries: uuid.UUID) -> tuple:
    listed = [Listed(each, None, "fact", "", WRITER, False, 1, 1, "9:00am") for each in entries]
    return True, listed, {each: [Stored(1, WRITER, first_update("Amara"))] for each in entries}, {}


async def until(condition) -> None:
    for _ in range(1000):
        if condition():
            return
        await asyncio.sleep(0)
    raise AssertionError("it did not come to that")


def test_an_entry_begun_between_two_looks_is_not_taken_for_lost():
    """Two looks are wanted at once; the first was asked before the entry was there, and is answered last."""
    begun = uuid.uuid4()

    async def go() -> Connection:
        connection = Connection()
        looks = [asyncio.create_task(connection.look_at_minutes())]
        await until(lambda: connection.asked)
        connection.see(begun)
        looks.append(asyncio.create_task(connection.look_at_minutes()))
        for _ in range(20):
            await asyncio.sleep(0)
        for late in connection.asked[1:]:
            late.set_result(answer(begun))
        connection.asked[0].set_result(answer())
        while not all(look.done() for look in looks):
            await asyncio.sleep(0)
            for waiting in connection.asked:
                if not waiting.done():
                    waiting.set_result(answer(begun))
        return connection

    connection = asyncio.run(go())
    assert connection.sees == {begun}
    assert [each for each in connection.told if each["type"] == "minutes.gone"] == []
    for each in connection.told:
        if each["type"] == "minutes.state":
            assert [entry["id"] for entry in each["entries"]] == [str(begun)]


def test_what_was_seen_before_sight_changed_is_not_told_after():
    """A look is under way when sight changes: its answer is too old, and another is asked for."""
    lost, kept = uuid.uuid4(), uuid.uuid4()

    async def go() -> Connection:
        connection = Connection()
        look = asyncio.create_task(connection.look_at_minutes())
        await until(lambda: connection.asked)
        connection._was_asked_anew += 1  # as look_again does
        connection.asked[0].set_result(answer(lost, kept))
        await until(lambda: len(connection.asked) == 2)
        assert connection.sees == set()
        connection.asked[1].set_result(answer(kept))
        await look
        return connection

    assert asyncio.run(go()).sees == {kept}
