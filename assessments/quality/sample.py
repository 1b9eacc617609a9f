"""The dip sample: drawn by the database, once a quarter for a hub or an agency, so that nobody picks their friends."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from assessments.models import QualityDraw
from earlyhelp.access import Actor, NotAllowed, Permission, Role
from earlyhelp.audit import record_change
from earlyhelp.web.dates import MONTHS
from hubs.models import Hub

QUARTERS_BACK = 4


@dataclass(frozen=True)
class Scope:
    """What a sample may be drawn of: one hub, or one agency. `code` stands in forms."""

    code: str
    name: str
    hub_id: int | None = None
    agency_id: int | None = None


def scopes_of(actor: Actor) -> list[Scope]:
    """Hubs that this person manages, and the agency that they lead."""
    found = []
    if actor.has_role(Role.HUB_MANAGER):
        hubs = Hub.objects.open().filter(pk__in=actor.hub_ids).order_by("name")
        found = [Scope(f"hub-{hub.pk}", hub.name, hub_id=hub.pk) for hub in hubs]
    if actor.has_role(Role.AGENCY_LEAD):
        found.append(Scope(f"agency-{actor.agency.pk}", actor.agency.name, agency_id=actor.agency.pk))
    return found


def quarters_over(today: dt.date | None = None) -> list[dt.date]:
    """First days of the quarters that may be drawn, the latest first. They are those of the board's report."""
    today = today or timezone.localdate()
    start = dt.date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    found = []
    for _ in range(QUARTERS_BACK):
        start = dt.date(start.year - (start.month == 1), (start.month - 4) % 12 + 1, 1)
        found.append(start)
    return found


def quarter_words(start: dt.date) -> str:
    """ "July to September 2026"."""
    return f"{MONTHS[start.month - 1]} to {MONTHS[start.month + 1]} {start.year}"


@transaction.atomic
def draw(*, quarter: dt.date, scope: Scope, number: int, each_agency: bool, by: Actor) -> QualityDraw:
    """Draw `number` assessments completed in a quarter that is over (`each_agency`: so many of each agency).

    The database makes the seed and leaves out what this person had a part in or may not see. Raises NotAllowed for a
    hub or an agency that is not theirs, ValidationError when it was drawn before or there is nothing to draw.
    """
    by.require(Permission.QUALITY_AUDIT)
    if scope not in scopes_of(by):
        raise NotAllowed("You draw samples of the hubs that you manage or the agency that you lead.")
    if quarter not in quarters_over():
        raise ValidationError("A sample is drawn of a quarter that is over.", code="not_over")
    values = [quarter, scope.hub_id, scope.agency_id, number, each_agency]
    with connection.cursor() as cursor:
        cursor.execute("select app.draw_quality(%s, %s, %s, %s, %s)", values)
        made = cursor.fetchone()[0]
    if made is None:
        drawn = QualityDraw.objects.filter(quarter=quarter, hub=scope.hub_id, agency=scope.agency_id)
        if drawn.exists():
            raise ValidationError("This quarter was drawn already. A sample is drawn once.", code="drawn")
        raise ValidationError(
            "There is nothing to draw: no assessment of that quarter that you may check.", code="nothing"
        )
    found = QualityDraw.objects.get(pk=made)
    record_change(by, "Drew a dip sample of assessments", obj=found, drawn=found.drawn)
    return found


def drawn_again(the_draw: UUID) -> tuple[int, int] | None:
    """Work a draw out again from its seed: (drawn then, how many come again). None to whoever may not know."""
    with connection.cursor() as cursor:
        cursor.execute("select drawn, same from app.draw_quality_again(%s)", [the_draw])
        return cursor.fetchone()
