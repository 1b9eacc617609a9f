"""Random histories that shrink: a Hypothesis state machine over the changes of one fact each (trust.md, P3).

After every step all rows are compared for everybody, and one record's page; at the end of a history more pages.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from tests.access.history import History

PAGES_AT_THE_END = 60


@dataclass
class Tally:
    """How much was compared in all, and how many rows differed when a history first went wrong."""

    comparisons: int = 0
    disagreements: int = 0

    def __str__(self) -> str:
        return f"comparisons={self.comparisons} disagreements={self.disagreements}"


def machine(history: History, sign_in: Callable, tally: Tally) -> type[RuleBasedStateMachine]:
    """A state machine whose histories each begin where `history` stands, and are undone.

    Args:
        sign_in: gives a test client signed in as a membership.
    """
    pairs = history.all_pairs()
    turns = itertools.count()

    def pages(number: int) -> list[str]:
        # A step that shares no factor with the number of pairs meets them all in turn.
        chosen = [pairs[next(turns) * 7919 % len(pairs)] for _ in range(min(number, len(pairs)))]
        return history.wrong_pages(sign_in, chosen)

    class Sharing(RuleBasedStateMachine):
        """What a family, its agencies and their people may do, one fact after the other."""

        def __init__(self):
            super().__init__()
            self.point = history.remember()

        @invariant()
        def all_agree(self):
            self.agree([*history.wrong(), *pages(1)])

        def agree(self, wrong: list[str]) -> None:
            tally.comparisons += history.compared
            history.compared = 0
            if wrong and not tally.disagreements:
                tally.disagreements = len(wrong)
                sys.stderr.write("\n".join(["first seen:", *wrong[:5], ""]))
            assert not wrong, wrong[:5]

        def teardown(self):
            try:
                self.agree(pages(PAGES_AT_THE_END))
                self.agree([str(fault) for fault in history.faults()])
            finally:
                history.go_back(self.point)

    for name in sorted(set(History.CHANGES)):
        setattr(Sharing, name, rule(draw=st.randoms(use_true_random=False))(_change(history, name)))
    return Sharing


def _change(history: History, name: str):
    def change(_self, draw):
        history.change(name, draw)

    change.__name__ = name
    return change


def run(
    history: History,
    sign_in: Callable,
    tally: Tally,
    *,
    number: int,
    histories: int,
    steps: int,
    shortest: bool = False,
) -> None:
    """Run `histories` random histories of `steps` steps; raises AssertionError with the first one that goes wrong.

    Args:
        number: the seed. The same seed and code give the same histories.
        shortest: look for the shortest history that goes wrong, which takes minutes.
    """
    found = seed(number)(machine(history, sign_in, tally))
    how = settings(
        max_examples=histories,
        stateful_step_count=steps,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, *([Phase.shrink] if shortest else [])],
        verbosity=Verbosity.normal,
    )
    try:
        run_state_machine_as_test(found, settings=how)
    except BaseException:
        sys.stderr.write(f"seed {number}, {histories} histories of {steps} steps\n")
        raise
