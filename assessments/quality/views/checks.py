"""One check: grading, reading what is checked, feedback and the author's answer, what follows."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from assessments.models import QualityAudit, QualityFollowUp
from assessments.models.quality import AuditStatus
from assessments.pages import read
from assessments.quality import checks
from assessments.quality.forms import AnswerForm, CheckForm, DoneForm, FollowUpForm, SetAsideForm
from assessments.quality.rubric import COLOURS, graded
from assessments.quality.rules import (
    can_answer,
    can_check,
    can_finish,
    can_follow_up,
    check_can_check,
    check_can_follow_up,
)
from assessments.quality.views.common import get_audit_for, visible_audits
from assessments.views.common import get_assessment_for, words_of
from assessments.views.finish import in_words
from cases.log import ids_of
from cases.models import Case
from earlyhelp.access import NotAllowed, Permission, access
from earlyhelp.audit import record_look


@access(Permission.CASE_READ)
def check(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Grade an assessment, or read what was said of it: by the author, leads of the agency and the hub's managers."""
    audit = get_audit_for(request, pk, verb="Opened a quality check")
    if audit.status == AuditStatus.TO_DO and can_check(request.actor, audit):
        return _grade(request, audit)
    if request.method == "POST":
        messages.error(request, "This check is somebody else’s, or was shared already.")
        return redirect("quality-check", audit.pk)
    follow_ups = audit.follow_ups.select_related("owner__user", "done_by__user")
    context = _about(audit) | {
        "graded": graded(audit),
        "overall_colour": COLOURS.get(audit.overall, "grey"),
        "follow_ups": [(each, can_finish(request.actor, each)) for each in follow_ups],
        "answer_form": AnswerForm()
        if audit.status == AuditStatus.SHARED and can_answer(request.actor, audit)
        else None,
        "may_follow_up": can_follow_up(request.actor, audit),
        "may_take_over": audit.status == AuditStatus.TO_DO and request.actor.may(Permission.QUALITY_AUDIT),
        "may_check_again": audit.is_shared
        and request.actor.may(Permission.QUALITY_AUDIT)
        and not can_answer(request.actor, audit),
        "is_author": can_answer(request.actor, audit),
        "later": audit.later.order_by("drawn_at"),
    }
    return render(request, "assessments/quality/feedback.html", context)


def _grade(request: HttpRequest, audit: QualityAudit) -> HttpResponse:
    form = CheckForm(request.POST or None, audit=audit)
    if request.method == "POST" and form.is_valid():
        shares = request.POST.get("do") == "share"
        try:
            # What was written is kept even when sharing it is refused.
            checks.save_check(audit=audit, **form.written(), by=request.actor)
            if shares and form.require_all():
                checks.share(audit=audit, **form.written(), by=request.actor)
                messages.success(request, "Shared. The author has been told that there is feedback.")
                return redirect("quality-check", audit.pk)
        except ValidationError as error:
            form.add_error(None, words_of(error))
        if not form.errors:
            messages.success(request, "Saved. Only you see it until you share it.")
            return redirect("quality-check", audit.pk)
    context = _about(audit) | {"form": form, "roomy": True}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "assessments/quality/grade.html", context, status=status)


def _about(audit: QualityAudit) -> dict:
    return {"audit": audit, "assessment": audit.assessment, "case": audit.case, "nav": "quality"}


