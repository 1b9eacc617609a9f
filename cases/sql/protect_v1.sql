-- Emergency access and restricted records: what the application does through these functions and in no other way.
-- Each says who may; nothing else writes cases_emergencyaccess, cases_restriction or cases_restrictionname.

-- Whether this person runs, as its manager, the hub of a case that they may not see.
create or replace function app.manages_hub(hub bigint) returns boolean language sql stable parallel safe as $$
  select coalesce('hub_manager' = any (app.roles()) and hub * 8 = any (app.tokens()), false)
$$;

-- Whether a case is seen by more than an emergency: what gives a right to write in it.
create or replace function app.sees_lastingly(the_acl int[]) returns boolean language sql stable parallel safe as $$
  select coalesce(the_acl && array(select t from unnest(app.tokens()) t where t & 7 <> 3), false)
$$;

-- Emergency access to one case by its reference: one row, or none whatever the cause, so that nothing is learnt from it.
-- Who may: casework roles of an agency with a live signature, and hub staff. Never: somebody who is, or is related to,
-- a person of the family; somebody with the surname of a person in a record that is restricted because of staff.
-- At most 12 hours, whatever is asked.
create or replace function app.break_glass(the_reference text, why text, hours int)
returns table (case_id uuid, emergency_id int)
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  found_case record;
  surname text;
begin
  if app.membership_id() is null
     or not app.roles() && array['practitioner', 'agency_lead', 'hub_coordinator', 'hub_manager'] then
    raise exception 'emergency access is for people who work with families' using errcode = '42501';
  end if;
  if btrim(coalesce(why, '')) = '' or hours is null or hours not between 1 and 12 then
    raise exception 'emergency access needs a reason and 1 to 12 hours' using errcode = '22023';
  end if;
  -- Tokens of kind 0 and 2 are issued to hub staff and to agencies with a live signature.
  if not exists (select from unnest(app.tokens()) t where t & 7 in (0, 2)) then return; end if;
  select c.id, c.family_id into found_case from cases_case c where c.reference = upper(btrim(the_reference));
  if not found or app.is_kept_from(found_case.family_id) then return; end if;
  select app.plain(u.last_name) into surname from accounts_user u where u.id = app.user_id();
  if exists (select from cases_restriction r where r.case_id = found_case.id and r.lifted_at is null and r.reason = 'staff')
     and exists (select from cases_person p where p.family_id = found_case.family_id and app.plain(p.last_name) = surname) then
    return;
  end if;
  insert into cases_emergencyaccess as e (case_id, membership_id, reason, starts_at, expires_at, review_note)
    values (found_case.id, app.membership_id(), why, now(), now() + make_interval(hours => hours), '')
    returning e.id into emergency_id;
  case_id := found_case.id;
  return next;
end $$;

-- Who signs off an emergency access: the hub's managers, whoever restricted the record and information governance leads;
-- never the person who used it, in whatever agency.
create or replace function app.checks_emergency(the_case uuid, used_by int) returns boolean
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select coalesce(
    (select m.user_id from hubs_membership m where m.id = used_by) <> app.user_id()
    and exists (select from cases_case c where c.id = the_case and not app.is_kept_from(c.family_id)
                   and ('ig_lead' = any (app.roles()) or app.manages_hub(c.hub_id)
                        or exists (select from cases_restriction r
                                    where r.case_id = c.id and r.lifted_at is null
                                      and r.restricted_by_id = app.membership_id()))), false)
$$;

create or replace function app.emergencies_to_check()
returns table (id int, reference varchar, membership_id int, reason text, starts_at timestamptz, expires_at timestamptz)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select e.id, c.reference, e.membership_id::int, e.reason, e.starts_at, e.expires_at
    from cases_emergencyaccess e join cases_case c on c.id = e.case_id
   where e.reviewed_at is null and app.checks_emergency(e.case_id, e.membership_id::int)
   order by e.starts_at
$$;

