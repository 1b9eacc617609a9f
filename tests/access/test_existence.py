"""Asking about what one may not see is answered like asking about what does not exist: in status, words, headers, statements
and time; by page, program, guest and live connection; in forms, searches, lists and errors (trust.md, P6).

`EH_PAIRS=500 pytest tests/access/test_existence.py -k time -s` measures longer, and prints the p-values.
"""

from __future__ import annotations

import io
import math
import os
import random
import re
import sys
import time
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from assessments.models import FormVersion
from cases.models import Case, StepUp
from earlyhelp.access.context import as_system
from hubs.models import AgencyKind, Category
from tests.access.addresses import OBJECTS, STRANGERS
from tests.access.test_urls import (
    FAMILY_PAGES,
    addresses_of_families,
    arguments,
    is_for_programs,
    undone,
)
from tests.alike import as_read
from tests.fuzz.odd import FIELD

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(300)]
METHODS = ("get", "post", "put", "patch", "delete")
UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PAIRS = int(os.environ.get("EH_PAIRS", "100"))
CONDITIONS = [
    {}, {"If-None-Match": "*"}, {"If-Match": "*"}, {"If-Modified-Since": "Sat, 01 Jan 2000 00:00:00 GMT"},
    {"If-Unmodified-Since": "Sat, 01 Jan 2000 00:00:00 GMT"}, {"Range": "bytes=0-9"}, {"HX-Request": "true"},
]  # fmt: skip


class Asker:
    """A person or program who asks, with what each answer was and what the database was asked for it."""

    def __init__(self, browser):
        self.browser = browser
        self.browser.raise_request_exception = False

    def ask(self, method: str, address: str, data=None, **headers):
        connection.queries_log.clear()  # it holds 9,000 statements and no more
        with undone(), CaptureQueriesContext(connection) as captured:
            if is_for_programs(address) and method != "get":
                sent = {"data": "{}" if data is None else data, "content_type": "application/json"}
            else:
                sent = {"data": data} if data is not None else {}
            answer = getattr(self.browser, method)(address, headers=headers, **sent)
        return answer, [shape(each["sql"]) for each in captured.captured_queries]


def shape(statement: str) -> str:
    """A statement without the values that were asked for."""
    bare = re.sub(r"'[^']*'|\b\d+\b", "?", statement)
    return re.sub(r"s\?+_x\?+|\"s\d+_x\d+\"|_django_curs_\w+", "name", bare)


def read(answer, *ids) -> tuple:
    """What can be told from an answer, without what was asked for and the number of something just made."""
    status, headers, body = as_read(answer)
    if body.startswith(b"%PDF"):  # holds the moment it was drawn
        body = "".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages).encode()
    for each in ids:
        body = body.replace(str(each).encode(), b"(what was asked for)")
        headers = {name: value.replace(str(each), "(what was asked for)") for name, value in headers.items()}
    headers = {name: UUID.sub("(number)", value) for name, value in headers.items()}
    for name in (
        "Expires",
        "Content-Length",
    ):  # the second; two references may differ in length, and the body is compared
        headers.pop(name, None)
    return status, headers, body


def same(one, other, *ids) -> list[str]:
    """In what two (answer, statements) differ; [] is wanted."""
    (first, asked), (second, asked2) = one, other
    found = []
    for what, a, b in zip(("status", "headers", "body"), read(first, *ids), read(second, *ids), strict=True):
        if a != b:
            found.append(f"{what}: {str(a)[:300]} / {str(b)[:300]}")
    if asked != asked2:
        pairs = [(a[:300], b[:300]) for a, b in zip(asked, asked2, strict=False) if a != b]
        found.append(f"statements: {len(asked)} / {len(asked2)} {pairs[:1]}")
    return found


