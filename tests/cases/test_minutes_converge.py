"""P25: whatever the lines do, everybody ends with the same words, none is lost, and each is its writer's (trust.md).

People type at random through the real live process and the database: messages are lost, come twice or in the wrong order,
lines break, and the live process is put down and started anew. A short history in every run; many in the fuzz suite.
EH_MINUTES_HISTORIES=50 asks for more.
"""

import os
import random
import sys
import time

import pytest

from cases.minutes import storing
from cases.minutes.document import Entry
from cases.models import Minute
from earlyhelp.access.context import as_system
from tests.fixtures.live import LiveProcess

pytestmark = [pytest.mark.django_db(transaction=True)]
LETTERS = ("a", "é", "ß", "日", "😀", "👩‍👧", " ", "\n", "word", "longer words of somebody")


class History:
    """One random history: so many people, so many steps, one seed."""

    def __init__(self, seed: int, meeting, peers, live) -> None:
        self.dice = random.Random(seed)
        self.seed, self.meeting, self.peers, self.live = seed, meeting, peers, live
        self.typed: dict[
            str, dict[int, list[str]]
        ] = {}  # entry: by whom: what was typed and never taken away
        self.extra: LiveProcess | None = None
        self.port = 0
        self.counts = dict.fromkeys(("keys", "lost", "twice", "backwards", "cuts", "restarts"), 0)
        self.marks = 0

    def run(self, steps: int) -> None:
        self.peers[0].begin("Begun. ")
        for _ in range(steps):
            self.step(self.dice.choice(self.peers))
        self.calm_down()

    def step(self, peer) -> None:
        what = self.dice.random()
        if what < 0.03 and peer.socket:
            peer.cut()
            self.counts["cuts"] += 1
        elif peer.socket is None and what < 0.3:
            peer.connect(self.port)
        elif what < 0.05 and len(peer.sheets) < 4 and peer.socket:
            peer.begin("A new one. ")
        elif what < 0.055:
            self.restart()
        elif what < 0.8 and peer.sheets:
            self.type(peer)
        else:
            peer.hear_all()
        kind = self.dice.random()
        how = {"lose": kind < 0.1, "twice": 0.1 <= kind < 0.2, "backwards": 0.2 <= kind < 0.3}
        for name, counted in (("lose", "lost"), ("twice", "twice"), ("backwards", "backwards")):
            self.counts[counted] += how[name]
        if self.dice.random() < 0.6:
            peer.flush(**how)
        if peer.is_stale:
            peer.check()

    def type(self, peer) -> None:
        """A mark of its own that nobody deletes, or other letters that anybody may."""
        entry = self.dice.choice(list(peer.sheets))
        text = peer.text(entry)
        # Between two characters, never within one, and never within a mark.
        places = [0, len(text), *(at for at in range(len(text)) if text[at] == "‹")]
        at = len(text[: self.dice.choice(places)].encode())
        self.counts["keys"] += 1
        if self.dice.random() < 0.5:
            self.marks += 1
            mark = f"‹{peer.who.pk}.{self.marks}›"
            self.typed.setdefault(entry, {}).setdefault(peer.who.pk, []).append(mark)
            peer.type(entry, at, mark)
        elif self.dice.random() < 0.7:
            peer.type(entry, at, self.dice.choice(LETTERS))
        else:
            loose = [at for at, letter in enumerate(text) if letter in "aß日 é"]
            if loose:
                place = self.dice.choice(loose)
                peer.type(entry, len(text[:place].encode()), delete=len(text[place].encode()))

    def restart(self) -> None:
        """The live process goes, with all that it held, and another comes."""
        self.counts["restarts"] += 1
        old, self.extra = self.extra, LiveProcess().start()
        self.port = self.extra.port
        for peer in self.peers:
            peer.cut()
        if old:
            old.stop()

    def calm_down(self) -> None:
        """The lines hold from now on: everybody says what they still have, and hears the rest."""
        for peer in self.peers:
            if peer.socket is None:
                peer.connect(self.port)
            peer.settle(60)
        for peer in self.peers:
            time.sleep(0.6)  # two comparisons are half a second apart
            peer.check()
            peer.wait("minutes.checked", 60)
            peer.hear_all()

    def faults(self) -> dict[str, int]:
        """What P25 counts: diverged entries, lost marks, marks that are called somebody else's."""
        with as_system():
            stored = {
                str(minute): Entry(updates)
                for minute, updates in storing.updates_of(
                    Minute.objects.filter(meeting=self.meeting).values_list("pk", flat=True)
                ).items()
            }
        found = {"diverged": 0, "lost": 0, "forged": 0, "entries": len(stored), "marks": self.marks}
        found["refused"] = sum(len(peer.refused) for peer in self.peers)
        for entry, document in stored.items():
            said = document.text
            found["diverged"] += sum(peer.text(entry) != said for peer in self.peers)
            found["diverged"] += sum(length for _, length in document.credits) != len(said)
            writers = [who for who, length in document.credits for _ in range(length)]
            for who, marks in self.typed.get(entry, {}).items():
                for mark in marks:
                    at = said.find(mark)
                    found["lost"] += at < 0
                    found["forged"] += at >= 0 and set(writers[at : at + len(mark)]) != {who}
        return found


def _run(seed: int, people: int, steps: int, writers, peer_of, live) -> tuple[dict, dict]:
    meeting, who = writers(people)
    history = History(seed, meeting, [peer_of(each, meeting) for each in who], live)
    try:
        history.run(steps)
        return history.faults(), history.counts
    finally:
        for peer in history.peers:
            peer.cut()
        if history.extra:
            history.extra.stop()


@pytest.mark.parametrize("seed", [1, 2])
def test_everybody_ends_with_the_same_words(seed, writers, peer_of, live):
    found, counts = _run(seed, 3, 120, writers, peer_of, live)
    assert (found["diverged"], found["lost"], found["forged"], found["refused"]) == (0, 0, 0, 0), (
        seed,
        found,
        counts,
    )
    assert found["marks"] > 20


@pytest.mark.fuzz
@pytest.mark.timeout(3600)
def test_many_histories(writers, peer_of, live):
    first = int(os.environ.get("EH_PROVE_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
    total: dict[str, int] = {}
    for seed in range(first, first + int(os.environ.get("EH_MINUTES_HISTORIES", "12"))):
        found, counts = _run(seed, 2 + seed % 4, 250, writers, peer_of, live)
        for key, value in {**found, **{f"steps_{name}": number for name, number in counts.items()}}.items():
            total[key] = total.get(key, 0) + value
        assert (found["diverged"], found["lost"], found["forged"]) == (0, 0, 0), (seed, found, counts)
        total["histories"] = total.get("histories", 0) + 1
    sys.stdout.write(f"P25: {total} first seed={first}\n")
