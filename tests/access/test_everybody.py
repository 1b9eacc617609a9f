"""Everybody at every address: six agencies, twelve people, forty families in every state of sharing, five methods.

For each request the plain-Python oracle says whether the thing is shown to this person, and the declaration of the view
whether their role opens it. What is not shown must read like something that does not exist, byte for byte.

A sample by seed runs in the fuzz suite; `EH_ALL_REQUESTS=1 pytest tests/access/test_everybody.py -m fuzz -s` asks everything
(EH_ALL_SECONDS stops it earlier, EH_FUZZ_SEED makes another county). Nothing that a request writes is kept.
"""

from __future__ import annotations

import gc
import os
import random
import sys
import time
import uuid
from collections import Counter

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from earlyhelp.access.context import as_system
from earlyhelp.access.permissions import permissions_of
from earlyhelp.accounts.second_factor import stamp_second_factor
from hubs.actors import SESSION_KEY
from hubs.models import AgreementCategory
from tests.access.addresses import OBJECTS, OF_A_GUEST, OF_THE_PLATFORM, PARTS_OF_A_FAMILY, SECRET_LINKS
from tests.access.county import County, Thing
from tests.access.test_urls import FAMILY_PAGES, SAMPLES, every_address, is_for_programs, undone
from tests.alike import as_read

EVERYTHING = bool(os.environ.get("EH_ALL_REQUESTS"))
SEED = int(os.environ.get("EH_FUZZ_SEED", "3"))
SECONDS = int(os.environ.get("EH_ALL_SECONDS", "86400"))
SAMPLE = int(os.environ.get("EH_REQUESTS", "4500"))
METHODS = ("get", "post", "put", "patch", "delete")
RULES = {400, 403, 409, 415, 422}  # a seen thing, and a rule or a form that says no
REMEMBERED = 600  # seconds for which a session is used: its being used is undone too

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.fuzz,
    pytest.mark.timeout(SECONDS + 3600 if EVERYTHING else 900),
]

# What a word of the tables is called among the county's things.
WORDS = (
    {"ended_outcome": "outcome", "started_action": "action"}
    | dict.fromkeys(("held_meeting", "signed_meeting"), "meeting")
    | dict.fromkeys(("signed_assessment", "withdrawn_assessment"), "assessment")
)
THINGS = {
    "panel-offer-answer": ["panel_offer"],
    "panel-offer-take-back": ["panel_offer"],
    "record-person-change": ["person"],
    "record-withdraw": ["mother", "child"],
    "record-receipt-of": ["mother", "child"],
    "record-decides-end": ["noted"],
    "record-settle": ["differing"],
    **dict.fromkeys(["meeting-answer", "meeting-here"], ["invitation"]),
    **dict.fromkeys(["meeting-agenda-change", "meeting-agenda-shift", "meeting-agenda-remove"], ["item"]),
    **dict.fromkeys(["meeting-action-done", "meeting-action-not-done"], ["action_of_meeting"]),
    "meeting-minute-change": ["minute"],
    "meeting-times-answer": ["proposed_invitation"],
    "meeting-times-choose": ["proposed_time"],
    "meeting-link": ["mothers_invitation"],
    "join-take-back": ["join_taken_back"],
    **dict.fromkeys(["cover-one", "cover-take-back", "cover-end"], ["cover"]),
    "assessment-known": ["known"],
    "duplicates-pair": ["couple"],
    "merge-propose": ["couple_to_merge"],
    "assessment-person-part": ["assessment_child"],
    "assessment-person-part-save": ["assessment_child"],
    "assessment-correct-person": ["assessment_child"],
    "assessment-hand-on-answer": ["hand_over"],
    "assessment-hand-on-take-back": ["hand_over"],
    **dict.fromkeys(["step-up-withdraw", "step-up-acknowledge"], ["step_up_back"]),
    **dict.fromkeys(["step-up-file", "step-up-national"], ["step_up_sent"]),
    "step-down-close": ["step_down"],
    "step-in-withdraw": ["step_in_back"],
    "assessment-part-again": ["review"],
    "assessment-part-again-save": ["review"],
    "assessment-person-part-again": ["review_child"],
    "assessment-person-part-again-save": ["review_child"],
    "assessment-print-person-part": ["assessment_child"],
    "assessment-no-needs": ["assessment_child"],
    "assessment-person-voice-add": ["assessment_child"],
    "assessment-person-view-add": ["assessment_child"],
    "assessment-needs-after-all": ["no_needs"],
    "assessment-voice-remove": ["voice"],
    "assessment-view-remove": ["view"],
}
# Who checks, and who is checked, is a matter of roles and hubs beside the record: tests/assessments/test_quality_checks.py.
# A recording is a document with words beside it: tests/assessments/test_family_recordings.py.
ASKED_ELSEWHERE = {"assessment-voice-file"} | {name for name in OBJECTS if name.startswith("quality-")}
# A panel is its members' and its district's, whatever the family: tests/cases/test_panels_pages.py.
_PANELS = {name for name, ids in OBJECTS.items() if {"panel", "sitting"} & set(ids.values())}
ASKED_ELSEWHERE |= _PANELS | {"panel-ask"}
AWAY: set[str] = set()  # where somebody is sent who may not come in at all
# Pages of a family that is being helped: of one whose help has ended they do not exist.
WHILE_OPEN = {"assessment-again", "assessment-again-agreed", "assessment-again-tier4", "plan-drift"}
# Pages of a record that take a word beside its reference, and no id.
WITH_A_WORD = {
    name for name, ids in PARTS_OF_A_FAMILY.items() if all(word.startswith("=") for word in ids.values())
}
PAGES = [*FAMILY_PAGES.split(), *sorted(WITH_A_WORD)]


