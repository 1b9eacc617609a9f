"""When a countersign or a check may do what: the tables of legal transitions. Anything else is refused."""

from __future__ import annotations

from django.core.exceptions import ValidationError

from assessments.models import Assessment, Countersigning, QualityAudit
from assessments.models.quality import AuditStatus

# (from, what happens) -> to, for an assessment that a manager signs after its author.
COUNTERSIGN: dict[tuple[str, str], str] = {
    ("", "ask"): Countersigning.WAITING,
    (Countersigning.SENT_BACK, "ask"): Countersigning.WAITING,
    (Countersigning.WAITING, "agree"): Countersigning.SIGNED,
    (Countersigning.WAITING, "send_back"): Countersigning.SENT_BACK,
    (Countersigning.WAITING, "take_back"): "",
    (Countersigning.SIGNED, "take_back"): "",
}
# The same for a check of an assessment.
AUDIT: dict[tuple[str, str], AuditStatus] = {
    (AuditStatus.TO_DO, "save"): AuditStatus.TO_DO,
    (AuditStatus.TO_DO, "share"): AuditStatus.SHARED,
    (AuditStatus.TO_DO, "set_aside"): AuditStatus.SET_ASIDE,
    (AuditStatus.SHARED, "answer"): AuditStatus.ANSWERED,
}
_REFUSALS = {
    "ask": "This assessment has been sent to a manager already.",
    "agree": "This assessment does not wait for a countersign. Somebody may have answered already.",
    "send_back": "This assessment does not wait for a countersign. Somebody may have answered already.",
    "take_back": "There is nothing to take back.",
    "save": "This check was shared with the author, so it cannot be changed any more.",
    "share": "This check was shared already.",
    "set_aside": "This check was shared already.",
    "answer": "This feedback cannot be answered now. You may have answered it already.",
}


def move_countersign(assessment: Assessment, event: str) -> None:
    """Set what `event` leads to, without saving. Raises ValidationError when it is not legal now."""
    if (assessment.countersigning, event) not in COUNTERSIGN:
        raise ValidationError(_REFUSALS[event], code="illegal_transition")
    assessment.countersigning = COUNTERSIGN[assessment.countersigning, event]


def can_move_audit(audit: QualityAudit, event: str) -> bool:
    return (audit.status, event) in AUDIT


def move_audit(audit: QualityAudit, event: str) -> None:
    """Set what `event` leads to, without saving. Raises ValidationError when it is not legal now."""
    if not can_move_audit(audit, event):
        raise ValidationError(_REFUSALS[event], code="illegal_transition")
    audit.status = AUDIT[audit.status, event]
