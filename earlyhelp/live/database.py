"""Questions to the database from a live process: in threads, each question a transaction of its own.

The event loop never waits for the database, and nothing about a person stays on a connection: the context is local to
the transaction, which begins and ends inside one call (access.md, traps 4 and 14).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.conf import settings
from django.db import close_old_connections, transaction

from earlyhelp.access.context import clear_request

_pool: ThreadPoolExecutor | None = None
_first: ThreadPoolExecutor | None = None


def pool() -> ThreadPoolExecutor:
    """The threads that ask the database: as many as this process may hold connections (LIVE_DATABASE_CONNECTIONS)."""
    global _pool
    if _pool is None:
        _pool = ThreadPoolExecutor(settings.LIVE_DATABASE_CONNECTIONS, thread_name_prefix="live-database")
    return _pool


async def in_database(function: Callable[..., Any], *args: Any) -> Any:
    """Run `function(*args)` in one transaction, on one of the pool's connections, as nobody until it says who."""
    return await asyncio.get_running_loop().run_in_executor(pool(), _in_transaction, function, args)


async def in_database_first(function: Callable[..., Any], *args: Any) -> Any:
    """The same on a connection kept for what must not wait behind others' questions, one at a time."""
    global _first
    if _first is None:
        _first = ThreadPoolExecutor(1, thread_name_prefix="live-database-first")
    return await asyncio.get_running_loop().run_in_executor(_first, _in_transaction, function, args)


def _in_transaction(function: Callable[..., Any], args: tuple) -> Any:
    close_old_connections()
    try:
        with transaction.atomic():
            clear_request()
            return function(*args)
    finally:
        close_old_connections()
