"""Confirming what was recorded before: one click for each answer, or one for all that the writer has read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from assessments.actions.answers import save_answers
from assessments.answers import Sent
from assessments.known import Earlier
from assessments.models import Assessment
from assessments.spec import Part
from cases.models import Person
from earlyhelp.access import Actor


@dataclass(frozen=True, kw_only=True)
class Confirmed:
    """What somebody said of one page: the answers that are still right, and whether nothing is left to add there."""

    part: Part
    person: Person | None
    answers: Mapping[str, Earlier]
    done: bool = False


@transaction.atomic
def confirm_known(
    *,
    assessment: Assessment,
    pages: Sequence[Confirmed],
    writer: str,
    categories: frozenset[int],
    by: Actor,
) -> int:
    """Write every confirmed answer to its page, with where it comes from. Gives how many were written.

    Args:
        writer: a name for the open page on which they were confirmed.
        categories: what `open_categories` gave in this request.

    An answer that somebody wrote meanwhile stays: both are kept, as with any two writers. Raises NotAllowed when
    a part cannot be written by this person, or not now.
    """
    written = 0
    for page in pages:
        if not page.answers and not page.done:
            continue
        saved = save_answers(
            assessment=assessment,
            part=page.part,
            person=page.person,
            sent={
                key: Sent(value=given.value, base="-", origin=given.origin)
                for key, given in page.answers.items()
            },
            writer=writer,
            done=True if page.done else None,
            categories=categories,
            by=by,
        )
        written += len(saved.outcome.written)
    return written
