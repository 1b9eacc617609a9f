"""Which events of a record's history were done while covering for its lead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.utils import timezone

from cases.models import Case, TeamMember, TeamPlace
from earlyhelp.audit.models import Event


def with_cover(case: Case, events: Iterable[Event]) -> None:
    """Give each event `covered_for`: the name of whoever its doer covered for on that day, else "". One query.

    Read from the places themselves, so that no action can forget to say it. A place that was ended early still marks
    the day on which it ended.
    """
    events = list(events)
    places = TeamMember.objects.filter(case=case, place=TeamPlace.COVER).select_related("covers_for__user")
    by_member: dict[int, list[TeamMember]] = {}
    for place in places:
        by_member.setdefault(place.membership_id, []).append(place)
    for event in events:
        on = timezone.localdate(event.at)
        found = [each for each in by_member.get(event.membership_id, []) if _is_on(each, on)]
        event.covered_for = found[0].covers_for.user.full_name if found else ""


def _is_on(place: TeamMember, on: dt.date) -> bool:
    last = place.ends_on
    if last is not None and place.end_reason:
        last += dt.timedelta(days=1)
    return place.starts_on <= on and (last is None or on <= last)
