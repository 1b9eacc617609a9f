"""Whatever is typed into whatever form: a page that says what is wrong, never an error page (trust.md, P17).

Every address of the site is walked, by whoever may open it: with answers to the fields its page has, with parameters, with
bodies that no browser makes, and without the token against forged requests. A few rounds in the fuzz suite;
`EH_FUZZ_ROUNDS=999 EH_FUZZ_SECONDS=3600 EH_FUZZ_SEED=7 pytest tests/fuzz/test_forms.py -m fuzz -s` for longer. Ends with `sent=N broken=N seed=N`.
"""

from __future__ import annotations

import itertools
import os
import random
import sys
import time
import traceback
import uuid
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import NoReverseMatch, reverse

from assessments.models import FormVersion
from assessments.spec import to_json
from cases.models import Case, Guest
from earlyhelp.access import Role
from earlyhelp.access.context import as_system
from earlyhelp.api.models import ApiKey
from hubs.models import AgencyKind, Agreement, Membership, Signature
from reporting.models import Redaction, SubjectItem, SubjectLink, SubjectRequest, Tombstone
from tests.access.addresses import OF_THE_PLATFORM, OWNERS, SECRET_LINKS
from tests.access.test_urls import (
    addresses_of_families,
    arguments,
    every_address,
    is_for_programs,
    undone,
)
from tests.assessments.definitions import form_of
from tests.fuzz import odd

ROUNDS = int(os.environ.get("EH_FUZZ_ROUNDS", "1"))
SECONDS = int(os.environ.get("EH_FUZZ_SECONDS", "90"))  # no further round begins after that
POSTS = 2  # of each form in a round
# The suite asks the same each time, so that what it finds can be found again; EH_FUZZ_SEED=0 draws another.
SEED = int(os.environ.get("EH_FUZZ_SEED", "1")) or random.SystemRandom().randrange(1, 10**6)
NOBODY = "nobody"

pytestmark = [pytest.mark.fuzz, pytest.mark.django_db, pytest.mark.timeout(900 + SECONDS)]


@dataclass
class Walk:
    """One walk over the site: who asks, what was sent, what broke."""

    chance: random.Random
    browsers: dict[str, Client]
    sent: int = 0
    statuses: Counter = field(default_factory=Counter)
    taken: set[str] = field(default_factory=set)
    broken: dict[str, str] = field(default_factory=dict)

    def ask(self, name: str, who: str, method: str, address: str, *args):
        """One request whose effects are undone: rows, cookies and what it did to the browser's session."""
        browser = self.browsers[who]
        browser.raise_request_exception = False
        cookies = {key: morsel.value for key, morsel in browser.cookies.items()}
        with undone():
            if len(args) == 2:  # a body as it is, and its type
                answer = browser.generic(method.upper(), address, *args)
            else:
                answer = getattr(browser, method)(address, *args)
            if answer.streaming:
                b"".join(answer)
        browser.cookies.clear()
        browser.cookies.load(cookies)
        self.sent += 1
        self.statuses[answer.status_code] += 1
        if answer.status_code >= 500:
            self.broken.setdefault(
                f"{name} {method} {_error_of(answer)}", f"{who} {address[:300]} {str(args)[:1500]}"
            )
        return answer

    def page(self, name: str, who: str, address: str) -> str:
        """The page as `who` sees it; nothing when there is none."""
        shown = self.ask(name, who, "get", address)
        if shown.streaming or shown.status_code != 200 or "html" not in shown.get("Content-Type", ""):
            return ""
        return shown.content.decode("utf-8", "replace")

    def visit(self, name: str, who: str, address: str) -> None:
        page = self.page(name, who, address)
        main = page.partition("<main")[2] or page
        for _ in range(POSTS):
            answer = self.ask(name, who, "post", address, odd.answers_to(main, self.chance))
            if answer.status_code in {302, 303}:
                self.taken.add(name)
            for action in set(odd.ACTION.findall(main)) - {address, "", "#"}:
                if action.startswith("/"):
                    self.ask(name, who, "post", action, odd.answers_to(main, self.chance))
            if page:
                self.ask(name, who, "get", f"{address}?{odd.query(page, self.chance)}")
            body, kind = odd.strange_bodies(self.chance)
            self.ask(name, who, "post", address, body, kind)


