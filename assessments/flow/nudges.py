"""Reminders of the night: drafts that are due, quick notes that go. They act for nobody and name nobody."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from assessments.flow.ageing import managers_are_told, reminder_step
from earlyhelp.outbox import notify
from earlyhelp.web.workdays import is_working_day
from hubs.models import Membership

# Days before a quick note goes at which its writer is told; the number of the step is the place in the list.
BEFORE_A_NOTE_GOES = (7, 1)


@transaction.atomic
def remind_of_drafts(today: dt.date | None = None) -> int:
    """Tell assessors that a draft is near its due date or late, and their managers and the hub when it is very late.

    Run each morning, any number of times: one message a person a day at most, none at weekends, and a day that was
    missed is made up for. An assessor who has left, or who does not see the family any more, is not told: their
    manager and the hub are, from the first reminder on. Returns how many messages are new.
    """
    today = today or timezone.localdate()
    if not is_working_day(today):
        return 0
    to_tell, steps = _who_is_told(today)
    members = Membership.objects.in_bulk(list({who for who, _kind in to_tell}))
    told, held_back = 0, set()
    for (who, kind), drafts in sorted(to_tell.items()):
        link = reverse("assessments-to-finish")
        # One key for both kinds: somebody who is told of their own drafts is not written to again that day.
        written = notify(kind, to=members[who], key=f"drafts:{today}", link=link, count=len(drafts))
        told += written is not None
        if written is None and kind == "draft-reminder":
            held_back |= drafts
    noted = {pk: step for pk, step in steps.items() if pk not in held_back}
    with connection.cursor() as cursor:
        cursor.execute(
            "select app.note_draft_nudges(%s::uuid[], %s::int[])", [list(noted), list(noted.values())]
        )
    return told


def _who_is_told(today: dt.date) -> tuple[dict[tuple[int, str], set], dict]:
    """Drafts by (membership, kind of message), and the step that each draft has come to."""
    near = today + dt.timedelta(days=3 * settings.EARLY_HELP["DRAFT_REMINDER_WORKING_DAYS"])
    to_tell: dict[tuple[int, str], set] = defaultdict(set)
    steps = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "select assessment_id, due_on, nudged_step, assessor_id, manager_ids from app.drafts_to_nudge(%s)",
            [near],
        )
        found = cursor.fetchall()
    for pk, due_on, had, assessor, managers in found:
        step = reminder_step(due_on, today)
        if step <= had:
            continue
        steps[pk] = step
        if assessor is not None:
            to_tell[assessor, "draft-reminder"].add(pk)
        if assessor is None or managers_are_told(step):
            for manager in managers:
                to_tell[manager, "drafts-late"].add(pk)
    return to_tell, steps


@transaction.atomic
def keep_quick_notes(today: dt.date | None = None) -> int:
    """Tell writers of quick notes that will go soon, and let go those whose day is over. Safe to run twice.

    Returns how many messages are new.
    """
    today = today or timezone.localdate()
    told = 0
    with connection.cursor() as cursor:
        cursor.execute("select app.forget_quick_notes(%s)", [settings.EARLY_HELP["QUICK_NOTE_DAYS"]])
        for step, days in enumerate(BEFORE_A_NOTE_GOES, 1):
            cursor.execute("select membership_id, notes from app.quick_notes_to_remind(%s, %s)", [days, step])
            for who, notes in cursor.fetchall():
                key = f"quick-notes:{today}:{days}"
                told += bool(
                    notify(
                        "quick-notes-going",
                        to=Membership.objects.get(pk=who),
                        key=key,
                        link=reverse("quick-notes"),
                        days=days,
                        count=notes,
                    )
                )
    return told
