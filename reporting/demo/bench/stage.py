"""Running the same page with access control and without it, in one process and on one connection.

Without: the connection acts as eh_system (which passes row-level security) and the querysets' own filters let
everything through. Nothing else differs, so the difference is what access control costs.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from unittest.mock import patch
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection, transaction
from django.db.models import Value
from django.http import HttpResponse
from django.test import Client
from django.urls import include, path

from cases.models import Case, Person
from earlyhelp.access import signed_in
from earlyhelp.access.context import as_role, begin_request
from earlyhelp.accounts.second_factor import stamp_second_factor
from hubs.actors import SESSION_KEY
from hubs.models import Membership

OVERHEAD = re.compile(
    r"savepoint|release|rollback|select app\.(begin|clear)_request|select set_config", re.IGNORECASE
)
BEGUN = "app.begin_request"
# Invoker's rights: under the application's role row-level security still holds inside it.
UNFILTERED_SEARCH = """
create or replace function app.bench_search_people(words text, at_most int default 25)
returns table (person_id uuid, likeness real) language plpgsql volatile as $$
begin
  perform set_config('pg_trgm.word_similarity_threshold', '0.45', true);
  return query execute 'select p.id, word_similarity($1, p.search_name)::real from public.cases_person p
     where $1 <% p.search_name order by 2 desc, p.id limit $2' using app.plain(words), at_most;
end $$
"""


@signed_in
def nothing(_request):
    """A page that does nothing, to measure against: session, account, second factor and transaction, and no more."""
    return HttpResponse("ok", content_type="text/plain")


urlpatterns = [path("bench/nothing/", nothing, name="bench-nothing"), path("", include("earlyhelp.urls"))]


@dataclass(frozen=True)
class Statement:
    """One statement that a page sent, and the seconds until it was answered."""

    sql: str
    params: object
    seconds: float

    @property
    def is_count(self) -> bool:
        """Whether it only counts rows, such as a paginator's total."""
        return self.sql.lstrip().upper().startswith("SELECT COUNT(*)")


@dataclass
class Run:
    """One request: how long it took, and the statements that the page itself sent."""

    wall: float
    status: int
    size: int
    content: bytes
    statements: list[Statement] = field(default_factory=list)

    def sql(self, *, counting: bool = True) -> float:
        """Seconds spent in the page's statements; without those that only count rows when `counting` is false."""
        return sum(sent.seconds for sent in self.statements if counting or not sent.is_count)


class Stage:
    """The connection and the signed-in visitors. `controlled` says whether access control is on."""

    def __init__(self) -> None:
        self.controlled = True
        self.clients: dict[int, Client] = {}
        self._patches = ExitStack()
        self._connect()

    def _connect(self) -> None:
        """Sign in as the login of the tests, which may become both roles; only demo and test clusters have it."""
        address = os.environ.get("TEST_DATABASE_URL")
        if not address:
            raise CommandError("bench changes between database roles. Run ./dev up, or ./dev bench, first.")
        login = urlsplit(address)
        connection.close()
        connection.settings_dict.update(
            USER=login.username, PASSWORD=login.password, CONN_HEALTH_CHECKS=False
        )
        connection.settings_dict.setdefault("OPTIONS", {})["options"] = "-c role=eh_app"
        connection.settings_dict["CONN_MAX_AGE"] = None
        with connection.cursor() as cursor:
            cursor.execute("set jit = off")
        self._as_system(UNFILTERED_SEARCH)

    def close(self) -> None:
        """Put access control back and take the search without it away."""
        self.control(True)
        self._as_system("drop function if exists app.bench_search_people(text, int)")

    @staticmethod
    def _as_system(sql: str) -> None:
        with transaction.atomic(), as_role("eh_system"), connection.cursor() as cursor:
            cursor.execute(sql)

    def control(self, wanted: bool) -> None:
        """Switch access control on or off for the requests that follow."""
        if wanted == self.controlled:
            return
        self._patches.close()
        with connection.cursor() as cursor:
            cursor.execute("set role eh_app" if wanted else "set role eh_system")
        if not wanted:
            self._patches.enter_context(patch("cases.listing.PASSES", Value(True)))
            for model in (Case, Person):
                queryset = type(model.objects.all())
                self._patches.enter_context(
                    patch.object(queryset, "visible_to", lambda self, actor: self.all())
                )
                if hasattr(queryset, "granted_to"):
                    self._patches.enter_context(
                        patch.object(queryset, "granted_to", lambda self, actor: self.all())
                    )
        self.controlled = wanted

    def client(self, membership: Membership) -> Client:
        """A browser signed in with both factors, acting for this membership."""
        if membership.pk not in self.clients:
            browser = Client(raise_request_exception=False)  # a broken page is reported as its status
            browser.force_login(membership.user, backend=settings.AUTHENTICATION_BACKENDS[0])
            session = browser.session
            session[SESSION_KEY] = membership.pk
            stamp_second_factor(session, membership.user, "demo")
            session.save()
            self.clients[membership.pk] = browser
        return self.clients[membership.pk]

    def run(self, membership: Membership, ask, *, look: bool = True) -> Run:
        """Make one request (`ask` takes the client) and measure it; `look=False` leaves the statements alone."""
        browser, sent = self.client(membership), _Watch(self.controlled)
        with connection.execute_wrapper(sent) if look else ExitStack():
            began = perf_counter()
            response = ask(browser)
            wall = perf_counter() - began
        return Run(wall, response.status_code, len(response.content), response.content, sent.statements)

    @contextmanager
    def as_seen_by(self, membership: Membership) -> Iterator:
        """A cursor inside a transaction in this person's context, to look at plans with."""
        with transaction.atomic():
            begin_request(membership.user_id, membership.pk)
            with connection.cursor() as cursor:
                yield cursor

    def buffers(self, membership: Membership, statements: list[Statement]) -> int:
        """How many blocks these statements touch, in cache or not. Statements that only count rows are left out."""
        touched = 0
        with self.as_seen_by(membership) as cursor:
            for sent in statements:
                if sent.sql.lstrip().lower().startswith("select") and not sent.is_count:
                    cursor.execute(
                        f"explain (analyze, buffers, timing off, format json) {sent.sql}", sent.params
                    )
                    plan = cursor.fetchone()[0][0]["Plan"]
                    touched += plan.get("Shared Hit Blocks", 0) + plan.get("Shared Read Blocks", 0)
        return touched


class _Watch:
    """Keeps the statements of the page itself: from the moment the request's context stands."""

    def __init__(self, controlled: bool) -> None:
        self.controlled = controlled
        self.has_begun = False
        self.statements: list[Statement] = []

    def __call__(self, execute, sql, params, many, context):
        if BEGUN in sql:
            self.has_begun = True
            return execute(sql, params, many, context)
        if not self.has_begun or OVERHEAD.match(sql):
            return execute(sql, params, many, context)
        if not self.controlled:
            sql = sql.replace("app.search_people", "app.bench_search_people")
        began = perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.statements.append(Statement(sql, params, perf_counter() - began))