# -- Every address -------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_every_address_answers_the_same_in_every_method_with_the_same_statements(
    everything, signed_in_as, program
):
    """Somebody else's and nobody's: answered alike, and the database is asked alike. Also by a program, at the API."""
    wrong, probes, askers = [], 0, {}
    for name in addresses_of_families():
        who = STRANGERS.get(name, "charlie")
        if who not in askers:
            askers[who] = Asker(signed_in_as(getattr(everything, who)))
        asking = [askers[who]]
        if name.startswith("api-"):
            asking.append(askers.setdefault("program", Asker(program(everything.charlie))))
        hers = arguments(name, everything)
        nobodys = arguments(name, everything, absent=True)
        for asker in asking:
            asker.ask("get", reverse(name, kwargs=nobodys))  # what is asked once in a while has been asked
            for method in METHODS:
                one, other = (asker.ask(method, reverse(name, kwargs=kwargs)) for kwargs in (hers, nobodys))
                probes += 1
                assert one[0].status_code in {404, 405}, (name, method, one[0].status_code)
                wrong += [
                    f"{name} {method}: {words}"
                    for words in same(one, other, *hers.values(), *nobodys.values())
                ]
    assert not wrong, "\n".join(wrong[:20])
    assert probes > 600
    sys.stderr.write(f"\nprobes={probes} distinguishable={len(wrong)}\n")


def test_conditions_and_ranges_tell_nothing(everything, signed_in_as):
    """No page has an ETag or a date to ask for; a condition on somebody else's is answered like one on nobody's."""
    alice, charlie = Asker(signed_in_as(everything.alice)), Asker(signed_in_as(everything.charlie))
    for name in (
        "record-overview",
        "document-download",
        "meeting-calendar",
        "plan-outcome-change",
        "api-family",
        "api-document",
    ):
        hers = reverse(name, kwargs=arguments(name, everything))
        own, _ = alice.ask("get", hers)
        assert not {"ETag", "Last-Modified", "Accept-Ranges"} & set(own.headers), name
        for headers in CONDITIONS:
            nobodys = reverse(name, kwargs=arguments(name, everything, absent=True))
            one, other = charlie.ask("get", hers, **headers), charlie.ask("get", nobodys, **headers)
            assert one[0].status_code == 404
            assert same(one, other) == [], (name, headers)


# -- Guests --------------------------------------------------------------------------------------------------------------


def test_a_guest_learns_nothing_of_another_record(everything, world, ask_guest, let_in, meeting_of, client):
    """With a guest's session every address of a record answers as it answers anybody: whose, or whether, is not looked at."""
    mine = world.shared_case(everything.hub, everything.alice)
    guest, anybody = Asker(let_in(ask_guest(mine, by=everything.alice))), Asker(client)
    for name in FAMILY_PAGES.split():
        answers = [
            asker.ask("get", reverse(name, args=[reference]))
            for asker in (guest, anybody)
            for reference in (everything.case.reference, "WM-1", mine.reference)
        ]
        ids = [everything.case.reference, "WM-1", mine.reference]
        assert [same(answers[0], other, *ids)[:1] for other in answers[1:3]] == [[], []], name
        assert read(answers[0][0], *ids)[0] == read(answers[3][0], *ids)[0]
    theirs = reverse("guest-meeting", args=[everything.ids["meeting"]])
    nobodys = reverse("guest-meeting", args=[uuid.uuid4()])
    one, other = guest.ask("get", theirs), guest.ask("get", nobodys)
    assert one[0].status_code == 404
    assert same(one, other) == []


# -- Forms: ids of somebody else's things, typed into one's own record ---------------------------------------------------


@pytest.mark.slow
def test_no_form_tells_whether_an_id_is_somebodys(everything, signed_in_as, start_assessment):
    """Every field of every form of one's own record is sent an id of another family's, and one that nothing has.

    Foreign keys and unique constraints look past row-level security: what they say must never reach an answer.
    """
    charlie, mine = Asker(signed_in_as(everything.charlie)), everything.charlies_case.reference
    for version in FormVersion.objects.all():
        _ = version.form  # what is asked once per process has been asked
    ids = [everything.ids[word] for word in ("child", "outcome", "item", "meeting")]
    wrong, probes = [], 0
    for name in FAMILY_PAGES.split():
        address = reverse(name, args=[mine])
        page, _ = charlie.ask("get", address)
        is_page = page.get("Content-Type", "").startswith("text/html")
        if page.get("Content-Type") == "application/pdf":
            continue  # takes what its page takes, and half a second to draw
        fields = {field for _tag, field in FIELD.findall(page.content.decode())} if is_page else set()
        fields = fields - {"csrfmiddlewaretoken"} | {
            "person",
            "about",
            "item",
            "meeting",
            "outcome",
            "consent",
        }
        for theirs in ids:
            nobodys = uuid.uuid4()
            for method in ("get", "post"):
                if name.startswith("api-") and method == "post":
                    continue
                one, other = (
                    charlie.ask(method, address, dict.fromkeys(sorted(fields), str(pk)))
                    for pk in (theirs, nobodys)
                )
                probes += 1
                assert one[0].status_code < 500, (name, method)
                wrong += [f"{name} {method} {theirs}: {words}" for words in same(one, other, theirs, nobodys)]
    assert not wrong, "\n".join(wrong[:20])
    assert probes > 230


