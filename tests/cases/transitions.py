"""One action tried from every status: refused wherever cases.states does not name it, and nothing has changed then."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import DatabaseError, transaction

from cases.rules import NotAllowed
from cases.states import TRANSITIONS
from earlyhelp.access.context import as_system
from reporting.consistency import broken
from tests.fixtures.stored import everything_stored

REFUSALS = (NotAllowed, ValueError, PermissionDenied, ValidationError, ObjectDoesNotExist, DatabaseError)


def refused_elsewhere(row_in: Callable, label: str, to: str, act: Callable, again=frozenset()) -> None:
    """Try `act(row)` from each status that does not lead to `to`.

    Args:
        row_in: gives a row of the model `label` ("cases.Meeting") in the status it is given.
        again: (label, before, to) that may be taken though the table does not name it.
    """
    tried = 0
    for before, legal in TRANSITIONS[label].items():
        if to in legal or (label, before, to) in again:
            continue
        with transaction.atomic():
            row = row_in(label, before)
            stored = everything_stored()
            with pytest.raises(REFUSALS):
                act(row)
            assert everything_stored() == stored, (label, before, to)
            tried += 1
            transaction.set_rollback(True)
    assert tried


def goes_through(row_in: Callable, label: str, to: str, act: Callable, before: str | None = None) -> set[str]:
    """Do it from a legal status (the first, or `before`). Gives the names of what does not hang together afterwards."""
    before = before or next(status for status, legal in TRANSITIONS[label].items() if to in legal)
    row = row_in(label, before)
    act(row)
    with as_system():
        row.refresh_from_db()
        assert row.status == to
        return {each.name for each in broken()}
