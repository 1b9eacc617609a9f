"""Three people write in one part at the same moment, on poor lines: no update is lost.

Each holds a page as a browser does: what it shows of each box, what was typed and not sent, and what the server last said.
Everybody types on in what stands in front of them, so each text carries the marks of all that went into it. A mark that the
server has confirmed and that is found in no version of the answer afterwards is a lost update.

EH_TOGETHER_RUNS and EH_TOGETHER_EDITS make it longer.
"""

from __future__ import annotations

import json
import os
import random
import re
import threading
import time
from html import unescape

import pytest
from django.db import connection
from django.urls import reverse

from assessments.models import Section
from earlyhelp.access.context import as_system
from hubs.models import AgencyKind

RUNS = int(os.environ.get("EH_TOGETHER_RUNS", "1"))
EDITS = int(os.environ.get("EH_TOGETHER_EDITS", "30"))
BOXES = ["strengths", "coped", "around", "said"]
VERSION = re.compile(r"data-version-text>([^<]*)<")
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(60 + RUNS * EDITS * 6)]


class OpenPage:
    """One page that somebody has open, behaving as assessments/static/assessments/part.js does."""

    def __init__(self, browser, address: str) -> None:
        self.browser, self.address = browser, address
        self.turn = 0
        self.open()

    def open(self) -> None:
        """Open it anew: whatever was typed and not confirmed goes with the old page."""
        page = self.browser.get(self.address).content.decode()
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
        self.writer, self.base = hidden["writer"], json.loads(unescape(hidden["base"]))
        found = re.findall(r'<textarea name="(\w+)"[^>]*>\s*(.*?)</textarea>', page, re.S)
        self.text = {name: unescape(words).strip() for name, words in found}
        self.others: dict[str, list[str]] = {}
        self.dirty: set[str] = set()

    def type(self, box: str, mark: str) -> None:
        self.text[box] = f"{self.text[box]} {mark}".strip()
        self.dirty.add(box)

    def request(self, *, settle: str = "") -> dict:
        """What the page sends now."""
        self.turn += 1
        sent = {
            "base": json.dumps(self.base),
            "writer": self.writer,
            "turn": self.turn,
            "question": sorted(self.dirty),
        }
        sent |= {box: self.text[box] for box in self.dirty}
        return sent | ({"settle": settle} if settle else {})

    def send(self, sent: dict) -> dict:
        answer = self.browser.post(f"{self.address}save/", sent)
        assert answer.status_code == 200, answer.content[:300]
        return answer.json()

    def hear(self, answer: dict, sent: dict) -> None:
        """What the page does with an answer."""
        typed_since = {box for box in self.dirty if self.text[box] != sent.get(box)}
        self.dirty = typed_since
        for box, pair in answer["bases"].items():
            if box not in self.dirty or box not in answer["newer"]:
                self.base[box] = pair
        for box, values in answer["newer"].items():
            if box not in self.dirty and box in self.text:
                self.text[box] = values.get(box, [""])[0]
        self.others = {
            box: [unescape(words) for words in VERSION.findall(html)]
            for box, html in answer["versions"].items()
        }


class Person:
    """Somebody with a page open, a poor line and no patience."""

    def __init__(self, name: str, page: OpenPage, seed: int) -> None:
        self.name, self.page, self.chance = name, page, random.Random(seed)
        self.count = 0
        self.confirmed: dict[str, set[str]] = {box: set() for box in BOXES}
        self.late: list[dict] = []  # requests that hang somewhere, and arrive after later ones
        self.problems: list[BaseException] = []
        self.did = {"saved": 0, "answer lost": 0, "came late": 0, "settled": 0, "opened anew": 0}

    def work(self, together: threading.Barrier) -> None:
        try:
            together.wait(60)
            for _ in range(EDITS):
                self.step()
        except BaseException as problem:  # told to the test
            self.problems.append(problem)
        finally:
            connection.close()

    def step(self) -> None:
        page, luck = self.page, self.chance.random()
        box = self.chance.choice(BOXES)
        if luck < 0.05 and not page.dirty:
            page.open()
            self.did["opened anew"] += 1
        elif luck < 0.12 and self.late:
            page.send(self.late.pop())  # nobody waits for its answer any more
            self.did["came late"] += 1
        elif luck < 0.22 and page.others and not page.dirty:
            self.settle(self.chance.choice(list(page.others)))
        else:
            self.count += 1
            page.type(box, f"{self.name}{self.count}")
            if self.chance.random() < 0.8:
                self.save()
        time.sleep(self.chance.uniform(0, 0.02))

    def save(self, settle: str = "") -> None:
        sent = self.page.request(settle=settle)
        if self.chance.random() < 0.07:
            self.late.append(sent)
            return
        answer = self.page.send(sent)
        if self.chance.random() < 0.12:  # the server stored it, and the line broke before it could say so
            self.did["answer lost"] += 1
            return
        self.page.hear(answer, sent)
        self.did["saved"] += 1
        for box in sent["question"]:
            self.confirmed[box] |= set(sent[box].split())

    def settle(self, box: str) -> None:
        """Put everything that is shown of one answer into the box, and say that this is right."""
        words = [self.page.text[box], *self.page.others[box]]
        self.page.text[box] = " ".join(dict.fromkeys(" ".join(words).split()))
        self.page.dirty.add(box)
        self.did["settled"] += 1
        self.save(settle=box)


@pytest.mark.parametrize("seed", range(1, RUNS + 1))
def test_random_edits_of_three_people_lose_no_update(people, world, eha, signed_in_as, seed, request):
    police = world.member(world.agency(AgencyKind.POLICE), first_name="Tom")
    world.consent(people.case, police.agency)
    world.join(people.case, police)
    address = reverse("assessment-part", args=[eha.pk, "family_strengths"])
    everybody = [
        Person(name, OpenPage(signed_in_as(who), address), seed * 10 + number)
        for number, (name, who) in enumerate(
            {"a": people.alice, "p": police, "d": people.coordinator}.items()
        )
    ]
    together = threading.Barrier(len(everybody))
    threads = [threading.Thread(target=person.work, args=[together]) for person in everybody]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [person.problems for person in everybody] == [[], [], []]
    with as_system():
        section = Section.objects.get()
    lost = []
    for box in BOXES:
        versions = [
            section.answers.get(box, ""),
            *(entry["value"] for entry in section.differing.get(box, [])),
        ]
        there = set(" ".join(versions).split())
        lost += [f"{box}: {mark}" for person in everybody for mark in person.confirmed[box] - there]
    did = {what: sum(person.did[what] for person in everybody) for what in everybody[0].did}
    edits = sum(person.count for person in everybody)
    line = (
        f"seed={seed} edits={edits} {did} two_versions_left={len(section.differing)} lost_updates={len(lost)}"
    )
    request.config.get_terminal_writer().line(line)
    assert lost == []