@access(Permission.QUALITY_AUDIT)
def reading(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The assessment as it is read for a check: the look is recorded as one for quality, not for the family's help."""
    audit = get_audit_for(request, pk)
    if audit.status != AuditStatus.TO_DO or not can_check(request.actor, audit):
        raise Http404
    assessment = get_assessment_for(
        request, audit.assessment_id, verb="Read an assessment for a quality check"
    )
    context = _about(audit) | {"assessment": assessment, "groups": in_words(read(assessment, request.actor))}
    return render(request, "assessments/quality/reading.html", context)


@access(Permission.QUALITY_AUDIT)
def set_aside(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Say why one that was drawn is not checked."""
    audit = get_audit_for(request, pk, verb="Opened setting a quality check aside")
    check_can_check(request.actor, audit)
    form = SetAsideForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            checks.set_aside(audit=audit, reason=form.cleaned_data["reason"], by=request.actor)
        except ValidationError as error:
            form.add_error(None, words_of(error))
        else:
            messages.success(request, "Set aside, with your reason.")
            return redirect("quality")
    context = _about(audit) | {
        "form": form,
        "heading": "Do not check this assessment",
        "button": "Set it aside",
    }
    return render(request, "assessments/quality/ask.html", context, status=422 if form.is_bound else 200)


@access(Permission.QUALITY_AUDIT)
@require_POST
def take_over(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Go on with a check of somebody who is away."""
    audit = get_audit_for(request, pk)
    try:
        checks.take_over(audit=audit, by=request.actor)
        messages.success(request, "The check is yours now.")
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    return redirect("quality-check", audit.pk)


@access(Permission.QUALITY_AUDIT)
@require_POST
def again(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Check the same assessment once more after feedback."""
    audit = get_audit_for(request, pk)
    try:
        made = checks.check_again(audit=audit, by=request.actor)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return redirect("quality-check", audit.pk)
    messages.success(request, "A new check has begun. The earlier one stays as it is.")
    return redirect("quality-check", made.pk)


@access(Permission.CASE_READ)
@require_POST
def answer(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The author has read the feedback and, if they wish, says something to it."""
    audit = get_audit_for(request, pk)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Your answer is too long. Use 4,000 characters or fewer.")
    else:
        try:
            checks.answer(audit=audit, words=form.cleaned_data["words"], by=request.actor)
            messages.success(request, "Saved. Whoever checked it sees your answer.")
        except ValidationError as error:
            messages.error(request, words_of(error))
    return redirect("quality-check", audit.pk)


@access(Permission.QUALITY_AUDIT)
def follow_up_add(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask the author, another lead or oneself to do something by a day."""
    audit = get_audit_for(request, pk, verb="Opened adding a follow-up")
    check_can_follow_up(request.actor, audit)
    form = FollowUpForm(request.POST or None, owners=checks.owners_of(audit))
    if request.method == "POST" and form.is_valid():
        try:
            checks.add_follow_up(audit=audit, **form.cleaned_data, by=request.actor)
        except ValidationError as error:
            form.add_error(None, words_of(error))
        else:
            messages.success(request, "Added. It stays open until it is done.")
            return redirect("quality-check", audit.pk)
    context = _about(audit) | {"form": form, "heading": "Something to do", "button": "Add it"}
    return render(request, "assessments/quality/ask.html", context, status=422 if form.is_bound else 200)


@access(Permission.CASE_READ)
def follow_up(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One thing to do after a check, until somebody says what was done."""
    visible = QualityFollowUp.objects.filter(case__in=Case.objects.granted_to(request.actor))
    # Not joined with the check: its owner may be somebody who may not read that.
    people = visible.select_related("owner__user", "made_by__user", "done_by__user", "case")
    each = people.filter(pk=pk).first()
    if each is None:
        raise Http404
    record_look(request.actor, "Opened a follow-up of a quality check", case=each.case, level="section")
    form = DoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            checks.finish_follow_up(follow_up=each, words=form.cleaned_data["words"], by=request.actor)
        except ValidationError as error:
            form.add_error(None, words_of(error))
        else:
            messages.success(request, "Saved. It is done.")
            return redirect("quality-follow-up", each.pk)
    context = {
        "follow_up": each,
        "form": form,
        "may_finish": each.done_at is None and can_finish(request.actor, each),
        "may_read_check": visible_audits(request.actor).filter(pk=each.audit_id).exists(),
        "nav": "work",
    }
    return render(
        request, "assessments/quality/follow_up.html", context, status=422 if form.is_bound else 200
    )


@access(Permission.CASE_WRITE)
def my_feedback(request: HttpRequest) -> HttpResponse:
    """Feedback on my assessments, the latest first."""
    visible = QualityAudit.objects.of_author(request.actor).with_people()
    found = list(visible.filter(case__in=Case.objects.granted_to(request.actor)).order_by("-shared_at")[:100])
    record_look(
        request.actor,
        "Opened feedback on their assessments",
        level="results",
        cases=ids_of(each.case_id for each in found),
    )
    audits = [(each, COLOURS.get(each.overall, "grey")) for each in found]
    return render(request, "assessments/quality/my_feedback.html", {"audits": audits, "nav": "work"})
