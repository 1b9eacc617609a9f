"""Looks of the month before, drawn and partly answered; and the quarter's access review: for the pages that ask about them."""

from __future__ import annotations

import datetime as dt

from django.db import connection
from django.utils import timezone

from cases.actions.sample import answer_look, draw_sample
from cases.models import TeamMember
from cases.sample import looks_waiting, month_before
from earlyhelp.access.context import acting_as, as_system
from earlyhelp.audit.models import Event
from hubs.models import Membership
from hubs.review import answer_review, keep_review_going, waiting_for

LOOKS = 12


def ask_about_looks(people: dict[str, Membership]) -> None:
    """People of some teams looked last month; one answer is "not explained", the others wait. A review is open."""
    month = month_before(timezone.localdate())
    with as_system(), connection.cursor() as cursor:
        seats = TeamMember.objects.current().select_related("membership").order_by("case_id", "pk")[:LOOKS]
        for n, seat in enumerate(seats):
            who, at = seat.membership, dt.datetime.combine(month.replace(day=n + 1), dt.time(10), dt.UTC)
            event = Event.objects.create(
                verb="Opened a plan", level="section", case_id=seat.case_id, user_id=who.user_id, membership_id=who.pk,
                agency_id=who.agency_id, facts={"section": "plan"},
            )  # fmt: skip
            cursor.execute("update audit_event set at = %s where id = %s", [at, event.pk])
    draw_sample(month)
    keep_review_going()
    for member in people.values():
        with acting_as(member) as actor:
            waiting = [look for look in looks_waiting(actor) if look.may_answer]
            if len(waiting) > 1:
                words = "She does not remember, and nothing was written that day."
                answer_look(look=waiting[0].id, answer="not_explained", words=words, by=actor)
            colleagues = waiting_for(actor)
            if len(colleagues) > 1:
                answer_review(line=colleagues[0], answer="change", words="Now works for two hubs.", by=actor)