class Quick(Client):
    """A client that keeps no templates and contexts of an answer, and takes an error of a view for an answer."""

    def request(self, **request):
        return self.handler(self._base_environ(**request))


class Sweep:
    """The requests, what each should be answered, and what was wrong."""

    def __init__(self, county: County):
        self.county, self.facts = county, county.facts
        self.counts: Counter = Counter()
        AWAY.update(map(reverse, ("account_login", "choose-agency")))
        self.wrong: list[str] = []
        self.browsers: dict[int, tuple[float, Quick]] = {}
        self.nothing: dict[tuple, tuple] = {}
        self.permissions = {name: view.access.permissions for name, view, _keys in every_address()}
        self.keys = {name: keys for name, _view, keys in every_address()}

    # -- Who asks ------------------------------------------------------------------------------------------------------

    def browser(self, member) -> Quick:
        since, browser = self.browsers.get(member.pk, (0.0, None))
        if browser is None or time.monotonic() - since > REMEMBERED:
            browser = Quick()
            browser.force_login(member.user, backend=settings.AUTHENTICATION_BACKENDS[0])
            session = browser.session
            session[SESSION_KEY] = member.pk
            stamp_second_factor(session, member.user, "totp")
            session.save()
            self.browsers[member.pk] = time.monotonic(), browser
        return browser

    @staticmethod
    def read(answer) -> tuple:
        """What a reader could tell two answers apart by; the second in which an answer was given is none of it."""
        status, headers, body = as_read(answer)
        headers.pop("Expires", None)
        return status, headers, body

    def ask(self, member, method: str, name: str, kwargs: dict):
        address = reverse(name, kwargs=kwargs)
        browser = self.browser(member)
        with undone():
            self.counts["requests"] += 1
            if is_for_programs(address) and method != "get":
                return getattr(browser, method)(address, "{}", content_type="application/json")
            return getattr(browser, method)(address)

    def may_open(self, member, name: str) -> bool:
        return bool(set(self.permissions[name]) & permissions_of(member.roles))

    # -- What is asked for ---------------------------------------------------------------------------------------------

    def things(self, name: str) -> list[Thing]:
        found = self.county.things
        if name in PAGES:
            return found["case"]
        wanted = (PARTS_OF_A_FAMILY | OBJECTS)[name]
        words = THINGS.get(name) or [
            WORDS.get(word, word) for word in wanted.values() if not word.startswith("=")
        ]
        assert len(words) == 1 or name in THINGS, name
        return [thing for word in words for thing in found[word]]

    def kwargs(self, name: str, thing: Thing, *, reference: str | None, absent: bool = False) -> dict:
        wanted = {} if name in FAMILY_PAGES.split() else (PARTS_OF_A_FAMILY | OBJECTS)[name]
        found = {}
        for key, word in wanted.items():
            given = word[1:] if word.startswith("=") else thing.ids[key]
            if absent and not word.startswith("="):
                given = 0 if isinstance(given, int) else uuid.uuid4()
            found[key] = given
        if "reference" in self.keys[name]:
            found["reference"] = reference
        return found

    def reference_of(self, case: str | None) -> str | None:
        return next(
            (thing.ids["reference"] for thing in self.county.things["case"] if thing.case == case), None
        )

    # -- One request ---------------------------------------------------------------------------------------------------

    def compare(self, member, method: str, name: str, thing: Thing, through: str | None = None) -> None:
        """Ask for a thing. `through`: under the reference of this other case, where the thing is not."""
        case = through or thing.case
        reference = self.reference_of(case)
        answer = self.ask(member, method, name, self.kwargs(name, thing, reference=reference))
        where = f"{member.pk} {member.roles[0]} {method.upper()} {name} {thing.ids} {'crossed' if through else ''}"
        opens, live = self.may_open(member, name), self.facts.is_live(self.facts.members[member.pk])
        sees = live and opens and not through and thing.sees(member.pk)
        if name in WHILE_OPEN and case in self.facts.closed:
            sees = False
        if sees:
            self.counts["shown"] += 1
            away = answer.status_code == 302 and answer["Location"].split("?")[0] in AWAY
            if answer.status_code in {401, 404} or answer.status_code >= 500 or away:
                self.wrong.append(f"refused: {where}: {answer.status_code}")
            self.counts["rules"] += answer.status_code in RULES
            return
        self.counts["hidden"] += 1
        status = answer.status_code
        if not live:  # sent to sign in, or to choose another agency, before anything is looked at
            if not (status == 401 or status == 302 and answer["Location"].split("?")[0] in AWAY):
                self.wrong.append(f"allowed: {where}: {status}")
            return
        expected = {404, 405} if opens else {403}
        in_sight = opens and "reference" in self.keys[name] and self.facts.sees_case(member.pk, case)
        if in_sight:
            expected = expected | {
                403
            }  # a rule about the record, which this person sees, comes before the thing
        nothing = self.of_nothing(member, method, name, thing, case, in_sight)
        read = self.read(answer)
        if status not in expected or read != nothing:
            self.wrong.append(f"allowed: {where}: {status} {differences(read, nothing)}")

    def of_nothing(self, member, method, name, thing, case, in_sight) -> tuple:
        """What the same person is answered about something that nobody has."""
        key = (member.pk, method, name, case if in_sight else None)
        if key not in self.nothing:
            reference = self.reference_of(case) if in_sight else "WM-1"
            self.counts["nothing"] += 1
            kwargs = self.kwargs(name, thing, reference=reference, absent=True)
            if in_sight and name in PAGES:  # the record is seen, and this page of it does not exist
                kwargs["reference"] = "WM-1"
            self.nothing[key] = self.read(self.ask(member, method, name, kwargs))
        return self.nothing[key]

    # -- All of them ---------------------------------------------------------------------------------------------------

    def run(self, chance: random.Random, *, most: int, seconds: float) -> None:
        """Everybody, every address and method in turn; each with every thing, or with a dozen of them."""
        parts = {**PARTS_OF_A_FAMILY, **OBJECTS}.keys() - WITH_A_WORD - ASKED_ELSEWHERE
        names = [*PAGES, *sorted(parts)]
        turns = [
            (member, name, method) for member in self.county.members for name in names for method in METHODS
        ]
        chance.shuffle(turns)
        begun, before = time.monotonic(), self.counts["requests"]
        for member, name, method in turns:
            if self.counts["requests"] - before >= most or time.monotonic() - begun > seconds:
                break
            things = self.things(name)
            if not EVERYTHING and len(things) > 12:
                things = chance.sample(things, 12)
            for thing in things:
                self.compare(member, method, name, thing)
            if "reference" in self.keys[name] and name not in PAGES:
                for thing in things if EVERYTHING else things[:2]:
                    other = chance.choice(self.county.cases)
                    if other.family_id != next(
                        c.family_id for c in self.county.cases if str(c.pk) == thing.case
                    ):
                        self.compare(member, method, name, thing, through=str(other.pk))
            self.counts["turns"] += 1
        self.counts["of"] = len(turns)

    def of_the_platform(self) -> None:
        """Addresses that are no family's: refused to every role that they are not for, whatever the number."""
        for name in OF_THE_PLATFORM:
            kwargs = {key: SAMPLES[key] for key in self.keys[name]}
            for member in self.county.members:
                opens = self.may_open(member, name)
                for method in METHODS:
                    status = self.ask(member, method, name, kwargs).status_code
                    if not self.facts.is_live(self.facts.members[member.pk]):
                        is_right = status == 302
                    else:
                        is_right = status < 500 and status != 401 if opens else status == 403
                    if not is_right:
                        self.wrong.append(f"{'refused' if opens else 'allowed'}: {member.pk} {name} {status}")

    def said(self) -> str:
        wrong = Counter(line.split(":")[0] for line in self.wrong)
        return (
            f"requests={self.counts['requests']} shown={self.counts['shown']} hidden={self.counts['hidden']}"
            f" rules_said_no={self.counts['rules']} turns={self.counts['turns']}/{self.counts['of']}"
            f" wrongly_allowed={wrong['allowed']} wrongly_refused={wrong['refused']} seed={SEED}"
        )


