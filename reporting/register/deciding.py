"""A person decides whether two records are about one child. Deciding records the answer; it merges nothing."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from earlyhelp.access import Actor
from earlyhelp.audit import record_change
from reporting.models import DuplicateDecision, PossibleDuplicate

from .rules import check_can_import


@transaction.atomic
def decide_duplicate(*, pair: PossibleDuplicate, decision: str, reason: str = "", by: Actor) -> PossibleDuplicate:
    """Record what a person found: the same child, or different children and why. May be changed later.

    Args:
        decision: "same" or "different" (DuplicateDecision).
        reason: needed for "different"; stays with the pair.

    Raises ValueError for another decision or a missing reason, or NotAllowed.
    """
    check_can_import(by)
    if decision not in (DuplicateDecision.SAME, DuplicateDecision.DIFFERENT):
        raise ValueError("Say whether they are the same child or different children.")
    if decision == DuplicateDecision.DIFFERENT and not reason.strip():
        raise ValueError("Say how you know that they are different children.")
    pair.decision, pair.reason = decision, reason.strip()
    pair.decided_by, pair.decided_at = by.membership, timezone.now()
    pair.save(update_fields=["decision", "reason", "decided_by", "decided_at"])
    record_change(by, "Decided about a possible duplicate", case=pair.row.case, obj=pair, decision=decision)
    return pair
