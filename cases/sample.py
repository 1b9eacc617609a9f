"""The monthly sample as people see it: looks to answer for, and a month's progress."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.utils import timezone

from cases.models import AccessSample, LookAnswer
from cases.rules.sample import can_see_sample
from earlyhelp.access import Actor
from hubs.models import Agency, Membership


@dataclass
class Look:
    """One drawn look, as far as this person may know it: without `membership_id` and `reference`, only the day."""

    id: UUID
    month: dt.date
    answer_by: dt.date
    agency_id: int
    membership_id: int | None
    reference: str | None
    day: dt.date
    verb: str
    pages: int
    answer: str
    words: str
    answered_by_id: int | None
    answered_at: dt.datetime | None
    follow_up: str
    followed_up_by_id: int | None
    followed_up_at: dt.datetime | None
    part: str
    may_answer: bool
    is_own: bool
    agency: Agency | None = None
    who: Membership | None = None
    answered_by: Membership | None = None
    followed_up_by: Membership | None = None

    @property
    def is_overdue(self) -> bool:
        return not self.answer and timezone.localdate() > self.answer_by

    @property
    def answer_words(self) -> str:
        return str(LookAnswer(self.answer).label) if self.answer else ""

    @property
    def needs_follow_up(self) -> bool:
        return self.answer == LookAnswer.NOT_EXPLAINED and self.followed_up_at is None


@dataclass
class Line:
    """How far one agency has come with a month."""

    agency: Agency
    drawn: int
    answered: int
    not_explained: int
    overdue: int


def looks_waiting(actor: Actor) -> list[Look]:
    """Drawn looks that wait for an answer, of this person or of somebody beside them. None for most people, unasked."""
    if not can_see_sample(actor):
        return []
    return _looks(None)


def looks_of(month: dt.date) -> list[Look]:
    """All looks of a month's draw that this person may know of."""
    return _looks(month)


def _looks(month: dt.date | None) -> list[Look]:
    with connection.cursor() as cursor:
        cursor.execute("select * from app.sampled_looks(%s)", [month])
        found = [Look(*row) for row in cursor.fetchall()]
    if not found:
        return []
    ids = {pk for look in found for pk in (look.membership_id, look.answered_by_id, look.followed_up_by_id)}
    people = Membership.objects.with_people().in_bulk(list(ids - {None}))
    agencies = Agency.objects.in_bulk(list({look.agency_id for look in found}))
    for look in found:
        look.agency = agencies.get(look.agency_id)
        look.who = people.get(look.membership_id)
        look.answered_by = people.get(look.answered_by_id)
        look.followed_up_by = people.get(look.followed_up_by_id)
    return found


def lines_of(looks: list[Look]) -> list[Line]:
    """Progress by agency, in the order of their names."""
    lines: dict[int, Line] = {}
    for look in looks:
        line = lines.setdefault(look.agency_id, Line(look.agency, 0, 0, 0, 0))
        line.drawn += 1
        line.answered += bool(look.answer)
        line.not_explained += look.answer == LookAnswer.NOT_EXPLAINED
        line.overdue += look.is_overdue
    return sorted(lines.values(), key=lambda line: line.agency.name)


def sample_of(month: dt.date | None) -> AccessSample | None:
    """The draw of a month, or the newest one."""
    samples = AccessSample.objects.select_related("signed_off_by__user")
    return samples.filter(month=month).first() if month else samples.first()


def month_before(day: dt.date) -> dt.date:
    """The first day of the month before the one that `day` is in."""
    return (day.replace(day=1) - dt.timedelta(days=1)).replace(day=1)
