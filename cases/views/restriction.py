"""Restricting a record, changing who is named, looking at it again and lifting it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from cases.actions.restriction import answer_lift, ask_to_lift, keep_restriction, record_relation, restrict
from cases.forms.restriction import AnswerLiftForm, LiftForm, RelationForm, RestrictForm
from cases.protect import InForce, protection_of, restrictions_in_force
from cases.rules.restriction import can_restrict, check_can_restrict
from cases.views.attempts import attempt
from cases.views.common import get_case_for, render_record
from cases.views.sharing import back_to
from earlyhelp.access import Permission, access
from earlyhelp.audit import record_look


@access(Permission.CASE_READ)
def restriction(request: HttpRequest, reference: str) -> HttpResponse:
    """Whether the record is restricted and to whom; for those who may, the form that restricts it."""
    case = get_case_for(request, reference, "restriction")
    protection = protection_of(case)
    current = protection.restriction
    form = None
    if can_restrict(request.actor, case):
        initial = (
            {"reason": current.reason, "note": current.note, "named": [each.pk for each in protection.named]}
            if current
            else {"named": [request.actor.membership.pk]}
        )
        form = RestrictForm(request.POST or None, case=case, initial=initial)
    if request.method == "POST":
        check_can_restrict(request.actor, case)
        if form.is_valid():
            done, _ = attempt(form, restrict, case=case, by=request.actor, **form.cleaned_data)
            if done:
                messages.success(request, "Saved. Only the people named can see the record from now on.")
                return back_to(case, request)
    context = {"form": form, "protection": protection}
    return render_record(request, "cases/protect/restriction.html", case, "restriction", context)


@access(Permission.CASE_WRITE)
def relation_add(request: HttpRequest, reference: str) -> HttpResponse:
    """Record that a colleague is in this family, or is related to somebody in it."""
    case = get_case_for(request, reference, "restriction")
    check_can_restrict(request.actor, case)
    form = RelationForm(request.POST or None, case=case)
    if request.method == "POST" and form.is_valid():
        done, _ = attempt(
            form,
            record_relation,
            case=case,
            person=form.cleaned_data["person"],
            membership=form.membership,
            by=request.actor,
        )
        if done:
            messages.success(request, "Recorded. They cannot see the record from now on.")
            return redirect("record-restriction", case.reference)
    return render_record(request, "cases/protect/relation.html", case, "restriction", {"form": form})


def _looked_after(request: HttpRequest, pk) -> InForce:
    """A restriction that this person looks after; somebody else's does not exist."""
    found = next((each for each in restrictions_in_force(request.actor) if each.id == pk), None)
    if found is None:
        raise Http404
    record_look(request.actor, "Opened a restriction", level="section", restriction=str(pk))
    return found


@access(Permission.CASE_READ)
@require_POST
def restriction_keep(request: HttpRequest, pk) -> HttpResponse:
    """Looked at again, and kept until the next review."""
    found = _looked_after(request, pk)
    keep_restriction(restriction=found.id, by=request.actor)
    messages.success(request, "Kept. It is looked at again in 90 days at the latest.")
    return redirect("protection")


@access(Permission.CASE_READ, Permission.AGREEMENT_MANAGE)
def restriction_lift(request: HttpRequest, pk) -> HttpResponse:
    """Ask that a restriction be lifted; or, for another person, answer."""
    found = _looked_after(request, pk)
    asked_by_me = found.lift_asked_by and found.lift_asked_by.user_id == request.actor.user.pk
    if asked_by_me or (not found.lift_asked_at and not found.is_mine):
        form = None
    elif found.lift_asked_at:
        form = AnswerLiftForm(request.POST or None)
    else:
        form = LiftForm(request.POST or None)
    if request.method == "POST" and form is None:
        raise Http404
    if request.method == "POST" and form.is_valid():
        if found.lift_asked_at:
            is_agreed = form.cleaned_data["answer"] == "lift"
            done, _ = attempt(form, answer_lift, restriction=found.id, is_agreed=is_agreed, by=request.actor)
            words = "Lifted. The usual rules apply from now." if is_agreed else "Kept as it is."
        else:
            done, _ = attempt(
                form, ask_to_lift, restriction=found.id, why=form.cleaned_data["why"], by=request.actor
            )
            words = "Asked. Somebody else decides."
        if done:
            messages.success(request, words)
            return redirect("protection")
    return render(request, "cases/protect/lift.html", {"form": form, "found": found, "nav": "work"})
