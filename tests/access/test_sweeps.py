"""One question asked of every address: headers, forged posts, odd methods and addresses that lead elsewhere."""

from __future__ import annotations

import re
import uuid
from urllib.parse import urljoin, urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.urls import NoReverseMatch, reverse

from tests.access.addresses import OWNERS, SECRET_LINKS
from tests.access.test_urls import SAMPLES, addresses_of_families, arguments, ask, every_address

pytestmark = pytest.mark.django_db

# What a browser is told with every answer, word for word (the nonce apart).
HEADERS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
    "Permissions-Policy": settings.PERMISSIONS_POLICY,
}
POLICY = {
    "default-src 'none'",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'self'",
}
# Answered without a session: its sender signs the request in another way, or there is nothing to forge.
WITHOUT_TOKEN: set[str] = set()
ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "\\\\evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "%2f%2fevil.example",
    "/%09/evil.example",
    "https://testserver@evil.example/",
    "https://[evil.example/",
]


def address_of(name: str, keys, everything) -> str:
    if name in addresses_of_families():
        return reverse(name, kwargs=arguments(name, everything))
    try:
        return reverse(name, kwargs={key: SAMPLES.get(key, "x") for key in keys})
    except NoReverseMatch:  # where the id is a UUID
        return reverse(name, kwargs={key: uuid.uuid4() for key in keys})


def reachable(everything):
    """(name, address, who) of every address but links that hold a secret."""
    for name, _view, keys in every_address():
        if name not in SECRET_LINKS:
            try:
                yield name, address_of(name, keys, everything), OWNERS.get(name, "alice")
            except Exception as error:
                raise AssertionError(f"{name} takes {keys}") from error


def test_every_answer_says_the_same_about_itself(everything, signed_in_as, client):
    """Pages, refusals, things that are not there and downloads, to people signed in and to strangers."""
    wrong = []
    browsers = {}
    for name, address, who in reachable(everything):
        browsers.setdefault(who, signed_in_as(getattr(everything, who)))
        for browser in (browsers[who], client):
            for asked in (address, address + "no-such-thing/"):
                answer = ask(browser, "get", asked)
                wrong += [
                    f"{name} {answer.status_code} {header}: {answer.get(header)}"
                    for header, value in HEADERS.items()
                    if answer.get(header) != value
                ]
                said = answer.get("Content-Security-Policy", "")
                if "no-store" not in answer.get("Cache-Control", ""):
                    wrong.append(f"{name} {answer.status_code} may be kept: {answer.get('Cache-Control')}")
                wrong += [f"{name} {answer.status_code} says no {rule}" for rule in POLICY if rule not in said]
                if "unsafe" in said or "Server" in answer or "X-Powered-By" in answer:
                    wrong.append(f"{name} {answer.status_code} {said}")
    assert wrong == []


def test_a_forged_post_is_refused_everywhere(everything, signed_in_as):
    """With somebody's own session and without the token of a page of ours nothing is done."""
    browsers, wrong, refused = {}, [], 0
    for name, address, who in reachable(everything):
        if who not in browsers:
            browsers[who] = signed_in_as(getattr(everything, who), enforce_csrf_checks=True)
        for method in ("post", "put", "patch", "delete"):
            answer = ask(browsers[who], method, address)
            refused += answer.status_code == 403
            if answer.status_code not in {403, 405} and name not in WITHOUT_TOKEN:
                wrong.append(f"{name} {method} {answer.status_code}")
    assert wrong == []
    assert refused > 400


def test_trace_and_made_up_methods_do_nothing(everything, signed_in_as):
    browser = signed_in_as(everything.alice)
    for _name, address, _who in reachable(everything):
        for method in ("TRACE", "TRACK", "PROPFIND"):
            browser.raise_request_exception = False
            answer = browser.generic(method, address)
            assert (answer.status_code, answer.content) == (405, b""), (address, method)


@pytest.mark.parametrize("where", ELSEWHERE)
def test_no_address_sends_anybody_elsewhere(where, everything, signed_in_as, client):
    """`next` and its like are followed inside the site alone, signed in or not."""
    browsers = (signed_in_as(everything.alice), client)
    for _name, view, keys in every_address():
        if keys or not (view.access.is_public or not view.access.needs_agency):
            continue
        for browser in browsers:
            for field in ("next", "url", "return", "redirect"):
                answer = browser.get(reverse(_name), {field: where})
                assert stays_here(answer), (_name, field, answer["Location"])
                posted = ask_with(browser, reverse(_name), {field: where})
                assert stays_here(posted), (_name, field, posted["Location"])


def stays_here(answer) -> bool:
    """Whether a browser that follows the answer stays on the site: it reads a backslash as a slash and drops tabs."""
    location = re.sub(r"[\t\r\n]", "", answer.get("Location", "")).replace("\\", "/")
    aim = urlsplit(urljoin("http://testserver/here/", location))
    return aim.scheme in {"http", "https"} and aim.hostname == "testserver"


def ask_with(browser: Client, address: str, fields: dict):
    browser.raise_request_exception = False
    return browser.post(address, fields)
