"""Quick notes: written in two taps, sorted later into an answer or the timeline. Only their writer reads them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from assessments.actions import save_answers
from assessments.actions.answers import Saved
from assessments.answers import LONGEST_LONG_TEXT, Sent, tidy
from assessments.models import Assessment, QuickNote, Section
from assessments.models.flow import quick_note_days
from assessments.spec import Part
from cases.actions.notes import write_note
from cases.models import Case, CaseNote, Person
from cases.rules import NotAllowed, answered
from cases.rules.case import check_can_write
from earlyhelp.access import Actor, Permission
from earlyhelp.audit import record_change


def check_can_note(actor: Actor, case: Case | None = None) -> None:
    """Persons who may keep quick notes: those who do casework; about a family: those who may add to its record."""
    if not actor.may(Permission.CASE_WRITE):
        raise NotAllowed("Your role does not write in families’ records.")
    if case is not None:
        check_can_write(actor, case)


def check_can_sort(actor: Actor, note: QuickNote) -> None:
    """Persons who may change, sort or throw away a note: its writer, until it has become something."""
    if note.membership_id != actor.membership.pk:
        raise NotAllowed("Only the person who wrote a quick note can change it.")
    if note.used_at is not None:
        raise NotAllowed("This note has become part of the record already.")


can_sort = answered(check_can_sort)


@transaction.atomic
def keep_quick_note(*, note: uuid.UUID, body: str, case: Case | None, by: Actor) -> QuickNote:
    """Write a quick note, or write it anew: the page that was opened gave it its id, so sending twice keeps one.

    Raises NotAllowed, or ValidationError when there are no words.
    """
    check_can_note(by, case)
    words = tidy(body)[:LONGEST_LONG_TEXT]
    if not words:
        raise ValidationError("Write a word or two first.", code="no_words")
    found = QuickNote.objects.of(by).select_for_update(of=("self",)).filter(pk=note).first()
    if found is None:
        try:
            with transaction.atomic():
                found = QuickNote.objects.create(pk=note, membership=by.membership, body=words, case=case)
        except (
            IntegrityError
        ):  # the id was given to somebody else, or to a note of a family not seen any more
            raise NotAllowed("This note cannot be changed. Open a new one.") from None
        verb = "Wrote a quick note"
    else:
        check_can_sort(by, found)
        if (found.body, found.case_id) == (words, case.pk if case else None):
            return found
        found.body, found.case = words, case
        found.save(update_fields=["body", "case"])
        verb = "Changed a quick note"
    record_change(by, verb, case=case, obj=found)
    return found


@transaction.atomic
def keep_longer(*, note: QuickNote, by: Actor) -> QuickNote:
    """Keep an unsorted note for another while, from today. Raises NotAllowed."""
    note = _locked(note)
    check_can_sort(by, note)
    note.keep_until, note.reminded = timezone.localdate() + quick_note_days(), 0
    note.save(update_fields=["keep_until", "reminded"])
    record_change(by, "Kept a quick note longer", case=note.case, obj=note)
    return note


@transaction.atomic
def throw_away(*, note: QuickNote, by: Actor) -> None:
    """Delete a note that is not needed. Raises NotAllowed."""
    note = _locked(note)
    check_can_sort(by, note)
    record_change(by, "Threw a quick note away", case=note.case, obj=note)
    note.delete()


@transaction.atomic
def put_on_timeline(*, note: QuickNote, case: Case, facts: Mapping[str, Any], by: Actor) -> CaseNote:
    """Let a note become an entry of the timeline. `facts` are those of cases.actions.notes.write_note.

    Raises NotAllowed.
    """
    note = _locked(note)
    check_can_sort(by, note)
    entry = write_note(case=case, by=by, **facts)
    _used(note, case, by, entry)
    return entry


@transaction.atomic
def put_in_answer(
    *,
    note: QuickNote,
    assessment: Assessment,
    part: Part,
    person: Person | None,
    round: int = 1,
    box: str,
    sent: Sent,
    writer: str,
    by: Actor,
) -> Saved:
    """Let a note become part of an answer, by the same rules as any answer: nobody's words are replaced unseen.

    Args:
        box: the question's box; sent: the whole answer as it should stand, and what its writer was shown.

    Raises NotAllowed when the part cannot be written by this person, or not now.
    """
    note = _locked(note)
    check_can_sort(by, note)
    saved = save_answers(
        assessment=assessment, part=part, person=person, sent={box: sent}, writer=writer, round=round, by=by
    )
    _used(note, assessment.case, by, saved.section)
    return saved


def _used(note: QuickNote, case: Case, by: Actor, became: CaseNote | Section) -> None:
    """The words are where they belong: the note keeps the way to them and nothing else."""
    name = "note" if isinstance(became, CaseNote) else "section"
    note.case, note.body, note.used_at = case, "", timezone.now()
    setattr(note, name, became)
    note.save(update_fields=["case", "body", "used_at", name])
    record_change(by, "Sorted a quick note", case=case, obj=note, became=name)


def _locked(note: QuickNote) -> QuickNote:
    return QuickNote.objects.select_for_update(of=("self",)).select_related("case").get(pk=note.pk)
