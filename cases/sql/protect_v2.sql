-- Who reads only, and what volunteers are shut out of. docs/decisions/0030.

-- Whether a case is seen by more than what is for reading: an emergency (3), or a place after handing over (6).
create or replace function app.sees_lastingly(the_acl int[]) returns boolean language sql stable parallel safe as $$
  select coalesce(the_acl && array(select t from unnest(app.tokens()) t where t & 7 not in (3, 6)), false)
$$;

-- Emergency access is for reading, and so are a guest's and a place of somebody who has handed over. A row of a family that
-- the application's role sees by one of these alone is not written, whatever its policy says. TG_ARGV[0]: how the row hangs on its family.
create or replace function app.refuse_emergency_write() returns trigger
language plpgsql volatile as $$
declare
  their_acl int[];
  of_row jsonb;
begin
  if current_user = 'eh_app' and app.guest_id() is not null then
    raise exception 'a guest reads only' using errcode = '42501';
  end if;
  if current_user <> 'eh_app' or not exists (select from unnest(app.tokens()) t where t & 7 in (3, 6)) then
    return coalesce(new, old);
  end if;
  of_row := to_jsonb(coalesce(new, old));
  if tg_argv[0] = 'itself' and tg_op <> 'INSERT' then
    their_acl := array(select jsonb_array_elements_text(to_jsonb(old) -> 'acl')::int);
  elsif tg_argv[0] = 'itself' and not of_row ? 'family_id' then
    return new;  -- a new family is its writer's own
  elsif tg_argv[0] in ('itself', 'family') then
    select f.acl into their_acl from cases_family f where f.id = (of_row ->> 'family_id')::uuid;
  elsif tg_argv[0] = 'case' then
    if of_row ->> 'case_id' is null then return coalesce(new, old); end if;
    select c.acl into their_acl from cases_case c where c.id = (of_row ->> 'case_id')::uuid;
  elsif tg_argv[0] = 'person' then
    select p.acl into their_acl from cases_person p where p.id = (of_row ->> 'person_id')::uuid;
  elsif tg_argv[0] = 'outcome' then
    select c.acl into their_acl from cases_outcome o join cases_case c on c.id = o.case_id
     where o.id = (of_row ->> 'outcome_id')::uuid;
  end if;
  if not app.sees_lastingly(their_acl) then
    raise exception 'emergency access is for reading only, and so is a place after handing over' using errcode = '42501';
  end if;
  return coalesce(new, old);
end $$;
-- Hang it on every protected table that hangs on a family, and shut every protected table to volunteers but the few they
-- need. Run by the owner after each migration, so that a table added later is not forgotten; the log of looks is written by
-- readers too. A restrictive policy narrows whatever the table's own policies say.
create or replace function app.make_emergencies_read_only() returns int
language plpgsql volatile as $$
declare
  each record;
  hung int := 0;
  reads text;
  writes text;
begin
  for each in
    select c.relname as name,
           case when c.relname in ('cases_family', 'cases_case', 'cases_person') then 'itself'
                when x.columns @> array['case_id'] then 'case'
                when x.columns @> array['outcome_id'] then 'outcome'
                when x.columns @> array['family_id'] then 'family'
                when x.columns @> array['person_id'] then 'person' end as hangs_by
      from pg_class c
     cross join lateral (select array_agg(a.attname::text) as columns from pg_attribute a
                          where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) x
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relrowsecurity
       and c.relname <> 'audit_event'
       and not exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgname = 'emergency_reads_only')
  loop
    if each.hangs_by is not null then
      execute format('create trigger emergency_reads_only before insert or update or delete on %I for each row
                      execute function app.refuse_emergency_write(%L)', each.name, each.hangs_by);
      hung := hung + 1;
    end if;
  end loop;
  for each in
    select c.relname as name from pg_class c
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relrowsecurity
       and not exists (select from pg_policy p where p.polrelid = c.oid and p.polname = c.relname || '_volunteers')
  loop
    writes := 'not (select app.is_volunteer())';
    reads := case
      when each.name in ('cases_case', 'cases_family', 'cases_person', 'cases_teammember', 'cases_leadprofessional',
                         'cases_caseuserpermission', 'cases_casegrouppermission') then 'true'
      when each.name = 'cases_address' then writes || ' or not is_confidential'
      when each.name = 'cases_casenote' then writes || ' or category = 1'
      when each.name = 'cases_action' then writes || ' or owner_membership_id = app.membership_id()'
      when each.name = 'audit_event' then writes || ' or membership_id = app.membership_id()'
      else writes end;
    writes := case
      when each.name = 'cases_casenote' then writes || ' or category = 1 and author_id = app.membership_id()'
      when each.name = 'cases_action' then reads
      when each.name = 'audit_event' then 'true'
      else writes end;
    execute format('create policy %I on %I as restrictive for all to eh_app using (%s) with check (%s)',
                   each.name || '_volunteers', each.name, reads, writes);
  end loop;
  return hung;
end $$;

-- Which place goes with which role, and what no cover is given for. For the application and for operators alike.
create or replace function app.guard_place() returns trigger
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if (new.place = 'volunteer') <> exists (
       select from hubs_membership m where m.id = new.membership_id and 'volunteer' = any (m.roles)) then
    raise exception 'a volunteer has a volunteer''s place, and nobody else has' using errcode = '23514';
  end if;
  if new.place = 'cover' and exists (
       select from cases_restriction r where r.case_id = new.case_id and r.lifted_at is null) then
    raise exception 'nobody covers for a lead in a restricted record' using errcode = '23514';
  end if;
  return new;
end $$;
create trigger place_guard before insert or update of place, membership_id, case_id on cases_teammember
  for each row execute function app.guard_place();

-- Nobody leads as a volunteer.
create or replace function app.guard_lead() returns trigger
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if exists (select from hubs_membership m where m.id = new.membership_id and 'volunteer' = any (m.roles)) then
    raise exception 'a volunteer does not lead' using errcode = '23514';
  end if;
  return new;
end $$;
create trigger lead_guard before insert or update of membership_id on cases_leadprofessional
  for each row execute function app.guard_lead();

