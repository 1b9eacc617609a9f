"""Whose eyes the database sees through.

`app.begin_request(user, membership)` (SQL, security definer) checks that the membership is live and belongs to the
user, works out the tokens from live facts and writes them as transaction-local settings. Without it every table with
family data shows no row. Settings are local to the transaction, never to the connection (access.md, trap 14).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string

from earlyhelp.access.actor import Actor

_SETTINGS = (
    "user",
    "membership",
    "memberships",
    "agency",
    "roles",
    "groups",
    "guest",
    "tokens",
    "kept_from",
    "close_to",
    *(f"topic_{n}" for n in range(1, 8)),
)


def begin_request(user_id: int, membership_id: int) -> None:
    """Take on one person's eyes for the rest of the transaction.

    Raises django.db.ProgrammingError (SQLSTATE 42501) if the membership is not theirs or not live today.
    """
    _need_transaction()
    with connection.cursor() as cursor:
        cursor.execute("select app.begin_request(%s, %s)", [user_id, membership_id])


def begin_guest(guest_id: int) -> None:
    """Take on a guest's eyes for the rest of the transaction: one case, some categories, read-only.

    Raises django.db.ProgrammingError (SQLSTATE 42501) when there is nothing for them to see any more.
    """
    _need_transaction()
    with connection.cursor() as cursor:
        cursor.execute("select app.begin_guest(%s)", [guest_id])


def clear_request() -> None:
    """See nothing any more. Written on every request, also when nobody is signed in."""
    _need_transaction()
    with connection.cursor() as cursor:
        cursor.execute("select app.clear_request()")


def _need_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("an access context lives inside a transaction: open one first")


@contextmanager
def acting_as(membership) -> Iterator[Actor]:
    """Run a job or a command as one person: opens a transaction, sets the context, restores what was before.

    `membership` is a live hubs.Membership (or its id). Yields the Actor. Raises django.db.ProgrammingError if it is
    not live any more: the right is checked when the job runs, not only when it was asked for.
    """
    load = import_string(settings.ACCESS_ACTOR_FOR_MEMBERSHIP)
    with transaction.atomic():
        before = _remember()
        actor = load(membership)
        begin_request(actor.user.pk, actor.membership.pk)
        yield actor
        # After an error the rollback puts the settings back, and this line must not hide the error.
        _restore(before)


def _remember() -> dict[str, str]:
    names = [f"app.{name}" for name in _SETTINGS]
    with connection.cursor() as cursor:
        cursor.execute("select n, coalesce(current_setting(n, true), '') from unnest(%s) n", [names])
        return dict(cursor.fetchall())


def _restore(values: dict[str, str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select set_config(n, v, true) from unnest(%s, %s) as t(n, v)",
            [list(values), list(values.values())],
        )


@contextmanager
def as_role(role: str) -> Iterator[None]:
    """Run the block as another database role that this login is a member of, and come back.

    `role` is a name from our own code, never input. Raises django.db.ProgrammingError if the login may not.
    """
    if role not in {"eh_system", "eh_owner", "eh_report", "eh_app"}:
        raise ValueError(f"not one of our database roles: {role}")
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("select current_user")
            before = cursor.fetchone()[0]
            cursor.execute(f"set local role {role}")
        yield
        # After an error the rollback to this block's savepoint brings the role back by itself.
        with connection.cursor() as cursor:
            cursor.execute(f'set local role "{before}"')


def as_system():
    """Run the block past row-level security. For fixtures, migrations and operators' loads only.

    The application's own login is not a member of eh_system, so this fails in the web and worker processes.
    """
    return as_role("eh_system")