-- Sign one off. Gives the case for the event, or null when it is not theirs to check or was checked already.
create or replace function app.check_emergency(the_emergency int, words text) returns uuid
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  the_case uuid;
begin
  if btrim(coalesce(words, '')) = '' then
    raise exception 'signing off needs a note' using errcode = '22023';
  end if;
  update cases_emergencyaccess e set reviewed_by_id = app.membership_id(), reviewed_at = now(), review_note = words
   where e.id = the_emergency and e.reviewed_at is null and app.checks_emergency(e.case_id, e.membership_id::int)
   returning e.case_id into the_case;
  return the_case;
end $$;

-- Who restricts a record and changes who is named: an agency lead or hub manager who sees it, and not by an emergency.
create or replace function app.may_restrict(the_case uuid) returns boolean
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select coalesce(app.roles() && array['agency_lead', 'hub_manager'] and exists (
    select from cases_case c where c.id = the_case and app.sees_lastingly(c.acl) and not app.is_kept_from(c.family_id)), false)
$$;

-- Restrict a case to the people named, or change who is named. Everything in one statement: between the restriction and
-- its names nobody would see the case, its writer included.
create or replace function app.restrict_case(the_case uuid, kind text, words text, review date, who int[]) returns uuid
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  the_restriction uuid;
begin
  if not app.may_restrict(the_case) then
    raise exception 'not a person who may restrict this record' using errcode = '42501';
  end if;
  if review is null or review not between app.today() and app.today() + 90 then
    raise exception 'a restriction is reviewed within 90 days' using errcode = '22023';
  end if;
  if not (app.membership_id() = any (who) or 'hub_manager' = any (app.roles())) then
    raise exception 'whoever restricts a record is named or manages the hub' using errcode = '22023';
  end if;
  if not exists (select from app.live_caseworkers(who)) then
    raise exception 'at least one person named must work with families today' using errcode = '22023';
  end if;
  if exists (select from hubs_membership m join hubs_membership other on other.user_id = m.user_id
               join cases_staffrelation r on r.membership_id = other.id join cases_person p on p.id = r.person_id
               join cases_case c on c.family_id = p.family_id and c.id = the_case
              where m.id = any (who)) then
    raise exception 'a relative cannot be named' using errcode = '22023';
  end if;
  perform 1 from cases_case c where c.id = the_case for update;
  perform set_config('app.opening', the_case::text, true);
  update cases_restriction r set reason = kind, note = words where r.case_id = the_case and r.lifted_at is null
    returning r.id into the_restriction;
  if not found then
    the_restriction := gen_random_uuid();
    insert into cases_restriction (id, case_id, reason, note, restricted_by_id, starts_at, review_on, lift_reason)
      values (the_restriction, the_case, kind, words, app.membership_id(), now(), review, '');
  end if;
  delete from cases_restrictionname n where n.restriction_id = the_restriction and not n.membership_id = any (who);
  insert into cases_restrictionname (id, restriction_id, case_id, membership_id)
    select gen_random_uuid(), the_restriction, the_case, m.id from hubs_membership m where m.id = any (who)
    on conflict (restriction_id, membership_id) do nothing;
  perform set_config('app.opening', '', true);
  perform app.project_cases(array[the_case]);
  return the_restriction;
end $$;

-- Those of `who` whose place, agency and account are live today and whose role works with families.
create or replace function app.live_caseworkers(who int[]) returns setof int
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select m.id::int from hubs_membership m join hubs_agency a on a.id = m.agency_id and a.is_active
    join accounts_user u on u.id = m.user_id and u.is_active
   where m.id = any (who) and m.starts_on <= app.today() and (m.ends_on is null or m.ends_on >= app.today())
     and m.roles && array['practitioner', 'agency_lead', 'hub_coordinator', 'hub_manager']::varchar[]
$$;

-- Whether this person looks after a restriction: the hub's managers, also when they are not named and see no more than
-- this; a named agency lead.
create or replace function app.looks_after(the_restriction uuid) returns boolean
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select exists (
    select from cases_restriction r join cases_case c on c.id = r.case_id
     where r.id = the_restriction and r.lifted_at is null and not app.is_kept_from(c.family_id)
       and (app.manages_hub(c.hub_id)
            or 'agency_lead' = any (app.roles())
               and exists (select from cases_restrictionname n
                            where n.restriction_id = r.id and n.membership_id = app.membership_id())))
