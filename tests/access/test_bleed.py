"""Two connections for everybody: pages, files, refusals, errors, programs, guests, jobs and sockets; nobody reads as another.

The live process's pool of two threads runs all of it, so that a message of one person follows the broken page of another on
the same connection (trust.md, P5). EH_INTERLEAVED=2000 is the number of requests.
"""

from __future__ import annotations

import logging
import os
import random
import re
import sys
import threading
from collections import Counter

import pytest
from celery import shared_task
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.http import JsonResponse, StreamingHttpResponse
from django.template import engines
from django.template.response import TemplateResponse
from django.urls import include, path, reverse

from cases.actions.document import add_document
from cases.models import Case, CaseNote, Document
from earlyhelp.access import Permission, access
from earlyhelp.access.context import acting_as, as_system
from earlyhelp.access.declare import guest, public
from earlyhelp.live import application, database
from earlyhelp.live import urls as live_urls
from hubs.models import Category
from tests.live.test_no_bleed import Echo

REQUESTS = int(os.environ.get("EH_INTERLEAVED", "2000"))
STAFF, PROGRAMS, GUESTS, SOCKETS = 30, 5, 5, 6
AT_ONCE = 4  # two run, two wait
REFERENCE = re.compile(r"WM-\d+")
SETTINGS = [
    "user", "membership", "memberships", "agency", "roles", "groups", "guest", "tokens", "kept_from", "close_to", "opening",
    "projecting", *(f"topic_{n}" for n in range(1, 8)),
]  # fmt: skip

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.fuzz,
    pytest.mark.timeout(600),
]


def seen() -> list[str]:
    return sorted(Case.objects.values_list("reference", flat=True))


# -- Views that tell what the database shows -----------------------------------------------------------------------------


@access(Permission.MY_WORK)
def plainly(_request):
    return JsonResponse({"seen": seen()})


@access(Permission.MY_WORK)
def late(_request):
    """Rendered after the view has returned."""
    words = "{% for case in cases %}{{ case.reference }} {% endfor %}"
    return TemplateResponse(_request, engines["django"].from_string(words), {"cases": Case.objects.all()})


@access(Permission.MY_WORK)
def streamed(_request):
    """Asked for after the response has left the middleware, a piece at a time: there is no context any more."""
    return StreamingHttpResponse(
        (" ".join(["piece", *seen()]) + " " for _ in range(3)), content_type="text/plain"
    )


@access(Permission.MY_WORK)
def broken(request):
    first = seen()
    how = request.GET["how"]
    with connection.cursor() as cursor:
        if how == "sql":
            cursor.execute("select 1 / 0")
        elif how == "settings":  # somebody else's tokens, and then an error
            cursor.execute(
                "select set_config('app.tokens', '{8,16,24,32}', true), set_config('app.user', '1', true)"
            )
    raise RuntimeError(f"{len(first)} were read before")


@access(Permission.MY_WORK)
def with_a_job(request):
    """A job for somebody else runs inside the request, well or not; afterwards the request has its own eyes again."""
    before = seen()
    done = (failing if request.GET.get("fail") else cases_of).apply(
        args=[int(request.GET["of"])], throw=False
    )
    theirs = None if done.failed() else done.result
    return JsonResponse({"before": before, "theirs": theirs, "seen": seen()})


@public
def anybody(_request):
    return JsonResponse({"seen": seen()})


@guest
def as_guest(_request):
    return JsonResponse({"seen": seen()})


@shared_task(name="tests.cases_of")
def cases_of(membership: int) -> list[str]:
    with acting_as(membership):
        return seen()


@shared_task(name="tests.failing")
def failing(membership: int) -> list[str]:
    with acting_as(membership):
        raise RuntimeError(f"{len(seen())} were read before")


class Probes:
    urlpatterns = [
        path("probe/plainly/", plainly),
        path("probe/late/", late),
        path("probe/streamed/", streamed),
        path("probe/broken/", broken),
        path("probe/job/", with_a_job),
        path("probe/anybody/", anybody),
        path("guest/probe/", as_guest),
        path("", include("earlyhelp.urls")),
    ]


# -- Everybody -----------------------------------------------------------------------------------------------------------


class Somebody:
    """One of forty, with the references that they and nobody else may read."""

    def __init__(self, browser, own: list[str], membership=None, document=None):
        self.browser, self.own, self.membership, self.document = browser, own, membership, document
        self.browser.raise_request_exception = False
        self.turn = threading.Lock()


