"""Finding every page of the demonstration county by its links, as the people who may open it.

A page is known by its URL name. Each person starts from My work and follows links (GET only) through real HTTP; of the
pages met under one name the fullest is looked at, and another person's when there is much less on it.
"""

from __future__ import annotations

import gzip
import re
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urljoin, urlsplit

from django.urls import URLPattern, URLResolver, get_resolver, resolve
from django.urls.exceptions import Resolver404
from playwright.sync_api import APIRequestContext, Error

# Pages of a moment in signing in (tests/accounts/test_browser.py) and of guests (test_guest_journey.py, test_scheduling.py),
# looked at there in the same way.
MOMENTS = {
    "guest",
    "guest-code",
    "guest-left",
    "guest-meeting",
    "guest-over",
    "guest-timeline",
    "invited",
    "accounts:accept_invitation",
    "account_reauthenticate",
    "account_reset_password_from_key",
    "mfa_activate_totp",
    "mfa_authenticate",
    "mfa_generate_recovery_codes",
    "mfa_reauthenticate",
    "mfa_view_recovery_codes",
}
# Addresses that are no pages to look at, and why. Whatever else has a name must be met by the crawl.
NOT_PAGES = {
    "healthz": "for the proxy",
    "document-page": "a picture within a page",
    "form-draft": "POST alone",
    "form-move": "POST alone",
    "guest-leave": "POST alone",
    "guest-new-code": "POST alone",
    "guest-open": "sends on to another page, with a secret of its own (test_guest_journey.py)",
    "home": "sends on to another page",
    "cover-end": "POST alone",
    "cover-take-back": "POST alone",
    "join-ask": "comes by POST from a search, which no address holds (test_team_pages.py)",
    "join-take-back": "POST alone",
    "lead-read": "POST alone",
    "invited-calendar": "a file to download",
    "invited-open": "sends on to another page, with a secret of its own (test_scheduling.py)",
    "meeting-go": "sends on to another page",
    "meeting-times-choose": "POST alone",
    "account_logout": "sends on to another page",
    "accounts:open_invitation": "sends on to another page, with a secret of its own (tests/accounts)",
    "assessment-known": "sends on to another page",
    "assessment-needs-after-all": "POST alone",
    "assessment-hand-on-take-back": "POST alone",
    "assessment-part-again-save": "autosave, POST alone",
    "assessment-part-save": "autosave, POST alone",
    "assessment-person-part-again-save": "autosave, POST alone",
    "assessment-person-part-save": "autosave, POST alone",
    "quality-again": "POST alone",
    "quality-answer": "POST alone",
    "quality-take-over": "POST alone",
    "quick-note-keep": "POST alone",
    "quick-note-save": "autosave, POST alone",
    "quick-note-throw-away": "POST alone",
    "record-address-show": "POST alone, so that each look is recorded",
    "register-again": "POST alone",
    "register-load": "POST alone",
    "register-throw-away": "POST alone",
    "ask-for-report": "POST alone",
    "report-count-again": "POST alone",
    "report-approve": "POST alone",
    "report-send-back": "POST alone",
    "report-publish": "POST alone",
    "panel-item-now": "POST alone",
    "panel-let-in": "POST alone",
    "panel-offer-take-back": "POST alone",
    "sitting-note": "POST alone",
    "sitting-tell": "POST alone",
    "plan-action-start": "POST alone",
    "plan-action-done": "POST alone",
    "plan-outcome-reopen": "POST alone",
    "meeting-action-done": "POST alone",
    "meeting-agenda-remove": "POST alone",
    "meeting-agenda-shift": "POST alone",
    "meeting-decision-add": "POST alone",
    "meeting-here": "POST alone",
    "meeting-item-move": "POST alone",
    "meeting-message-add": "POST alone",
    "meeting-minute-add": "POST alone",
    "meeting-minutes-typed": "POST alone",
    "meeting-sign-off": "POST alone",
    "lead-take-back": "POST alone",
    "signature-resume": "POST alone",
    "agreement-draft": "POST alone",
    "agreement-take-back": "POST alone",
    "agreement-policy": "a file to download",
    "restriction-keep": "POST alone",
    "subject-ask-identity": "POST alone",
    "subject-gather": "POST alone",
    "subject-file": "a file to download",
    "access-review-done": "POST alone",
    "step-up-withdraw": "POST alone",
    "step-down-withdraw": "POST alone",
    "step-up-acknowledge": "POST alone",
    "step-down-close": "POST alone",
    "step-in-withdraw": "POST alone",
    "step-up-file": "a file to download",
    "step-up-national": "a file to download",
    "report-progress": "a part of a page, fetched by the page that waits",
    "accounts:session": "times in JSON, fetched by the script that tells how long the session lasts (tests/accounts)",
}
MOST_FOR_ONE, MOST_OF_A_NAME = 3, 6  # pages of one name opened by one person's crawl, and by all of them
MUCH_THE_SAME = (
    0.85  # of the weight of a page: another that weighs more is taken to be the same page with other words
)


