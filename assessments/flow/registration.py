"""Putting the facts of a registration right: no "delete and start again" for a wrong date or person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from assessments.flow.corrections import ALREADY_SO, check_reason, lock_for_correction
from assessments.models import (
    Assessment,
    AssessmentStatus,
    ConsentStatement,
    Correction,
    CorrectionKind,
)
from assessments.rules import check_can_answer_for
from cases.actions.notes import write_event
from cases.rules import NotAllowed, answered
from earlyhelp.access import Actor
from earlyhelp.audit import record_change
from earlyhelp.web.dates import moment_from
from earlyhelp.web.workdays import add_working_days
from hubs.models import Category

# What can be put right, with its words on the page; which of them belong to the statement that the family agreed.
FACTS = {
    "initiated_on": "Date the assessment was started",
    "consent_with": "Who it was discussed with",
    "consent_child": "Child it was discussed with",
    "consent_at": "When it was discussed",
    "consent_place": "Where it was discussed",
    "assessor_role": "Assessor’s job",
}
OF_THE_STATEMENT = ("consent_with", "consent_child", "consent_at", "consent_place")


def check_can_correct_registration(actor: Actor, assessment: Assessment) -> None:
    """Persons who may put facts of a registration right: those who may sign it off, as long as it is not withdrawn."""
    check_can_answer_for(actor, assessment)
    if assessment.status == AssessmentStatus.WITHDRAWN:
        raise NotAllowed("This assessment was withdrawn, so nothing in it is put right any more.")


can_correct_registration = answered(check_can_correct_registration)


def facts_of(assessment: Assessment) -> dict[str, Any]:
    """The facts of this assessment that can be put right, as they stand. A tier 4 statement has no talk to date."""
    found: dict[str, Any] = {"initiated_on": timezone.localdate(assessment.initiated_at)}
    if assessment.consent_statement == ConsentStatement.AGREED and assessment.consent_at:
        found |= {name: getattr(assessment, name) for name in OF_THE_STATEMENT}
    return found | {"assessor_role": assessment.assessor_role}


@transaction.atomic
def correct_registration(
    *, assessment: Assessment, facts: Mapping[str, Any], reason: str, by: Actor
) -> list[Correction]:
    """Put facts of the registration right, each with what it was. The due date follows the date it was started.

    Args:
        facts: by the names of FACTS: texts, `consent_at` a datetime, `initiated_on` a date.

    Counts of a quarter follow the date; reports that were issued stay as they were issued. All or nothing. Raises
    NotAllowed, or ValidationError without a reason or a change, or for dates in an impossible order.
    """
    reason = check_reason(reason)
    assessment = lock_for_correction(assessment)
    check_can_correct_registration(by, assessment)
    stand = facts_of(assessment)
    changed = {name: value for name, value in facts.items() if name in stand and value != stand[name]}
    if not changed:
        raise ValidationError(ALREADY_SO, code="same")
    _check_order(assessment, stand | changed)
    for name, value in changed.items():
        if name == "initiated_on":
            _start_on(assessment, value)
        else:
            setattr(assessment, name, value)
    assessment.save(
        update_fields=["initiated_at", "due_on", "nudged_step", "assessor_role", *OF_THE_STATEMENT]
    )
    made = [
        Correction.objects.create(
            assessment=assessment,
            case=assessment.case,
            category=Category.FAMILY,
            kind=CorrectionKind.FACT,
            box=name,
            was=plain(stand[name]),
            now=plain(value),
            reason=reason,
            corrected_by=by.membership,
        )
        for name, value in changed.items()
    ]
    record_change(
        by,
        "Corrected the registration of an assessment",
        case=assessment.case,
        obj=assessment,
        assessment=assessment.reference,
        facts=sorted(changed),
    )
    write_event(
        case=assessment.case,
        title=f"The registration of assessment {assessment.reference} was put right",
        body=reason,
        by=by,
    )
    return made


def _check_order(assessment: Assessment, facts: Mapping[str, Any]) -> None:
    """First the talk with the family, then the assessment, then its end; nothing in the future, nothing left empty."""
    for name in OF_THE_STATEMENT:
        if name in facts and not facts[name]:
            raise ValidationError({name: "Enter what is right. It cannot be left empty."})
    today, started = timezone.localdate(), facts["initiated_on"]
    ended = assessment.signed_off_at or assessment.closed_at
    if started > today:
        raise ValidationError({"initiated_on": "The date it was started cannot be in the future."})
    if ended and started > timezone.localdate(ended):
        raise ValidationError({"initiated_on": "It cannot have started after it was signed off or closed."})
    talked = facts.get("consent_at")
    if talked and talked > timezone.now():
        raise ValidationError({"consent_at": "The family cannot have been talked to in the future."})
    if talked and timezone.localdate(talked) > started:
        raise ValidationError(
            {"consent_at": "The family is talked to before the assessment is started, or on the same day."}
        )


def _start_on(assessment: Assessment, on: dt.date) -> None:
    """Another date at the same time of day, never after the sign-off; the due date is counted from it again."""
    at = timezone.localtime(assessment.initiated_at).time()
    started = moment_from(on, at)
    ends = [
        each for each in (assessment.signed_off_at, assessment.completed_at, assessment.closed_at) if each
    ]
    assessment.initiated_at = min([started, timezone.now(), *ends])
    assessment.due_on = add_working_days(on, settings.EARLY_HELP["ASSESSMENT_WORKING_DAYS"])
    assessment.nudged_step = 0


def plain(value: Any) -> str:
    """A fact as a correction keeps it: a text, or a date in ISO 8601."""
    return value.isoformat() if isinstance(value, dt.date) else str(value)
