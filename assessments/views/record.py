"""The assessments of a family, and the task list of one."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse

from assessments.addresses import part_url
from assessments.clocks import stages_of
from assessments.family.whole import read_whole
from assessments.flow import corrections, hand_on, withdrawal
from assessments.flow.ageing import age_of
from assessments.flow.task_list import record_counts, resume_of, task_groups, writers
from assessments.models import Assessment
from assessments.pages import read
from assessments.rules import can_answer_for, can_help_again, can_register, can_write_in_case
from assessments.views.common import get_assessment_for
from cases.models import Case
from cases.rereferral import is_rereferral
from cases.views.common import get_case_for, render_record
from earlyhelp.access import Permission, access

__all__ = ["assessments", "part_url", "task_list"]


@access(Permission.CASE_READ)
def assessments(request: HttpRequest, reference: str) -> HttpResponse:
    """Every assessment of one family, newest first, and a way to start another."""
    case = get_case_for(request, reference, "assessments")
    found = list(Assessment.objects.filter(case=case).with_record_data())
    for each in found:
        each.age = age_of(each)
    context = {
        "assessments": found,
        "may_start": can_register(request.actor) and case.is_open,
        **_after(request, case),
        "has_open": any(each.is_open and each.completed_at is None for each in found),
    }
    return render_record(request, "assessments/assessments.html", case, "assessments", context)


def _after(request: HttpRequest, case: Case) -> dict[str, Any]:
    """What comes after a closed case: a newer one, or helping the family again. And whether this one came soon."""
    found = {"newer": None, "may_help_again": False, "is_rereferral": is_rereferral(case)}
    if not case.is_open:
        newest = Case.objects.granted_to(request.actor).latest_of(case.family_id)
        found["newer"] = newest if newest.pk != case.pk else None
        found["may_help_again"] = newest.pk == case.pk and can_help_again(request.actor, case)
    return found


@access(Permission.CASE_READ)
def task_list(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The parts of an assessment: what is done, by whom, what still blocks signing off."""
    assessment = get_assessment_for(request, pk, verb="Opened an assessment")
    book = read(assessment, request.actor, in_words=False)
    missing = book.missing()
    done, total = book.finished()
    context = {
        "assessment": assessment,
        "groups": task_groups(book, missing_count=len(missing), counts=record_counts(assessment.case)),
        "missing": [(item.label, part_url(assessment, item.part, item.subject)) for item in missing],
        "done": done,
        "total": total,
        "writers": writers(book),
        "whole": read_whole(book),
        "saved": max((page.latest.saved_at for page in book.pages.values() if page.latest), default=None),
        "age": age_of(assessment),
        "resume": resume_of(book, request.actor)
        if can_write_in_case(request.actor, assessment.case)
        else None,
        "may_answer_for": can_answer_for(request.actor, assessment),
        "may_hand_on": hand_on.can_ask(request.actor, assessment),
        "may_correct": corrections.can_correct(request.actor, assessment),
        "may_restore": withdrawal.can_restore(request.actor, assessment),
        "stages": stages_of(book),
        "earlier": Assessment.objects.filter(case__family=assessment.case.family_id)
        .filter(initiated_at__lt=assessment.initiated_at)
        .first(),
    }
    return render_record(request, "assessments/task_list.html", assessment.case, "assessments", context)
