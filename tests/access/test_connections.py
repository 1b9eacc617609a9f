"""One connection, many people; two people, one case: nothing is carried over and nothing is lost."""

from __future__ import annotations

import random
import threading
import time

import pytest
from django.db import connection
from django.http import JsonResponse
from django.template import engines
from django.template.response import TemplateResponse
from django.urls import include, path

from cases.models import Case, Consent
from earlyhelp.access import Permission, access, public
from earlyhelp.access.context import as_system
from hubs.models import AgencyKind

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "{% for case in cases %}{{ case.pk }} {% endfor %}"


@access(Permission.MY_WORK)
def seen(_request):
    return JsonResponse(
        {"cases": [str(pk) for pk in Case.objects.values_list("pk", flat=True)], "of": backend()}
    )


@access(Permission.MY_WORK)
def seen_late(request):
    """Rendered after the view has returned: the context must still be there (access.md, trap 1)."""
    return TemplateResponse(request, engines["django"].from_string(LIST), {"cases": Case.objects.all()})


@access(Permission.MY_WORK)
def seen_and_broken(_request):
    raise RuntimeError(f"{Case.objects.count()} cases were read before this")


@public
def seen_by_anybody(_request):
    return JsonResponse(
        {"cases": [str(pk) for pk in Case.objects.values_list("pk", flat=True)], "of": backend()}
    )


class Probes:
    urlpatterns = [
        path("probe/seen/", seen),
        path("probe/late/", seen_late),
        path("probe/broken/", seen_and_broken),
        path("probe/anybody/", seen_by_anybody),
        path("", include("earlyhelp.urls")),
    ]


def backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        return cursor.fetchone()[0]


def left_over() -> list[str]:
    """Settings of the request's context that this connection still holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select n from unnest(array['user', 'membership', 'agency', 'roles', 'groups', 'tokens', 'topic_1',"
            " 'topic_7', 'opening', 'projecting']) n where coalesce(current_setting('app.' || n, true), '') <> ''"
        )
        return [name for (name,) in cursor.fetchall()]


def test_requests_of_several_people_on_one_connection_see_their_own_cases(
    world, signed_in_as, client, settings
):
    settings.ROOT_URLCONF = Probes
    hub = world.hub()
    schools = [world.agency(AgencyKind.SCHOOL) for _ in range(4)]
    people = [world.member(school) for school in schools]
    hers = {
        person.pk: {str(world.shared_case(hub, person).pk) for _ in range(n)}
        for n, person in enumerate(people)
    }
    browsers = {person.pk: signed_in_as(person) for person in people}
    browsers[None], hers[None] = client, set()
    draw, backends, cross_reads, broken = random.Random(1), set(), [], 0
    for _ in range(200):
        who = draw.choice([*browsers])
        browser = browsers[who]
        browser.raise_request_exception = False
        if who is None or draw.random() < 0.1:
            answer = browser.get("/probe/anybody/")
            found = set(answer.json()["cases"])
        elif draw.random() < 0.25:
            assert browser.get("/probe/broken/").status_code == 500
            broken += 1
            found = hers[who]
        elif draw.random() < 0.5:
            found = set(browser.get("/probe/late/").content.decode().split())
        else:
            answer = browser.get("/probe/seen/").json()
            found = set(answer["cases"])
            backends.add(answer["of"])
        if found != hers[who]:
            cross_reads.append((who, found))
        assert left_over() == []
    assert cross_reads == []
    assert broken > 10
    assert len(backends) == 1, "all requests shared one connection"


def test_two_facts_at_once_lose_neither(world):
    """The second waits for the first, then works out the grants with both (access.md, trap 8)."""
    hub, case = world.hub(), None
    schools = [world.agency(AgencyKind.SCHOOL) for _ in range(2)]
    people = [world.member(school) for school in schools]
    case = world.case(hub)
    for person in people:
        world.join(case, person)
    with as_system():
        mother = case.family.people.get(is_child=False)
    written, may_commit = [threading.Event(), threading.Event()], [threading.Event(), threading.Event()]
    failures = []

    def write(n: int) -> None:
        try:
            with as_system():
                Consent.objects.create(
                    case_id=case.pk,
                    person_id=mother.pk,
                    agency=schools[n],
                    answer="given",
                    method="phone",
                    given_on=world.today,
                )
                written[n].set()
                assert may_commit[n].wait(20)
        except BaseException as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(n,)) for n in (0, 1)]
    threads[0].start()
    assert written[0].wait(20)
    threads[1].start()
    time.sleep(0.3)
    assert not written[1].is_set(), "the second writer waits until the first has ended"
    for n in (0, 1):
        may_commit[n].set()
        threads[n].join(20)
    assert failures == []
    with as_system(), connection.cursor() as cursor:
        cursor.execute("select acl from cases_case where id = %s", [case.pk])
        acl = set(cursor.fetchone()[0])
        cursor.execute("select * from app.projection_faults()")
        assert cursor.fetchall() == []
    assert {person.pk * 8 + 2 for person in people} <= acl
