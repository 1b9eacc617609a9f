"""One check of an assessment: grades with what was seen, feedback, the author's answer, and what follows from it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from assessments.models import QualityAudit, QualityFollowUp
from assessments.models.quality import DOES_NOT_APPLY, Grade
from assessments.quality.rubric import criteria_of
from assessments.quality.rules import (
    check_can_answer,
    check_can_check,
    check_can_finish,
    check_can_follow_up,
)
from assessments.quality.states import move_audit
from earlyhelp.access import Actor, NotAllowed, Permission
from earlyhelp.audit import record_change
from earlyhelp.outbox import notify
from hubs.models import Membership

Grades = Mapping[str, Mapping[str, str]]


@transaction.atomic
def save_check(
    *, audit: QualityAudit, grades: Grades, overall: str, done_well: str, to_improve: str, by: Actor
) -> QualityAudit:
    """Keep what was written so far; the author sees none of it. Raises NotAllowed, or ValidationError once shared.

    Args:
        grades: by the rubric's keys, {"grade": a code of Grade or "does_not_apply", "words": what was seen}.
        overall: a code of Grade, or nothing yet.
    """
    check_can_check(by, audit)
    audit = _locked(audit)
    move_audit(audit, "save")
    _write(audit, grades, overall, done_well, to_improve)
    audit.save(update_fields=["grades", "overall", "done_well", "to_improve"])
    record_change(by, "Wrote in a quality check", case=audit.case, obj=audit)
    return audit


@transaction.atomic
def share(
    *, audit: QualityAudit, grades: Grades, overall: str, done_well: str, to_improve: str, by: Actor
) -> QualityAudit:
    """Give the author the feedback. From then on it stays as it is.

    Raises NotAllowed; ValidationError once shared, or while a grade, what was seen or the overall grade is missing.
    """
    check_can_check(by, audit)
    audit = _locked(audit)
    move_audit(audit, "share")
    _write(audit, grades, overall, done_well, to_improve)
    lacking = what_is_lacking(audit)
    if lacking:
        raise ValidationError("Before you share it: " + "; ".join(lacking), code="lacking")
    audit.shared_at = timezone.now()
    audit.save(update_fields=["grades", "overall", "done_well", "to_improve", "status", "shared_at"])
    record_change(by, "Shared a quality check with the author", case=audit.case, obj=audit)
    notify(
        "assessment-feedback",
        to=audit.author,
        key=f"assessment-feedback:{audit.pk}",
        link=reverse("quality-check", args=[audit.pk]),
    )
    return audit


def what_is_lacking(audit: QualityAudit) -> list[str]:
    """What must still be written before the author can have it."""
    lacking = []
    for each in criteria_of(audit.rubric):
        given = audit.grades.get(each.key, {})
        if not given.get("grade"):
            lacking.append(f"grade “{each.title}”")
        elif not given.get("words"):
            lacking.append(f"say what you saw for “{each.title}”")
    if not audit.overall:
        lacking.append("give an overall grade")
    if not audit.done_well:
        lacking.append("say what was done well")
    return lacking


@transaction.atomic
def set_aside(*, audit: QualityAudit, reason: str, by: Actor) -> QualityAudit:
    """Say why an assessment that was drawn is not checked. Raises NotAllowed, or ValidationError without a reason."""
    check_can_check(by, audit)
    audit = _locked(audit)
    if not reason.strip():
        raise ValidationError("Say why it is not checked.", code="no_reason")
    move_audit(audit, "set_aside")
    audit.set_aside_reason = reason.strip()
    audit.save(update_fields=["status", "set_aside_reason"])
    record_change(by, "Set a quality check aside", case=audit.case, obj=audit)
    return audit


@transaction.atomic
def take_over(*, audit: QualityAudit, by: Actor) -> None:
    """Go on with a check that somebody else has not shared. Raises NotAllowed when it is not theirs to make."""
    by.require(Permission.QUALITY_AUDIT)
    if not _call("select app.take_over_quality(%s)", audit.pk):
        raise NotAllowed("This check is shared already, or you had a part in the assessment.")
    record_change(by, "Took a quality check over", case=audit.case, obj=audit)


@transaction.atomic
def check_again(*, audit: QualityAudit, by: Actor) -> QualityAudit:
    """Begin another check of the same assessment after feedback. It is not part of a random sample.

    Raises NotAllowed when it is being checked already, or is not theirs to check.
    """
    by.require(Permission.QUALITY_AUDIT)
    made = _call("select app.check_quality_again(%s)", audit.pk)
    if made is None:
        raise NotAllowed("This assessment is being checked already, or you had a part in it.")
    again = QualityAudit.objects.with_people().get(pk=made)
    record_change(by, "Began a quality check again", case=again.case, obj=again)
    return again


@transaction.atomic
def answer(*, audit: QualityAudit, words: str, by: Actor) -> QualityAudit:
    """The author has read the feedback, and says something to it if they wish. Raises NotAllowed or ValidationError."""
    check_can_answer(by, audit)
    audit = _locked(audit)
    move_audit(audit, "answer")
    audit.answer, audit.answered_at = words.strip(), timezone.now()
    audit.save(update_fields=["status", "answer", "answered_at"])
    record_change(by, "Answered feedback on an assessment", case=audit.case, obj=audit)
    return audit


def owners_of(audit: QualityAudit) -> list[Membership]:
    """Who may be asked to do something: the author, whoever checked, other leads of the author's agency."""
    leads = Membership.objects.live().for_agency(audit.agency_id).with_role("agency_lead").with_people()
    found = {
        each.pk: each for each in (audit.author, audit.auditor, *leads.order_by("user__last_name", "pk"))
    }
    return list(found.values())


