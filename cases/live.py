"""What a live connection to a family's record may see: the same rule as the page's, asked in the same way."""

from __future__ import annotations

from django.db import connection
from django.db.models import Min
from django.utils import timezone

from cases.models import Case, EmergencyAccess
from earlyhelp.access import Actor
from earlyhelp.live.consumer import Sight
from hubs.models import Membership

# The parts of a record, as one would say where a colleague is.
PARTS = {
    "overview": "on the overview",
    "people": "on people",
    "timeline": "on the timeline",
    "assessments": "on assessments",
    "plan": "on the plan",
    "meetings": "on meetings",
    "documents": "on documents",
    "sharing": "on sharing",
    "history": "on the history",
    "steps": "on step up and step down",
}


def sight_of(actor: Actor, reference: str) -> Sight | None:
    """What `actor` sees of the record with this reference now; None when they see nothing of it, or it is not there."""
    case = Case.objects.granted_to(actor).filter(reference=reference).values_list("pk", flat=True).first()
    if case is None:
        return None
    ends = EmergencyAccess.objects.filter(
        case=case, membership=actor.membership, expires_at__gt=timezone.now()
    ).aggregate(first=Min("expires_at"))
    return Sight(about=f"case:{case}", until=ends["first"])


def lost_sight(connections: list) -> list:
    """Those of many connections whose people do not see their records any more, by the policy of the table itself."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select app.lost_sight(%s, %s, %s::uuid[])",
            [
                [each.user_id for each in connections],
                [each.membership_id for each in connections],
                [each.about.partition(":")[2] for each in connections],
            ],
        )
        return [connections[number - 1] for (number,) in cursor.fetchall()]


def people_here(memberships: dict[int, str]) -> list[dict[str, str]]:
    """Name, agency and place of those who have the record open, in order of their names.

    Args:
        memberships: ids, each with the part of the record it looks at.
    """
    found = Membership.objects.live().filter(pk__in=memberships).select_related("user", "agency")
    return sorted(
        (
            {
                "name": each.user.full_name,
                "agency": each.agency.name,
                "where": PARTS.get(memberships[each.pk], ""),
            }
            for each in found
        ),
        key=lambda person: (person["name"], person["agency"]),
    )