def test_a_program_that_names_somebody_elses_person_is_told_what_it_is_told_of_nobodys(everything, program):
    asker, address = (
        Asker(program(everything.charlie)),
        reverse("api-timeline", args=[everything.charlies_case.reference]),
    )
    note = '{"title": "T", "body": "B", "kind": "fact", "category": 1, "happened_at": "2026-03-01T10:00:00Z", "about": "%s"}'
    theirs, nobodys = everything.ids["child"], uuid.uuid4()
    one, other = asker.ask("post", address, note % theirs), asker.ask("post", address, note % nobodys)
    assert one[0].status_code == 400
    assert same(one, other, theirs, nobodys) == []


def test_what_waits_unseen_in_ones_own_record_is_no_error(everything, world, signed_in_as):
    """One step-up may wait; who does not see the one that waits is refused in words, or their own is taken: never a 500."""
    health = world.agency(AgencyKind.HEALTH)
    nurse = world.member(health, first_name="Nell")
    case = world.shared_case(everything.hub, everything.alice, nurse)
    with as_system():
        mother = case.family.people.get(is_child=False)
    world.consent(case, health, person=mother, answer="refused", category=Category.SAFEGUARDING)
    with as_system():
        StepUp.objects.create(
            case=case, agency=everything.alice.agency, to_agency=everything.decider.agency, reason="Unseen words",
            basis="consent", sent_by=everything.alice, decide_by=timezone.now(), why_no_meeting="None",
        )  # fmt: skip
    asker = Asker(signed_in_as(nurse))
    address = reverse("step-up-write", args=[case.reference])
    page, _ = asker.ask("get", address + "?read=yes")
    fields = {field for _tag, field in FIELD.findall(page.content.decode())} - {"csrfmiddlewaretoken"}
    facts = {
        "agency": everything.decider.agency_id,
        "kind": "planned",
        "threshold": ["neglect"],
        "reason": "Mine",
    }
    facts |= {"basis": "consent", "working_well": "x", "tried": "x", "family_told": "yes", "do": "send"}
    sent, _ = asker.ask("post", address, dict.fromkeys(fields, "1") | facts)
    assert sent.status_code < 500
    assert b"Unseen words" not in sent.content


# -- Search, lists, the agreement's requests -----------------------------------------------------------------------------


def test_a_reference_searched_for_and_every_list_are_the_same_with_and_without_hidden_records(
    everything, world, signed_in_as, program
):
    """Lists, totals, pages and counts of somebody who sees nothing of them do not move when records are added."""
    charlie, programs = Asker(signed_in_as(everything.charlie)), Asker(program(everything.charlie))
    hidden = everything.case.reference
    with as_system():
        nobodys = next(
            f"WM-{n}" for n in range(99_000, 99_999) if not Case.objects.filter(reference=f"WM-{n}").exists()
        )
    assert len(nobodys) == len(hidden)
    one, other = (
        charlie.ask("post", reverse("find-family"), {"words": words}) for words in (hidden, nobodys)
    )
    assert same(one, other, hidden, nobodys) == []

    def lists() -> list:
        names = ["my-work", "family-list", "meetings", "protection", "look-sample"]
        pages = [charlie.ask("get", reverse(name)) for name in names]
        pages += [
            charlie.ask("get", reverse("family-list") + query)
            for query in ("?page=2", "?page=999", "?show=all")
        ]
        pages += [
            programs.ask("get", reverse("api-families") + query) for query in ("", "?page=2", "?page=999")
        ]
        return pages

    before = lists()
    for _ in range(3):
        case = world.shared_case(everything.hub, everything.alice, everything.ann)
        world.consent(case, everything.charlie.agency)  # agreed, and nobody of his agency is on the team
    for n, (one, other) in enumerate(zip(before, lists(), strict=True)):
        assert same(one, other) == [], n


