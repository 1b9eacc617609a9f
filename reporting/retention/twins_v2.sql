-- What the board's figures need of a record that is about to go, under numbers drawn with a key that nobody keeps.
create or replace function app.keep_twins(the_family uuid) returns int
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  secret bigint := (select s.value from app.report_secret s);
  key bigint := ('x' || left(md5(gen_random_uuid()::text), 16))::bit(64)::bigint;
  family bigint := hashtextextended(the_family::text, secret);
  cases bigint[] := array(select hashtextextended(c.id::text, secret) from cases_case c where c.family_id = the_family);
  people bigint[] := array(select hashtextextended(p.id::text, secret) from cases_person p where p.family_id = the_family);
  assessments bigint[] := array(select hashtextextended(a.id::text, secret) from assessments_assessment a
                                  join cases_case c on c.id = a.case_id where c.family_id = the_family);
  kept int;
begin
  insert into reporting_statisticstwin
         (id, view, case_ref, family_ref, assessment_ref, person_ref, hub_id, status, kind, code, from_on, until_on, in_time)
  select gen_random_uuid(), x.view, hashtextextended(x.case_ref::text, key), hashtextextended(x.family_ref::text, key),
         hashtextextended(x.assessment_ref::text, key), hashtextextended(x.person_ref::text, key),
         x.hub_id, x.status, x.kind, x.code, x.from_on, x.until_on, x.in_time
    from (
      select 'case' as view, c.case_ref, c.family_ref, null::bigint as assessment_ref, null::bigint as person_ref, c.hub_id,
             c.status, c.register_lead_kind as kind, c.closure_reason as code, c.opened_on as from_on, c.closed_on as until_on,
             null::boolean as in_time
        from report_case c where c.family_ref = family
      union all
      select 'assessment', a.case_ref, a.family_ref, a.assessment_ref, null, a.hub_id, a.status, a.agency_kind, null,
             a.initiated_on, a.completed_on, null
        from report_assessment a where a.family_ref = family
      union all
      select 'need', null, null, n.assessment_ref, null, null, null, null, n.code, null, null, null
        from report_need n where n.assessment_ref = any (assessments)
      union all
      select 'lead', l.case_ref, null, null, null, null, null, l.agency_kind, null, l.from_on, l.until_on, null
        from report_lead l where l.case_ref = any (cases)
      union all
      select 'consent', null, null, null, k.person_ref, null, null, null, k.answer, k.answered_on, null, null
        from report_consent k where k.person_ref = any (people || cases)
      union all
      select 'step_up', s.case_ref, null, null, null, s.hub_id, s.status, null, null, s.sent_on, null, s.is_decided_in_time
        from report_step_up s where s.case_ref = any (cases)
      union all
      select 'step_down', s.case_ref, null, null, null, s.hub_id, s.status, null, null, s.sent_on, null, null
        from report_step_down s where s.case_ref = any (cases)
      union all
      select 'attendance', t.case_ref, null, null, null, t.hub_id, t.status, t.agency_kind, null, t.held_on, null, null
        from report_attendance t where t.case_ref = any (cases)
    ) x;
  get diagnostics kept = row_count;
  return kept;
end $$;
