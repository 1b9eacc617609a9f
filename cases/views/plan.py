"""The plan of a family."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from cases.actions import plan as actions
from cases.actions.review import review_plan
from cases.addresses import mentions_protected_address
from cases.drift import alarms_of
from cases.family_copy import HOLDS_ADDRESS, plan_copy_for
from cases.forms.copy import CopyForm
from cases.forms.plan import ActionForm, EndOutcomeForm, NotDoneForm, OutcomeForm, ReviewForm, ScoreForm
from cases.models import Action, Outcome
from cases.plan import plan_of
from cases.reading_log import readers_of
from cases.rules.plan import can_change_plan, can_review_plan, check_can_change_plan, check_can_review_plan
from cases.views.attempts import attempt
from cases.views.common import get_case_for, render_record
from cases.views.papers_of_family import pdf, record_copy
from earlyhelp.access import Permission, access


@access(Permission.CASE_READ)
def plan(request: HttpRequest, reference: str) -> HttpResponse:
    """A card for each outcome with its actions inside, what is overdue, and what changed since the last review."""
    case = get_case_for(request, reference, "plan")
    context = {
        "plan": plan_of(case),
        "alarms": alarms_of(case),
        "may_change": can_change_plan(request.actor, case),
        "may_review": can_review_plan(request.actor, case),
        "today": timezone.localdate(),
        "review_days_late": (timezone.localdate() - case.next_review_on).days if case.next_review_on else 0,
        "me": request.actor.membership.pk,
    }
    return render_record(request, "cases/plan/plan.html", case, "plan", context)


@access(Permission.CASE_READ)
def family_copy(request: HttpRequest, reference: str) -> HttpResponse:
    """The plan in plain English for one person of the family: whose copy, then the PDF."""
    case = get_case_for(request, reference, "plan")
    form = CopyForm(request.GET if "person" in request.GET else None, people=readers_of(case))
    if form.is_bound and form.is_valid():
        copy = plan_copy_for(form.cleaned_data["person"], plan_of(case))
        if not mentions_protected_address(case, copy.texts):
            record_copy(request, case, "Made a family’s copy of the plan", form.cleaned_data["person"])
            return pdf(
                "cases/plan/copy_pdf.html",
                {"case": case, "copy": copy, "today": timezone.localdate()},
                f"plan-{case.reference}.pdf",
            )
        form.add_error(None, HOLDS_ADDRESS)
    context = {"form": form, "heading": "A copy of the plan for the family", "back": "record-plan"}
    return render_record(
        request, "cases/plan/copy.html", case, "plan", context, status=422 if form.errors else 200
    )


def _changing(request, reference):
    case = get_case_for(request, reference, "plan")
    check_can_change_plan(request.actor, case)
    return case


def _form_page(request, case, form, heading, button, **context):
    context |= {"form": form, "heading": heading, "button": button}
    return render_record(request, "cases/plan/form.html", case, "plan", context)


@access(Permission.CASE_WRITE)
def outcome_add(request: HttpRequest, reference: str) -> HttpResponse:
    """Add an outcome."""
    case = _changing(request, reference)
    form = OutcomeForm(request.POST or None, case=case)
    if request.method == "POST" and form.is_valid() and not form.advise():
        done, outcome = attempt(form, actions.add_outcome, case=case, by=request.actor, **form.facts())
        if done:
            messages.success(request, "Outcome added. Now add who will do what.")
            return redirect("plan-action-add", case.reference, outcome.pk)
    return _form_page(request, case, form, "Add an outcome", "Add outcome")


@access(Permission.CASE_WRITE)
def outcome_change(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """Put an outcome into other words, or change who may read it."""
    case = _changing(request, reference)
    outcome = get_object_or_404(Outcome, pk=pk, case=case)
    form = OutcomeForm(request.POST or None, case=case, outcome=outcome)
    if request.method == "POST" and form.is_valid() and not form.advise():
        done, _ = attempt(form, actions.change_outcome, outcome=outcome, by=request.actor, **form.facts())
        if done:
            messages.success(request, "Outcome changed.")
            return redirect("record-plan", case.reference)
    return _form_page(request, case, form, "Change an outcome", "Save outcome")


@access(Permission.CASE_WRITE)
def outcome_score(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """Score an outcome again."""
    case = _changing(request, reference)
    outcome = get_object_or_404(Outcome, pk=pk, case=case)
    form = ScoreForm(request.POST or None, case=case)
    if request.method == "POST" and form.is_valid():
        done, _ = attempt(form, actions.score_outcome, outcome=outcome, by=request.actor, **form.facts())
        if done:
            messages.success(request, "Score recorded.")
            return redirect("record-plan", case.reference)
    return _form_page(
        request, case, form, "Score an outcome", "Record score", about=outcome.what_will_be_different
    )


@access(Permission.CASE_WRITE)
def outcome_end(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """Say how an outcome ended."""
    case = _changing(request, reference)
    outcome = get_object_or_404(Outcome, pk=pk, case=case)
    form = EndOutcomeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done, _ = attempt(form, actions.end_outcome, outcome=outcome, by=request.actor, **form.cleaned_data)
        if done:
            messages.success(request, "Outcome ended.")
            return redirect("record-plan", case.reference)
    return _form_page(request, case, form, "End an outcome", "Save", about=outcome.what_will_be_different)


@access(Permission.CASE_WRITE)
@require_POST
def outcome_reopen(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """Take an outcome up again."""
    case = _changing(request, reference)
    actions.reopen_outcome(outcome=get_object_or_404(Outcome, pk=pk, case=case), by=request.actor)
    messages.success(request, "The outcome is open again.")
    return redirect("record-plan", case.reference)


@access(Permission.CASE_WRITE)
def action_add(request: HttpRequest, reference: str, pk=None) -> HttpResponse:
    """Add an action, to one outcome or to the plan as a whole."""
    case = _changing(request, reference)
    outcome = get_object_or_404(Outcome, pk=pk, case=case) if pk else None
    form = ActionForm(request.POST or None, case=case, choose_outcome=outcome is None)
    if request.method == "POST" and form.is_valid() and not form.advise():
        facts = form.cleaned_data | ({"outcome": outcome} if outcome else {})
        done, _ = attempt(form, actions.add_action, case=case, by=request.actor, **facts)
        if done:
            messages.success(request, "Action added to the plan.")
            return redirect("record-plan", case.reference)
    about = outcome.what_will_be_different if outcome else ""
    return _form_page(request, case, form, "Add an action", "Add action", about=about)


@access(Permission.CASE_WRITE)
def action_change(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """Change an open action."""
    case = _changing(request, reference)
    action = get_object_or_404(Action.objects.with_owners(), pk=pk, case=case)
    form = ActionForm(request.POST or None, case=case, action=action)
    if request.method == "POST" and form.is_valid() and not form.advise():
        done, _ = attempt(form, actions.change_action, action=action, by=request.actor, **form.cleaned_data)
        if done:
            messages.success(request, "Action changed.")
            return redirect("record-plan", case.reference)
    return _form_page(request, case, form, "Change an action", "Save action")


@access(Permission.CASE_WRITE)
@require_POST
def action_start(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """Say that work on an action has begun."""
    case = _changing(request, reference)
    actions.start_action(action=get_object_or_404(Action, pk=pk, case=case), by=request.actor)
    messages.success(request, "Action started.")
    return _back(request, case)


@access(Permission.CASE_WRITE)
@require_POST
def action_done(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """Say that an action is done."""
    case = _changing(request, reference)
    actions.finish_action(action=get_object_or_404(Action, pk=pk, case=case), by=request.actor)
    messages.success(request, "Action done.")
    return _back(request, case)


@access(Permission.CASE_WRITE)
def action_not_done(request: HttpRequest, reference: str, pk) -> HttpResponse:
    """Say why an action was not done, and whether it goes on."""
    case = _changing(request, reference)
    action = get_object_or_404(Action, pk=pk, case=case)
    form = NotDoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        facts = {"why_not": form.cleaned_data["why_not"], "carry_to": form.cleaned_data["carry_to"] or None}
        done, _ = attempt(form, actions.give_up_action, action=action, by=request.actor, **facts)
        if done:
            messages.success(request, "Recorded.")
            return redirect("record-plan", case.reference)
    return _form_page(request, case, form, "An action was not done", "Save", about=action.what)


@access(Permission.CASE_WRITE)
def review(request: HttpRequest, reference: str) -> HttpResponse:
    """Record a review of the plan."""
    case = get_case_for(request, reference, "plan")
    check_can_review_plan(request.actor, case)
    form = ReviewForm(request.POST or None, initial={"reviewed_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        done, _ = attempt(form, review_plan, case=case, by=request.actor, **form.cleaned_data)
        if done:
            messages.success(request, "Review recorded.")
            next_page = {"step_up": "record-steps", "close": "record-steps"}.get(
                form.cleaned_data["decision"]
            )
            return redirect(next_page or "record-plan", case.reference)
    context = {"form": form, "plan": plan_of(case), "alarms": alarms_of(case)}
    return render_record(request, "cases/plan/review.html", case, "plan", context)


def _back(request, case) -> HttpResponse:
    """To the meeting that the button was on, or to the plan."""
    meeting = request.POST.get("meeting", "")
    if meeting and case.meetings.filter(pk=meeting).exists():
        return redirect("meeting", case.reference, meeting)
    return redirect("record-plan", case.reference)
