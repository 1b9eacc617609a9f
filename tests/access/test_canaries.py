"""Thirty people whose address is kept secret, and everything this system shows, prints, sends, logs or stores about them."""

from __future__ import annotations

import io
import logging
import zlib

import pytest
from django.core import mail
from django.db import connection
from django.urls import reverse
from pypdf import PdfReader

from cases.models import Address, Case, Person
from earlyhelp.access.context import as_system
from earlyhelp.audit.models import Event
from tests.access.test_sweeps import reachable
from tests.access.test_urls import FAMILY_PAGES, ask, undone

pytestmark = pytest.mark.django_db

STREET, CODE = "Marlpit Canary Way", "ZQ9"  # nowhere else
KEPT = 30


@pytest.fixture
def protected(everything, world):
    """Five of each of six families' people have an address of their own that is kept secret; half are kept from somebody."""
    with as_system():
        hers = [everything.case, everything.quiet_case, everything.stepped_up_case, everything.charlies_case]
        hers += [world.shared_case(everything.hub, everything.alice, everything.ann) for _ in range(2)]
        addresses = []
        for n in range(KEPT):
            family = hers[n % len(hers)].family
            person = Person.objects.create(
                family=family, first_name=f"Kept{n}", last_name=family.name, is_child=n % 2 == 0
            )
            for case in hers:
                if case.family_id == family.pk:
                    world.consent(case, everything.alice.agency, person=person)
            addresses.append(
                Address.objects.create(
                    family=family,
                    person=person,
                    lines=f"{n + 1} {STREET}, Little Wendon",
                    postcode=f"{CODE} {n % 10}ZQ",
                    is_confidential=True,
                    hidden_from=family.people.exclude(pk=person.pk).first() if n % 2 else None,
                )
            )
    return hers, addresses


def text_of(answer) -> str:
    """Whatever a person could read in an answer: its body (of a PDF the words), and its headers."""
    body = b"".join(answer) if answer.streaming else answer.content
    if body.startswith(b"%PDF"):
        body = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages).encode() + body
    words = body.decode("utf-8", "replace") + " ".join(f"{name}: {value}" for name, value in answer.items())
    return " ".join(words.split())


def leaks(text: str) -> bool:
    bare = text.casefold()
    return STREET.casefold() in bare or f"{CODE} ".casefold() in bare


def test_no_page_file_message_or_log_gives_a_protected_address_away(
    everything, protected, signed_in_as, client, caplog
):
    """Every address, asked by everybody, answered without it; only "Show" gives the one it was asked for."""
    caplog.set_level(logging.DEBUG)
    hers, _addresses = protected
    people = [*everything.insiders, *everything.strangers, everything.manager, everything.auditor]
    browsers = [client, *(signed_in_as(membership) for membership in people)]
    pages = {(name, address) for name, address, _who in reachable(everything)}
    pages |= {(name, reverse(name, args=[case.reference])) for case in hers for name in FAMILY_PAGES.split()}
    read, found = 0, []
    for browser in browsers:
        for name, address in sorted(pages):
            for method in ("get", "post"):
                if name == "record-address-show":
                    continue
                read += 1
                if leaks(text_of(ask(browser, method, address))):
                    found.append(f"{method} {name}")
    for words in (STREET, f"{CODE} 1ZQ", "Kept1", "1 Marlpit"):
        for browser in browsers:
            with undone():
                answer = browser.post(reverse("find-family"), {"words": words, "postcode": f"{CODE} 1ZQ"})
            read += 1
            said = text_of(answer).replace(f'value="{words}"', "").replace(f'value="{CODE} 1ZQ"', "")
            if leaks(said):
                found.append(f"search {words}")
    assert found == []
    assert not [record for record in caplog.records if leaks(record.getMessage())]
    assert not [message for message in mail.outbox if leaks(message.subject + message.body)]
    assert read > 5_000


def test_nothing_copies_a_protected_address_into_another_table(everything, protected, signed_in_as):
    """Packs, snapshots, events and messages: after all pages were opened, the words stand in one table alone."""
    browser = signed_in_as(everything.alice)
    for _name, address, _who in reachable(everything):
        browser.raise_request_exception = False
        browser.get(address)
    for address in protected[1]:
        case = Case.objects.filter(family=address.family_id).first()
        if case:
            browser.post(reverse("record-address-show", args=[case.reference, address.pk]))
    with as_system(), connection.cursor() as cursor:
        cursor.execute(
            "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"select count(*) from {table} t where t::text ilike %s", [f"%{STREET}%"])
            assert cursor.fetchone()[0] == (KEPT if table == "cases_address" else 0), table


def test_show_gives_the_one_that_was_asked_for_and_says_who_asked(everything, protected, signed_in_as):
    browser = signed_in_as(everything.alice)
    asked = protected[1][0]
    with as_system():
        before = Event.objects.filter(verb="Showed a confidential address").count()
    page = browser.post(reverse("record-address-show", args=[everything.case.reference, asked.pk]))
    text = text_of(page)
    assert asked.lines in text
    assert text.count(STREET) == text.count(asked.lines)
    with as_system():
        assert Event.objects.filter(verb="Showed a confidential address").count() == before + 1


def test_a_document_for_paper_has_no_protected_address_in_its_streams(everything, protected, signed_in_as):
    """Not only in its words: nor hidden in its compressed parts, title or notes."""
    browser = signed_in_as(everything.alice)
    files = 0
    for name, address, _who in reachable(everything):
        answer = ask(browser, "get", address)
        body = b"".join(answer) if answer.streaming else answer.content
        if not body.startswith(b"%PDF"):
            continue
        files += 1
        reader = PdfReader(io.BytesIO(body))
        assert not leaks(str(reader.metadata)), name
        for stream in body.split(b"stream\n")[1:]:
            try:
                assert not leaks(zlib.decompress(stream).decode("latin-1")), name
            except zlib.error:
                continue
    assert files >= 1