class Town:
    """Runs requests on the pool and writes down what was read by whom."""

    def __init__(self, staff, programs, guests, nobody):
        self.staff, self.programs, self.guests, self.nobody = staff, programs, guests, nobody
        self.counts: Counter = Counter()
        self.cross_reads: list = []
        self.surprises: list = []
        self.backends: set[int] = set()
        self.all = {reference for one in staff for reference in one.own}

    def check(self, what: str, found, wanted) -> None:
        self.counts[what] += 1
        if sorted(found) != sorted(wanted):
            self.cross_reads.append((what, sorted(found), sorted(wanted)))

    def no_others(self, what: str, words: str, own) -> None:
        """A page may name its own record and no other."""
        self.counts[what] += 1
        if strangers := set(REFERENCE.findall(words)) - set(own):
            self.cross_reads.append((what, sorted(strangers), own))

    def expect(self, what: str, status: int, *wanted: int) -> None:
        if status not in wanted:
            self.surprises.append((what, status))

    # Each of these runs in a thread of the pool, for one person, whose turn it is.

    def plainly(self, who, _chance):
        self.check("page", who.browser.get("/probe/plainly/").json()["seen"], who.own)

    def late(self, who, _chance):
        self.check("rendered late", who.browser.get("/probe/late/").content.decode().split(), who.own)

    def streamed(self, who, chance):
        answer = who.browser.get("/probe/streamed/")
        pieces = iter(answer.streaming_content)
        read = [next(pieces).decode()]
        self._somebody_in_between(who, chance)
        read += [piece.decode() for piece in pieces]
        self.check("streamed", set(REFERENCE.findall(" ".join(read))), [])

    def file(self, who, chance):
        answer = who.browser.get(reverse("document-download", args=[who.own[0], who.document.pk]))
        self.expect("file", answer.status_code, 200)
        pieces = iter(answer.streaming_content)
        read = next(pieces)
        self._somebody_in_between(who, chance)
        read += b"".join(pieces)
        self.check("file", set(REFERENCE.findall(read.decode())), [who.own[0]])

    def _somebody_in_between(self, who, chance):
        """Another's request on the same connection, before the first has been read to its end."""
        other = chance.choice([one for one in self.staff if one is not who])
        if other.turn.acquire(blocking=False):
            try:
                self.plainly(other, chance)
            finally:
                other.turn.release()

    def broken(self, who, chance):
        answer = who.browser.get("/probe/broken/", {"how": chance.choice(["sql", "settings", "python"])})
        self.expect("broken", answer.status_code, 500)
        self.no_others("broken", answer.content.decode(), [])

    def record(self, who, _chance):
        answer = who.browser.get(reverse("record-overview", args=[who.own[0]]))
        self.expect("record", answer.status_code, 200)
        self.no_others("record", answer.content.decode(), who.own)

    def not_theirs(self, who, chance):
        other = chance.choice(sorted(self.all - set(who.own)))
        answer = who.browser.get(reverse("record-overview", args=[other]))
        self.expect("404", answer.status_code, 404)
        self.no_others("404", answer.content.decode(), [])

    def not_allowed(self, who, _chance):
        answer = who.browser.get(reverse("access-log"))
        self.expect("403", answer.status_code, 403)
        self.no_others("403", answer.content.decode(), [])

    def list_of_families(self, who, _chance):
        self.check(
            "list", set(REFERENCE.findall(who.browser.get(reverse("family-list")).content.decode())), who.own
        )

    def written(self, who, _chance):
        note = {
            "title": who.own[0],
            "body": "Words",
            "kind": "fact",
            "category": Category.FAMILY,
            "happened_on": "1/3/2026",
        }
        answer = who.browser.post(reverse("record-note", args=[who.own[0]]), note)
        self.expect("written", answer.status_code, 302)
        self.counts["written"] += 1

    def job(self, who, _chance):
        self.check("job", cases_of.delay(who.membership.pk).result, who.own)

    def failed_job(self, who, _chance):
        done = failing.apply(args=[who.membership.pk], throw=False)
        self.counts["failed job"] += 1
        self.expect("failed job", 500 if done.failed() else 200, 500)

    def job_inside(self, who, chance):
        other = chance.choice(self.staff)
        asked = {"of": other.membership.pk} | ({"fail": 1} if chance.random() < 0.3 else {})
        found = who.browser.get("/probe/job/", asked).json()
        self.check("around a job", found["before"], who.own)
        self.check("after a job", found["seen"], who.own)
        if "fail" not in asked:
            self.check("job of another", found["theirs"], other.own)

    def with_key(self, who, chance):
        if chance.random() < 0.25:
            strange = sorted(self.all - set(who.own))
            answer = who.browser.get(reverse("api-family", args=[chance.choice(strange)]))
            self.expect("key 404", answer.status_code, 404)
            self.no_others("key 404", answer.content.decode(), [])
            return
        found = who.browser.get(reverse("api-families")).json()
        self.check("key", [row["reference"] for row in found["results"]], who.own)

    def as_guest(self, who, chance):
        if chance.random() < 0.5:
            self.check("guest", who.browser.get("/guest/probe/").json()["seen"], who.own)
        else:
            answer = who.browser.get(reverse("guest"))
            self.expect("guest page", answer.status_code, 200)
            self.no_others("guest page", answer.content.decode(), who.own)

    def anybody(self, who, _chance):
        self.check("nobody", who.browser.get("/probe/anybody/").json()["seen"], [])

    ORDINARY = (
        plainly, plainly, late, late, streamed, file, broken, broken, record, not_theirs, not_allowed, list_of_families, written,
        job, failed_job, job_inside,
    )  # fmt: skip

    def one(self, seed: int) -> None:
        """One request, on whichever connection is free; and then that connection is nobody's."""
        chance = random.Random(seed)
        kind, who = chance.random(), self.nobody
        if kind < 0.76:
            who, what = chance.choice(self.staff), chance.choice(self.ORDINARY)
        elif kind < 0.88:
            who, what = chance.choice(self.programs), Town.with_key
        elif kind < 0.97:
            who, what = chance.choice(self.guests), Town.as_guest
        else:
            what = Town.anybody
        with who.turn:
            try:
                what(self, who, chance)
            except Exception as error:
                self.surprises.append((what.__name__, repr(error)[:200]))
            self.outside()

    def outside(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "select pg_backend_pid(), (select array_agg(n) from unnest(%s) n"
                " where coalesce(current_setting('app.' || n, true), '') <> '')",
                [SETTINGS],
            )
            backend, left = cursor.fetchone()
        self.backends.add(backend)
        with transaction.atomic():
            rows = Case.objects.count() + CaseNote.objects.count()
        if left or rows:
            self.cross_reads.append(("left over", left, rows))


