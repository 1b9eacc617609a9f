"""The live process killed, the database's connections ended and the queue gone, while people type: nothing is lost.

The live process is a process of its own here and is killed with signal 9; nothing but the test's own is touched.
"""

import os
import signal
import sys
import time

import pytest

from cases.minutes import storing
from cases.minutes.document import Entry
from cases.models import Minute
from devtools.processes import free_port
from earlyhelp.access.context import as_system
from tests.database import end_database_connections
from tests.live.room_load import live_process
from tests.live.test_rooms_load import until_it_answers

pytestmark = [
    pytest.mark.skipif(not os.environ.get("EH_OWN_PROCESS"), reason="run by test_in_processes_of_their_own"),
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.timeout(300),
]
KILLS = int(os.environ.get("EH_KILLS", "4"))


def kill(process) -> None:
    os.kill(process.pid, signal.SIGKILL)
    process.join(10)


def test_nothing_is_lost_when_processes_and_connections_go(writers, peer_of, knock, settings, capsys):
    settings.CSRF_TRUSTED_ORIGINS = ["http://testserver"]
    meeting, who = writers(3)
    port = free_port()
    live = live_process(port)
    until_it_answers(port)
    typed: dict[int, list[str]] = {}
    peers = [peer_of(each, meeting, port) for each in who]
    entry = peers[0].begin("Begun. ")
    for peer in peers[1:]:
        peer.wait("minutes.entry")
    counts = {"process killed": 0, "connections ended": 0, "queue gone": 0}
    try:
        for number in range(KILLS * 3):
            for peer in peers:
                mark = f"‹{peer.who.pk}.{number}›"
                typed.setdefault(peer.who.pk, []).append(mark)
                peer.type(entry, 0, mark)
                peer.flush()
            if number % 3 == 0:  # before anything is acknowledged
                kill(live)
                counts["process killed"] += 1
                for peer in peers:
                    peer.cut()
                if number:  # the next process, and all after it, find no queue
                    counts["queue gone"] += 1
                    nowhere = {"hosts": [f"redis://127.0.0.1:{free_port()}/2"], "prefix": "nobody"}
                    layer = {**settings.CHANNEL_LAYERS["default"], "CONFIG": nowhere}
                    settings.CHANNEL_LAYERS = {"default": layer}
                live = live_process(port)
                until_it_answers(port)
                for peer in peers:
                    peer.connect(port)
            elif number % 3 == 1:
                end_database_connections()
                counts["connections ended"] += 1
                time.sleep(0.5)
                for peer in peers:
                    peer.hear_all()
                    if peer.socket is None:
                        peer.connect(port)
        for peer in peers:
            if peer.socket is None:
                peer.connect(port)
            peer.settle(60)
        time.sleep(1.5)
        for peer in peers:
            peer.check()
            peer.wait("minutes.checked", 30)
    finally:
        for peer in peers:
            peer.cut()
        kill(live)
    with as_system():
        [minute] = Minute.objects.filter(meeting=meeting)
        document = Entry(storing.updates_of([minute.pk])[minute.pk])
    said = document.text
    writers_of = [person for person, length in document.credits for _ in range(length)]
    lost = [mark for marks in typed.values() for mark in marks if mark not in said]
    forged = [
        mark
        for person, marks in typed.items()
        for mark in marks
        if mark in said and set(writers_of[said.find(mark) : said.find(mark) + len(mark)]) != {person}
    ]
    with capsys.disabled():
        sys.stdout.write(
            f"\n{counts}: typed {sum(map(len, typed.values()))}, lost {len(lost)}, forged {len(forged)}\n"
        )
    assert (lost, forged) == ([], [])
    assert {peer.text(entry) for peer in peers} == {said}
