"""What about teams waits for somebody in My work: one query for everybody who does casework, none for others."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from django.urls import reverse
from django.utils import timezone

from cases import waiting
from cases.waiting import Waiting
from earlyhelp.access import Actor, Permission
from earlyhelp.web.dates import day, moment

# Read as the person themself: what their policies do not show is not in it.
_SQL = """
select 'join' as kind, j.id::text, c.reference, j.decide_by as due, j.is_urgent, j.decide_by < now() as late
  from cases_joinrequest j join cases_case c on c.id = j.case_id
 where j.status = 'waiting' and (c.hub_id = any (%(hubs)s) or exists (
   select from cases_leadprofessional l where l.case_id = j.case_id and l.until_at is null
      and (l.membership_id = %(me)s or exists (
        select from cases_teammember t where t.case_id = j.case_id and t.membership_id = %(me)s
           and t.place = 'cover' and t.covers_for_id = l.membership_id
           and %(today)s between t.starts_on and t.ends_on))))
union all
select 'cover', v.id::text, '', v.starts_on, false, v.starts_on < %(today)s
  from cases_cover v where v.by_id = %(me)s and v.status = 'waiting' and v.ends_on >= %(today)s
union all
select 'read', l.id::text, c.reference, l.read_by, false, l.read_by < %(today)s
  from cases_leadprofessional l join cases_case c on c.id = l.case_id and c.status <> 'closed'
 where l.membership_id = %(me)s and l.until_at is null and l.read_by is not null and l.read_at is null
union all
select 'answered', r.id::text, coalesce(r.reference, ''), r.decided_at, r.status = 'accepted', false
  from app.my_join_requests() r where r.decided_at > now() - interval '14 days' and r.status in ('accepted', 'declined')
order by 5 desc, 4
"""


def team_waiting(actor: Actor) -> list[Waiting]:
    """Requests to join that this person decides on, cover they were asked for, hand-overs to read, answers to them."""
    if not actor.may(Permission.CASE_WRITE):
        return []
    with connection.cursor() as cursor:
        facts = {"me": actor.membership.pk, "hubs": list(actor.hub_ids), "today": timezone.localdate()}
        cursor.execute(_SQL, facts)
        return list(_lines(cursor.fetchall()))


def _lines(rows) -> Iterator[Waiting]:
    for kind, pk, reference, due, is_marked, late in rows:
        on = timezone.localdate(due)
        if kind == "join":
            words = f"Decide by {moment(due)}" if is_marked else f"Decide by {day(on)}"
            what = f"{'Urgent: somebody' if is_marked else 'Somebody'} asks to join the team, {reference}"
            yield Waiting(what, reverse("join-decide", args=[reference, pk]), words, on, late)
        elif kind == "cover":
            words = f"From {day(on)}"
            yield Waiting(
                "Answer whether you cover for a lead", reverse("cover-one", args=[pk]), words, on, late
            )
        elif kind == "read":
            what = f"Read the plan and hand-over note, and say so, {reference}"
            yield Waiting(what, reverse("record-lead", args=[reference]), f"By {day(on)}", on, late)
        else:
            words = "You are on the team" if is_marked else "You were not added"
            yield Waiting("Your request to join a team was answered", reverse("join-mine"), words, on)


def listen() -> None:
    """Have My work ask here. Safe to call twice."""
    if team_waiting not in waiting.listeners:
        waiting.listeners.append(team_waiting)
