"""Random histories: after every step the oracle, row-level security, the application's two filters and HTTP agree on every row."""

from __future__ import annotations

import random

import pytest

from tests.access.history import History

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("seed", range(6))
def test_the_oracle_and_the_database_agree_after_every_step(world, seed):
    history = History(world)
    draw = random.Random(seed)
    done = []
    for _ in range(20):
        done.append(history.step(draw))
        wrong = history.wrong()
        assert not wrong, (done, wrong[:3])
    assert history.faults() == []


@pytest.mark.parametrize("seed", range(3))
def test_http_answers_as_the_oracle_says(world, signed_in_as, seed):
    history = History(world)
    draw = random.Random(seed)
    for _ in range(30):
        history.step(draw)
    assert not history.wrong()
    assert not history.wrong_pages(signed_in_as, history.all_pairs())