def names_of_all_addresses() -> list[str]:
    """Every URL name of a page of the site, with its namespace. What the API answers is no page."""

    def walk(patterns, prefix=""):
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
                yield from walk(pattern.url_patterns, inner)
            elif isinstance(pattern, URLPattern) and pattern.name:
                yield prefix + pattern.name

    pages = [each for each in get_resolver().url_patterns if str(each.pattern) != "api/v1/"]
    return sorted(set(walk(pages)))


@dataclass(frozen=True)
class Met:
    """A page as somebody met it. `weight` is its HTML in bytes, compressed as the proxy does.

    `is_state`: the crawl began there, and its query asks for a state of the page that no link may reach in time.
    """

    name: str
    path: str
    who: str
    weight: int
    is_page: bool
    is_state: bool = False


@dataclass
class Crawl:
    """What was met so far, by URL name; and where each person got an answer that was not 200."""

    met: dict[str, list[Met]] = field(default_factory=lambda: defaultdict(list))
    wrong: list[str] = field(default_factory=list)
    asked: int = 0

    def run(self, who: str, http: APIRequestContext, site: str, starts: list[str]) -> None:
        """Follow links from `starts` with the cookies of `who`."""
        waiting, seen, opened = deque(starts), set(starts), Counter()
        while waiting:
            path = waiting.popleft()
            name = name_of(path)
            if (
                name is None
                or name in NOT_PAGES
                or name in MOMENTS
                or (path not in starts and self.is_enough(name, opened))
            ):
                continue
            opened[name] += 1
            self.asked += 1
            try:
                answer = http.get(site + path, max_redirects=0, timeout=20_000)
            except (
                Error
            ) as error:  # the server broke off: an exception that is no answer, or a template's unknown name
                self.wrong.append(f"{who} got no answer from {path} ({name}): {str(error).splitlines()[0]}")
                continue
            if answer.status in {301, 302}:
                target = local(answer.headers.get("location", ""), path, site)
                if target and target not in seen:
                    seen.add(target)
                    waiting.append(target)
                continue
            if answer.status != 200:
                self.wrong.append(f"{who} followed a link to {path} ({name}): {answer.status}")
                continue
            body = answer.body()
            is_page = answer.headers.get("content-type", "").startswith("text/html")
            is_state = path in starts and "?" in path
            self.met[name].append(Met(name, path, who, len(gzip.compress(body, 6)), is_page, is_state))
            if is_page:
                for link in re.findall(r'<a\b[^>]*?\bhref="([^"]+)"', body.decode()):
                    target = local(unescape(link), path, site)
                    if target and target not in seen:
                        seen.add(target)
                        waiting.append(target)

    def is_enough(self, name: str, opened: Counter) -> bool:
        """Whether more pages of this name would tell nothing new."""
        return opened[name] >= MOST_FOR_ONE or len(self.met[name]) >= MOST_OF_A_NAME

    def chosen(self, name: str) -> list[Met]:
        """The fullest page of this name; what somebody else met, when that is much less; and the states asked for."""
        by_weight = sorted(
            (met for met in self.met.get(name, []) if met.is_page), key=lambda met: -met.weight
        )
        if not by_weight:
            return []
        found = by_weight[:1]
        others = [met for met in by_weight if met.who != by_weight[0].who] or by_weight[1:]
        if others and others[0].weight < by_weight[0].weight * MUCH_THE_SAME:
            found.append(others[0])
        return found + [met for met in by_weight if met.is_state and met not in found]


def name_of(path: str) -> str | None:
    """The URL name of a path, with its namespace; None when it is no address of ours."""
    try:
        return resolve(urlsplit(path).path).view_name
    except Resolver404:
        return None


def local(link: str, page: str, site: str) -> str | None:
    """The path and query of a link on `page`, or None when it leads to another host or only within the page."""
    whole = urlsplit(urljoin(site + page, link))
    if whole.scheme not in {"http", "https"} or whole.netloc != urlsplit(site).netloc:
        return None
    path = whole.path + (f"?{whole.query}" if whole.query else "")
    return None if path == page else path
