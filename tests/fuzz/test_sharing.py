"""Random histories of sharing, many of them: the oracle and the database agree on every row after every step (trust.md, P3).

A million comparisons in the fuzz suite. `./dev prove --minutes N --seed S` goes on for as long as asked.
"""

from __future__ import annotations

import os
import random
import sys
import time
from pathlib import Path

import pytest
from django.db import transaction

from tests.access.history import History
from tests.access.machine import Tally, run
from tests.access.scene import Scene

MINUTES = float(os.environ.get("EH_PROVE_MINUTES", "0"))
ENOUGH = 1_000_000

pytestmark = [pytest.mark.fuzz, pytest.mark.django_db, pytest.mark.timeout(1800 + MINUTES * 120)]


def test_random_histories_leave_nothing_to_disagree_about(world, signed_in_as):
    first = int(os.environ.get("EH_PROVE_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
    tally, ends = Tally(), time.monotonic() + MINUTES * 60
    number = first
    try:
        while time.monotonic() < ends or not MINUTES and tally.comparisons < ENOUGH:
            for kind, histories, steps in ((Scene, 4, 20), (History, 8, 25)):
                before = transaction.savepoint()
                run(
                    kind(world), signed_in_as, tally, number=number, histories=histories, steps=steps, shortest=MINUTES > 0
                )
                transaction.savepoint_rollback(before)
            number += 1
    finally:
        line = f"{tally} seed={first}"
        sys.stdout.write(line + "\n")
        if os.environ.get("EH_PROVE_RESULT"):
            Path(os.environ["EH_PROVE_RESULT"]).write_text(line + "\n")
    assert tally.disagreements == 0