def differences(one: tuple, other: tuple) -> str:
    """Where two answers differ, for whoever has to find out why."""
    (status, headers, body), (status2, headers2, body2) = one, other
    place = next(
        (n for n, (a, b) in enumerate(zip(body, body2, strict=False)) if a != b), min(len(body), len(body2))
    )
    around = (
        (body[max(0, place - 40) : place + 40], body2[max(0, place - 40) : place + 40])
        if body != body2
        else ()
    )
    return f"{(status, status2) if status != status2 else ''} {set(headers.items()) ^ set(headers2.items())} {around}"


class Undrawn:
    def __init__(self, string, **_how):
        assert string

    def write_pdf(self, **_how) -> bytes:
        return b"%PDF-"


@pytest.fixture
def county(world, start_assessment, monkeypatch, settings) -> County:
    # Sessions in memory: they are not what is asked about, and a quarter of the time.
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.cache"
    # And messages for the next page in a cookie that nobody keeps, because a session in memory is not undone.
    settings.MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
    # Who may have a document is decided, and its template rendered, before it is drawn, which takes most of a second.
    monkeypatch.setattr("weasyprint.HTML", Undrawn)
    monkeypatch.setattr("earlyhelp.web.pdfua.finish", lambda document: document)
    return County(world, start_assessment, SEED)


