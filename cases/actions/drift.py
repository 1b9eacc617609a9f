"""The drift alarm: answering it with a reason, and telling those who should look."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from cases.drift import limits
from cases.models import Case, DriftAnswer, DriftKind
from cases.rules.plan import check_can_review_plan
from earlyhelp.access import Actor
from earlyhelp.audit import record_change
from earlyhelp.outbox import notify
from hubs.models import Membership

# Hours after sign-off within which somebody may still be told that minutes can be read: the job may have been away.
TELL_MINUTES_HOURS = 48


@transaction.atomic
def answer_drift(*, case: Case, kind: str, reason: str, quiet_until: dt.date, by: Actor) -> DriftAnswer:
    """Say why a family's plan stands still. The alarm is quiet until the day named, and then looks again.

    Args:
        kind: a code of DriftKind.
        quiet_until: the last quiet day, at most DRIFT_QUIET_DAYS ahead.

    Raises cases.rules.NotAllowed, or ValueError without a reason or for a day that cannot be.
    """
    check_can_review_plan(by, case)
    today, most = timezone.localdate(), settings.EARLY_HELP["DRIFT_QUIET_DAYS"]
    if not reason.strip():
        raise ValueError("Say why nothing could happen.")
    if quiet_until <= today:
        raise ValueError("Enter a date after today.")
    if quiet_until > today + dt.timedelta(days=most):
        raise ValueError(f"Enter a date within {most} days. You can answer again when it comes.")
    answer = DriftAnswer.objects.create(
        case=case,
        kind=DriftKind(kind),
        reason=reason.strip(),
        quiet_until=quiet_until,
        agency=by.agency,
        answered_by=by.membership,
    )
    record_change(
        by, "Answered a drift alarm", case=case, obj=answer, kind=kind, quiet_until=quiet_until.isoformat()
    )
    return answer


@transaction.atomic
def tell_of_drift() -> int:
    """Tell leads and hubs of families that drift, and of plans whose review is overdue.

    Run each morning, any number of times: each person is told once of an alarm, and again only when it has become
    another one: after a contact, a further review without change, or the end of an answer's quiet. Returns how many
    messages are new.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select reference, case_id, kind, occurrence, membership_id from app.drift_to_tell(%s, %s, %s)",
            limits(),
        )
        found = cursor.fetchall()
    members = Membership.objects.in_bulk({row[-1] for row in found})
    told = 0
    for reference, case, kind, occurrence, member in found:
        written = notify(
            "review-overdue" if kind == "review" else f"drift-{kind}",
            to=members[member],
            key=f"drift:{case}:{occurrence}",
            link=reverse("record-plan", args=[reference]),
        )
        told += written is not None
    return told


@transaction.atomic
def tell_of_signed_minutes() -> int:
    """Tell professionals who were asked to a meeting that its signed minutes and the family's copy can be read.

    Run every few minutes, any number of times: each is told once. Returns how many messages are new.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select meeting_id, reference, membership_id from app.minutes_to_tell(%s)", [TELL_MINUTES_HOURS]
        )
        found = cursor.fetchall()
    members = Membership.objects.in_bulk({row[-1] for row in found})
    told = 0
    for meeting, reference, member in found:
        link = reverse("meeting", args=[reference, meeting])
        told += (
            notify("minutes-ready", to=members[member], key=f"minutes-ready:{meeting}", link=link) is not None
        )
    return told
