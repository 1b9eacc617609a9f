"""Rooms full of people who type, for measuring: a live process of its own, and another process that types and listens.

What each person sends are real Yjs updates, made by hand, so that typing costs the measuring process next to nothing. A key's
time is in its update's key, so that whoever hears of it knows how long it took.
"""

from __future__ import annotations

import asyncio
import base64
import json
import multiprocessing
import os
import random
import re
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
import websockets
from django.conf import settings
from django.db import connection, connections

fork = multiprocessing.get_context("fork")
GATHER = 0.04  # seconds in which a page gathers keys (static/cases/minutes.js)
SENT_AGAIN, PAUSE = {"later", "busy", "behind"}, 0.6  # what a page sends again, and after how many seconds
SENT = re.compile(r'"00000000-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})"')
TICKS = os.sysconf("SC_CLK_TCK")


def live_process(port: int):
    """A real live process, in a process of its own, with the application's settings for connections."""
    connections.close_all()
    process = fork.Process(target=_serve, args=(port,), daemon=True)
    process.start()
    return process


def _serve(port: int) -> None:
    from earlyhelp.live import database
    from earlyhelp.live.application import LiveApplication

    database._pool = database._first = None
    connection.settings_dict["CONN_MAX_AGE"] = 60  # as in production
    uvicorn.run(
        LiveApplication(),
        port=port,
        log_level="warning",
        access_log=False,
        ws_max_size=65536,
        ws_per_message_deflate=False,
        lifespan="on",
    )


def memory_of(pid: int) -> float:
    """Megabytes that a process holds."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024


def seconds_of(pid: int) -> float:
    """Seconds of a processor that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _number(value: int) -> bytes:
    found = b""
    while value > 127:
        found += bytes([value & 127 | 128])
        value >>= 7
    return found + bytes([value])


def update_of(client: int, clock: int, letter: str) -> bytes:
    """A Yjs update: this page types a letter after its last one."""
    head = b"\1\1" + _number(client) + _number(clock)
    raw = letter.encode()
    beside = b"\x84" + _number(client) + _number(clock - 1) if clock else b"\4\1\4text"
    return head + beside + _number(len(raw)) + raw + b"\0"


def _key(at: int) -> str:
    return str(uuid.UUID(int=at))  # nanoseconds: the first 64 bits are 0


@dataclass
class Person:
    """Somebody who will type. `entry` is theirs alone or shared with the person before them."""

    cookie: str
    meeting: str
    room: int
    entry: str
    begins: bool
    client: int = field(default_factory=lambda: random.getrandbits(32))
    clock: int = 0
    sent: int = 0