def _error_of(answer) -> str:
    if not answer.exc_info:
        return str(answer.status_code)
    kind, error, trace = answer.exc_info
    last = next((f for f in reversed(traceback.extract_tb(trace)) if "site-packages" not in f.filename), None)
    return (
        f"{kind.__name__} {str(error)[:120]!r} at {last.filename.rpartition('/main/')[2]}:{last.lineno}"
        if last
        else kind.__name__
    )


@pytest.fixture
def walk(everything, world, signed_in_as):
    """People of every kind with a browser each: those of the family, one in each role, and nobody."""
    council = world.agency(AgencyKind.COUNCIL_EARLY_HELP)
    cast = {
        role.value: world.member(council, role, hub=everything.hub if role == Role.HUB_COORDINATOR else None)
        for role in Role
    }
    people = {name: value for name, value in vars(everything).items() if isinstance(value, Membership)} | cast
    browsers = {name: signed_in_as(membership) for name, membership in people.items()}
    ask_what_is_held(everything, cast["disclosure_officer"])
    cache.clear()
    return Walk(random.Random(SEED), browsers | {NOBODY: Client()})


def ask_what_is_held(everything, officer) -> None:
    """A request that nobody has looked at, one in hand with something to decide, and one that was answered."""
    facts = {"asker": "person", "way": "said", "received_on": everything.case.opened_on, "logged_by": everything.alice}
    checked = {"officer": officer, "identity_seen": "Card", "identity_seen_on": everything.case.opened_on}
    with as_system():
        SubjectRequest.objects.create(number=901, **facts)
        request = SubjectRequest.objects.create(number=902, status="in_hand", **facts, **checked)
        link = SubjectLink.objects.create(request=request, person_id=everything.ids["child"], linked_by=officer)
        item = SubjectItem.objects.create(
            request=request, link=link, position=1, chapter="notes", heading="Note", source="cases_casenote",
            lines=[["body", "What was written", "Ellie and Toby came"]],
        )
        Redaction.objects.create(request=request, item=item, field="body", starts=10, ends=14, why="other_person")


def candidates() -> dict[str, list]:
    """Numbers and words that addresses of the platform may take: of what there is."""
    with as_system():
        members = list(Membership.objects.values_list("pk", "user_id"))
        numbers = [
            *(user for _pk, user in members[:3]),
            *(pk for pk, _user in members[:3]),
            *Signature.objects.values_list("pk", flat=True)[:2],
            *ApiKey.objects.values_list("pk", flat=True)[:1],
            *Guest.objects.values_list("pk", flat=True)[:1],
        ]
        held = {
            "subject": list(SubjectRequest.objects.values_list("pk", flat=True)), "item": [1],
            "mark": list(Redaction.objects.filter(status="proposed").values_list("pk", flat=True)),
            "stone": list(Tombstone.objects.values_list("pk", flat=True)),
            "reference": list(Case.objects.values_list("reference", flat=True))[:3],
        }  # fmt: skip
        versions = list(Agreement.objects.values_list("version", flat=True))
        # A draft of a form with one page, so that everything in it can be changed.
        FormVersion.objects.get_or_create(
            code="tried", version=1, defaults={"title": "Tried", "spec": to_json(form_of(13)) | {"code": "tried"}}
        )
    return held | {
        "pk": numbers, "user": [user for _pk, user in members[:3]], "version": versions, "kind": ["school", "csv"],
        "code": ["tried", "caf"], "part": ["only"], "key": ["only", "q1"], "what": ["part", "section"], "inside": ["only", "one"],
        "who": ["family"], "action": ["deactivate", "wake", "reset"], "quarter": ["2026-Q2", "2015-Q3"],
    }  # fmt: skip


