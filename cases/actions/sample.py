"""The monthly sample: drawing it, answering for a look, following up, signing the month off."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from cases.models import AccessSample, Case, SampledLook
from cases.rules import NotAllowed
from cases.rules.sample import check_can_see_sample, check_can_sign_off_sample
from earlyhelp.access import Actor
from earlyhelp.audit import record_change
from earlyhelp.outbox import notify
from earlyhelp.web.workdays import add_working_days
from hubs.models import Membership


@transaction.atomic
def draw_sample(month: dt.date, per_agency: int | None = None) -> int:
    """Draw the looks of a month that is over and tell those who answer. Safe to run twice: a month is drawn once.

    Args:
        month: its first day.
        per_agency: looks of each agency's people; the partnership's setting SAMPLE_LOOKS when left out.

    Returns how many were drawn, 0 when the month was drawn before. Raises ValueError for a month that is not over.
    """
    today = timezone.localdate()
    if month.day != 1 or (month + dt.timedelta(days=31)).replace(day=1) > today:
        raise ValueError("A sample is drawn of a month that is over.")
    answer_by = add_working_days(today, settings.EARLY_HELP["SAMPLE_WORKING_DAYS"])
    with connection.cursor() as cursor:
        wanted = per_agency or settings.EARLY_HELP["SAMPLE_LOOKS"]
        cursor.execute("select app.draw_sample(%s, %s, %s)", [month, wanted, answer_by])
        drawn = cursor.fetchone()[0]
        cursor.execute("select membership_id, looks from app.sample_told(%s)", [month] if drawn else [None])
        told = dict(cursor.fetchall())
    if drawn:
        record_change(None, "Drew the monthly sample", obj=AccessSample.objects.get(month=month), drawn=drawn)
    for member in Membership.objects.filter(pk__in=told):
        notify(
            "looks-to-answer",
            to=member,
            key=f"looks-to-answer:{month}",
            link=reverse("look-sample"),
            count=told[member.pk],
        )
    return drawn


def draw_again(month: dt.date) -> tuple[int, int]:
    """Work a month's draw out again from its seed: (looks drawn then, how many of them come again).

    Raises ValueError when the month was never drawn.
    """
    with connection.cursor() as cursor:
        cursor.execute("select drawn, same from app.draw_sample_again(%s)", [month])
        found = cursor.fetchone()
    if found is None:
        raise ValueError("This month was not drawn.")
    return found


@transaction.atomic
def answer_look(*, look: UUID, answer: str, words: str, by: Actor) -> None:
    """Answer for one look of somebody else.

    Args:
        answer: a code of LookAnswer.
        words: how it belongs to their work, or what was tried to find out.

    Raises ValueError without words, cases.rules.NotAllowed when it is not theirs to answer or was answered already.
    """
    check_can_see_sample(by)
    if not words.strip():
        raise ValueError("Say how you know.")
    case = _call("select app.answer_sampled(%s, %s, %s)", str(look), answer, words.strip())
    if case is None:
        raise NotAllowed("Somebody has answered for this look already, or it is not yours to answer for.")
    record_change(
        by, "Answered for a colleague's look", case=Case(pk=case), obj=SampledLook(pk=look), answer=answer
    )


@transaction.atomic
def follow_up(*, look: UUID, words: str, by: Actor) -> None:
    """Say what was done about a look that nobody could explain. Raises ValueError without words, or NotAllowed."""
    check_can_sign_off_sample(by)
    if not words.strip():
        raise ValueError("Say what you did.")
    case = _call("select app.follow_up_sampled(%s, %s)", str(look), words.strip())
    if case is None:
        raise NotAllowed("This look was followed up already, or it is your own.")
    record_change(by, "Followed up a look", case=Case(pk=case), obj=SampledLook(pk=look))


@transaction.atomic
def sign_off(*, month: dt.date, note: str = "", by: Actor) -> None:
    """Sign a month off. Raises cases.rules.NotAllowed while a look waits, or when one of them is the person's own."""
    check_can_sign_off_sample(by)
    if not _call("select app.sign_off_sample(%s, %s)", month, note.strip()):
        raise NotAllowed(
            "The month is not ready. Every look must be answered for and followed up, and none may be your own."
        )
    record_change(by, "Signed the monthly sample off", obj=AccessSample.objects.get(month=month))


def _call(sql: str, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()[0]
