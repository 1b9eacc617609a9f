-- Dip samples of assessments and who is told of a countersign. Nobody chooses what is drawn; docs/decisions/0028.

-- Whether this person may check this assessment: a lead of the author's agency or the manager of the family's hub, who sees
-- the record by more than an emergency and had no part in it (by account, in whatever agency).
create or replace function app.may_check_quality(the_assessment uuid) returns boolean
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select exists (
    select from assessments_assessment a join cases_case c on c.id = a.case_id
      join hubs_membership author on author.id = a.assessor_id
     where a.id = the_assessment
       and ('agency_lead' = any (app.roles()) and a.agency_id = app.agency_id() or app.manages_hub(c.hub_id))
       and app.sees_lastingly(c.acl) and c.acl_until >= app.today() and not app.is_kept_from(c.family_id)
       and author.user_id <> app.user_id()
       and not exists (select from hubs_membership m where m.user_id = app.user_id()
                          and (m.id in (a.signed_off_by_id, a.countersigned_by_id)
                               or exists (select from assessments_section s where s.assessment_id = a.id and s.saved_by_id = m.id)
                               or exists (select from cases_leadprofessional l where l.case_id = a.case_id and l.membership_id = m.id))))
$$;

-- What a dip sample is drawn from: assessments completed in the quarter that this person may check and nobody has checked.
create or replace function app.quality_pool(the_quarter date, the_hub int, the_agency int) returns setof uuid
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select a.id from assessments_assessment a join cases_case c on c.id = a.case_id
   where a.completed_at >= the_quarter::timestamp at time zone 'Europe/London'
     and a.completed_at < (the_quarter + interval '3 months')::timestamp at time zone 'Europe/London'
     and a.source = 'web' and (the_hub is null or c.hub_id = the_hub) and (the_agency is null or a.agency_id = the_agency)
     and not exists (select from assessments_qualityaudit q where q.assessment_id = a.id and q.status <> 'set_aside')
     and app.may_check_quality(a.id)
   order by a.id
$$;

-- The first `n` (of each agency) in the order of a hash of the seed and the assessment: whoever has the seed draws the same.
create or replace function app.quality_units(the_pool uuid[], n int, each_agency boolean, the_seed text) returns setof uuid
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select placed.id from (
    select a.id, row_number() over (partition by case when each_agency then a.agency_id end
                                    order by sha256(convert_to(the_seed || ' ' || a.id, 'UTF8'))) as place
      from assessments_assessment a where a.id = any (the_pool)) placed
   where placed.place <= n
$$;

-- Draw a quarter that is over, once for a hub or an agency. The seed is made here. Gives the draw; null when the quarter was
-- drawn before or there is nothing to draw.
create or replace function app.draw_quality(the_quarter date, the_hub int, the_agency int, n int, each_agency boolean) returns uuid
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  the_draw uuid := gen_random_uuid();
  the_seed text := encode(sha256(convert_to(gen_random_uuid()::text || clock_timestamp()::text, 'UTF8')), 'hex');
  the_pool uuid[];
begin
  if the_quarter <> date_trunc('quarter', the_quarter)::date or the_quarter + interval '3 months' > app.today() then
    raise exception 'a sample is drawn of a quarter that is over' using errcode = '22023';
  end if;
  if n is null or n not between 1 and 50 or (the_hub is null) = (the_agency is null) then
    raise exception 'a sample holds 1 to 50 assessments of one hub or one agency' using errcode = '22023';
  end if;
  if not (the_hub is not null and app.manages_hub(the_hub)
          or the_agency = app.agency_id() and 'agency_lead' = any (app.roles())) then
    raise exception 'not a manager of these assessments' using errcode = '42501';
  end if;
  -- One at a time: two managers at once draw one sample.
  perform pg_advisory_xact_lock(hashtextextended('quality draw', 0));
  the_pool := array(select app.quality_pool(the_quarter, the_hub, the_agency));
  if the_pool = '{}' then return null; end if;
  insert into assessments_qualitydraw (id, quarter, hub_id, agency_id, wanted, each_agency, seed, pool, drawn, drawn_by_id, drawn_at)
    values (the_draw, the_quarter, the_hub, the_agency, n, each_agency, the_seed, the_pool, 0, app.membership_id(), now())
    on conflict do nothing;
  if not found then return null; end if;
  insert into assessments_qualityaudit (id, draw_id, case_id, assessment_id, hub_id, agency_id, author_id, auditor_id, rubric_id,
                                        status, grades, overall, done_well, to_improve, drawn_at, answer, set_aside_reason)
    select gen_random_uuid(), the_draw, a.case_id, a.id, c.hub_id, a.agency_id, a.assessor_id, app.membership_id(), r.id,
           'to_do', '{}', '', '', '', now(), '', ''
      from app.quality_units(the_pool, n, each_agency, the_seed) u (id)
      join assessments_assessment a on a.id = u.id join cases_case c on c.id = a.case_id
     cross join lateral (select x.id from assessments_rubric x where x.starts_on <= app.today() order by x.version desc limit 1) r;
  update assessments_qualitydraw d
     set drawn = (select count(*) from assessments_qualityaudit q where q.draw_id = d.id) where d.id = the_draw;
  return the_draw;
end $$;

-- The same draw worked out again from its seed: how many were drawn, and how many of them come again.
create or replace function app.draw_quality_again(the_draw uuid) returns table (drawn int, same int)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select d.drawn::int, (select count(*)::int from app.quality_units(d.pool, d.wanted, d.each_agency, d.seed) u (id)
                          join assessments_qualityaudit q on q.draw_id = d.id and q.assessment_id = u.id)
    from assessments_qualitydraw d
   where d.id = the_draw
     and (d.drawn_by_id = app.membership_id() or app.manages_hub(d.hub_id)
          or d.agency_id = app.agency_id() and 'agency_lead' = any (app.roles()))
