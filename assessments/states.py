"""When an assessment may do what:

the one table of legal transitions, and the two facts that make it complete.
"""

from __future__ import annotations

from django.core.exceptions import ValidationError

from assessments.models import Assessment, AssessmentStatus

# (from, what happens) -> to. Anything else is refused.
TRANSITIONS: dict[tuple[str, str], AssessmentStatus] = {
    (AssessmentStatus.INITIATED, "complete"): AssessmentStatus.COMPLETED,
    (AssessmentStatus.INITIATED, "withdraw"): AssessmentStatus.WITHDRAWN,
    (AssessmentStatus.WITHDRAWN, "restore"): AssessmentStatus.INITIATED,
    (AssessmentStatus.INITIATED, "close"): AssessmentStatus.CLOSED,
    (AssessmentStatus.COMPLETED, "close"): AssessmentStatus.CLOSED,
}
_REFUSALS = {
    "complete": "Only an assessment that is under way can be completed.",
    "withdraw": "Only an assessment that is under way can be withdrawn. Close the case instead.",
    "close": "This assessment has already ended.",
    "restore": "Only an assessment that was withdrawn can be taken up again.",
}


def can_move(assessment: Assessment, event: str) -> bool:
    """Whether `event` ("complete", "withdraw", "restore", "close") is legal now."""
    return (assessment.status, event) in TRANSITIONS


def move(assessment: Assessment, event: str) -> None:
    """Set the status that `event` leads to, without saving.

    Raises ValidationError when it is not legal now.
    """
    if not can_move(assessment, event):
        raise ValidationError(_REFUSALS[event], code="illegal_transition")
    assessment.status = TRANSITIONS[assessment.status, event]


def is_complete(*, signed_off: bool, action_started: bool) -> bool:
    """Complete means both:

    assessed and signed off, and the plan being carried out (Somerset strategy 2016-19 p.7).
    """
    return signed_off and action_started
