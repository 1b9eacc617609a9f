"""Reminders about protected records: who is told that a restriction's review is near, and that it is late."""

from __future__ import annotations

from django.db import connection, transaction
from django.urls import reverse

from earlyhelp.outbox import notify
from hubs.models import Membership

# Days before the review at which those who look after a restriction are reminded; the last one is the day itself.
DAYS_BEFORE = (14, 3, 0)


@transaction.atomic
def remind_of_restrictions() -> int:
    """Tell those who look after a restriction that its review is due (domain.md 6.5: every 90 days).

    Run daily, any number of times: each is told once for a review date and distance. Returns how many were new.
    """
    told = 0
    with connection.cursor() as cursor:
        cursor.execute(
            "select restriction_id, review_on, membership_id, review_on - app.today()"
            "  from app.restrictions_to_review(%s)",
            [max(DAYS_BEFORE)],
        )
        found = cursor.fetchall()
    members = Membership.objects.in_bulk({membership for _id, _on, membership, _days in found})
    for restriction, review_on, membership, left in found:
        days = min(step for step in DAYS_BEFORE if step >= left) if left > 0 else 0
        key = f"restriction-review:{restriction}:{review_on}:{days}"
        kind = "restriction-review" if left > 0 else "restriction-review-late"
        written = notify(kind, to=members[membership], key=key, link=reverse("protection"), days=max(left, 0))
        told += written is not None
    return told
