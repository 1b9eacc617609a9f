"""Looks that somebody should ask about: one's own surname, many records in an hour, out of hours."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db import connection

from hubs.models import Membership


@dataclass
class Unusual:
    """One person on one day. `reference` where it is about one record; `looks`: pages, or records where it is not."""

    kind: str
    membership_id: int
    reference: str | None
    at: dt.datetime
    looks: int
    who: Membership | None = None


# Code -> what the page says. None of these is wrong in itself.
KINDS = {
    "own_surname": "Somebody in the record has the surname of the person who looked",
    "many": "Many records in an hour",
    "out_of_hours": "Looks outside working hours",
}


def unusual_looks(day: dt.date) -> list[tuple[str, list[Unusual]]]:
    """Heading and looks for each kind, of one day in England. Empty for whoever may not read the access log."""
    facts = settings.EARLY_HELP
    with connection.cursor() as cursor:
        cursor.execute(
            "select kind, membership_id, reference, at, looks from app.unusual_looks(%s, %s, %s, %s)",
            [day, facts["MANY_RECORDS_AN_HOUR"], facts["DAY_STARTS_HOUR"], facts["DAY_ENDS_HOUR"]],
        )
        found = [Unusual(*row) for row in cursor.fetchall()]
    people = Membership.objects.with_people().in_bulk(list({each.membership_id for each in found}))
    for each in found:
        each.who = people.get(each.membership_id)
    return [(words, [each for each in found if each.kind == kind]) for kind, words in KINDS.items()]
