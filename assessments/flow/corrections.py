"""Putting an answer right after the assessment was signed off: what it was, what it is, who, when and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from assessments.actions.answers import category_of, lock_page, note_needs, note_scores
from assessments.answers import Outcome, Sent, Stamp, digest, is_blank, merge
from assessments.models import (
    Assessment,
    AssessmentStatus,
    Correction,
    CorrectionKind,
    Section,
    SectionStatus,
)
from assessments.rules import check_can_answer_for, open_categories, takes_answers
from assessments.spec import Kind, Opens, Part, Source
from cases.actions.notes import write_event
from cases.models import Case, CaseNote, LevelOfNeed, NoteKind, Person
from cases.rules import NotAllowed, answered
from earlyhelp.access import Actor
from earlyhelp.audit import record_change
from hubs.querysets import in_force

ALREADY_SO = "Nothing was changed. Change the answer, or go back."
MEANWHILE = "Somebody put this answer right meanwhile. Look at what stands there now."


def check_can_correct(actor: Actor, assessment: Assessment) -> None:
    """Persons who may put answers right once an assessment is signed off:

    - those who may sign it off (assessments.rules.check_can_answer_for): its assessor, the lead professional,
      a lead of the assessor's agency, staff of the case's hub;
    - once the case is closed, its hub alone;
    - nobody while it can still be changed as a draft, or after it was withdrawn.
    """
    check_can_answer_for(actor, assessment)
    if assessment.status == AssessmentStatus.WITHDRAWN:
        raise NotAllowed("This assessment was withdrawn, so nothing in it is put right any more.")
    if not assessment.is_signed_off:
        raise NotAllowed("This assessment is not signed off. Open the part and change the answer there.")


def check_part_is_closed(assessment: Assessment, part: Part) -> None:
    """When the answers of a part are put right instead of changed: once nobody can write there any more."""
    if part.source is not Source.ANSWERS:
        raise NotAllowed("This part is kept elsewhere on the family's record.")
    if takes_answers(assessment, part):
        raise NotAllowed("This part can still be changed. Open it and change the answer there.")
    if part.opens is Opens.COMPLETED and assessment.completed_at is None:
        raise NotAllowed("This part opens when the assessment is complete.")


can_correct = answered(check_can_correct)
is_closed = answered(check_part_is_closed)


def check_reason(reason: str) -> str:
    """The reason, without blanks at its ends. Raises ValidationError without one."""
    if not reason.strip():
        raise ValidationError(
            "Say why this is put right. Whoever reads the answer reads the reason.", code="no_reason"
        )
    return reason.strip()


def lock_for_correction(assessment: Assessment) -> Assessment:
    """The assessment, locked until the transaction ends: corrections of one assessment wait for each other."""
    return (
        Assessment.objects.select_for_update(of=("self",))
        .select_related("case__family", "case__hub", "case__level", "form_version", "assessor__user")
        .get(pk=assessment.pk)
    )


@transaction.atomic
def correct_answers(
    *,
    assessment: Assessment,
    part: Part,
    person: Person | None,
    round: int = 1,
    sent: Mapping[str, Sent],
    reason: str,
    by: Actor,
) -> list[Correction]:
    """Put answers of one page right, each with what it was. Numbers, needs and the level of need follow.

    Args:
        sent: the boxes as they should be, each with what the writer was shown, as save_answers takes them.
        reason: why; read by whoever reads the answer.

    All or nothing. Raises NotAllowed, or ValidationError without a reason or a change, when somebody was quicker,
    or when an answer that sign-off needs would be empty.
    """
    reason = check_reason(reason)
    assessment = lock_for_correction(assessment)
    check_can_correct(by, assessment)
    check_part_is_closed(assessment, part)
    category = category_of(part)
    agency = None if category in open_categories(assessment.case) else by.agency
    section = lock_page(assessment, part, person, agency, category, round, by)
    before, marks = deepcopy(section.answers), deepcopy(section.marks)
    changed = _changed(section, sent)
    _check_minimum(assessment, part, changed)
    now = timezone.now()
    outcome = merge(section.page, changed, _stamp(by, now))
    if set(outcome.written) != set(changed):
        raise ValidationError(MEANWHILE, code="meanwhile")
    _store(section, by, now)
    made = [
        Correction.objects.create(
            assessment=assessment,
            case=assessment.case,
            category=category,
            agency=agency,
            kind=CorrectionKind.ANSWER,
            part=part.key,
            round=round,
            person=person,
            box=box,
            was=before.get(box),
            now=section.answers.get(box),
            reason=reason,
            corrected_by=by.membership,
            corrected_at=now,
        )
        for box in outcome.written
    ]
    _follow(assessment, section, part, outcome, before, marks, by)
    record_change(
        by,
        "Corrected an answer of an assessment",
        case=assessment.case,
        obj=section,
        assessment=assessment.reference,
        part=part.key,
        boxes=sorted(outcome.written),
    )
    write_event(
        case=assessment.case,
        title=f"An answer in assessment {assessment.reference} was put right",
        category=category,
        about=person,
        by=by,
    )
    return made


def _changed(section: Section, sent: Mapping[str, Sent]) -> dict[str, Sent]:
    """The boxes that are to be different, each settling whatever versions of it were kept. Raises ValidationError."""
    found = {}
    for box, item in sent.items():
        if digest(item.value) == digest(section.answers.get(box)) and not section.differing.get(box):
            continue
        if digest(item.value) == item.base and not section.differing.get(box):
            raise ValidationError(MEANWHILE, code="meanwhile")
        settles = box in section.differing and item.base == digest(section.answers.get(box))
        seen = section.page.versions_digest(box) if settles else ""
        found[box] = Sent(value=item.value, base=item.base, settle=settles, seen=seen)
    if not found:
        raise ValidationError(ALREADY_SO, code="same")
    return found


def _check_minimum(assessment: Assessment, part: Part, changed: Mapping[str, Sent]) -> None:
    needed = {question.key for question in assessment.form.minimum_of(part)}
    if any(is_blank(item.value) and box.partition("__")[0] in needed for box, item in changed.items()):
        raise ValidationError(
            "This answer was needed to sign off, so it cannot be left empty.", code="needed"
        )


def _stamp(by: Actor, now: dt.datetime) -> Stamp:
    """Corrections have no open page of their own that could go on writing."""
    return Stamp(membership=by.membership.pk, name=by.name, writer="", at=now.isoformat(timespec="seconds"))


def _store(section: Section, by: Actor, now: dt.datetime) -> None:
    """Who finished the page, and when, stays as it is: the correction says who put what right."""
    if section.version == 0:
        section.status, section.saved_at, section.saved_by = SectionStatus.COMPLETED, now, by.membership
    section.version += 1
    section.save(update_fields=["answers", "marks", "differing", "version", "status", "saved_at", "saved_by"])


def _follow(
    assessment: Assessment,
    section: Section,
    part: Part,
    outcome: Outcome,
    before: Mapping[str, Any],
    marks: Mapping[str, Any],
    by: Actor,
) -> None:
    """What is counted and shown elsewhere follows the answer: numbers of that day, needs, level, own words."""
    for box in outcome.written:
        day = day_written(assessment, marks.get(box))
        note_scores(section, part, Outcome(written=[box]), day)
    note_needs(section, part, outcome)
    for question in part.questions:
        if question.key not in outcome.written:
            continue
        value = section.answers.get(question.key)
        if question.kind is Kind.LEVEL:
            _follow_level(assessment, before.get(question.key), value)
        if question.voice and isinstance(value, str) and section.person_id and assessment.is_signed_off:
            CaseNote.objects.create(
                case=assessment.case,
                kind=NoteKind.VOICE,
                about_id=section.person_id,
                title=f"Own words, assessment {assessment.reference}, as put right",
                body=value,
                category=category_of(part),
                happened_at=timezone.now(),
                author=by.membership,
                agency=by.agency,
            )


def day_written(assessment: Assessment, mark: Mapping[str, Any] | None) -> dt.date:
    """The day an answer was given, from its mark; else the day of the sign-off."""
    if mark and mark.get("at"):
        return timezone.localdate(dt.datetime.fromisoformat(mark["at"]))
    return timezone.localdate(assessment.signed_off_at or assessment.initiated_at)


def _follow_level(assessment: Assessment, was: Any, value: Any) -> None:
    """The case's level of need follows while it is still the one that this answer gave it."""
    now = assessment.case.level
    if now is not None and str(now.number) != str(was):
        return
    if isinstance(value, str) and value.isdecimal():
        level = LevelOfNeed.objects.filter(in_force(), number=int(value)).first()
        Case.objects.filter(pk=assessment.case_id).update(level=level, updated_at=timezone.now())
