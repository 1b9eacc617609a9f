"""The test database: made and migrated by its owner, used by the tests as the application role.

Tests sign in as eh_test with ``-c role=eh_app``, so that row-level security holds for them as it does for a web server.
``as_system()`` builds a world around it.
"""

import contextlib
import os

import psycopg2
from django.conf import settings
from django.core.files.storage import InMemoryStorage, default_storage
from django.core.management import call_command
from django.db import connection
from psycopg2 import sql

REFERENCE_SCHEMA = "reference_data"  # copies of the rows that migrations write


def maintenance_connection(database="postgres"):
    """Return a connection as eh_test itself, which may create databases and become every other role."""
    described = settings.DATABASES["default"]
    found = psycopg2.connect(
        host=described["HOST"],
        port=described["PORT"],
        user=described["USER"],
        password=described["PASSWORD"],
        dbname=database,
    )
    found.autocommit = True
    return found


@contextlib.contextmanager
def acting_as_role(role):
    """Let Django's connection sign in with another role in force, then go back to the application's."""
    options = connection.settings_dict["OPTIONS"]
    before = options["options"]
    connection.close()
    options["options"] = f"-c role={role}"
    try:
        yield
    finally:
        connection.close()
        options["options"] = before


def create_test_database(suffix="", *, keep=False):
    """Create and migrate the database, named EH_TEST_DB and the xdist worker's ``suffix``.

    ``keep``: use the one there is; migrations it does not have yet are applied.

    With EH_TEST_TEMPLATE (the name of a database) the migrations run once a server, and every database is a copy. Only for
    a server that holds nothing of an earlier run: nobody asks whether the template is still true.
    """
    name = "_".join(part for part in (settings.DATABASES["default"]["TEST"]["NAME"], suffix) if part)
    template = os.environ.get("EH_TEST_TEMPLATE")
    server = maintenance_connection()
    with contextlib.closing(server), server.cursor() as cursor:
        if not keep:
            _drop(cursor, name)
        if _exists(cursor, name):
            _use(name)
            _migrate(name)
        elif template:
            _copy(cursor, template, name)
        else:
            _make(cursor, name)
    _use(name)


def _copy(cursor, template, name):
    """Create a database as a copy of the ``template``, which whoever comes first makes while the others wait."""
    cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [template])
    if not _exists(cursor, template):
        unfinished = f"{template}_unfinished"
        _drop(cursor, unfinished)
        _make(cursor, unfinished)
        connection.close()
        rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        cursor.execute(rename.format(sql.Identifier(unfinished), sql.Identifier(template)))
    copy = sql.SQL("CREATE DATABASE {} OWNER eh_owner TEMPLATE {}")
    cursor.execute(copy.format(sql.Identifier(name), sql.Identifier(template)))
    cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [template])
    _prepare(name)  # who may connect is not copied


def _make(cursor, name):
    """Create a database and migrate it."""
    cursor.execute(sql.SQL("CREATE DATABASE {} OWNER eh_owner").format(sql.Identifier(name)))
    _prepare(name)
    _use(name)
    _migrate(name)


def _migrate(name):
    with acting_as_role("eh_owner"):
        call_command("migrate", verbosity=0, interactive=False)
    _remember_reference_data(name)


def _use(name):
    connection.close()
    settings.DATABASES["default"]["NAME"] = name
    connection.settings_dict["NAME"] = name


def _exists(cursor, name):
    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
    return bool(cursor.fetchone())


def _prepare(name):
    """Give the roles their rights, as an administrator does before the first migration."""
    statements = (settings.BASE_DIR / "earlyhelp/access/database.sql").read_text()
    server = maintenance_connection(name)
    with contextlib.closing(server), server.cursor() as cursor:
        cursor.execute("SET ROLE eh_owner")
        cursor.execute(statements)


def forget_open_transactions():
    """Give up Django's connection whatever it thinks is open on it; the next query begins afresh."""
    connection.in_atomic_block = connection.closed_in_transaction = False
    connection.close()


def end_database_connections() -> int:
    """End every other connection to the test's database, whatever it does. Gives how many there were."""
    connection.close()
    stop_resetting()
    server = maintenance_connection()
    with contextlib.closing(server), server.cursor() as cursor:
        return _end_sessions(cursor, connection.settings_dict["NAME"])


