"""Who may write what stands beside the answers of an assessment."""

from __future__ import annotations

from assessments.models import Assessment
from cases.rules import NotAllowed, answered
from cases.rules.case import check_can_write as check_can_write_in_case
from earlyhelp.access import Actor


def check_can_consider(actor: Actor, assessment: Assessment) -> None:
    """Persons who may note that they have thought about a prompt:

    - anybody who may add to the record (cases.rules.case),
    - until the assessment has ended.
    """
    check_can_write_in_case(actor, assessment.case)
    if not assessment.is_open:
        raise NotAllowed("This assessment has ended, so nothing more can be written.")


def check_can_say(actor: Actor, assessment: Assessment) -> None:
    """Persons who may say that somebody has no needs, or take something recorded by mistake off the pages:

    - those who may note that they have thought about a prompt,
    - until the assessment is signed off.
    """
    check_can_consider(actor, assessment)
    if assessment.is_signed_off:
        raise NotAllowed("This assessment is signed off. To change it, take the sign-off back first.")


can_consider = answered(check_can_consider)
can_say = answered(check_can_say)
