"""Writing down advice that was asked for, and what was done about it."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from cases.actions.lead import lock_case
from cases.actions.notes import write_event
from cases.models import Case, Consultation, ConsultationStatus
from cases.rules.case import check_can_write
from cases.states import check_can_become
from earlyhelp.access import Actor
from earlyhelp.audit import record_change
from hubs.models import Category


@transaction.atomic
def record_consultation(
    *,
    case: Case,
    asked: str,
    adviser: str,
    asked_at: dt.datetime,
    family_named: bool,
    question: str,
    advice: str,
    by: Actor,
) -> Consultation:
    """Write down a conversation with the helpline, a safeguarding lead or somebody else. It needs nobody's agreement.

    Args:
        asked: a code of Asked.
        adviser: name and role of who gave the advice.
        family_named: whether the family was named in it; asking in general terms is always possible.

    Raises cases.rules.NotAllowed, or ValueError for missing words or a time ahead.
    """
    check_can_write(by, case)
    if not (adviser.strip() and question.strip() and advice.strip()):
        raise ValueError("Say who was asked, what you asked and what they advised.")
    if asked_at > timezone.now():
        raise ValueError("The conversation cannot lie ahead.")
    consultation = Consultation.objects.create(
        case=case,
        agency=by.agency,
        asked=asked,
        adviser=adviser,
        asked_at=asked_at,
        family_named=family_named,
        question=question,
        advice=advice,
        recorded_by=by.membership,
    )
    record_change(by, "Recorded a consultation", case=case, obj=consultation, named=family_named)
    write_event(
        case=case, title="Advice was asked for and written down", category=Category.SAFEGUARDING, by=by
    )
    return consultation


@transaction.atomic
def decide_on_advice(*, consultation: Consultation, status: str, why: str = "", by: Actor) -> Consultation:
    """Say, once, whether the advice was followed, and why.

    Raises cases.rules.NotAllowed, or ValueError without a reason where it was not followed.
    """
    lock_case(consultation.case)
    consultation = Consultation.objects.select_related("case").get(pk=consultation.pk)
    check_can_write(by, consultation.case)
    check_can_become(consultation, status)
    if status != ConsultationStatus.FOLLOWED and not why.strip():
        raise ValueError("Say what you did instead, and why.")
    consultation.status, consultation.why = status, why
    consultation.decided_by, consultation.decided_at = by.membership, timezone.now()
    consultation.save(update_fields=["status", "why", "decided_by", "decided_at"])
    record_change(
        by, "Said what was done about advice", case=consultation.case, obj=consultation, status=status
    )
    return consultation