def test_a_sharing_request_about_a_hidden_record_reads_like_one_about_none(everything, program):
    asker = Asker(program(everything.charlie))
    text = (
        '{"Request": {"Identifier": {"value": "1", "System": "x"}, "DateStamp": "2026-11-22T10:00:00Z", "RequestedData":'
        ' {"dataCategories": ["urn:early-help:data:education"], "Query": {"Identifier": {"value": "%s", "System": "x"}}},'
        ' "AssertedPurpose": "urn:early-help:purpose:support", "SharingPolicy": [{"Identifier": {"value": "", "System": ""}}]}}'
    )
    hidden, found = everything.case.reference, []
    for reference in (hidden, "WM-99999"):
        answer, statements = asker.ask("post", reverse("api-sharing-requests"), text % reference)
        body = re.sub(rb'"DateStamp": ?"[^"]*"', b"", answer.content)
        found.append((answer.status_code, body, statements))
    assert found[0] == found[1]


# -- Live connections ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_live_connection_to_a_hidden_record_ends_like_one_to_none(people, knock):
    heard = []
    for reference in (people.case.reference, "WM-1", people.case.reference, "WM-99999"):
        person = knock(people.charlie, reference)
        heard.append((person.ended(), person.last))
    assert all(each == heard[0] for each in heard)


# -- Time ----------------------------------------------------------------------------------------------------------------


def p_value(first: list[float], second: list[float]) -> float:
    """Two-sample Kolmogorov-Smirnov: how likely two samples this far apart are when both are drawn from one distribution."""
    marks = sorted({*first, *second})
    one, two = sorted(first), sorted(second)
    apart = i = j = 0
    for mark in marks:
        while i < len(one) and one[i] <= mark:
            i += 1
        while j < len(two) and two[j] <= mark:
            j += 1
        apart = max(apart, abs(i / len(one) - j / len(two)))
    size = math.sqrt(len(one) * len(two) / (len(one) + len(two)))
    reach = (size + 0.12 + 0.11 / size) * apart
    if reach < 0.2:
        return 1.0
    return min(
        1.0, max(0.0, 2 * sum((-1) ** (k - 1) * math.exp(-2 * k * k * reach * reach) for k in range(1, 101)))
    )


def test_the_measure_knows_two_distributions_apart():
    chance = random.Random(1)
    quick, alike = ([chance.gauss(10, 1) for _ in range(500)] for _ in range(2))
    slow = [chance.gauss(10.5, 1) for _ in range(500)]
    assert p_value(quick, alike) > 0.01
    assert p_value(quick, slow) < 1e-6


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", ["record-overview", "plan-outcome-change", "assessment", "api-family"])
def test_time_does_not_tell_a_hidden_one_from_none(name, everything, signed_in_as, settings):
    """Asked in pairs, in an order by chance; time of the processor in this process, which a busy machine disturbs least."""
    browser, chance = signed_in_as(everything.charlie), random.Random(7)
    hers = reverse(name, kwargs=arguments(name, everything))
    spent = {"hidden": [], "none": []}
    wall = {"hidden": [], "none": []}
    for turn in range(PAIRS + 10):
        kinds = ["hidden", "none"]
        chance.shuffle(kinds)
        for kind in kinds:
            address = hers
            if kind == "none":
                kwargs = arguments(name, everything, absent=True)
                if "reference" in kwargs:
                    kwargs["reference"] = f"WM-{chance.randrange(80_000, 90_000)}"
                address = reverse(name, kwargs=kwargs)
            with undone():
                begun, since = time.process_time_ns(), time.perf_counter_ns()
                assert browser.get(address).status_code == 404
                ended, until = time.process_time_ns(), time.perf_counter_ns()
            if turn >= 10:  # the first few fill caches
                spent[kind].append(ended - begun)
                wall[kind].append(until - since)
    p, p_wall = p_value(spent["hidden"], spent["none"]), p_value(wall["hidden"], wall["none"])
    sys.stderr.write(f"\n{name}: pairs={PAIRS} p_processor={p:.3f} p_clock={p_wall:.3f}\n")
    assert p > 1e-6, f"{name}: p={p}"
    assert set(OBJECTS) >= {"assessment"}
