"""Handing a draft on, answering, and the list of what is still to finish."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from assessments.flow import hand_on as actions
from assessments.flow.ageing import age_of
from assessments.flow.forms import AnswerForm, GiveForm, HandOnForm
from assessments.flow.reading import drafts_in_sight
from assessments.models import Assessment, HandOver, HandOverStatus
from assessments.views.common import get_assessment_for, words_of
from cases.addresses import check_words_sent
from cases.log import ids_of
from cases.rules import NotAllowed
from cases.views.common import render_record
from earlyhelp.access import Permission, access
from earlyhelp.audit import record_look


@access(Permission.CASE_WRITE)
def to_finish(request: HttpRequest) -> HttpResponse:
    """Drafts of one's own and those one looks after, the oldest due date first, each with its age in words."""
    drafts = drafts_in_sight(request.actor)
    shown = ids_of(each.assessment.case_id for each in drafts)
    record_look(request.actor, "Saw assessments to finish", level="results", cases=shown)
    context = {
        "mine": [each for each in drafts if each.is_mine],
        "others": [each for each in drafts if each.may_give and not each.is_mine],
        "asked": [each for each in drafts if each.asked_of_me],
        "nav": "work",
    }
    return render(request, "assessments/flow/to_finish.html", context)


@access(Permission.CASE_READ)
def hand_on(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Who is assessor and who was; asking a colleague to go on with a draft, or giving it to somebody."""
    assessment = get_assessment_for(request, pk, verb="Opened handing an assessment on")
    may_ask = actions.can_ask(request.actor, assessment)
    may_give = actions.can_give(request.actor, assessment)
    people = actions.could_take_over(assessment) if may_ask or may_give else []
    is_giving = request.POST.get("what") == "give"
    ask = HandOnForm(request.POST if request.method == "POST" and not is_giving else None, people=people)
    give = GiveForm(request.POST if request.method == "POST" and is_giving else None, people=people)
    form = give if is_giving else ask
    if request.method == "POST":
        check_words_sent(assessment.case, request.POST)
    if request.method == "POST" and form.is_valid():
        action = actions.give if is_giving else actions.ask_to_take_over
        try:
            action(assessment=assessment, by=request.actor, **form.cleaned_data)
        except (ValidationError, NotAllowed) as refusal:
            form.add_error(None, words_of(refusal) if isinstance(refusal, ValidationError) else str(refusal))
        else:
            done = "The assessment is theirs now. They are told." if is_giving else "Request sent."
            messages.success(request, done)
            return redirect("assessment-hand-on", assessment.pk)
    requests = list(assessment.hand_overs.with_people())
    waiting = next((each for each in requests if each.status == HandOverStatus.WAITING), None)
    for each in requests:
        each.assessment = assessment
    context = {
        "assessment": assessment,
        "age": age_of(assessment),
        "terms": actions.assessors_of(assessment),
        "waiting": waiting,
        "is_for_me": waiting is not None and waiting.to_membership_id == request.actor.membership.pk,
        "may_take_back": waiting is not None and actions.can_take_back(request.actor, waiting),
        "answered": [each for each in requests if each.status == HandOverStatus.DECLINED],
        "ask": ask if may_ask and (waiting is None or waiting.is_given) else None,
        "give": give if may_give else None,
        "shown_form": form,
    }
    return render_record(request, "assessments/flow/hand_on.html", assessment.case, "assessments", context)


@access(Permission.CASE_WRITE)
def answer(request: HttpRequest, pk: uuid.UUID, request_pk: uuid.UUID) -> HttpResponse:
    """Read the hand-over note, then accept or decline; or confirm having what a manager gave."""
    assessment = get_assessment_for(request, pk, verb="Opened handing an assessment on")
    asked = _request(assessment, request_pk)
    if asked.status != HandOverStatus.WAITING:
        messages.info(request, f"This was answered: {asked.get_status_display().lower()}.")
        return redirect("assessment-hand-on", assessment.pk)
    actions.check_can_answer(request.actor, asked)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and (asked.is_given or form.is_valid()):
        accepts = asked.is_given or form.cleaned_data["answer"] == "accept"
        try:
            if accepts:
                actions.accept(hand_over=asked, by=request.actor)
            else:
                actions.decline(hand_over=asked, reason=form.cleaned_data["reason"], by=request.actor)
        except ValidationError as refusal:
            form.add_error(None, words_of(refusal))
        else:
            messages.success(
                request, "You are the assessor now." if accepts else "Your answer was sent back."
            )
            return redirect("assessment", assessment.pk) if accepts else redirect("my-work")
    context = {
        "assessment": assessment,
        "asked": asked,
        "age": age_of(assessment),
        "form": form,
    }
    return render_record(request, "assessments/flow/answer.html", assessment.case, "assessments", context)


@access(Permission.CASE_WRITE)
@require_POST
def take_back(request: HttpRequest, pk: uuid.UUID, request_pk: uuid.UUID) -> HttpResponse:
    """Take a request back before it is answered."""
    assessment = get_assessment_for(request, pk)
    actions.take_back(hand_over=_request(assessment, request_pk), by=request.actor)
    messages.success(request, "Request taken back.")
    return redirect("assessment-hand-on", assessment.pk)


def _request(assessment: Assessment, pk: uuid.UUID) -> HandOver:
    """One request of this assessment. Raises Http404."""
    found = assessment.hand_overs.with_people().filter(pk=pk).first()
    if found is None:
        raise Http404
    found.assessment, found.case = assessment, assessment.case
    return found
