"""Each category check turned round, each declaration taken away: somebody must notice, one by one."""

from __future__ import annotations

import pytest
from django.db import connection
from django.urls import reverse

from earlyhelp.access.context import as_role
from hubs.models import AgencyKind
from tests.access.addresses import OWNERS
from tests.access.test_urls import OPENED, addresses_of_families, arguments, ask, every_address
from tests.fixtures.everything import FAMILY_NAME, rows_of

pytestmark = pytest.mark.django_db

CHECK = "(c.topic_acl && app.topic("


def checks_of_category() -> list[tuple[str, str, str]]:
    """(table, policy, condition) of every policy for reading that asks for the row's category."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select tablename, policyname, qual from pg_policies where cmd = 'SELECT' and qual like '%%topic_acl%%' order by 1"
        )
        return cursor.fetchall()


def turned_round(condition: str) -> str:
    """The condition with its question about the category answered the other way."""
    begins = condition.index(CHECK)
    depth = 0
    for place in range(begins, len(condition)):
        depth += {"(": 1, ")": -1}.get(condition[place], 0)
        if depth == 0:
            break
    return f"{condition[:begins]}not {condition[begins : place + 1]}{condition[place + 1 :]}"


def test_each_category_check_turned_round_shows_something_else(everything, world, seen_by):
    """For every table whose rows have a category somebody then reads other rows of it than before."""
    found = checks_of_category()
    nurse = world.member(world.agency(AgencyKind.HEALTH))
    world.consent(everything.case, nurse.agency)
    world.join(everything.case, nurse)
    assert len(found) >= 8
    unnoticed = []
    for table, name, condition in found:
        readers = [*everything.insiders, everything.manager, nurse]
        before = {}
        for reader in readers:
            seen_by(reader)
            before[reader.pk] = rows_of(table)
        with as_role("eh_owner"), connection.cursor() as cursor:
            cursor.execute(f"alter policy {name} on {table} using ({turned_round(condition)})")
        after = {}
        for reader in readers:
            seen_by(reader)
            after[reader.pk] = rows_of(table)
        if after == before:
            unnoticed.append(table)
        with as_role("eh_owner"), connection.cursor() as cursor:
            cursor.execute(f"alter policy {name} on {table} using ({condition})")
    assert unnoticed == []


def test_each_view_without_its_declaration_is_refused_to_its_owner(everything, signed_in_as, monkeypatch):
    """Take what a view declares away: whoever it is for is refused, so the tests that open it fail."""
    browsers, tried, open_all_the_same = {}, 0, []
    for name, view, _keys in every_address():
        if name not in addresses_of_families():
            continue
        who = OWNERS.get(name, "alice")
        browsers.setdefault(who, signed_in_as(getattr(everything, who)))
        address = reverse(name, kwargs=arguments(name, everything))
        opened = ask(browsers[who], "get", address)
        if opened.status_code not in OPENED:
            continue
        tried += 1
        with monkeypatch.context() as without:
            without.delattr(view, "access")
            refused = ask(browsers[who], "get", address)
        body = b"".join(refused) if refused.streaming else refused.content
        if refused.status_code not in {401, 403} or FAMILY_NAME in body.decode("utf-8", "replace"):
            open_all_the_same.append(f"{name} {refused.status_code}")
    assert open_all_the_same == []
    assert tried >= 80
