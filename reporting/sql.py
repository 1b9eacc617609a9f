"""De-identified rows: the only thing the figures are counted from.

A view here gives pseudonyms, districts, kinds of agency, dates and codes; never a name, a birth date, an address or
anything somebody wrote. It belongs to eh_system, so that it counts the whole county, and only eh_report may read it,
not the application as itself. Times become days in England.
"""

from __future__ import annotations

_PSEUDONYM = "hashtextextended({column}::text, (select value from app.report_secret))"
_DAY = "({column} at time zone 'Europe/London')::date"

ROWS = {
    "report_case": """
        select <ref c.id> as case_ref, <ref c.family_id> as family_ref, c.hub_id, c.status, c.opened_on, c.closed_on,
               nullif(c.closure_reason, '') as closure_reason,
               -- the agency that a register named as lead, for cases that came in with one
               (select g.kind from assessments_assessment a join hubs_agency g on g.id = a.lead_agency_id
                 where a.case_id = c.id order by a.initiated_at desc limit 1) as register_lead_kind
          from cases_case c
    """,
    "report_assessment": """
        select <ref a.id> as assessment_ref, <ref a.case_id> as case_ref, <ref c.family_id> as family_ref, a.hub_id,
               coalesce(g.kind, 'unknown') as agency_kind, a.status, <day a.initiated_at> as initiated_on,
               <day a.completed_at> as completed_on
          from assessments_assessment a
          join cases_case c on c.id = a.case_id
          left join hubs_agency g on g.id = a.agency_id
    """,
    "report_need": """
        select <ref n.assessment_id> as assessment_ref, n.code from assessments_need n
    """,
    "report_lead": """
        select <ref l.case_id> as case_ref, g.kind as agency_kind, <day l.from_at> as from_on,
               <day l.until_at> as until_on
          from cases_leadprofessional l
          join hubs_membership m on m.id = l.membership_id
          join hubs_agency g on g.id = m.agency_id
    """,
    "report_consent": """
        select <ref k.person_id> as person_ref, k.answer, k.given_on as answered_on from cases_consent k
         union all
        select <ref k.person_id>, 'withdrawn', <day k.ended_at> from cases_consent k where k.end_reason = 'withdrawn'
         union all
        select <ref s.case_id>, 'lawful', s.starts_on from cases_lawfulshare s
    """,
}
STEPS = {
    "report_step_up": """
        select <ref s.case_id> as case_ref, c.hub_id, s.status, <day s.sent_at> as sent_on,
               s.status in ('accepted', 'declined') and s.decided_at <= s.decide_by as is_decided_in_time
          from cases_stepup s join cases_case c on c.id = s.case_id
    """,
    "report_step_down": """
        select <ref s.case_id> as case_ref, s.to_hub_id as hub_id, s.status, <day s.proposed_at> as sent_on
          from cases_stepdown s
    """,
}
MEETINGS = {
    # Professionals who were asked to a meeting that took place, each with whether they came.
    "report_attendance": """
        select <ref i.case_id> as case_ref, c.hub_id, g.kind as agency_kind, i.attendance as status,
               <day m.starts_at> as held_on
          from cases_invitation i
          join cases_meeting m on m.id = i.meeting_id and m.status in ('held', 'signed_off')
          join cases_case c on c.id = i.case_id
          join hubs_membership s on s.id = i.membership_id
          join hubs_agency g on g.id = s.agency_id
         where i.attendance <> ''
    """,
}
# What the views show of records that were disposed of: rows kept under other numbers (models.StatisticsTwin).
TWINS = {
    "report_case": """
        select t.case_ref, t.family_ref, t.hub_id, t.status, t.from_on, t.until_on, t.code, t.kind
          from reporting_statisticstwin t where t.view = 'case'
    """,
    "report_assessment": """
        select t.assessment_ref, t.case_ref, t.family_ref, t.hub_id, t.kind, t.status, t.from_on, t.until_on
          from reporting_statisticstwin t where t.view = 'assessment'
    """,
    "report_need": """
        select t.assessment_ref, t.code from reporting_statisticstwin t where t.view = 'need'
    """,
    "report_lead": """
        select t.case_ref, t.kind, t.from_on, t.until_on from reporting_statisticstwin t where t.view = 'lead'
    """,
    "report_consent": """
        select t.person_ref, t.code, t.from_on from reporting_statisticstwin t where t.view = 'consent'
    """,
    "report_step_up": """
        select t.case_ref, t.hub_id, t.status, t.from_on, t.in_time
          from reporting_statisticstwin t where t.view = 'step_up'
    """,
    "report_step_down": """
        select t.case_ref, t.hub_id, t.status, t.from_on from reporting_statisticstwin t where t.view = 'step_down'
    """,
}


# A dictionary of its own, since an earlier migration makes every view of TWINS anew.
TWINS_OF_MEETINGS = {
    "report_attendance": """
        select t.case_ref, t.hub_id, t.kind, t.status, t.from_on
          from reporting_statisticstwin t where t.view = 'attendance'
    """,
}


def _spelled_out(sql: str) -> str:
    """The SQL with <ref column> and <day column> written out."""
    for word, template in (("<ref ", _PSEUDONYM), ("<day ", _DAY)):
        while word in sql:
            before, rest = sql.split(word, 1)
            column, after = rest.split(">", 1)
            sql = before + template.format(column=column) + after
    return sql


def make_view(name: str, *, twins: bool = False) -> list[str]:
    """Statements that make one view of ROWS, STEPS or MEETINGS, owned by eh_system and readable by eh_report only.

    `twins`: with the rows that stand for records that were disposed of.
    """
    body = _spelled_out((ROWS | STEPS | MEETINGS)[name])
    if twins:
        body += " union all " + (TWINS | TWINS_OF_MEETINGS)[name]
    return [
        f"create view {name} as {body}",
        f"alter view {name} owner to eh_system",
        f"revoke all on {name} from public, eh_app",
        f"grant select on {name} to eh_report",
    ]


def unmake_view(name: str) -> str:
    return f"drop view if exists {name}"
