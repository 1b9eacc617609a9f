"""What somebody without an account sees behind their link: times, and nothing about anybody.

A link works until its last time is over. The secret is taken out of the address into a cookie of its own; an account,
whoever's it is, counts for nothing here (earlyhelp.access.guest_door).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from allauth.core.internal import ratelimit
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from cases.guests import as_secret, cookie_name, fingerprint, keep_cookie
from cases.invite_file import Entry, entry_file
from cases.models import MeetingStatus
from cases.scheduling import actions
from cases.scheduling.forms import ComeForm, WhenForm
from earlyhelp.access import guest_door

COOKIE = "invited"
LASTS = 60 * 60  # seconds that a browser keeps the secret; the link in the e-mail opens it again
# A secret has 256 random bits. What is counted are tries from one address with secrets that are none.
WRONG = "30/5m/ip"


@dataclass(frozen=True)
class Invited:
    """What a link is to."""

    invitation_id: UUID
    meeting_id: UUID
    status: str
    starts_at: datetime
    ends_at: datetime
    sequence: int
    answer: str
    has_place: bool
    has_call: bool

    @property
    def place(self) -> str:
        """What kind of place it is: where, they are told by whoever invited them."""
        kinds = [
            words for is_so, words in ((self.has_place, "in person"), (self.has_call, "on a call")) if is_so
        ]
        return " or ".join(kinds) or "not decided yet"


@guest_door
@require_safe
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """Take the secret out of the address. Nothing is used up: mail scanners open links too."""
    response = redirect("invited")
    keep_cookie(response, COOKIE, as_secret(token), max_age=LASTS)
    return response


@guest_door
@never_cache
def invited(request: HttpRequest) -> HttpResponse:
    """Say when one can come while the time is being found; afterwards when it is, and whether one will come."""
    secret = request.COOKIES.get(cookie_name(COOKIE), "")
    found = _invited_by(request, secret)
    if found is None:
        return _over(request)
    if found.status == MeetingStatus.PROPOSED:
        return _when(request, secret, found)
    form = ComeForm(request.POST or None, initial={"answer": found.answer})
    is_done = False
    if request.method == "POST" and form.is_valid():
        answer = form.cleaned_data["answer"]
        is_done = actions.answer_meeting_by_link(secret=secret, answer=answer)
        if not is_done:
            return _over(request)
    context = {"form": form, "found": found, "is_done": is_done, "roomy": True}
    return render(request, "cases/scheduling/invited.html", context)


def _when(request: HttpRequest, secret: str, found: Invited) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute(
            "select time_id, starts_at, ends_at, answer from app.times_by_link(%s)", [fingerprint(secret)]
        )
        rows = cursor.fetchall()
    if not rows:
        return _over(request)
    form = WhenForm(request.POST or None, times=rows)
    is_done = False
    if request.method == "POST" and form.is_valid():
        is_done = bool(actions.answer_times_by_link(secret=secret, answers=form.answers))
        if not is_done:
            return _over(request)
    context = {"form": form, "found": found, "is_done": is_done, "roomy": True}
    return render(request, "cases/scheduling/invited_when.html", context)


@guest_door
@never_cache
@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """The meeting as a file for one's own calendar: when, and nothing else."""
    found = _invited_by(request, request.COOKIES.get(cookie_name(COOKIE), ""))
    if found is None or found.status != MeetingStatus.PLANNED:
        return _over(request)
    entry = Entry(found.meeting_id, found.starts_at, found.ends_at, found.sequence)
    response = HttpResponse(entry_file(entry, "PUBLISH"), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="meeting.ics"'
    return response


def _invited_by(request: HttpRequest, secret: str) -> Invited | None:
    """What the link is to; None for one that is none or has ended, and for whoever tries too many."""
    if _has_tried_too_often(request, is_new_try=False):
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "select invitation_id, meeting_id, status, starts_at, ends_at, sequence, answer, has_place, has_call"
            " from app.invited_by_link(%s)",
            [fingerprint(secret)],
        )
        row = cursor.fetchone()
    if row is None:
        if secret:
            _has_tried_too_often(request, is_new_try=True)
        return None
    return Invited(*row)


def _has_tried_too_often(request: HttpRequest, *, is_new_try: bool) -> bool:
    try:
        counted = ratelimit.consume(
            request,
            app="cases.scheduling",
            action="wrong_link",
            config={"wrong_link": WRONG},
            limit_get=True,
            dry_run=not is_new_try,
        )
    except RedisError:
        return False  # what is behind a link is guarded by its secret; the count is a second lock
    return not counted


def _over(request: HttpRequest) -> HttpResponse:
    """The one answer to everything that is not, or no longer, a link to a meeting."""
    return render(request, "cases/scheduling/over.html", {"roomy": True}, status=410)