@transaction.atomic
def add_follow_up(
    *, audit: QualityAudit, what: str, owner: Membership, due_on: dt.date, by: Actor
) -> QualityFollowUp:
    """Ask somebody to do something by a day. Raises NotAllowed; ValidationError for nothing, nobody or a past day."""
    check_can_follow_up(by, audit)
    if not what.strip():
        raise ValidationError("Say what is to be done.", code="no_words")
    if due_on < timezone.localdate():
        raise ValidationError("Choose today or a later day.", code="past")
    if owner.pk not in {each.pk for each in owners_of(audit)}:
        raise ValidationError("Choose somebody from the list.", code="owner")
    made = QualityFollowUp.objects.create(
        audit=audit, case=audit.case, what=what.strip(), owner=owner, due_on=due_on, made_by=by.membership
    )
    record_change(by, "Asked for something after a quality check", case=audit.case, obj=made)
    if owner.pk != by.membership.pk:
        notify(
            "quality-follow-up",
            to=owner,
            key=f"quality-follow-up:{made.pk}",
            link=reverse("quality-follow-up", args=[made.pk]),
        )
    return made


@transaction.atomic
def finish_follow_up(*, follow_up: QualityFollowUp, words: str, by: Actor) -> QualityFollowUp:
    """Say that something is done, and how. Raises NotAllowed, or ValidationError without words or when it was done."""
    check_can_finish(by, follow_up)
    locked = QualityFollowUp.objects.select_for_update(of=("self",)).get(pk=follow_up.pk)
    if locked.done_at is not None:
        raise ValidationError("This was done already.", code="done")
    if not words.strip():
        raise ValidationError("Say what was done.", code="no_words")
    locked.done_words, locked.done_by, locked.done_at = words.strip(), by.membership, timezone.now()
    locked.save(update_fields=["done_words", "done_by", "done_at"])
    record_change(by, "Did something after a quality check", case=locked.case, obj=locked)
    return locked


def _write(audit: QualityAudit, grades: Grades, overall: str, done_well: str, to_improve: str) -> None:
    known = {*Grade.values, DOES_NOT_APPLY, ""}
    audit.grades = {
        each.key: {"grade": given.get("grade", ""), "words": given.get("words", "").strip()}
        for each in criteria_of(audit.rubric)
        if (given := grades.get(each.key)) and given.get("grade", "") in known
    }
    audit.overall = overall if overall in Grade.values else ""
    audit.done_well, audit.to_improve = done_well.strip(), to_improve.strip()


def _locked(audit: QualityAudit) -> QualityAudit:
    """The check as it is now, for whoever may write in it. Raises NotAllowed when somebody took it over meanwhile."""
    found = QualityAudit.objects.select_for_update(of=("self",)).with_people().filter(pk=audit.pk).first()
    if found is None:
        raise NotAllowed("Somebody else has taken this check over.")
    return found


def _call(sql: str, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()[0]