def _end_sessions(cursor, name):
    """End every session in the database ``name`` but the cursor's own. Gives how many there were."""
    cursor.execute(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE datname = %s AND pid <> pg_backend_pid() AND backend_type = 'client backend'",
        [name],
    )
    return cursor.fetchone()[0]


def drop_test_database(*, keep=False):
    """Drop the test database unless it is kept for the next run."""
    connection.close()
    stop_resetting()
    if keep:
        return
    server = maintenance_connection()
    with server.cursor() as cursor:
        _drop(cursor, connection.settings_dict["NAME"])
    server.close()


def _drop(cursor, name):
    """Drop a database though somebody may be connected.

    WITH (FORCE) is refused while the server's own vacuum is at work there; without it the server ends the vacuum itself.
    """
    _end_sessions(cursor, name)
    cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


def _tables(cursor):
    cursor.execute(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
        " AND c.relname <> 'django_migrations' ORDER BY 1"
    )
    return [row[0] for row in cursor.fetchall()]


def _remember_reference_data(database):
    """Keep a copy of every row that migrations wrote, for the tests that commit."""
    server = maintenance_connection(database)
    with server.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {REFERENCE_SCHEMA} CASCADE")
        cursor.execute(f"CREATE SCHEMA {REFERENCE_SCHEMA}")
        cursor.execute("SET ROLE eh_system")
        filled = _filled(cursor)
        cursor.execute("RESET ROLE")
        cursor.execute(f"GRANT ALL ON SCHEMA {REFERENCE_SCHEMA} TO eh_system")
        cursor.execute("SET ROLE eh_system")
        for table in filled:
            cursor.execute(
                sql.SQL("CREATE TABLE {}.{} AS TABLE {}").format(
                    sql.Identifier(REFERENCE_SCHEMA), sql.Identifier(table), sql.Identifier(table)
                )
            )
    server.close()


def delete_files():
    """Delete every file that tests stored in memory."""
    if isinstance(default_storage._wrapped, InMemoryStorage):
        for names in default_storage.listdir(""):
            for name in names:
                default_storage.delete(name)


def reset_rows():
    """Empty every table and put the reference data back: what a committing test leaves behind is gone, files too.

    Triggers are off meanwhile, because audit tables refuse to be emptied. Rows are deleted from the few tables that have
    any, by one connection that stays: to truncate them all makes a thousand new files, half a second after each test.
    """
    delete_files()
    connection.close()
    with contextlib.suppress(psycopg2.OperationalError, psycopg2.InterfaceError):
        return _reset_rows(_resetting())
    # Some tests end every connection, or the server.
    stop_resetting()
    return _reset_rows(_resetting())


_resets = {}  # this process's connection, by the database's name


def _resetting():
    name = connection.settings_dict["NAME"]
    if name not in _resets:
        _resets[name] = maintenance_connection(name)
        _resets[name].autocommit = False
    return _resets[name]


def stop_resetting():
    """Close the connection that resets rows, where one is open."""
    while _resets:
        _resets.popitem()[1].close()


def _reset_rows(server):
    with server, server.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("SET LOCAL ROLE eh_system")
        every = sql.SQL(", ").join(sql.Identifier(table) for table in _tables(cursor))
        # What a page or a job has not ended yet is waited for: it must not write into the next test.
        cursor.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(every))
        for table in _filled(cursor):
            cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace", [REFERENCE_SCHEMA]
        )
        for (table,) in cursor.fetchall():
            cursor.execute(
                sql.SQL("INSERT INTO {} OVERRIDING SYSTEM VALUE SELECT * FROM {}.{}").format(
                    sql.Identifier(table), sql.Identifier(REFERENCE_SCHEMA), sql.Identifier(table)
                )
            )


def _filled(cursor):
    """The tables that have rows."""
    has_rows = sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})")
    tables = _tables(cursor)
    cursor.execute(
        sql.SQL(" UNION ALL ").join(has_rows.format(sql.Literal(each), sql.Identifier(each)) for each in tables)
    )
    return [row[0] for row in cursor.fetchall()]
