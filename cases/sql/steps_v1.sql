-- Steps up, down and in: what each side may add and nobody may change, nobody left in between, and a service that joins.
-- docs/decisions/0035.

-- A step-up is answered once; then its sender may say, once, that the answer was read. Nothing else of it ever changes.
create or replace function app.keep_step_up() returns trigger language plpgsql volatile as $$
begin
  if to_jsonb(new) - array['status', 'decided_by_id', 'decided_at', 'decision_reason', 'acknowledged_by_id', 'acknowledged_at']
     is distinct from
     to_jsonb(old) - array['status', 'decided_by_id', 'decided_at', 'decision_reason', 'acknowledged_by_id', 'acknowledged_at'] then
    raise exception 'what was sent with a step-up stays as it is' using errcode = '23514';
  end if;
  if old.status = 'sent' and new.acknowledged_at is not null then
    raise exception 'a decision is acknowledged after it is made' using errcode = '23514';
  end if;
  if old.status <> 'sent' and (
       (old.status, old.decided_by_id, old.decided_at, old.decision_reason)
         is distinct from (new.status, new.decided_by_id, new.decided_at, new.decision_reason)
       or old.acknowledged_at is not null) then
    raise exception 'this step-up was answered already' using errcode = '23514';
  end if;
  return new;
end $$;

-- A step-down is finished by nothing but the lead: whoever was named leads at that moment. Social care's own closure is
-- written afterwards, once.
create or replace function app.keep_step_down() returns trigger
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if old.status not in ('proposed', 'accepted') then
    if to_jsonb(new) - array['closure_code', 'closed_by_id', 'closed_at']
       is distinct from to_jsonb(old) - array['closure_code', 'closed_by_id', 'closed_at'] or old.closed_at is not null then
      raise exception 'this step-down has ended' using errcode = '23514';
    end if;
    return new;
  end if;
  if new.closed_at is not null then
    raise exception 'social care closes its case after the lead professional has accepted' using errcode = '23514';
  end if;
  if new.status = 'finished' and not exists (
       select from cases_leadprofessional l
        where l.case_id = new.case_id and l.membership_id = new.proposed_lead_id and l.until_at is null) then
    raise exception 'a step-down is finished when the named lead professional leads' using errcode = '23514';
  end if;
  return new;
end $$;

-- Whether a step up or down of a case waits for its answer: for somebody who sees the case, though not the step itself.
create or replace function app.step_is_awaited(the_case uuid) returns boolean
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select exists (select from cases_case c where c.id = the_case and c.acl && app.tokens() and not app.is_kept_from(c.family_id))
     and (exists (select from cases_stepup u where u.case_id = the_case and u.status = 'sent')
          or exists (select from cases_stepdown d where d.case_id = the_case and d.status in ('proposed', 'accepted')))
$$;

-- No case ends while somebody is still being asked to take the family on.
create or replace function app.nobody_in_between() returns trigger
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if exists (select from cases_stepup u where u.case_id = new.id and u.status = 'sent')
     or exists (select from cases_stepdown d where d.case_id = new.id and d.status in ('proposed', 'accepted')) then
    raise exception 'a step up or down waits for its answer' using errcode = '23514';
  end if;
  return new;
end $$;

