"""Undoing a withdrawal on the day it was made: a slip must not cost an assessment."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from assessments.flow.corrections import lock_for_correction
from assessments.models import Assessment, AssessmentStatus
from assessments.states import move
from cases.actions.notes import write_event
from cases.rules import NotAllowed, answered
from cases.rules.case import check_can_write
from earlyhelp.access import Actor
from earlyhelp.audit import record_change


def check_can_restore(actor: Actor, assessment: Assessment) -> None:
    """Persons who may undo a withdrawal, on the day it was made:

    - whoever withdrew it,
    - staff of the case's hub.
    """
    if assessment.status != AssessmentStatus.WITHDRAWN or assessment.withdrawn_at is None:
        raise NotAllowed("This assessment is not withdrawn.")
    check_can_write(actor, assessment.case)
    if actor.membership.pk != assessment.withdrawn_by_id and assessment.case.hub_id not in actor.hub_ids:
        raise NotAllowed("Only the person who withdrew it, or the hub, can undo that.")
    if timezone.localdate(assessment.withdrawn_at) != timezone.localdate():
        raise NotAllowed("A withdrawal can be undone on the same day only. Start a new assessment.")


can_restore = answered(check_can_restore)


@transaction.atomic
def restore(*, assessment: Assessment, by: Actor) -> Assessment:
    """Take a withdrawn assessment up again where it was. Raises NotAllowed."""
    assessment = lock_for_correction(assessment)
    check_can_restore(by, assessment)
    reason = assessment.withdrawn_reason
    move(assessment, "restore")
    assessment.withdrawn_at, assessment.withdrawn_by, assessment.withdrawn_reason = None, None, ""
    assessment.save(update_fields=["status", "withdrawn_at", "withdrawn_by", "withdrawn_reason"])
    record_change(
        by,
        "Undid the withdrawal of an assessment",
        case=assessment.case,
        obj=assessment,
        assessment=assessment.reference,
    )
    write_event(
        case=assessment.case,
        title=f"Assessment {assessment.reference} taken up again: the withdrawal was undone",
        body=f"It had been withdrawn with this reason: {reason}",
        by=by,
    )
    return assessment
