"""How long a keystroke takes to the others' screens, in rooms full of people who type; and what a room costs.

A small one in every run. `./dev rooms` measures thirty rooms of eight people; EH_ROOMS, EH_PEOPLE, EH_SECONDS ask for others.
The time is counted from the key to the message's arrival in the others' pages, with the 40 ms in which a page gathers keys.
"""

import os
import statistics
import sys
import time
import urllib.request
import uuid

import pytest
from django.conf import settings as django_settings
from django.utils import timezone

from cases.minutes import storing
from cases.minutes.document import Entry
from cases.models import Minute, MinuteUpdate
from devtools.processes import free_port
from earlyhelp.access.context import as_system
from tests.live.room_load import Person, live_process, measure

pytestmark = [
    pytest.mark.skipif(not os.environ.get("EH_OWN_PROCESS"), reason="run by test_in_processes_of_their_own"),
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.timeout(1200),
]
ROOMS, PEOPLE = int(os.environ.get("EH_ROOMS", "2")), int(os.environ.get("EH_PEOPLE", "4"))
SECONDS, RATE = float(os.environ.get("EH_SECONDS", "4")), float(os.environ.get("EH_RATE", "4"))


def rooms(world, people, meeting_of, signed_in_as) -> list[Person]:
    """Everybody, signed in: in each room two people share each entry."""
    agencies = [world.agency() for _ in range(PEOPLE)]
    found = []
    for room in range(ROOMS):
        team = [world.member(agency) for agency in agencies]
        meeting = meeting_of(world.shared_case(people.hub, *team), team[0], starts_at=timezone.now())
        for number, who in enumerate(team):
            cookie = signed_in_as(who).cookies[django_settings.SESSION_COOKIE_NAME].value
            begins = number % 2 == 0
            entry = str(uuid.uuid4()) if begins else found[-1].entry
            found.append(Person(cookie, str(meeting.pk), room, entry, begins))
    return found


def until_it_answers(port: int) -> None:
    for _ in range(200):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz") as answer:
                if answer.status == 200:
                    return
        except OSError:
            pass
        time.sleep(0.1)
    raise TimeoutError("the live process did not start")


def test_a_keystroke_is_on_the_others_screens_soon(world, people, meeting_of, signed_in_as, settings):
    settings.CSRF_TRUSTED_ORIGINS = ["http://testserver"]
    everybody = rooms(world, people, meeting_of, signed_in_as)
    port = free_port()
    live = live_process(port)
    try:
        until_it_answers(port)
        found = measure(everybody, port, rate=RATE, seconds=SECONDS, live=live.pid)
    finally:
        live.terminate()
        live.join(60)
    delays = sorted(found["delays"])
    before, opened, after = found["memory"]
    share = lambda part: delays[int(len(delays) * part)]  # noqa: E731
    with as_system():
        stored = MinuteUpdate.objects.count()
        ids = list(Minute.objects.values_list("pk", flat=True))
        said = sum(len(Entry(updates).text) for updates in storing.updates_of(ids).values())
        settled = sum(len(text) for text in Minute.objects.values_list("text", flat=True))
    line = (
        f"rooms={ROOMS} people={PEOPLE} letters/s={RATE} seconds={SECONDS} typed={found['sent']} heard={len(delays)}"
        f" median={statistics.median(delays):.0f} ms p95={share(0.95):.0f} ms p99={share(0.99):.0f} ms worst={delays[-1]:.0f} ms"
        f" stored={stored} lost={found['sent'] + found['entries'] - said}"
        f" memory: {before:.0f} MB empty, {opened:.0f} MB with everybody in, {after:.0f} MB at the end,"
        f" {(after - before) / ROOMS:.2f} MB a room; live process {found['processor'] / found['seconds']:.0%} of one processor;"
        f" all in after {found['coming']:.0f} s; load {found['load']:.1f}\n"
    )
    sys.stdout.write(line)
    if result := os.environ.get("EH_ROOMS_RESULT"):
        with open(result, "w", encoding="utf-8") as file:
            file.write(line)
    assert found["refused"] == []
    assert stored == found["sent"] + found["entries"] == said == settled
