"""Holding, keeping and disposing of records: the only writers."""

from __future__ import annotations

import datetime as dt
import json

from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from cases.models import Case
from earlyhelp.access import Actor
from earlyhelp.audit import record_change, record_look
from reporting.models import FileToRemove, RetentionHold, RetentionReview, ReviewChoice, Tombstone
from reporting.retention.records import DueRecord
from reporting.retention.rules import (
    check_can_confirm,
    check_can_manage_retention,
    check_can_read_tombstones,
    years,
)

LONGEST_KEEP = dt.timedelta(days=5 * 366)
LONGEST_HOLD_REVIEW = dt.timedelta(days=366)


@transaction.atomic
def place_hold(*, record: DueRecord, reason: str, review_on: dt.date, by: Actor) -> RetentionHold:
    """Keep a record from being disposed of until somebody ends the hold. It is looked at again within a year.

    Raises cases.rules.NotAllowed or ValueError.
    """
    check_can_manage_retention(by)
    today = timezone.localdate()
    if not reason.strip():
        raise ValueError("Say why the record must be kept.")
    if not today < review_on <= today + LONGEST_HOLD_REVIEW:
        raise ValueError("Look at the hold again within a year.")
    if record.hold_id:
        raise ValueError("This record is on hold already.")
    hold = RetentionHold.objects.create(
        family_id=record.family_id, reason=reason, review_on=review_on, placed_by=by.membership
    )
    record_change(by, "Put a record on legal hold", obj=hold, reference=record.reference)
    return hold


@transaction.atomic
def end_hold(*, hold: RetentionHold, reason: str, by: Actor) -> None:
    """Let the record's time run again. Raises cases.rules.NotAllowed or ValueError."""
    check_can_manage_retention(by)
    if not reason.strip():
        raise ValueError("Say why the hold is not needed any more.")
    if hold.ended_at:
        raise ValueError("This hold has ended.")
    hold.ended_at, hold.ended_by, hold.end_reason = timezone.now(), by.membership, reason
    hold.save(update_fields=["ended_at", "ended_by", "end_reason"])
    record_change(by, "Ended a legal hold", obj=hold)


@transaction.atomic
def keep_record(*, record: DueRecord, until: dt.date, reason: str, by: Actor) -> RetentionReview:
    """Keep a record that is due for at most five more years. Raises cases.rules.NotAllowed or ValueError."""
    check_can_manage_retention(by)
    today = timezone.localdate()
    if not today < until <= today + LONGEST_KEEP:
        raise ValueError("Choose a day within the next five years. It is looked at again then.")
    return _decide(record, by, ReviewChoice.KEEP, reason, until)


@transaction.atomic
def propose_disposal(*, record: DueRecord, reason: str, by: Actor) -> RetentionReview:
    """Propose that a record goes. Another person confirms. Raises cases.rules.NotAllowed or ValueError."""
    check_can_manage_retention(by)
    if not record.may_go:
        raise ValueError("This record may not go: it is not due, is on hold, or somebody asks what is in it.")
    if record.proposal_id:
        raise ValueError("Somebody has proposed this already.")
    return _decide(record, by, ReviewChoice.DISPOSE, reason, None)


def _decide(record: DueRecord, by: Actor, choice: str, reason: str, until: dt.date | None) -> RetentionReview:
    if not reason.strip():
        raise ValueError("Say why.")
    review = RetentionReview.objects.create(
        family_id=record.family_id, choice=choice, reason=reason, keep_until=until, decided_by=by.membership
    )
    verb = "Kept a record for longer" if choice == ReviewChoice.KEEP else "Proposed to dispose of a record"
    record_change(by, verb, obj=review, reference=record.reference)
    return review


@transaction.atomic
def send_back(*, review: RetentionReview, reason: str, by: Actor) -> None:
    """Do not confirm a proposal. Raises cases.rules.NotAllowed or ValueError."""
    check_can_confirm(by, review.decided_by)
    if not reason.strip():
        raise ValueError("Say why it should stay.")
    if review.sent_back_at:
        raise ValueError("This was sent back already.")
    review.sent_back_at, review.sent_back_by, review.sent_back_reason = timezone.now(), by.membership, reason
    review.save(update_fields=["sent_back_at", "sent_back_by", "sent_back_reason"])
    record_change(by, "Sent back a proposal to dispose of a record", obj=review)


@transaction.atomic
def dispose(*, review: RetentionReview, by: Actor) -> list[str]:
    """Dispose of a record that somebody else proposed: every row about the family goes, in this one transaction.

    The caller has had the person prove a second factor again. Files go after the commit (remove_files). Gives the
    references that are now a tombstone's. Raises cases.rules.NotAllowed, or ValueError when it may not go any more.
    Source: domain.md 6.3; ASVS 14.2.7, 2.3.5.
    """
    check_can_confirm(by, review.decided_by)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("select app.dispose(%s, %s)", [review.pk, years()])
            answer = cursor.fetchone()[0]
    except IntegrityError as error:
        raise ValueError(
            "Another family’s record hangs on this one, so nothing was disposed of. Ask support to part them."
        ) from error
    if answer is None:
        raise ValueError("This record may not go any more. Look at what stands in the way.")
    done = json.loads(answer) if isinstance(answer, str) else answer
    for case in done["cases"]:
        record_change(by, "Disposed of a record", case=Case(pk=case), tombstone=done["tombstone"])
    transaction.on_commit(_start_removing)
    return done["references"]


def _start_removing() -> None:
    from reporting.retention.tasks import remove_files

    remove_files.delay()


def remove_files() -> tuple[int, int]:
    """Remove stored files of records that are gone. Gives how many went, and how many have to be tried again.

    Each has a transaction of its own; a store that fails loses nothing, and a file that is not there counts as gone.
    """
    gone = left = 0
    for pk in list(FileToRemove.objects.filter(gone_at=None).values_list("pk", flat=True)):
        with transaction.atomic():
            file = FileToRemove.objects.select_for_update().filter(pk=pk, gone_at=None).first()
            if file is None:
                continue
            file.tries += 1
            try:
                default_storage.delete(file.storage_key)
                is_gone = not default_storage.exists(file.storage_key)
            except OSError:
                is_gone = False
            if is_gone:
                file.storage_key, file.gone_at = "", timezone.now()
            file.save()
            gone, left = gone + is_gone, left + (not is_gone)
    return gone, left


@transaction.atomic
def find_tombstone(*, reference: str, by: Actor) -> Tombstone | None:
    """What became of a record that is not there any more. Raises cases.rules.NotAllowed."""
    check_can_read_tombstones(by)
    found = Tombstone.objects.filter(references__contains=[reference.strip().upper()]).first()
    record_look(by, "Looked up a record that was disposed of", level="search", found=found is not None)
    return found
