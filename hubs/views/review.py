"""The quarterly access review: a list of colleagues for each lead, and how far every agency has come."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from earlyhelp.access import NotAllowed, Permission, Role, access
from earlyhelp.audit import record_look
from earlyhelp.web.dates import day
from earlyhelp.web.tables import Table
from hubs.forms.review import ReviewForm
from hubs.models import ReviewedMembership
from hubs.review import (
    Progress,
    answer_review,
    board_of,
    can_review,
    current_review,
    finish_change,
    leads_by_agency,
    looks_after_all,
    may_end,
    with_families,
)


@access(Permission.MY_WORK)
def access_review(request: HttpRequest) -> HttpResponse:
    """Colleagues to confirm; for administrators and information governance leads every agency's progress."""
    board = board_of(request.actor)
    record_look(request.actor, "Opened the access review", level="account", people=len(board.mine))
    for line in board.mine:
        describe(line)
    context = {
        "board": board,
        "progress": _progress_table(board.progress) if board.progress else None,
        "nav": "review" if looks_after_all(request.actor) else "work",
    }
    return render(request, "hubs/review/review.html", context)


@access(Permission.MY_WORK)
def access_review_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm one colleague, ask for a change, or end their access. Others' colleagues do not exist."""
    line = ReviewedMembership.objects.filter(review=current_review(), pk=pk).with_people().first()
    if line is None or line.answer or not can_review(request.actor, line, leads_by_agency()):
        raise Http404
    form = ReviewForm(request.POST or None, may_end=may_end(request.actor, line))
    if request.method == "POST" and form.is_valid():
        try:
            answer_review(line=line, by=request.actor, **form.cleaned_data)
        except (NotAllowed, ValueError) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Saved.")
            return redirect("access-review")
    with_families([line])
    describe(line)
    return render(request, "hubs/review/answer.html", {"line": line, "form": form, "nav": "work"})


@access(Permission.ACCOUNTS_MANAGE)
@require_POST
def access_review_done(request: HttpRequest, pk: int) -> HttpResponse:
    """A change that a lead asked for has been made."""
    line = ReviewedMembership.objects.to_change().filter(pk=pk).with_people().first()
    if line is None:
        raise Http404
    finish_change(line=line, by=request.actor)
    messages.success(request, "Marked as done.")
    return redirect("access-review")


def describe(line: ReviewedMembership) -> None:
    """What the page says about a colleague: roles, when the account was last used, whether it sleeps."""
    user = line.membership.user
    line.role_words = [str(Role(code).label) for code in line.membership.roles if code in Role.values]
    line.last_used = day(user.last_seen_at) if user.last_seen_at else "Never"
    line.is_asleep = user.is_asleep


def _progress_table(progress: list[Progress]) -> Table:
    rows = [
        [
            line.agency.name,
            line.people,
            line.people - line.unreviewed,
            format_html("<strong>{}</strong>", line.unreviewed) if line.unreviewed else "None",
        ]
        for line in progress
    ]
    return Table("By agency", ["Agency", "People", "Reviewed", "Not reviewed"], rows, numeric=(1, 2, 3))