def events(county: County) -> None:
    """What ends or narrows sight for a whole agency, or for one person everywhere, while their sessions are open."""
    with as_system():
        county.sign_or_not(county.facts.agreements[0], county.police, False)
        county.end_membership(None, None, county.members[2], county.facts.today - county.DAY)
        user = county.members[0].user
        type(user).objects.filter(pk=user.pk).update(is_active=False)
        county.facts.inactive_users.add(user.pk)
        cell = ("health", 3)
        AgreementCategory.objects.filter(
            agreement=county.live_agreement, agency_kind=cell[0], category=cell[1]
        ).update(purposes=["planning"])
        county.facts.agreements[0].cells[cell] = {"planning"}
    county.forget()


@pytest.mark.ignore_template_errors  # rows are written past the actions, and lack what nobody asks about here
def test_everybody_is_shown_what_is_theirs_and_nothing_else(county, request):
    assert county.wrong() == [], "the oracle and the database agree before anything is asked"
    sweep = Sweep(county)
    chance = random.Random(SEED)
    gc.collect()
    gc.freeze()  # what is there stays: looking through it again and again takes a tenth of the time
    most = 10**9 if EVERYTHING else SAMPLE * 3 // 4
    sweep.run(chance, most=most, seconds=SECONDS * 0.8)
    events(county)
    sweep.nothing.clear()
    assert county.wrong() == []
    sweep.run(chance, most=30_000 if EVERYTHING else SAMPLE // 4, seconds=SECONDS * 0.15)
    if EVERYTHING:
        sweep.of_the_platform()
    gc.unfreeze()
    sys.stderr.write(f"\n{sweep.said()}\n")
    request.node.user_properties.append(("P2", sweep.said()))
    assert not sweep.wrong, "\n".join([*sweep.wrong[:40], sweep.said()])
    assert {thing.case for thing in county.things["case"]} == {str(case.pk) for case in county.cases}
    assert EVERYTHING or 0 < sweep.counts["requests"] / 20 < sweep.counts["shown"] < sweep.counts["hidden"]
    assert len(county.cases) == 40 and len(county.members) == 12 and len(county.agencies) == 6


def test_every_word_of_the_tables_has_things_in_the_county():
    """An address that the county knows nothing about would not be asked: the tables and the words above must fit."""
    names = {
        *FAMILY_PAGES.split(),
        *PARTS_OF_A_FAMILY,
        *OBJECTS,
        *OF_THE_PLATFORM,
        *OF_A_GUEST,
        *SECRET_LINKS,
    }
    assert {name for name, _view, keys in every_address() if keys} == names
    assert set(THINGS) <= names
