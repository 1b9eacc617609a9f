"""A manager reads what was signed off, and countersigns it or sends it back with what to change.

Whether a manager is asked is said by the form, or by the partnership for all forms. Until then the assessment is not
complete, whatever its plan does.
"""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from assessments.models import Assessment, CountersignDecision
from assessments.models.quality import Decided
from assessments.quality.rules import check_can_countersign
from assessments.quality.states import move_countersign
from cases.actions.notes import write_event
from earlyhelp.access import Actor
from earlyhelp.audit import record_change
from earlyhelp.outbox import notify
from hubs.models import Membership

FIELDS = ["countersigning", "countersigned_at", "countersigned_by"]


def is_wanted(assessment: Assessment) -> bool:
    """Whether a manager signs after the author of this assessment."""
    return assessment.form.countersigned or settings.EARLY_HELP["COUNTERSIGN"]


def ask(assessment: Assessment, by: Actor) -> None:
    """Part of signing off: wait for a manager, if one is wanted, and tell those who may answer."""
    if not is_wanted(assessment):
        return
    move_countersign(assessment, "ask")
    assessment.save(update_fields=FIELDS)
    record_change(by, "Sent an assessment to be countersigned", case=assessment.case, obj=assessment)
    with connection.cursor() as cursor:
        cursor.execute("select app.countersign_told(%s)", [assessment.pk])
        told = [pk for (pk,) in cursor.fetchall()]
    for member in Membership.objects.filter(pk__in=told):
        notify(
            "assessment-to-countersign",
            to=member,
            key=f"to-countersign:{assessment.pk}:{assessment.signed_off_at:%Y-%m-%dT%H:%M:%S.%f}",
            link=reverse("assessment-countersign", args=[assessment.pk]),
        )


def forget(assessment: Assessment) -> None:
    """Part of taking a sign-off back: nobody is asked any more, and a countersign goes with the sign-off."""
    if assessment.countersigning:
        move_countersign(assessment, "take_back")
        assessment.countersigned_at = assessment.countersigned_by = None
        assessment.save(update_fields=FIELDS)


@transaction.atomic
def countersign(*, assessment: Assessment, by: Actor) -> Assessment:
    """Countersign. With a started action in the plan the assessment is complete.

    Raises NotAllowed, or ValidationError when it does not wait (any more): of two at once one wins.
    """
    from assessments.actions.status import complete_if_ready

    assessment = _waiting(assessment, "agree", by)
    decision = _decide(assessment, Decided.AGREED, "", by)
    move_countersign(assessment, "agree")
    assessment.countersigned_at, assessment.countersigned_by = decision.decided_at, by.membership
    assessment.save(update_fields=FIELDS)
    record_change(by, "Countersigned an assessment", case=assessment.case, obj=assessment)
    write_event(case=assessment.case, title=f"Assessment {assessment.reference} countersigned", by=by)
    complete_if_ready(case=assessment.case, by=by)
    assessment.refresh_from_db()
    return assessment


@transaction.atomic
def send_back(*, assessment: Assessment, words: str, by: Actor) -> Assessment:
    """Send it back with what to change: the sign-off is gone, and answers can be changed again.

    Raises NotAllowed, or ValidationError without words or when it does not wait (any more).
    """
    if not words.strip():
        raise ValidationError("Say what must be changed.", code="no_words")
    assessment = _waiting(assessment, "send_back", by)
    signer = assessment.signed_off_by
    decision = _decide(assessment, Decided.SENT_BACK, words.strip(), by)
    move_countersign(assessment, "send_back")
    assessment.signed_off_at = assessment.signed_off_by = None
    assessment.save(update_fields=[*FIELDS, "signed_off_at", "signed_off_by"])
    record_change(by, "Sent an assessment back", case=assessment.case, obj=assessment)
    write_event(
        case=assessment.case, title=f"Assessment {assessment.reference} sent back to be changed", by=by
    )
    for member in {each.pk: each for each in (signer, assessment.assessor) if each}.values():
        notify(
            "assessment-sent-back",
            to=member,
            key=f"sent-back:{decision.pk}",
            link=reverse("assessment-check", args=[assessment.pk]),
        )
    return assessment


def last_sent_back(assessment: Assessment) -> CountersignDecision | None:
    """What a manager asked to change, while it stands open; none for those who may not read it."""
    if assessment.countersigning != "sent_back":
        return None
    found = assessment.countersign_decisions.filter(decision=Decided.SENT_BACK)
    return found.select_related("decided_by__user").first()


def _waiting(assessment: Assessment, event: str, by: Actor) -> Assessment:
    """The assessment, locked, if it waits and this person may answer."""
    locked = (
        Assessment.objects.select_for_update(of=("self",))
        .select_related(
            "case__family", "case__hub", "form_version", "assessor__user", "assessor__agency", "signed_off_by"
        )
        .get(pk=assessment.pk)
    )
    if not locked.awaits_countersign:
        move_countersign(locked, event)  # says why not
        raise ValidationError("This assessment has ended.", code="illegal_transition")
    check_can_countersign(by, locked)
    return locked


def _decide(assessment: Assessment, decision: str, words: str, by: Actor) -> CountersignDecision:
    if assessment.signed_off_by is None:
        raise ValidationError("Nobody has signed this assessment off here.", code="illegal_transition")
    return CountersignDecision.objects.create(
        assessment=assessment,
        case=assessment.case,
        asked=assessment.signed_off_by,
        decision=decision,
        words=words,
        decided_by=by.membership,
        decided_at=timezone.now(),
    )
