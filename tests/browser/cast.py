"""Who looks at the demonstration county, on which server, and through which windows."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from earlyhelp.accounts.second_factor import stamp_second_factor
from hubs.actors import SESSION_KEY
from hubs.models import Membership
from tests.browser.crawl import Crawl
from tests.fixtures.browser import Window

# Who looks, in this order: together they hold every permission.
PEOPLE = [
    "priya", "tom", "karen", "yasmin", "ruth", "margaret", "dominic", "thea", "odette", "imogen", "sam", "helen", "winnie", "ade",
]  # fmt: skip
NOBODY = "nobody signed in"


@dataclass
class Stage:
    """The county, its server, and the people who look at it."""

    chromium: Browser
    server: LiveServer
    people: dict[str, Membership]
    names: set[str]
    crawl: Crawl = field(default_factory=Crawl)
    cookies: dict[str, str] = field(default_factory=dict)
    windows: dict[tuple, Window] = field(default_factory=dict)

    @property
    def site(self) -> str:
        return self.server.url

    def client(self, who: str) -> Client:
        """A test client signed in as this person, for what has to be written before the looking."""
        browser, membership = Client(), self.people[who]
        browser.force_login(membership.user, backend=settings.AUTHENTICATION_BACKENDS[0])
        session = browser.session
        session[SESSION_KEY] = membership.pk
        stamp_second_factor(session, membership.user, "totp")
        session.save()
        return browser

    def window(self, who: str, **how) -> Window:
        """A browser window of this person, the same one each time."""
        key = (who, tuple(sorted(how.items())))
        if key not in self.windows:
            self.windows[key] = self._new_window(who, **how)
        self.windows[key].problems.clear()
        return self.windows[key]

    def _new_window(self, who: str, **how) -> Window:
        window = Window(self.chromium, self.site, **how)
        if who != NOBODY:
            if who not in self.cookies:
                self.cookies[who] = self.client(who).cookies[settings.SESSION_COOKIE_NAME].value
            window.use_cookie(self.cookies[who])
        return window
