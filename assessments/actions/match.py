"""The check for an existing record, which every new one must pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from assessments.matching import Asked, look, stored
from assessments.models import MatchCheck
from assessments.rules import check_can_help_again, check_can_register
from cases.models import Case, Family, Person
from earlyhelp.access import Actor
from earlyhelp.audit import record_change, record_look


@transaction.atomic
def check_for_record(*, asked: Asked, by: Actor) -> MatchCheck:
    """Search the whole county for a person and keep what was found for the person who asked.

    The event says how many were found, never who was looked for. Raises NotAllowed.
    """
    check_can_register(by)
    found, hubs = look(asked)
    check = MatchCheck.objects.create(
        membership=by.membership, asked=asked.to_json(), candidates=stored(found, hubs)
    )
    if not found and not hubs:
        check.cleared_at = timezone.now()
        check.save(update_fields=["cleared_at"])
    kinds = _kinds_of([asked])
    record_look(by, "Checked for an existing record", level="search", by=kinds, found=len(found), hubs=hubs)
    return check


@transaction.atomic
def check_others(
    *, check: MatchCheck, others: Sequence[Asked], family: Family | None = None, by: Actor
) -> bool:
    """Look for the other children of the same record. Returns whether somebody new was found.

    Then the check is open again, and shows them beside the first: none of them was answered yet. Found once
    and answered, the same people and hubs are not asked about again. People of `family`, the one that is
    helped again, are no surprise. Raises NotAllowed.
    """
    check_can_register(by)
    kept = check.candidates or {"people": [], "hubs": []}
    people = {item["id"]: item for item in kept.get("people", [])}
    hubs = set(kept.get("hubs", []))
    before = (set(people), set(hubs))
    for asked in others:
        found, elsewhere = look(asked)
        if family is not None:
            found = [item for item in found if item.person.family_id != family.pk]
        result = stored(found, elsewhere)
        for item in result["people"]:
            people.setdefault(item["id"], item)
        hubs |= set(elsewhere)
    kinds = _kinds_of(others)
    record_look(
        by, "Checked for an existing record", level="search", by=kinds, found=len(people), hubs=sorted(hubs)
    )
    if (set(people), hubs) == before:
        return False
    check.candidates = {"people": list(people.values()), "hubs": sorted(hubs)}
    check.cleared_at = None
    check.save(update_fields=["candidates", "cleared_at"])
    return True


def _kinds_of(asked: Sequence[Asked]) -> list[str]:
    """Which kinds of words were searched for, never the words (cases.log.SEARCHED_BY)."""
    kinds = {
        "name": any(each.first_name or each.last_name or each.known_as for each in asked),
        "born": any(each.born_on for each in asked),
        "postcode": any(each.postcode for each in asked),
        "number": any(each.nhs_number or each.upn for each in asked),
    }
    return [kind for kind, is_given in kinds.items() if is_given]


@transaction.atomic
def clear_check(
    *, check: MatchCheck, reason: str = "", not_them: Mapping[str, str] | None = None, by: Actor
) -> MatchCheck:
    """Say why none of the records found is the one, so that a new record may be started.

    Args:
        reason: what the hub said, or one reason for all. not_them: a reason for each person found, by id. Who was
        answered once in this check is not asked about again.

    Raises ValidationError without a reason, or when somebody has none.
    """
    kept = check.candidates or {}
    people = kept.get("people", [])
    reason, said = reason.strip()[:300], not_them or {}
    now = timezone.now()
    for item in people:
        words = said.get(item["id"], "").strip()[:300] or reason
        if words and not item.get("not"):
            item["not"] = {"why": words, "at": now.isoformat()}
    waiting = [item["id"] for item in people if not item.get("not")]
    # Somebody who is out of sight by now cannot be answered for.
    if Person.objects.filter(pk__in=waiting).exists() or (kept.get("hubs") or not people) and not reason:
        raise ValidationError("Say why none of these is a match.")
    check.candidates = kept
    check.not_a_match_reason = reason or next((item["not"]["why"] for item in people if item.get("not")), "")
    check.cleared_at = now
    check.save(update_fields=["candidates", "not_a_match_reason", "cleared_at"])
    record_change(
        by,
        "Said that no record found is a match",
        obj=check,
        found=len(people),
        hubs=kept.get("hubs", []),
    )
    return check


@transaction.atomic
def keep_draft(*, check: MatchCheck, draft: dict[str, Any], by: Actor) -> MatchCheck:
    """Keep what was typed for the registration so far, so that nothing is lost between its pages.

    Raises ValidationError when the check was already used or belongs to somebody else.
    """
    if check.membership_id != by.membership.pk or check.used_at is not None:
        raise ValidationError("This check was already used. Check for an existing record again.")
    check.asked = {**check.asked, "draft": {**check.asked.get("draft", {}), **draft}}
    check.save(update_fields=["asked"])
    return check


@transaction.atomic
def keep_again(*, case: Case, draft: dict[str, Any], by: Actor) -> MatchCheck:
    """Keep what was typed to help the family of a closed case again, for this person and a day at most.

    It is kept as a check that needs no search: the family is known. Raises NotAllowed.
    """
    check_can_help_again(by, case)
    check = MatchCheck.objects.again(by, case) or MatchCheck(membership=by.membership)
    check.asked = {"again": str(case.pk), "draft": draft}
    check.cleared_at = check.cleared_at or timezone.now()
    check.save()
    return check