@pytest.fixture
def everyone(settings, monkeypatch):
    """Two connections that stay open; the probes beside the site; the echo in place of the record's live connection."""
    settings.LIVE_DATABASE_CONNECTIONS = 2
    settings.ROOT_URLCONF = Probes
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 600)
    monkeypatch.setattr("earlyhelp.live.consumer.LiveConsumer.most", 10**9)
    monkeypatch.setattr("earlyhelp.live.consumer.log.exception", lambda *_words: None)
    resolver = application.get_resolver("earlyhelp.live.urls")
    monkeypatch.setattr(
        live_urls, "urlpatterns", [path("live/families/<slug:reference>/", Echo, name="live-record")]
    )
    for name in ("url_patterns", "urlconf_module"):
        resolver.__dict__.pop(name, None)
    logging.disable(logging.CRITICAL)  # a third of the requests break on purpose
    yield
    logging.disable(logging.NOTSET)
    for name in ("url_patterns", "urlconf_module"):
        resolver.__dict__.pop(name, None)


def test_nobody_reads_as_another_on_two_connections(
    everyone, world, live, knock, signed_in_as, program, ask_guest, let_in, client, request
):
    hub = world.hub()
    agencies = [world.agency() for _ in range(10)]
    staff, programs, guests = [], [], []
    for n in range(STAFF):
        member = world.member(agencies[n % 10])
        cases = [world.shared_case(hub, member) for _ in range(1 + n % 3)]
        with acting_as(member) as by:
            upload = SimpleUploadedFile("letter.txt", f"About {cases[0].reference}. ".encode() * 9000)
            add_document(case=cases[0], title="Letter", category=Category.FAMILY, upload=upload, by=by)
        with as_system():
            document = Document.objects.get(case=cases[0])
        own = [case.reference for case in cases]  # the first has the file
        staff.append(Somebody(signed_in_as(member), own, member, document))
        if n < PROGRAMS:
            programs.append(Somebody(program(member), own, member))
        if n >= STAFF - GUESTS:
            guests.append(Somebody(let_in(ask_guest(cases[0], by=member)), [cases[0].reference]))
    town = Town(staff, programs, guests, Somebody(client, []))
    doors = [(one, knock(one.membership, "any")) for one in staff[:SOCKETS]]
    over, messages = threading.Event(), Counter()

    def talk(one, person, seed):
        chance = random.Random(seed)
        while not over.is_set():
            if chance.random() < 0.3:
                person.say(type="fail", how=chance.choice(["sql", "settings", "begun", "other"]))
                town.expect("socket", 500 if person.hear()["type"] == "refused" else 200, 500)
                messages["failed"] += 1
            else:
                person.say(type="whose")
                said = person.hear()
                messages["answered"] += 1
                eyes = [one.membership.user_id, one.membership.pk, one.membership.agency_id]
                if said["eyes"][:3] != eyes or said["seen"] != sorted(one.own):
                    town.cross_reads.append(("socket", said, eyes))
                town.backends.add(said["eyes"][3])

    talkers = [threading.Thread(target=talk, args=(one, person, n)) for n, (one, person) in enumerate(doors)]
    for talker in talkers:
        talker.start()
    gate = threading.Semaphore(AT_ONCE)
    for n in range(REQUESTS):
        gate.acquire()
        database.pool().submit(town.one, n).add_done_callback(lambda done: (gate.release(), done.result()))
    for _ in range(AT_ONCE):
        gate.acquire()
    over.set()
    for talker in talkers:
        talker.join(30)
    said = (
        f"requests={REQUESTS} people={STAFF + PROGRAMS + GUESTS} connections={len(town.backends)}"
        f" messages={sum(messages.values())} cross_reads={len(town.cross_reads)} kinds={len(town.counts)}"
    )
    sys.stderr.write(f"\n{said}\n{dict(town.counts)}\n")
    assert town.cross_reads == [], town.cross_reads[:5]
    assert town.surprises == [], town.surprises[:5]
    assert len(town.backends) == 2
    assert sum(town.counts.values()) >= REQUESTS and messages["answered"] > 20 and messages["failed"] > 5
