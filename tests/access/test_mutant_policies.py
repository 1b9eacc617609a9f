"""Does each policy bite? Every policy of the catalogue in turn lets everything through; somebody without rights then gets
something that they do not get while it stands.

The person is nobody: a transaction without a context. Their statements read no column, so that a policy for writing is
not saved by the one for reading.
"""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from earlyhelp.access.context import as_role
from tests.fixtures.everything import rows_of

pytestmark = pytest.mark.django_db

REFUSED = "42501"
# Anybody may add an event: who and when are stamped by a trigger (test_database_writing.py).
OPEN_TO_ALL = {("audit_event", "INSERT")}
# Shut a second time by the policy on whom an item is for (tests/cases/test_room_agenda.py opens that one).
SHUT_TWICE = ["cases_agendaitem INSERT"]


def rows(sql: str, *values) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        return cursor.fetchall()


def policies() -> list[tuple[str, str, str]]:
    """Those that open a table. What narrows it for volunteers: test_volunteers.py."""
    return rows(
        "select tablename, cmd, policyname from pg_policies"
        " where schemaname = 'public' and permissive = 'PERMISSIVE' order by 1, 2"
    )


def gets_something(table: str, command: str, of_family: set[str]) -> bool:
    """Whether nobody's statement gets past row-level security. Any error but a refusal means that it did."""
    if command == "SELECT":
        return bool(rows_of(table) & of_family)
    statement = f"delete from {table}"
    if command == "INSERT":
        statement = f"insert into {table} default values"
    elif command == "UPDATE":
        statement = f"update {table} set {_writable_column(table)} = default"
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.rowcount > 0
    except DatabaseError as error:
        return error.__cause__.pgcode != REFUSED


def _writable_column(table: str) -> str:
    found = rows(
        "select a.attname from pg_attribute a where a.attrelid = %s::regclass and a.attnum > 0 and not a.attisdropped"
        "   and has_column_privilege('eh_app', a.attrelid, a.attnum, 'UPDATE') order by a.attnum desc limit 1",
        table,
    )
    assert found, table
    return found[0][0]


def let_everything_through(table: str, command: str, name: str) -> None:
    clauses = {"INSERT": "with check (true)", "UPDATE": "using (true) with check (true)"}
    with as_role("eh_owner"), connection.cursor() as cursor:
        cursor.execute(f"alter policy {name} on {table} {clauses.get(command, 'using (true)')}")


def test_each_policy_is_missed_when_it_lets_everything_through(everything, seen_by):
    """N of N policies: none is without effect, and none is without a test that would notice."""
    seen_by(None)
    found = [policy for policy in policies() if policy[:2] not in OPEN_TO_ALL]
    assert len(found) >= 90
    # A statement that fails for another reason than a refusal before anything was changed would prove nothing.
    leaks = [f"{table} {command}" for table, command, _ in found if gets_something(table, command, everything.rows[table])]
    assert leaks == []
    survivors = []
    for table, command, name in found:
        before = transaction.savepoint()
        let_everything_through(table, command, name)
        if not gets_something(table, command, everything.rows[table]):
            survivors.append(f"{table} {command}")
        transaction.savepoint_rollback(before)
    assert survivors == SHUT_TWICE, survivors
