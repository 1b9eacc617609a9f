"""The gate on lists: how many blocks a school's list touches under the policies, beside the same statements without them.

Blocks are counted and not timed, so the figure is the same on a busy machine (access.md, trap 19, and docs/decisions/0012-gate-on-lists.md).
"""

import json

import pytest
from django.db import connection
from django.test import RequestFactory

from cases.forms.work import FamilyListFilter
from cases.listing import family_page
from earlyhelp.access.context import acting_as, as_role, as_system
from hubs.models import AgencyKind, Membership
from reporting.demo.county import County

MOST = 2.3  # measured 2.05: docs/decisions/0012-gate-on-lists.md


class Statements:
    """Keeps what a page asks, so that it can be explained afterwards."""

    def __init__(self):
        self.kept = []

    def __call__(self, execute, sql, params, many, context):
        self.kept.append((sql, params))
        return execute(sql, params, many, context)


def blocks(statements) -> int:
    total = 0
    with connection.cursor() as cursor:
        for sql, params in statements:
            cursor.execute(f"explain (analyze, buffers, timing off, format json) {sql}", params)
            plan = cursor.fetchone()[0]
            plan = (json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]
            total += plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
    return total


def statements_of_list(actor):
    request = RequestFactory().get("/families/list/")
    request.actor = actor
    asked = Statements()
    with connection.execute_wrapper(asked):
        page = family_page(request, FamilyListFilter(None, actor=actor))
    # The count stops at a thousand for everybody, so without control it reads more, not less: it is left out.
    return page, [each for each in asked.kept if "COUNT(" not in each[0]]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(300)
def test_a_schools_list_touches_hardly_more_than_without_control():
    County(6000, 1, lambda *_: None).load()
    with as_role("eh_owner"), connection.cursor() as cursor:
        cursor.execute("analyze")
    with as_system():
        schools = Membership.objects.filter(agency__kind=AgencyKind.SCHOOL, roles__contains=["agency_lead"])
        busiest = max(schools[:40], key=lambda m: m.agency.group.casegrouppermission_set.count())
    with acting_as(busiest) as actor:
        page, controlled = statements_of_list(actor)
        assert page.rows
        with_control = blocks(controlled)
        with as_system():
            # Past the policies the application's own filter still drops what the person may not see...
            assert len(statements_of_list(actor)[0].rows) < 25
            with connection.cursor() as cursor:
                # ...so it is given every token there is.
                cursor.execute(
                    "select set_config('app.tokens', (select array_agg(distinct t)::text from cases_case, unnest(acl) t), true)"
                )
            everything, free = statements_of_list(actor)
            without = blocks(free)
    assert len(everything.rows) == len(page.rows) == 25
    assert everything.total > page.total
    assert with_control <= MOST * without, (with_control, without)
