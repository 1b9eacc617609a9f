"""A browser that is given pages drawn in this process: no server and no database is needed to look at components."""

import mimetypes
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.template import engines
from django.test import RequestFactory
from playwright.sync_api import sync_playwright

SITE = "https://early.help.example"
POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-n0nce'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'"
)


@pytest.fixture
def asked():
    """A request by nobody, or by a person with some permissions."""

    def make(path="/help", permissions=None, **more):
        request = RequestFactory().get(path)
        request.user = SimpleNamespace(is_authenticated=False)
        request.actor = None
        request.csp_nonce = "n0nce"
        if permissions is not None:
            request.user = SimpleNamespace(is_authenticated=True, full_name="Priya Nandra")
            school = SimpleNamespace(name="Alderbrook Primary School")
            request.actor = SimpleNamespace(user=request.user, agency=school, may=permissions.__contains__)
        for name, value in more.items():
            setattr(request, name, value)
        return request

    return make


@pytest.fixture
def draw_page(asked):
    """Draw a page around some template text, as a signed-in person sees it."""

    def draw(text, **context):
        source = (
            '{% extends "base.html" %}{% load eh %}{% block back %}<a class="govuk-back-link" href="/">Back</a>{% endblock %}{% block content %}<h1>Page</h1>'
            + text
            + "{% endblock %}"
        )
        return engines["django"].from_string(source).render(context, asked(permissions=[]))

    return draw


class Browser:
    """Chromium with our content security policy; `show` opens HTML as if a server had sent it."""

    def __init__(self, chromium):
        self.chromium, self.answers, self.said = chromium, {}, []

    def show(self, markup, *, width=1280, script=True, path="/page"):
        context = self.chromium.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=script
        )
        page = context.new_page()
        page.on("console", lambda said: self.said.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.said.append(str(error)))
        self.answers[path] = lambda route: route.fulfill(
            body=markup, content_type="text/html; charset=utf-8", headers={"Content-Security-Policy": POLICY}
        )
        page.route("**/*", self.answer)
        page.goto(SITE + path)
        page.wait_for_load_state("networkidle")
        return page

    def answer(self, route):
        path = urlsplit(route.request.url).path
        if path in self.answers:
            self.answers[path](route)
        elif path.startswith("/static/") and (found := finders.find(path.removeprefix("/static/"))):
            route.fulfill(path=found, content_type=mimetypes.guess_type(found)[0])
        else:
            route.fulfill(status=404, body="")


@pytest.fixture(scope="module")  # not longer: Playwright keeps a loop running that others would meet
def chromium():
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def browser(chromium):
    browser = Browser(chromium)
    yield browser
    for context in chromium.contexts:
        context.close()
