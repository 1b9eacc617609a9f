"""Reminders about meetings: of one on the next working day, and to those who have not answered."""

from __future__ import annotations

import datetime as dt
import secrets
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from cases.guests import fingerprint
from cases.models import MeetingStatus
from earlyhelp.outbox import notify
from earlyhelp.web.dates import midnight
from earlyhelp.web.workdays import add_working_days
from hubs.models import Membership


@transaction.atomic
def remind_of_meetings() -> int:
    """Remind everybody asked to a meeting on the next working day, or on a day before it, who has not declined.

    Run daily, any number of times: each is told once for a meeting's day, so a day that is missed is made up for, and a
    meeting that is moved reminds again. EH_MEETING_REMINDER_WORKING_DAYS says how many working days ahead. Returns how
    many were told.
    """
    until = add_working_days(timezone.localdate(), settings.EARLY_HELP["MEETING_REMINDER_WORKING_DAYS"])
    with connection.cursor() as cursor:
        cursor.execute(
            "select invitation_id, meeting_id, membership_id, address, starts_at from app.meetings_to_remind(%s)",
            [until],
        )
        found = cursor.fetchall()
    members = Membership.objects.in_bulk({membership for _i, _m, membership, *_rest in found if membership})
    told = 0
    for invitation, meeting, membership, address, starts_at in found:
        key = f"meeting-reminder:{invitation}:{timezone.localdate(starts_at)}"
        told += _tell(
            "meeting-reminder",
            key,
            invitation,
            meeting,
            members.get(membership),
            address,
            starts_at + dt.timedelta(hours=12),
        )
    return told


@transaction.atomic
def remind_who_has_not_answered() -> int:
    """Remind once whoever was asked some working days ago and has not said whether, or when, they can come.

    EH_MEETING_ANSWER_WORKING_DAYS says how many. New times, or a meeting that is moved, ask anew. Returns how many were
    told.
    """
    days = settings.EARLY_HELP["MEETING_ANSWER_WORKING_DAYS"]
    asked_before = midnight(add_working_days(timezone.localdate(), -days) + dt.timedelta(days=1))
    with connection.cursor() as cursor:
        cursor.execute(
            "select invitation_id, meeting_id, membership_id, address, status, starts_at, until_at"
            "  from app.answers_missing(%s)",
            [asked_before],
        )
        found = cursor.fetchall()
    members = Membership.objects.in_bulk({membership for _i, _m, membership, *_rest in found if membership})
    told = 0
    for invitation, meeting, membership, address, status, starts_at, until_at in found:
        is_open = status == MeetingStatus.PROPOSED
        kind = "meeting-times-missing" if is_open else "meeting-answer-missing"
        mark = timezone.localdate(until_at if is_open else starts_at)
        key = f"{kind}:{invitation}:{mark}"
        told += _tell(kind, key, invitation, meeting, members.get(membership), address, until_at)
    return told


def _tell(
    kind: str,
    key: str,
    invitation: UUID,
    meeting: UUID,
    member: Membership | None,
    address: str | None,
    until: dt.datetime,
) -> bool:
    if member is not None:
        return notify(kind, to=member, key=key, link=reverse("meeting-go", args=[meeting])) is not None
    if not address:
        return False
    secret = secrets.token_urlsafe(32)
    written = notify(kind, to=address, key=key, link=reverse("invited-open", args=[secret]))
    if written is None:
        return False
    with connection.cursor() as cursor:
        cursor.execute("select app.renew_link(%s, %s, %s)", [invitation, fingerprint(secret), until])
    return True
