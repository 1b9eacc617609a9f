"""What goes into the process's log: that something went wrong and where, never what somebody typed or a row holds.

An exception's own words may hold a row ("Key (first_name)=(…) already exists"), an address a guest's secret link. So
the log is given the kind of exception, the lines of code and the route of the address.
"""

from __future__ import annotations

import logging
import traceback
from types import TracebackType

NOT_SHOWN = "(not shown)"
# What Celery puts into its sentences about a job, besides the job's name and number.
_OF_A_JOB = ("args", "kwargs", "return_value", "exc", "traceback", "internal", "description")


class WithoutWords(logging.Formatter):
    """A line of the log; of an exception its kind, its database code and the lines of code, without its words."""

    def formatException(self, ei: tuple) -> str:  # noqa: N802 - logging's name
        kind, error, frames = ei
        return "\n".join(kinds_and_lines(kind, error, frames))

    def formatStack(self, stack_info: str) -> str:  # noqa: N802
        return stack_info


def kinds_and_lines(kind, error: BaseException | None, frames: TracebackType | None) -> list[str]:
    """An exception and what caused it, outermost last, without the words of any of them."""
    lines: list[str] = []
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        code = getattr(error, "pgcode", None) or getattr(error, "sqlstate", None)
        these = [line.rstrip() for line in traceback.format_tb(error.__traceback__ or frames)]
        name = f"{type(error).__module__}.{type(error).__qualname__}"
        lines = [*these, f"{name} {code}" if code else name, *lines]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        frames = None
    return lines or [getattr(kind, "__name__", NOT_SHOWN)]


class WithoutAddresses(logging.Filter):
    """Takes out of a record what could be about somebody: addresses as they were asked for, what a job was given."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        path = getattr(request, "path", None)
        if path and isinstance(record.args, tuple):
            route = self._route(request)
            record.args = tuple(self._replace(each, path, route) for each in record.args)
        if record.name.startswith("celery") and isinstance(record.args, dict):
            kept = {name: value for name, value in record.args.items() if name not in _OF_A_JOB}
            record.args = kept | {name: NOT_SHOWN for name in _OF_A_JOB if name in record.args}
        if record.exc_text:  # written by somebody else's formatter, with the exception's words
            record.exc_text = None
        return True

    @staticmethod
    def _route(request) -> str:
        match = getattr(request, "resolver_match", None)
        return f"/{match.route}" if match else "an address that is none of ours"

    @staticmethod
    def _replace(value, path: str, route: str):
        return value.replace(path, route) if isinstance(value, str) else value
