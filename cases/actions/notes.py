"""Writing on the timeline."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from cases.models import Case, CaseNote, NoteKind, Person
from cases.rules.case import check_can_write
from earlyhelp.access import Actor
from earlyhelp.audit import record_change
from hubs.models import Category


@transaction.atomic
def write_note(
    *,
    case: Case,
    kind: str,
    title: str,
    body: str = "",
    category: int = Category.FAMILY,
    happened_at: dt.datetime | None = None,
    about: Person | None = None,
    how_asked: str = "",
    not_for: list[int] | None = None,
    not_for_members: list[int] | None = None,
    by: Actor,
) -> CaseNote:
    """Add an entry to the family's timeline.

    Args:
        kind: a code of NoteKind: fact, said, view or voice are four different things.
        category: who may read it follows from the agreement and the family's consent for this category.
        not_for: ids of agencies that must not see this entry whatever the agreement says.
        not_for_members: ids of memberships; the person sees it in no agency, unless they wrote it.

    Raises cases.rules.NotAllowed.
    """
    check_can_write(by, case)
    note = CaseNote.objects.create(
        case=case,
        kind=kind,
        title=title,
        body=body,
        category=category,
        happened_at=happened_at or timezone.now(),
        about=about,
        how_asked=how_asked,
        not_for=not_for or [],
        not_for_members=not_for_members or [],
        author=by.membership,
        agency=by.agency,
    )
    Case.objects.filter(pk=case.pk).update(updated_at=timezone.now())
    kept_from = len(note.not_for) + len(note.not_for_members)
    record_change(
        by, "Added to the timeline", case=case, obj=note, kind=kind, category=category, kept_from=kept_from
    )
    return note


def write_event(
    *,
    case: Case,
    title: str,
    body: str = "",
    category: int = Category.FAMILY,
    about: Person | None = None,
    by: Actor,
) -> CaseNote:
    """Let the timeline say what was just done elsewhere in the record. The caller has checked its own rule.

    The title names no person: it is read in lists. Runs in the caller's transaction.
    """
    note = CaseNote.objects.create(
        case=case,
        kind=NoteKind.EVENT,
        title=title[:160],
        body=body,
        category=category,
        happened_at=timezone.now(),
        about=about,
        author=by.membership,
        agency=by.agency,
    )
    Case.objects.filter(pk=case.pk).update(updated_at=timezone.now(), latest=title[:140])
    return note
