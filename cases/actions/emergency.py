"""Emergency access: one person, one record, some hours, to read. And its being checked by somebody else."""

from __future__ import annotations

import datetime as dt
import re

from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from cases.models import Case, EmergencyAccess
from cases.rules import NotAllowed
from cases.rules.emergency import check_can_break_glass
from earlyhelp.access import Actor
from earlyhelp.audit import record_change, record_look
from earlyhelp.audit.models import Event
from earlyhelp.outbox import notify
from hubs.models import Membership

ASKED = "Asked for emergency access"
OPENED = "Opened a record in an emergency"
CHECKED = "Checked an emergency access"
_REFERENCE = re.compile(r"[A-Z]{1,6}-\d{1,9}")


def tries_of(actor: Actor) -> int:
    """How often this person asked within the last hour."""
    since = timezone.now() - dt.timedelta(hours=1)
    return Event.objects.filter(membership_id=actor.membership.pk, verb=ASKED, at__gte=since).count()


@transaction.atomic
def break_glass(*, reference: str, harm: str, reason: str, by: Actor) -> Case | None:
    """Open one record to `by` for EMERGENCY_HOURS, to read. None when no record could be opened, whatever the cause.

    Args:
        reference: as typed.
        harm: a code of cases.forms.emergency.Harm.
        reason: what would happen without it.

    Both answers are recorded. The caller has had the person prove a second factor again. Raises cases.rules.NotAllowed
    or ValueError when there is no reason. Source: domain.md 6.5; trust.md P11.
    """
    check_can_break_glass(by, tries_of(by))
    if not reason.strip():
        raise ValueError("Say what you need to know and why it cannot wait.")
    reference = reference.strip().upper()
    hours = settings.EARLY_HELP["EMERGENCY_HOURS"]
    with connection.cursor() as cursor:
        cursor.execute(
            "select case_id, emergency_id from app.break_glass(%s, %s, %s)", [reference, reason, hours]
        )
        found = cursor.fetchone()
    # Somebody may type a name where a reference belongs: only what looks like one is kept.
    typed = reference if _REFERENCE.fullmatch(reference) else "not a reference"
    record_look(by, ASKED, level="search", reference=typed, harm=harm, opened=bool(found))
    if not found:
        return None
    case = Case(pk=found[0], reference=reference)
    record_change(by, OPENED, case=case, obj=EmergencyAccess(pk=found[1]), hours=hours, harm=harm)
    _tell_who_checks(found[1])
    return case


def _tell_who_checks(emergency: int) -> None:
    """Write at once to those who sign it off: a look that nobody hears of is no emergency access (trust.md P11)."""
    with connection.cursor() as cursor:
        cursor.execute("select app.who_checks_emergency(%s)", [emergency])
        ids = [pk for (pk,) in cursor.fetchall()]
    for membership in Membership.objects.filter(pk__in=ids):
        notify(
            "emergency-opened", to=membership, key=f"emergency-opened:{emergency}", link=reverse("protection")
        )


@transaction.atomic
def check_emergency(*, emergency: int, note: str, by: Actor) -> None:
    """Sign off an emergency access that somebody else used.

    Raises cases.rules.NotAllowed when it is not theirs to check or was checked already, ValueError without a note.
    """
    if not note.strip():
        raise ValueError("Say what you found.")
    with connection.cursor() as cursor:
        cursor.execute("select app.check_emergency(%s, %s)", [emergency, note])
        case = cursor.fetchone()[0]
    if case is None:
        raise NotAllowed("Somebody has checked this already, or it is not yours to check.")
    record_change(by, CHECKED, case=Case(pk=case), obj=EmergencyAccess(pk=emergency))