def addresses(walk: Walk, everything):
    """(name, who, address) of every address but the API's: a family's, the platform's, the public ones."""
    known = {key: [pk] for key, pk in everything.ids.items()} | candidates()
    for name, view, keys in every_address():
        if name in addresses_of_families():
            address = reverse(name, kwargs=arguments(name, everything))
            if not is_for_programs(address):
                for who in {OWNERS.get(name, "alice"), "coordinator"}:
                    yield name, who, address
        elif name in OF_THE_PLATFORM:
            who = OF_THE_PLATFORM[name]
            opened = ""
            for words in itertools.islice(itertools.product(*(known.get(key, ["x"]) for key in keys)), 12):
                with suppress(NoReverseMatch):
                    address = reverse(name, kwargs=dict(zip(keys, words, strict=True)))
                    if walk.ask(name, who, "get", address).status_code in {200, 405}:
                        opened = address
                        break
            yield name, who, opened or _address_of_nothing(name, keys)
        elif name in SECRET_LINKS or keys:
            yield name, NOBODY, _address_of_nothing(name, keys)
        elif not is_for_programs(reverse(name)):
            its = view.access
            mays = [who for who, role in ((role.value, role) for role in Role) if _may(its, role)]
            for who in {
                walk.chance.choice(mays or [NOBODY]),
                "alice",
                NOBODY if its.is_public else "manager",
            }:
                yield name, who, reverse(name)


def _address_of_nothing(name: str, keys) -> str:
    """An address of this name with numbers or words that its parameters take, whatever they stand for."""
    for words in itertools.product(["0", uuid.uuid4(), "2015-Q3", "x"], repeat=len(keys)):
        with suppress(NoReverseMatch):
            return reverse(name, kwargs=dict(zip(keys, words, strict=True)))
    raise AssertionError(f"{name} takes {keys}")


def _may(its, role) -> bool:
    from earlyhelp.access.permissions import permissions_of

    return bool(set(its.permissions) & permissions_of([role]))


def test_no_form_answers_with_an_error_page(walk, everything, capsys):
    walked = set()
    began, rounds = time.monotonic(), 0
    while rounds < ROUNDS and (rounds == 0 or time.monotonic() - began < SECONDS):
        for name, who, address in addresses(walk, everything):
            walk.visit(name, who, address)
            walked.add(name)
            mail.outbox.clear()
        rounds += 1
    with capsys.disabled():
        sys.stdout.write(
            f"\naddresses={len(walked)} sent={walk.sent} broken={len(walk.broken)} seed={SEED} {dict(sorted(walk.statuses.items()))}\n"
        )
    assert not walk.broken, "\n\n".join(f"{what}\n    {how}" for what, how in walk.broken.items())
    assert walked == {name for name, view, _keys in every_address() if getattr(view, "cls", None) is None}
    assert len(walk.taken) >= 20, "some of it was taken: the fields were found"
    assert walk.statuses[200] > walk.statuses[404]


def test_without_the_token_every_form_refuses_in_words(walk, everything):
    """A token that is missing, somebody else's or odd: refused with a page, whoever sends it."""
    broken, odd_tokens = [], ["x", "a" * 32, "\x00", "é" * 64, "a" * 20_000]
    for name, who, address in addresses(walk, everything):
        browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
        browser.cookies.load({key: morsel.value for key, morsel in walk.browsers[who].cookies.items()})
        for token in ("", walk.chance.choice(odd_tokens)):
            with undone():
                answer = browser.post(address, {"csrfmiddlewaretoken": token, "title": "x"})
            if answer.status_code not in {403, 404, 405, 410}:
                broken.append((name, token[:10], answer.status_code))
    assert broken == []
