"""The page around everything: head, navigation, messages, and the pages for when something goes wrong."""

import gzip
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.contrib.messages import constants
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.urls import resolve, reverse

from earlyhelp.access import Permission
from earlyhelp.web import navigation

INFORMATION = ["accessibility", "privacy", "cookies", "help", "what-is-recorded"]


def body(request, name):
    return resolve(reverse(name)).func(request).content.decode()


@pytest.mark.parametrize("name", INFORMATION)
def test_information_is_open_to_everybody(asked, name):
    view = resolve(reverse(name)).func
    assert view.access.is_public
    markup = body(asked(reverse(name)), name)
    assert len(re.findall("<h1", markup)) == 1
    assert '<html lang="en-GB"' in markup
    assert 'id="main-content"' in markup
    assert re.search(r"<title>[^<]+ - Early Help, Westmoor partnership</title>", markup)
    assert "Sign out" not in markup


def test_only_those_with_the_permission_open_the_gallery(asked):
    view = resolve(reverse("components")).func
    assert view.access.permissions == (Permission.COMPONENTS,)
    assert not view.access.is_public


def test_no_page_has_inline_style_or_a_script_without_the_nonce(asked):
    markup = body(asked(permissions=[Permission.COMPONENTS]), "components")
    assert "style=" not in markup
    assert "<style" not in markup
    assert not re.search(r"\son[a-z]+=", markup)
    assert re.findall(r"<script(?![^>]*nonce=\"n0nce\")", markup) == []


def test_headings_go_down_one_step_at_a_time(asked):
    for name in [*INFORMATION, "components"]:
        levels = [int(each) for each in re.findall(r"<h([1-6])", body(asked(permissions=[]), name))]
        assert levels.count(1) == 1
        assert all(later - earlier <= 1 for earlier, later in zip(levels, levels[1:], strict=False))


def test_ids_on_the_gallery_are_used_once(asked):
    ids = re.findall(r'\sid="([^"]+)"', body(asked(permissions=[]), "components"))
    assert len(ids) == len(set(ids))


def test_the_person_their_agency_and_sign_out_are_shown(asked):
    markup = body(asked(permissions=[]), "help")
    assert re.search(r"Priya Nandra(</a>)?, Alderbrook Primary School", markup)
    assert re.search(
        r'<form method="post" action="[^"]+"><input type="hidden" name="csrfmiddlewaretoken"', markup
    )


def test_navigation_shows_only_what_the_person_may_use(monkeypatch, asked):
    monkeypatch.setattr(navigation, "address_of", lambda name: f"/{name}")
    actor = SimpleNamespace(may=[Permission.MY_WORK, Permission.REPORT_READ].__contains__)
    labels = [item["label"] for item in navigation.navigation_for(actor, "/")]
    assert labels == ["My work", "Reports", "Help"]


def test_navigation_marks_the_current_place(monkeypatch):
    monkeypatch.setattr(navigation, "address_of", lambda name: f"/{name}")
    actor = SimpleNamespace(may=lambda _permission: True)

    def current(path, nav=""):
        return [item["key"] for item in navigation.navigation_for(actor, path, nav) if item["active"]]

    assert current("/reports/2025-3") == ["reports"]
    assert current("/families/WM-1") == []
    assert current("/families/WM-1", "work") == ["work"]


def test_each_place_is_named_once():
    for what in ("key", "label", "url_name"):
        named = [getattr(place, what) for place in navigation.PLACES]
        assert len(named) == len(set(named))


@pytest.mark.parametrize(
    ("files", "most"),
    [
        (
            [
                "vendor/govuk/govuk-frontend.min.css",
                "vendor/moj/moj-frontend.min.css",
                "css/app.css",
                "vendor/autocomplete/accessible-autocomplete.min.css",
            ],
            35,
        ),
        (
            [
                "vendor/govuk/govuk-frontend.min.js",
                "vendor/moj/moj-frontend.min.js",
                "js/app.js",
                "vendor/autocomplete/accessible-autocomplete.min.js",
            ],
            60,
        ),
    ],
    ids=["css", "script"],
)
def test_pages_stay_light(files, most):
    """Kilobytes as sent, with everything that any page may ask for (design: 35 KB of CSS, 60 KB of script)."""
    sent = sum(len(gzip.compress(Path(finders.find(name)).read_bytes(), 9)) for name in files)
    assert sent <= most * 1024


def test_a_place_that_does_not_exist_here_is_left_out(monkeypatch):
    monkeypatch.setattr(navigation, "address_of", lambda name: "" if name == "meetings" else f"/{name}")
    actor = SimpleNamespace(may=lambda _permission: True)
    assert "meetings" not in [item["key"] for item in navigation.navigation_for(actor, "/")]


@pytest.mark.parametrize("template", ["400.html", "404.html", "500.html", "403_csrf.html"])
def test_error_pages_say_what_happened_and_whom_to_call(template):
    markup = render_to_string(template)  # a failing server gives no context at all
    assert "01632 960 100" in markup
    assert len(re.findall("<h1", markup)) == 1
    assert "<script" not in markup


def test_a_refusal_says_why(asked):
    words = "Your role does not let you read the access log."
    assert words in render_to_string("403.html", {"exception": words}, asked(permissions=[]))


@pytest.mark.parametrize(
    ("level", "css"), [(constants.SUCCESS, "--success"), (constants.ERROR, "app-notice--bad")]
)
def test_messages_become_banners(level, css):
    from django.contrib.messages.storage.base import Message

    markup = render_to_string("components/messages.html", {"messages": [Message(level, "<b>Saved</b>")]})
    assert css in markup
    assert "&lt;b&gt;Saved&lt;/b&gt;" in markup
    assert 'aria-labelledby="message-1"' in markup
