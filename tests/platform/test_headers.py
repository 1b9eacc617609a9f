"""Headers that every response carries, and sessions that end."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from earlyhelp import headers


class Person:
    is_authenticated = True


def answer(response, *, person=None):
    request = RequestFactory().get("/")
    if person:
        request.user = person
    return headers.HeadersMiddleware(lambda _request: response)(request)


def test_signed_in_page_is_kept_by_no_cache():
    page = HttpResponse(headers={"Cache-Control": "max-age=600"})
    assert answer(page, person=Person())["Cache-Control"] == "no-store"


def test_static_file_keeps_its_own_caching():
    file = HttpResponse(headers={"Cache-Control": "max-age=600"})
    assert answer(file)["Cache-Control"] == "max-age=600"


def test_anonymous_page_is_kept_by_no_cache():
    assert answer(HttpResponse())["Cache-Control"] == "no-store"


def test_browser_features_are_off():
    assert "geolocation=()" in answer(HttpResponse())["Permissions-Policy"]


class Session(dict):
    flushed = modified = False

    def save(self):
        pass

    def flush(self):
        self.clear()
        self.flushed = True


def visit(session, monkeypatch, *, at):
    monkeypatch.setattr(headers.time, "time", lambda: at)
    monkeypatch.setattr(headers, "logout", lambda request: request.session.flush())
    request = RequestFactory().get("/")
    request.user, request.session = Person(), session
    headers.SessionAgeMiddleware(lambda _request: HttpResponse())(request)


def test_session_ends_after_the_longest_day(monkeypatch, settings):
    session = Session()
    visit(session, monkeypatch, at=1_000)
    visit(session, monkeypatch, at=1_000 + settings.SESSION_ABSOLUTE_SECONDS)
    assert not session.flushed
    visit(session, monkeypatch, at=1_001 + settings.SESSION_ABSOLUTE_SECONDS)
    assert session.flushed


def test_session_is_written_once_a_minute(monkeypatch):
    session = Session()
    visit(session, monkeypatch, at=1_000)
    visit(session, monkeypatch, at=1_059)
    assert session["used_at"] == 1_000
    visit(session, monkeypatch, at=1_060)
    assert session["used_at"] == 1_060


@pytest.mark.django_db
def test_health_page_is_open_and_says_nothing(client):
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")
