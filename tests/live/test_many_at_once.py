"""One agency's signature is suspended while many of its people have records open: how long until the last has been told.

EH_LIVE_OPEN=200 opens more. The figures are printed.
"""

import os
import statistics
import threading
import time

import pytest
from django.utils import timezone

from earlyhelp.access.context import as_system
from earlyhelp.live.consumer import NOT_SEEN
from hubs.models import Signature

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
OPEN = int(os.environ.get("EH_LIVE_OPEN", "40"))


def test_suspended_agency_leaves_many_records_at_once(no_clock, world, people, knock, request):
    agency = world.agency()
    doors = []
    for _ in range(OPEN):
        who = world.member(agency)
        doors.append(knock(who, world.shared_case(people.hub, who).reference))
    bystander = knock(people.alice, people.case.reference)
    told: list[float] = []

    def wait(person):
        assert person.ended(30) == NOT_SEEN
        told.append(time.perf_counter())

    waiting = [threading.Thread(target=wait, args=(person,)) for person in doors]
    for thread in waiting:
        thread.start()
    start = time.perf_counter()
    with as_system():
        Signature.objects.filter(agency=agency).update(suspended_at=timezone.now())
    for thread in waiting:
        thread.join()
    delays = sorted(at - start for at in told)
    request.config.get_terminal_writer().line(
        f"open={OPEN} told={len(delays)} median={statistics.median(delays) * 1000:.0f} ms worst={delays[-1] * 1000:.0f} ms"
    )
    assert len(delays) == OPEN
    if "EH_LIVE_OPEN" in os.environ:  # measured on a machine that does nothing else
        assert delays[-1] <= 1.0
    assert bystander.hears_nothing()