-- A service joins: its lead names a worker, who takes a place on the team. The service sees nothing of the record until then,
-- so this function writes for it, after asking everything that adding somebody to a team asks. Gives 'joined', or what is
-- in the way: gone (answered, taken back, or not this person's), closed, restricted, not_agreed, worker.
create or replace function app.take_step_in(the_step uuid, the_worker int, words text) returns text
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  asked record;
  of_case record;
begin
  perform 1 from cases_case c where c.id = (select s.case_id from cases_stepin s where s.id = the_step) for update;
  select s.* into asked from cases_stepin s
   where s.id = the_step and s.status = 'asked' and s.to_agency_id * 8 + 1 = any (app.tokens())
     and app.guest_id() is null and not app.is_kept_from_case(s.case_id) for update;
  if not found then return 'gone'; end if;
  select c.status, exists (select from cases_restriction r where r.case_id = c.id and r.lifted_at is null) as restricted
    into of_case from cases_case c where c.id = asked.case_id;
  if of_case.status = 'closed' then return 'closed'; end if;
  if of_case.restricted then return 'restricted'; end if;
  if not exists (select from app.answers_that_count() a
                  where a.case_id = asked.case_id and a.agency_id = asked.to_agency_id and a.answer = 'given')
     and not exists (select from cases_lawfulshare l
                      where l.case_id = asked.case_id and l.agency_id = asked.to_agency_id and l.starts_on <= app.today()
                        and (l.ends_on is null or l.ends_on >= app.today())) then
    return 'not_agreed';
  end if;
  if not exists (select from hubs_membership m join accounts_user u on u.id = m.user_id and u.is_active
                  where m.id = the_worker and m.agency_id = asked.to_agency_id and m.starts_on <= app.today()
                    and (m.ends_on is null or m.ends_on >= app.today())
                    and m.roles && array['practitioner', 'agency_lead']::varchar[]) then
    return 'worker';
  end if;
  update cases_stepin s
     set status = 'accepted', worker_id = the_worker, answer = words, answered_by_id = app.membership_id(), answered_at = now()
   where s.id = the_step;
  if not exists (select from cases_teammember t
                  where t.case_id = asked.case_id and t.membership_id = the_worker and not t.reads_only
                    and t.starts_on <= app.today() and (t.ends_on is null or t.ends_on >= app.today())) then
    insert into cases_teammember (id, case_id, membership_id, place, reads_only, helps_with, starts_on, end_reason, added_by_id)
      values (gen_random_uuid(), asked.case_id, the_worker, 'professional', false, left(asked.asked_for, 160), app.today(), '',
              asked.asked_by_id);
  end if;
  return 'joined';
end $$;

-- Steps whose clock has run out, each with the people to be told. Only for the job that reminds them: ids and nothing else.
create or replace function app.late_steps()
returns table (kind text, step uuid, membership_id int, due timestamptz)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  with late as (
    select 'up' as kind, u.id, u.to_agency_id, c.hub_id, null::bigint as person, u.decide_by as due
      from cases_stepup u join cases_case c on c.id = u.case_id where u.status = 'sent' and u.decide_by < now()
    union all
    select 'down', d.id, null, d.to_hub_id, d.proposed_lead_id, (d.hand_over_by + 1)::timestamp at time zone 'Europe/London'
      from cases_stepdown d where d.status in ('proposed', 'accepted') and d.hand_over_by < app.today()
    union all
    select 'in', s.id, s.to_agency_id, null, s.asked_by_id, (s.answer_by + 1)::timestamp at time zone 'Europe/London'
      from cases_stepin s where s.status = 'asked' and s.answer_by < app.today()
  )
  select l.kind, l.id, m.id::int, l.due
    from late l
    join hubs_membership m on m.id = l.person
          or m.agency_id = l.to_agency_id and 'agency_lead' = any (m.roles)
          or m.hub_id = l.hub_id and m.roles && array['hub_coordinator', 'hub_manager']::varchar[]
    join accounts_user u on u.id = m.user_id and u.is_active
   where m.starts_on <= app.today() and (m.ends_on is null or m.ends_on >= app.today())
$$;

create trigger step_up_stays before update on cases_stepup for each row execute function app.keep_step_up();
create trigger step_down_stays before update on cases_stepdown for each row execute function app.keep_step_down();
-- Operators may put data right; the application may not leave a family in between.
create trigger case_ends_with_nobody_in_between before update of status on cases_case for each row
  when (new.status = 'closed' and old.status <> 'closed' and current_user = 'eh_app') execute function app.nobody_in_between();
