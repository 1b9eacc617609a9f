"""Signing off, completing, withdrawing and closing an assessment."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from assessments.actions.answers import category_of
from assessments.models import Assessment, AssessmentStatus
from assessments.pages import missing_for, read
from assessments.plan import has_started_action
from assessments.quality import countersign
from assessments.rules import check_can_answer_for
from assessments.states import can_move, is_complete, move
from cases.actions.notes import write_event
from cases.models import Case, CaseNote, NoteKind
from earlyhelp.access import Actor
from earlyhelp.audit import record_change
from hubs.models import Agency


@transaction.atomic
def sign_off(*, assessment: Assessment, by: Actor) -> Assessment:
    """Sign off what was found. With a started action in the plan the assessment is complete; else it becomes
    so then.

    Raises NotAllowed, or ValidationError naming what the minimum set still needs.
    """
    assessment = _locked(assessment)
    check_can_answer_for(by, assessment)
    if not can_move(assessment, "complete") or assessment.is_signed_off:
        raise ValidationError("This assessment is already signed off.", code="signed_off")
    missing = missing_for(assessment, by)
    if missing:
        raise ValidationError(
            "Before you can sign off, answer: " + "; ".join(item.label for item in missing), code="missing"
        )
    assessment.signed_off_at, assessment.signed_off_by = timezone.now(), by.membership
    assessment.save(update_fields=["signed_off_at", "signed_off_by"])
    record_change(by, "Signed off an assessment", case=assessment.case, obj=assessment)
    write_event(case=assessment.case, title=f"Assessment {assessment.reference} signed off", by=by)
    _note_voices(assessment, by)
    countersign.ask(assessment, by)
    return _complete(assessment, by)


@transaction.atomic
def take_back_sign_off(*, assessment: Assessment, reason: str, by: Actor) -> Assessment:
    """Take a sign-off back to correct something, as long as the assessment is not complete.

    Raises NotAllowed, or ValidationError when there is nothing to take back or no reason.
    """
    assessment = _locked(assessment)
    check_can_answer_for(by, assessment)
    if not assessment.is_signed_off or not can_move(assessment, "complete"):
        raise ValidationError(
            "Only a sign-off that is not complete yet can be taken back.", code="not_signed_off"
        )
    if not reason.strip():
        raise ValidationError("Say what must be corrected.", code="no_reason")
    countersign.forget(assessment)
    assessment.signed_off_at = assessment.signed_off_by = None
    assessment.save(update_fields=["signed_off_at", "signed_off_by"])
    record_change(by, "Took a sign-off back", case=assessment.case, obj=assessment)
    write_event(
        case=assessment.case,
        title=f"Sign-off of assessment {assessment.reference} taken back",
        body=reason.strip(),
        by=by,
    )
    return assessment


@transaction.atomic
def complete_if_ready(*, case: Case, by: Actor) -> list[Assessment]:
    """Complete the assessments of a case that are signed off, if its plan has a started action.

    Called after a sign-off and after an action of the plan starts; safe to call again. Returns those
    completed now.
    """
    waiting = Assessment.objects.select_for_update(of=("self",)).select_related("case", "form_version")
    return [
        done
        for assessment in waiting.filter(case=case).awaiting_action()
        if (done := _complete(assessment, by)).completed_at is not None
    ]


@transaction.atomic
def withdraw(*, assessment: Assessment, reason: str, by: Actor) -> Assessment:
    """Stop an assessment before it is complete, with a reason the family may read.

    Raises NotAllowed, or ValidationError when it is complete or ended, or no reason is given.
    """
    assessment = _locked(assessment)
    check_can_answer_for(by, assessment)
    if not reason.strip():
        raise ValidationError("Say why this assessment is withdrawn.", code="no_reason")
    move(assessment, "withdraw")
    assessment.withdrawn_at, assessment.withdrawn_reason = timezone.now(), reason.strip()
    assessment.withdrawn_by = by.membership
    assessment.save(update_fields=["status", "withdrawn_at", "withdrawn_reason", "withdrawn_by"])
    record_change(by, "Withdrew an assessment", case=assessment.case, obj=assessment)
    write_event(
        case=assessment.case, title=f"Assessment {assessment.reference} withdrawn", body=reason.strip(), by=by
    )
    return assessment


@transaction.atomic
def close_assessments(*, case: Case, by: Actor) -> list[Assessment]:
    """Close the assessments of a case that ends. The caller has checked that the case may close.

    Safe to call again. Returns those closed now.
    """
    closed = []
    for assessment in Assessment.objects.select_for_update(of=("self",)).filter(case=case):
        if can_move(assessment, "close"):
            move(assessment, "close")
            assessment.closed_at = timezone.now()
            assessment.save(update_fields=["status", "closed_at"])
            record_change(by, "Closed an assessment", case=case, obj=assessment)
            closed.append(assessment)
    return closed


def _note_voices(assessment: Assessment, by: Actor) -> None:
    """Put each child's own words on the timeline; words that stand there already are not repeated."""
    book = read(assessment, by)
    for part in book.form.parts:
        for question in part.questions:
            if not question.voice:
                continue
            for page in book.of_part(part):
                words = page.answers.get(question.key)
                if not isinstance(words, str) or not words or page.subject is None or page.latest is None:
                    continue
                about = {"case": assessment.case, "kind": NoteKind.VOICE, "about_id": page.subject.id}
                if not CaseNote.objects.filter(**about, body=words).exists():
                    CaseNote.objects.create(
                        **about,
                        title=f"Own words, assessment {assessment.reference}",
                        body=words,
                        category=category_of(part),
                        happened_at=page.latest.saved_at,
                        author=by.membership,
                        agency=by.agency,
                    )


def follow_lead(*, case: Case, agency: Agency) -> int:
    """Another agency leads the case: assessments that have not ended are counted under it. Returns how many.

    Part of the change of lead, which has checked its rule and recorded its event.
    """
    going_on = [AssessmentStatus.INITIATED, AssessmentStatus.COMPLETED]
    return Assessment.objects.filter(case=case, status__in=going_on).update(lead_agency=agency)


def _locked(assessment: Assessment) -> Assessment:
    return (
        Assessment.objects.select_for_update(of=("self",))
        .select_related("case__family", "case__hub", "form_version", "assessor__user")
        .get(pk=assessment.pk)
    )


def _complete(assessment: Assessment, by: Actor) -> Assessment:
    started = has_started_action(assessment.case)
    signed = assessment.is_signed_off and not assessment.awaits_countersign
    if is_complete(signed_off=signed, action_started=started) and can_move(assessment, "complete"):
        move(assessment, "complete")
        assessment.completed_at = timezone.now()
        assessment.save(update_fields=["status", "completed_at"])
        record_change(by, "Completed an assessment", case=assessment.case, obj=assessment)
        write_event(case=assessment.case, title=f"Assessment {assessment.reference} complete", by=by)
    return assessment
