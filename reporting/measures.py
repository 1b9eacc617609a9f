"""The SQL behind each count. It reads the de-identified `report_*` views only, as the role eh_report.

All counts of a quarter are one statement, so they are taken at one moment and agree with each other. Each part gives
rows of (hub id or NULL, group or NULL, number). `{due}` is a table of (from_on, due_on): the last day on which
something that began on from_on is still in time. Nothing that a person typed becomes part of the SQL.
"""

from __future__ import annotations

from reporting.indicators import COUNTS

_INITIATED = "a.initiated_on between %(starts_on)s and %(ends_on)s"
_COMPLETED = "a.completed_on between %(starts_on)s and %(ends_on)s"

ASSESSMENTS_INITIATED = """
select a.hub_id, a.agency_kind, count(*) from report_assessment a where {INITIATED} group by 1, 2
"""

ASSESSMENTS_COMPLETED = """
select a.hub_id, a.agency_kind, count(*) from report_assessment a where {COMPLETED} group by 1, 2
"""

# An assessment begun before the first day of {due} is late whenever it was completed, so it needs no row there.
COMPLETED_IN_TIME = """
select a.hub_id, null, count(*)
  from report_assessment a join {due} on due.from_on = a.initiated_on and a.completed_on <= due.due_on
 where {COMPLETED} group by 1
"""

# Who leads at the end of the last day. A case brought in from a register may have no lead in this system; the register
# named the agency.
OPEN_CASES = """
select c.hub_id, coalesce(l.agency_kind, c.register_lead_kind, 'none'), count(*)
  from report_case c
  left join report_lead l
    on l.case_ref = c.case_ref and l.from_on <= %(ends_on)s and (l.until_on is null or l.until_on > %(ends_on)s)
 where c.opened_on <= %(ends_on)s and (c.closed_on is null or c.closed_on > %(ends_on)s)
 group by 1, 2
"""

RE_REFERRALS = """
select a.hub_id, null, count(*)
  from report_assessment a
 where {INITIATED} and exists (
       select from report_case c
        where c.family_ref = a.family_ref and c.case_ref <> a.case_ref and c.closed_on <= a.initiated_on
          and c.closed_on > a.initiated_on - make_interval(months => %(rereferral_months)s))
 group by 1
"""

STEP_UPS = """
select s.hub_id, null, count(*) from report_step_up s where {SENT} group by 1
"""

STEP_UPS_DECIDED_IN_TIME = """
select null::int, null, count(*) from report_step_up s where {SENT} and s.is_decided_in_time
"""

STEP_DOWNS = """
select s.hub_id, null, count(*) from report_step_down s where {SENT} group by 1
"""

CASES_CLOSED = """
select null::int, c.closure_reason, count(*)
  from report_case c where c.closed_on between %(starts_on)s and %(ends_on)s group by 2
"""

NEEDS = """
select null::int, n.code, count(distinct n.assessment_ref)
  from report_assessment a join report_need n on n.assessment_ref = a.assessment_ref
 where {INITIATED} group by 2
"""

CONSENT = """
select null::int, c.answer, count(distinct c.person_ref)
  from report_consent c where c.answered_on between %(starts_on)s and %(ends_on)s group by 2
"""

# Of meetings that took place; people without a recorded attendance are not in the view.
MEETING_PLACES = """
select t.hub_id, t.agency_kind, count(*) from report_attendance t where {HELD} group by 1, 2
"""

MEETING_PLACES_TAKEN = """
select t.hub_id, t.agency_kind, count(*) from report_attendance t where {HELD} and t.status = 'attended' group by 1, 2
"""

MEDIAN_DAYS = """
select a.hub_id, percentile_cont(0.5) within group (order by a.completed_on - a.initiated_on)
  from report_assessment a where {COMPLETED}
 group by grouping sets ((a.hub_id), ())
"""

SQL_OF = {
    "assessments_initiated": ASSESSMENTS_INITIATED,
    "assessments_completed": ASSESSMENTS_COMPLETED,
    "completed_in_time": COMPLETED_IN_TIME,
    "open_cases": OPEN_CASES,
    "re_referrals": RE_REFERRALS,
    "step_ups": STEP_UPS,
    "step_ups_decided_in_time": STEP_UPS_DECIDED_IN_TIME,
    "step_downs": STEP_DOWNS,
    "cases_closed": CASES_CLOSED,
    "needs": NEEDS,
    "consent": CONSENT,
    "meeting_places": MEETING_PLACES,
    "meeting_places_taken": MEETING_PLACES_TAKEN,
}

_PART = "select '{code}', hub, part, n from ({sql}) as t(hub, part, n)"
_SENT = "s.sent_on between %(starts_on)s and %(ends_on)s and s.status <> 'withdrawn'"
_HELD = "t.held_on between %(starts_on)s and %(ends_on)s"
_DUE = "unnest(%(due_from)s::date[], %(due_on)s::date[]) as due(from_on, due_on)"


def all_counts() -> str:
    """One statement for all counts: rows of (code, hub id or NULL, group or NULL, number)."""
    parts = [
        _PART.replace("{code}", count.code).replace("{sql}", _whole(SQL_OF[count.code])) for count in COUNTS
    ]
    return " union all ".join(parts)


def medians() -> str:
    """The statement for the median days: rows of (hub id or NULL for all, days)."""
    return _whole(MEDIAN_DAYS)


def _whole(sql: str) -> str:
    """The statement with the pieces that several share in place."""
    pieces = {
        "{INITIATED}": _INITIATED,
        "{COMPLETED}": _COMPLETED,
        "{SENT}": _SENT,
        "{HELD}": _HELD,
        "{due}": _DUE,
    }
    for name, piece in pieces.items():
        sql = sql.replace(name, piece)
    return sql
