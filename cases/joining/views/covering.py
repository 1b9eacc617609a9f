"""Cover for a lead who is away: arranging it, answering, ending it."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from cases.actions.lead import workload_of
from cases.joining import covering
from cases.joining.forms import AnswerCoverForm, CoverForm
from cases.joining.rules import (
    can_take_back_cover,
    check_can_answer_cover,
    check_can_arrange_cover,
    may_end_cover,
)
from cases.log import ids_of
from cases.models import Cover, CoverStatus
from cases.views.attempts import attempt
from earlyhelp.access import Permission, access
from earlyhelp.audit import record_look
from hubs.models import Membership


def _covers():
    return Cover.objects.select_related(
        "away__user", "away__agency", "by__user", "by__agency", "asked_by__user"
    )


@access(Permission.CASE_WRITE)
def cover(request: HttpRequest) -> HttpResponse:
    """Cover that I asked for and that I give, and asking somebody to cover for me."""
    return _page(request, request.actor.membership)


@access(Permission.CASE_WRITE)
def cover_for(request: HttpRequest, pk: int) -> HttpResponse:
    """The same for a colleague who is ill: a lead of their agency asks."""
    away = get_object_or_404(Membership.objects.with_people(), pk=pk)
    check_can_arrange_cover(request.actor, away)
    return _page(request, away)


def _page(request: HttpRequest, away: Membership) -> HttpResponse:
    people = covering.who_could_cover(away)
    form = CoverForm(
        request.POST or None,
        memberships=people,
        workload=workload_of(people),
        holidays=covering.holidays_ahead(),
    )
    left_out = []
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        done, made = attempt(
            form,
            covering.ask_for_cover,
            away=away,
            other=data["other"],
            spans=form.spans,
            why="School holidays" if form.is_of_holidays else "",
            note=data["note"],
            by=request.actor,
        )
        if done:
            messages.success(request, "Request sent. Cover begins when they have accepted it.")
            return redirect("cover-one", made[0].pk)
    me = request.actor.membership.pk
    shown = (
        _covers().filter(Q(away=away) | Q(asked_by=me, away=away) | Q(by=away)).order_by("-starts_on", "pk")
    )
    covers = list(shown[:40])
    for each in covers:
        each.may_end = may_end_cover(request.actor, each)
        each.may_take_back = each.status == CoverStatus.WAITING and can_take_back_cover(request.actor, each)
    record_look(request.actor, "Opened cover", level="results", membership=away.pk)
    context = {
        "away": away,
        "is_me": away.pk == me,
        "form": form,
        "left_out": left_out,
        "given": [each for each in covers if each.by_id == away.pk],
        "taken": [each for each in covers if each.away_id == away.pk],
        "today": timezone.localdate(),
        "nav": "work",
    }
    return render(request, "cases/joining/cover.html", context)


@access(Permission.CASE_WRITE)
def cover_one(request: HttpRequest, pk) -> HttpResponse:
    """One cover: whoever was asked answers; whoever is away reads for which families it holds, and for which not."""
    found = get_object_or_404(_covers(), pk=pk)
    actor = request.actor
    is_mine_to_answer = found.by_id == actor.membership.pk and found.status == CoverStatus.WAITING
    if actor.membership.pk not in (found.away_id, found.by_id, found.asked_by_id) and not may_end_cover(
        actor, found
    ):
        raise Http404
    form = AnswerCoverForm(request.POST or None) if is_mine_to_answer else None
    if request.method == "POST":
        check_can_answer_cover(actor, found)
        if form is None:
            messages.info(request, f"This was answered: {found.get_status_display().lower()}.")
            return redirect("cover-one", found.pk)
        if form.is_valid():
            if form.cleaned_data["answer"] == "accept":
                done, placed = attempt(form, covering.accept_cover, cover=found, by=actor)
                words = (
                    f"You cover {'one family' if placed == 1 else f'{placed} families'} between these days."
                )
            else:
                reason = form.cleaned_data["reason"]
                done, _ = attempt(form, covering.decline_cover, cover=found, reason=reason, by=actor)
                words = "Your answer was sent back."
            if done:
                messages.success(request, words)
                return redirect("cover-one", found.pk)
    families = covering.families_to_cover(found.away, found.by, actor)
    shown = [*families.to_cover, *(case for case, _why in families.left_out)]
    record_look(
        actor, "Opened a cover", level="results", cases=ids_of(case.pk for case in shown), cover=str(found.pk)
    )
    context = {
        "cover": found,
        "form": form,
        "families": families,
        "may_end": may_end_cover(actor, found),
        "may_take_back": found.status == CoverStatus.WAITING and can_take_back_cover(actor, found),
        "load": workload_of([found.away])[found.away_id],
        "nav": "work",
    }
    return render(request, "cases/joining/cover_one.html", context)


@access(Permission.CASE_WRITE)
@require_POST
def cover_take_back(request: HttpRequest, pk) -> HttpResponse:
    """Take a request for cover back before it is answered."""
    covering.take_back_cover(cover=get_object_or_404(_covers(), pk=pk), by=request.actor)
    messages.success(request, "Request taken back.")
    return redirect("cover")


@access(Permission.CASE_WRITE)
@require_POST
def cover_end(request: HttpRequest, pk) -> HttpResponse:
    """End cover before its last day."""
    ended = covering.end_cover(cover=get_object_or_404(_covers(), pk=pk), by=request.actor)
    messages.success(request, f"Cover has ended for {'one family' if ended == 1 else f'{ended} families'}.")
    return redirect("cover")
