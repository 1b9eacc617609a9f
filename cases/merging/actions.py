"""The only writers of links and merges. The database's functions do the merging; nothing here decides anything."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from cases.merging.rules import REFUSALS, check_can_link, check_can_merge
from cases.models import Case, Family, LinkVerdict, Merge, MergeStatus, Person, RecordLink
from earlyhelp.access import Actor
from earlyhelp.audit import record_change

Pair = tuple[Person, Person]


@transaction.atomic
def link(*, one: Person | Family, other: Person | Family, verdict: str, reason: str, by: Actor) -> RecordLink:
    """Say that two people, or two families, are, may be or are not the same. An earlier word on them ends.

    Raises NotAllowed, or ValidationError without a reason or when they are one record.
    """
    check_can_link(by, one, other)
    LinkVerdict(verdict)
    if one.pk == other.pk:
        raise ValidationError("Choose two different records.")
    if not reason.strip():
        raise ValidationError("Say why.")
    for earlier in RecordLink.objects.standing().between(one, other):
        _end(earlier, "Somebody said otherwise", by)
    first, second = sorted((one, other), key=lambda record: str(record.pk))
    kind = "person" if isinstance(one, Person) else "family"
    made = RecordLink.objects.create(
        **{f"one_{kind}": first, f"other_{kind}": second},
        verdict=verdict,
        reason=reason.strip()[:300],
        made_by=by.membership,
    )
    for case in _cases_of(one, other):
        record_change(by, "Linked two records", case=case, obj=made, verdict=verdict, kind=kind)
    return made


@transaction.atomic
def end_link(*, link: RecordLink, reason: str, by: Actor) -> RecordLink:
    """Take back what was said of two records. Raises NotAllowed, or ValidationError without a reason."""
    records = link.records
    check_can_link(by, *records)
    if not reason.strip():
        raise ValidationError("Say why.")
    if link.ended_at is not None:
        raise ValidationError("This link was ended already.")
    _end(link, reason, by)
    for case in _cases_of(*records):
        record_change(by, "Ended a link of two records", case=case, obj=link)
    return link


def _end(link: RecordLink, reason: str, by: Actor) -> None:
    link.ended_by, link.ended_at, link.end_reason = by.membership, timezone.now(), reason.strip()[:300]
    link.save(update_fields=["ended_by", "ended_at", "end_reason"])


def _cases_of(*records: Person | Family) -> list[Case]:
    """The newest case of each family, for the log."""
    return _newest(record.family_id if isinstance(record, Person) else record.pk for record in records)


def _newest(families: Iterable[UUID]) -> list[Case]:
    newest: dict[UUID, Case] = {}
    for case in Case.objects.filter(family__in=set(families)).order_by("opened_on"):
        newest[case.family_id] = case
    return list(newest.values())


def preview(
    *, kept: Family, gone: Family | None, pairs: Sequence[Pair], taken: Mapping[str, Any], by: Actor
) -> dict[str, Any]:
    """What a merge would do, worked out by doing it and taking it back (`app.merge_preview`).

    Args:
        gone: the family whose cases come under `kept`; None when somebody is in one family twice. pairs: who stays, who
        was recorded twice. taken: fields whose value comes from the record that goes, by the id of that person, and
        for the family under "family".

    Gives {"refused": code}, or before, after, moved, stays and fingerprint. Raises NotAllowed.
    """
    check_can_merge(by, *(family.pk for family in (kept, gone) if family))
    with connection.cursor() as cursor:
        cursor.execute(
            "select app.merge_preview(%s, %s, %s, %s)",
            [kept.pk, gone.pk if gone else None, _pairs(pairs), json.dumps(taken)],
        )
        return json.loads(cursor.fetchone()[0])


@transaction.atomic
def propose(
    *,
    kept: Family,
    gone: Family | None,
    pairs: Sequence[Pair],
    taken: Mapping[str, Any],
    reason: str,
    by: Actor,
) -> Merge:
    """Propose a merge for somebody else to do. Raises NotAllowed, or ValidationError with what stands in its way."""
    if not reason.strip():
        raise ValidationError("Say how you know that they are the same.")
    told = preview(kept=kept, gone=gone, pairs=pairs, taken=taken, by=by)
    if "refused" in told:
        raise ValidationError(REFUSALS[told["refused"]], code=told["refused"])
    with connection.cursor() as cursor:
        cursor.execute(
            "select app.propose_merge(%s, %s, %s, %s, %s, %s)",
            [
                kept.pk,
                gone.pk if gone else None,
                _pairs(pairs),
                json.dumps(taken),
                reason,
                told["fingerprint"],
            ],
        )
        made = cursor.fetchone()[0]
    if made is None:
        raise ValidationError(
            "A merge of one of these records is waiting already. Answer that one first.", code="waiting"
        )
    merge = Merge.objects.get(pk=made)
    for case in _cases_of(*(family for family in (kept, gone) if family)):
        record_change(by, "Proposed to merge records", case=case, obj=merge, people=len(pairs))
    return merge


@transaction.atomic
def decide(*, merge: Merge, is_yes: bool, note: str = "", by: Actor) -> Merge:
    """Merge what somebody else proposed, or say no.

    Raises NotAllowed, or ValidationError: their own proposal, records that changed since, or a new obstacle.
    """
    check_can_merge(by, *_families(merge))
    cases = _newest(_families(merge))
    with connection.cursor() as cursor:
        cursor.execute("select app.decide_merge(%s, %s, %s)", [merge.pk, is_yes, note.strip()])
        answer = cursor.fetchone()[0]
    if answer is None:
        raise ValidationError("Somebody has answered this already.", code="answered")
    if answer not in (MergeStatus.DONE, MergeStatus.DECLINED):
        raise ValidationError(REFUSALS[answer], code=answer)
    verb = "Merged records" if is_yes else "Said no to a merge of records"
    for case in cases:
        record_change(by, verb, case=case, obj=merge)
    return _again(merge)


@transaction.atomic
def undo(*, merge: Merge, reason: str, by: Actor) -> Merge:
    """Put back everything that a merge changed. What somebody changed since stays, and is listed in `effect["undo"]`.

    Raises NotAllowed, or ValidationError.
    """
    if not reason.strip():
        raise ValidationError("Say why the merge was wrong.")
    check_can_merge(by, merge.kept_family_id)
    with connection.cursor() as cursor:
        cursor.execute("select app.undo_merge(%s, %s)", [merge.pk, reason])
        result = json.loads(cursor.fetchone()[0] or "null")
    if result is None:
        raise ValidationError("This was undone already, or it is not yours to undo.", code="undone")
    if "refused" in result:
        raise ValidationError(REFUSALS[result["refused"]], code=result["refused"])
    merge = _again(merge)
    for case in _newest(_families(merge)):
        record_change(
            by,
            "Undid a merge of records",
            case=case,
            obj=merge,
            restored=result["restored"],
            later=len(result["later"]),
        )
    return merge


def _families(merge: Merge) -> list[UUID]:
    return [family for family in (merge.kept_family_id, merge.gone_family_id) if family]


def _again(merge: Merge) -> Merge:
    return Merge.objects.with_people().get(pk=merge.pk)


def _pairs(pairs: Sequence[Pair]) -> str:
    """In the order in which the database lists them."""
    listed = sorted(
        ({"kept": str(kept.pk), "gone": str(gone.pk)} for kept, gone in pairs), key=lambda x: x["kept"]
    )
    return json.dumps(listed)