$$;

-- Check an assessment once more after feedback. Gives the new check; null when it may not be.
create or replace function app.check_quality_again(the_audit uuid) returns uuid
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  made uuid;
begin
  insert into assessments_qualityaudit (id, again_of_id, case_id, assessment_id, hub_id, agency_id, author_id, auditor_id, rubric_id,
                                        status, grades, overall, done_well, to_improve, drawn_at, answer, set_aside_reason)
    select gen_random_uuid(), q.id, q.case_id, q.assessment_id, q.hub_id, q.agency_id, q.author_id, app.membership_id(), r.id,
           'to_do', '{}', '', '', '', now(), '', ''
      from assessments_qualityaudit q
     cross join lateral (select x.id from assessments_rubric x where x.starts_on <= app.today() order by x.version desc limit 1) r
     where q.id = the_audit and q.status in ('shared', 'answered') and app.may_check_quality(q.assessment_id)
    on conflict do nothing
    returning id into made;
  return made;
end $$;

-- Take over a check that somebody else has not shared yet. Gives whether it was taken over now.
create or replace function app.take_over_quality(the_audit uuid) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  update assessments_qualityaudit q set auditor_id = app.membership_id()
   where q.id = the_audit and q.status = 'to_do' and q.auditor_id <> app.membership_id()
     and app.may_check_quality(q.assessment_id);
  return found;
end $$;

-- Checks of random samples, counted by quarter, agency, question and grade, for the hub's manager or the agency's lead. Counts
-- alone, of records that they may not see as well: what is shown of them passes disclosure control.
create or replace function app.quality_counts(the_hub int, the_agency int)
returns table (quarter date, agency_id int, question text, grade text, checks int)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  with shared as (
    select date_trunc('quarter', q.shared_at at time zone 'Europe/London')::date as quarter, q.agency_id, q.overall, q.grades
      from assessments_qualityaudit q
     where q.status in ('shared', 'answered') and q.draw_id is not null
       and (q.hub_id = the_hub and app.manages_hub(the_hub)
            or q.agency_id = the_agency and the_agency = app.agency_id() and 'agency_lead' = any (app.roles()))
  )
  select s.quarter, s.agency_id::int, 'overall', s.overall, count(*)::int from shared s group by 1, 2, 4
  union all
  select s.quarter, s.agency_id::int, g.key, g.value ->> 'grade', count(*)::int
    from shared s cross join lateral jsonb_each(s.grades) g group by 1, 2, 3, 4
$$;

-- Whom to write to when an assessment waits for a countersign: leads of the author's agency who see the record and had no part
-- in it; where there is none, the hub's managers. Ids of memberships, to somebody who sees the record.
create or replace function app.countersign_told(the_assessment uuid) returns setof int
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  with asked as (
    select a.id, a.agency_id, a.case_id, c.acl, c.family_id,
           array(select m.user_id from hubs_membership m where m.id in (a.assessor_id, a.signed_off_by_id)) as authors
      from assessments_assessment a join cases_case c on c.id = a.case_id
     where a.id = the_assessment and c.acl && app.tokens() and not app.is_kept_from(c.family_id)
  ),
  leads as (
    select m.id from asked a
      join hubs_membership m on m.agency_id = a.agency_id and 'agency_lead' = any (m.roles) and m.user_id <> all (a.authors)
     cross join lateral app.standing(m.id::int) s
     where a.acl && (s.hub_tokens || s.agency_tokens || s.own_tokens)
       and not exists (select from cases_staffrelation r join hubs_membership theirs on theirs.id = r.membership_id
                         join cases_person p on p.id = r.person_id
                        where theirs.user_id = m.user_id and p.family_id = a.family_id)
  )
  select l.id::int from leads l
  union all
  select t.id from asked a cross join lateral app.told_about(a.case_id, false) t (id)
    join hubs_membership m on m.id = t.id
   where m.user_id <> all (a.authors) and not exists (select from leads)
$$;

-- An assessment is countersigned by the very answer that says so: the answer's own policy says who may give it.
create or replace function app.guard_countersign() returns trigger
language plpgsql volatile as $$
begin
  if current_user = 'eh_app' and new.countersigning = 'signed' and old.countersigning is distinct from 'signed'
     and not exists (select from assessments_countersigndecision d
                      where d.assessment_id = new.id and d.decision = 'agreed' and d.decided_by_id = app.membership_id()
                        and d.decided_by_id = new.countersigned_by_id and d.decided_at = new.countersigned_at) then
    raise exception 'an assessment is countersigned by somebody who may' using errcode = '42501';
  end if;
  return new;
end $$;
create trigger guard_countersign before update on assessments_assessment
  for each row execute function app.guard_countersign();

-- What was shared stays as it was shared: afterwards only the author's answer is added.
create or replace function app.guard_quality_audit() returns trigger
language plpgsql volatile as $$
begin
  if current_user <> 'eh_app' then return new; end if;
  if old.status = 'to_do' and old.auditor_id = app.membership_id() and new.status in ('to_do', 'shared', 'set_aside')
     or old.status = 'shared' and new.status = 'answered' and old.author_id = app.membership_id()
        and (new.grades, new.overall, new.done_well, new.to_improve, new.shared_at)
            is not distinct from (old.grades, old.overall, old.done_well, old.to_improve, old.shared_at) then
    return new;
  end if;
  raise exception 'a check that was shared stays as it is' using errcode = '42501';
end $$;
create trigger guard_quality_audit before update on assessments_qualityaudit
  for each row execute function app.guard_quality_audit();
