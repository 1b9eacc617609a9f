"""Whatever is typed into whatever form: a page that says what is wrong, never an error page (trust.md, P17)."""

from __future__ import annotations

import random
import re
from html import unescape

import pytest
from django.urls import reverse

from earlyhelp.access.declare import Declaration
from tests.access.test_urls import addresses_of_families, arguments, every_address, undone

pytestmark = [pytest.mark.fuzz, pytest.mark.django_db, pytest.mark.timeout(600)]

FIELD = re.compile(r'<(?:input|select|textarea)\b[^>]*\bname="([^"]+)"')
OPTION = re.compile(r'\bvalue="([^"]{1,60})"')
ODD = [
    "",
    " ",
    "0",
    "-1",
    "99999999999999999999",
    "1e309",
    "31/2/2026",
    "2026-13-45",
    "29/2/1900",
    "25:99",
    "on",
    "None",
    "null",
    "[]",
    "' or 1=1 --",
    "{{ 7*7 }}{% debug %}",
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "../../etc/passwd",
    "%00",
    "nul\x00byte",
    "%s%n",
    "Zoë O’Brien-Ågren",
    "שלום عليكم",
    "👩‍👩‍👧‍👦" * 20,
    "a" * 5_000,
    "\r\nBcc: somebody@example.org",
    "\u202eesrever",
    "00000000-0000-0000-0000-000000000000",
]


def answers_to(page: str, chance: random.Random) -> dict[str, list[str]]:
    """Something for every field the page has, and for one that it has not; now and then a value the page offers."""
    offered = [unescape(value) for value in OPTION.findall(page)] or ["1"]
    names = {unescape(name) for name in FIELD.findall(page)} - {"csrfmiddlewaretoken"}
    return {
        name: [
            chance.choice(offered if chance.random() < 0.45 else ODD)
            for _ in range(chance.choice([1, 1, 1, 2]))
        ]
        for name in (*sorted(names), "no_such_field")
        if chance.random() < 0.9
    }


def every_form(everything):
    """(name, address) of everything that stands in a family's record or needs no object."""
    for name in addresses_of_families():
        yield name, reverse(name, kwargs=arguments(name, everything))
    for name, view, keys in every_address():
        its = getattr(view, "access", None)
        if not keys and isinstance(its, Declaration) and its.permissions:
            yield name, reverse(name)


@pytest.mark.parametrize("seed", range(4))
def test_no_form_answers_with_an_error_page(seed, everything, signed_in_as):
    chance = random.Random(seed)
    people = [everything.alice, everything.coordinator, everything.manager, everything.administrator]
    browsers = [signed_in_as(membership) for membership in people]
    sent, broken, answers = 0, [], set()
    for name, address in every_form(everything):
        for browser in browsers:
            browser.raise_request_exception = False
            with undone():
                shown = browser.get(address)
            page = (
                ""
                if shown.streaming or shown.status_code != 200
                else shown.content.decode("utf-8", "replace")
            )
            for _ in range(2 if page else 1):
                with undone():
                    answer = browser.post(address, answers_to(page, chance))
                sent += 1
                answers.add(answer.status_code)
                if answer.status_code >= 500:
                    broken.append((name, answer.status_code))
    assert broken == []
    assert sent > 400
    assert 302 in answers, "some of it was taken: the fields were found"
