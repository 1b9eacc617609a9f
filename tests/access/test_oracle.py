"""Random histories: after every step the oracle, row-level security, the application's two filters and HTTP agree on every row.

A few here, more in tests/fuzz/test_sharing.py, and for as long as asked by `./dev prove --minutes N`.
"""

from __future__ import annotations

import random

import pytest

from tests.access.history import History
from tests.access.machine import Tally, run
from tests.access.scene import Scene

pytestmark = pytest.mark.django_db

ENOUGH = 100_000  # comparisons, trust.md P3


@pytest.mark.timeout(300)
def test_histories_that_begin_where_much_is_shared(world, signed_in_as):
    tally = Tally()
    run(Scene(world), signed_in_as, tally, number=random.SystemRandom().randrange(10**6), histories=2, steps=8)
    assert tally.comparisons >= ENOUGH
    assert tally.disagreements == 0


@pytest.mark.timeout(300)
def test_histories_that_begin_with_nothing(world, signed_in_as):
    tally = Tally()
    run(History(world), signed_in_as, tally, number=random.SystemRandom().randrange(10**6), histories=5, steps=20)
    assert tally.comparisons >= ENOUGH / 4
    assert tally.disagreements == 0