$$;

create or replace function app.restrictions_in_force()
returns table (id uuid, case_id uuid, reference varchar, reason varchar, starts_at timestamptz, review_on date, restricted_by int,
               named int[], working int, lift_asked_by int, lift_asked_at timestamptz, lift_reason text, is_mine boolean)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select r.id, r.case_id, c.reference, r.reason, r.starts_at, r.review_on, r.restricted_by_id::int, n.named,
         (select count(*)::int from app.live_caseworkers(n.named)), r.lift_asked_by_id::int, r.lift_asked_at, r.lift_reason,
         app.looks_after(r.id)
    from cases_restriction r join cases_case c on c.id = r.case_id
   cross join lateral (select coalesce(array_agg(x.membership_id::int), '{}') as named
                         from cases_restrictionname x where x.restriction_id = r.id) n
   where r.lifted_at is null and not app.is_kept_from(c.family_id)
     and ('ig_lead' = any (app.roles()) or app.looks_after(r.id))
   order by r.review_on, r.id
$$;

-- Keep a restriction for at most 90 more days. Gives the case, or null.
create or replace function app.keep_restriction(the_restriction uuid, until date) returns uuid
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  the_case uuid;
begin
  if until is null or until not between app.today() + 1 and app.today() + 90 then
    raise exception 'a restriction is reviewed within 90 days' using errcode = '22023';
  end if;
  update cases_restriction r set review_on = until, reviewed_at = now(), reviewed_by_id = app.membership_id()
   where r.id = the_restriction and app.looks_after(r.id) returning r.case_id into the_case;
  return the_case;
end $$;

-- Lifting takes two people. The first asks and says why.
create or replace function app.ask_to_lift(the_restriction uuid, why text) returns uuid
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  the_case uuid;
begin
  if btrim(coalesce(why, '')) = '' then
    raise exception 'say why the restriction is not needed any more' using errcode = '22023';
  end if;
  update cases_restriction r set lift_asked_at = now(), lift_asked_by_id = app.membership_id(), lift_reason = why
   where r.id = the_restriction and r.lift_asked_at is null and app.looks_after(r.id) returning r.case_id into the_case;
  return the_case;
end $$;

-- The second, another person, lifts it or sends it back: somebody who looks after it, or an information governance lead.
create or replace function app.answer_lift(the_restriction uuid, is_agreed boolean) returns uuid
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  the_case uuid;
begin
  select r.case_id into the_case from cases_restriction r join hubs_membership m on m.id = r.lift_asked_by_id
    join cases_case c on c.id = r.case_id
   where r.id = the_restriction and r.lifted_at is null and r.lift_asked_at is not null and m.user_id <> app.user_id()
     and not app.is_kept_from(c.family_id) and ('ig_lead' = any (app.roles()) or app.looks_after(r.id))
     for update of r;
  if the_case is null then return null; end if;
  if is_agreed then
    update cases_restriction set lifted_at = now(), lifted_by_id = app.membership_id() where id = the_restriction;
  else
    update cases_restriction set lift_asked_at = null, lift_asked_by_id = null, lift_reason = '' where id = the_restriction;
  end if;
  return the_case;
end $$;

-- Emergency access is for reading. A row of a family that the application's role sees by an emergency alone is not written,
-- whatever its policy says. TG_ARGV[0]: how the row hangs on its family.
create or replace function app.refuse_emergency_write() returns trigger
language plpgsql volatile as $$
declare
  their_acl int[];
  of_row jsonb;
begin
  if current_user <> 'eh_app' or not exists (select from unnest(app.tokens()) t where t & 7 = 3) then
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
    raise exception 'emergency access is for reading only' using errcode = '42501';
  end if;
  return coalesce(new, old);
end $$;

-- Hang it on every protected table that hangs on a family. Run by the owner after each migration, so that a table added
-- later is not forgotten; the log of looks is written by readers too.
create or replace function app.make_emergencies_read_only() returns int
language plpgsql volatile as $$
declare
  each record;
  hung int := 0;
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
  return hung;
end $$;