async def _type(
    person: Person,
    port: int,
    rate: float,
    start: asyncio.Event,
    stop: asyncio.Event,
    found: list,
    hear_others: set,
) -> None:
    headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={person.cookie}"}
    address = f"ws://127.0.0.1:{port}/live/meetings/{person.meeting}/"
    async with websockets.connect(
        address, additional_headers=headers, origin="http://testserver", compression=None, proxy=None,
        open_timeout=60, ping_interval=None,
    ) as socket:  # fmt: skip
        mine: dict[str, str] = {}  # what was sent and not acknowledged, in order
        refused: set[str] = set()  # of these, what the page sends again
        ready, again = asyncio.Event(), asyncio.Event()

        async def listen() -> None:
            async for message in socket:
                now = time.monotonic_ns()
                if message.startswith('{"type":"minutes.wrote"'):
                    for parts in SENT.findall(message):
                        whole = "".join(parts)
                        if whole in mine:
                            del mine[whole]
                        else:
                            found.append((now - int(whole, 16)) / 1e6)
                elif '"type": "minutes.entry"' in message or '"type":"minutes.state"' in message:
                    if person.entry in message:
                        ready.set()
                elif "minutes.refused" in message:
                    no = json.loads(message)
                    if no["why"] in SENT_AGAIN:
                        refused.add(no["key"].replace("-", "")[8:])
                        again.set()
                    else:
                        hear_others.add(message)

        async def send_again() -> None:
            """As the page does: what was refused for a moment is sent again, in order, and nothing that was stored."""
            while True:
                await again.wait()
                await asyncio.sleep(PAUSE)
                again.clear()
                waiting = [words for key, words in mine.items() if key in refused]
                refused.clear()
                for words in waiting:
                    await socket.send(words)

        listening, sending = asyncio.create_task(listen()), asyncio.create_task(send_again())
        await socket.send(json.dumps({"type": "minutes.open"}))
        if person.begins:
            data = base64.b64encode(update_of(person.client, 0, "B")).decode()
            person.clock = 1
            await socket.send(json.dumps({
                "type": "minutes.begin", "entry": person.entry, "item": None, "kind": "fact", "said_by": "",
                "key": str(uuid.uuid4()), "update": data,
            }))  # fmt: skip
        await ready.wait()
        await start.wait()
        dice = random.Random(person.client)
        await asyncio.sleep(dice.random() / rate)
        while not stop.is_set():
            pressed = time.monotonic_ns()
            await asyncio.sleep(GATHER)
            key = _key(pressed)
            update = base64.b64encode(
                update_of(person.client, person.clock, dice.choice("abcdefghij "))
            ).decode()
            person.clock += 1
            person.sent += 1
            words = f'{{"type":"minutes.write","entry":"{person.entry}","key":"{key}","update":"{update}","caret":null}}'
            mine[key.replace("-", "")[8:]] = words
            await socket.send(words)
            await asyncio.sleep(max(0.0, dice.expovariate(rate) - GATHER))
        until = time.monotonic() + 30
        while mine and time.monotonic() < until:
            await asyncio.sleep(0.05)
        # What was stored while its writer's sight was asked anew is told by the state afterwards, not by a word of its own:
        # whether anything is lost is counted in the database.
        listening.cancel()
        sending.cancel()


async def _typing(people: list[Person], port: int, rate: float, seconds: float, live: int, report) -> None:
    start, stop, found, refused = asyncio.Event(), asyncio.Event(), [], set()
    before = memory_of(live)
    tasks = []
    for number, person in enumerate(people):
        tasks.append(asyncio.create_task(_type(person, port, rate, start, stop, found, refused)))
        if number % 8 == 7:
            await asyncio.sleep(0.3)  # they come in one after the other
    coming = time.monotonic()
    used, idle = seconds_of(live), 0
    least = len(people) / 3
    while (
        idle < 3 or time.monotonic() - coming < least
    ) and time.monotonic() - coming < 110:  # until everybody is in, and has seen who else is
        await asyncio.sleep(1)
        now = seconds_of(live)
        idle = idle + 1 if now - used < 0.3 else 0
        used = now
    coming = time.monotonic() - coming
    opened, used = memory_of(live), seconds_of(live)
    start.set()
    await asyncio.sleep(min(3.0, seconds / 4))
    found.clear()  # the first moments are not counted
    for person in people:
        person.sent, person_sent = 0, person.sent
        person.before = person_sent
    await asyncio.sleep(seconds)
    counted = list(found)
    stop.set()
    await asyncio.gather(*tasks)
    report.put(
        {
            "delays": counted,
            "sent": sum(person.sent + person.before for person in people),
            "entries": sum(person.begins for person in people),
            "refused": list(refused)[:3],
            "memory": (before, opened, memory_of(live)),
            "processor": seconds_of(live) - used,
            "seconds": seconds,
            "load": os.getloadavg()[0],
            "coming": coming,
        }
    )


def _people(people, port, rate, seconds, live, report) -> None:
    asyncio.run(_typing(people, port, rate, seconds, live, report))
    report.close()
    report.join_thread()  # what was put is on its way in a thread
    os._exit(0)


def measure(people: list[Person], port: int, *, rate: float, seconds: float, live: int) -> dict:
    """Let everybody type `rate` letters a second for so long; gives delays in milliseconds and what it took."""
    connections.close_all()
    report = fork.Queue()
    process = fork.Process(target=_people, args=(people, port, rate, seconds, live, report), daemon=True)
    process.start()
    found = report.get(timeout=seconds + 300)
    process.join(10)
    return found
