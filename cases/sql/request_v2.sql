-- Whose eyes a transaction sees through. A token is one reason why somebody may see a case:
--   hub x 8 + 0         the hub coordinates the family (statutory: needs no signature)
--   agency x 8 + 1      the whole agency, for its leads or where the agency chose "everyone here"
--   membership x 8 + 2  a practitioner named on the team
--   emergency x 8 + 3   one emergency access, while it lasts
--   membership x 8 + 4  a person named on a restriction
--   guest x 8 + 5       a guest of the family, while the person who invited them sees the case
-- Kinds 1 to 4 are issued only while the agency's signature is live (3 and 4 to hub staff too): suspend it and every case it
-- saw goes dark on the next click, with no row rewritten. For a category the same tokens are issued x 16 + category.

-- The guest of this request, all memberships of its user (also ended ones), and the people its user is or is close to.
create or replace function app.guest_id() returns int language sql stable parallel safe
    as $$ select nullif(current_setting('app.guest', true), '')::int $$;
create or replace function app.memberships() returns int[] language sql stable parallel safe
    as $$ select nullif(current_setting('app.memberships', true), '')::int[] $$;
create or replace function app.is_close_to(person uuid) returns boolean language sql stable parallel safe
    as $$ select coalesce(person = any (nullif(current_setting('app.close_to', true), '')::uuid[]), false) $$;
create or replace function app.clear_request() returns void language sql volatile
    as $$ select set_config('app.' || name, '', true) from unnest(array['user', 'membership', 'memberships', 'agency', 'roles',
          'groups', 'guest', 'tokens', 'kept_from', 'close_to',
          'topic_1', 'topic_2', 'topic_3', 'topic_4', 'topic_5', 'topic_6', 'topic_7']) as name $$;

-- Where a membership stands today: nothing when it is not live. `categories`: what the live agreement gives the agency for
-- supporting a family, null without a live signature.
create or replace function app.standing(the_membership int)
returns table (user_id int, membership_id int, agency_id int, roles text[], group_id int, categories int[],
               hub_tokens int[], agency_tokens int[], own_tokens int[])
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  m record;
  agreement int;
begin
  select ms.id, ms.user_id, ms.agency_id, ms.roles, ms.hub_id, a.kind, a.everyone_sees_team_cases, a.group_id
    into m
    from hubs_membership ms
    join hubs_agency a on a.id = ms.agency_id and a.is_active
    join accounts_user u on u.id = ms.user_id and u.is_active
   where ms.id = the_membership
     and ms.starts_on <= app.today() and (ms.ends_on is null or ms.ends_on >= app.today());
  if not found then return; end if;

  select ag.id into agreement from hubs_agreement ag
   where ag.starts_on <= app.today() and (ag.ends_on is null or ag.ends_on >= app.today()) and ag.activated_at <= now()
   order by ag.version desc limit 1;
  select array_agg(c.category) into categories
    from hubs_agreementcategory c
    join hubs_signature s on s.agreement_id = c.agreement_id and s.agency_id = m.agency_id
   where c.agreement_id = agreement and c.agency_kind = m.kind and 'support' = any (c.purposes)
     and s.signed_on <= app.today() and s.suspended_at is null and s.withdrawn_at is null;

  agency_tokens := '{}';
  if categories is not null then
    agency_tokens := array[m.id * 8 + 2];
    if m.everyone_sees_team_cases or 'agency_lead' = any (m.roles) then
      agency_tokens := agency_tokens || (m.agency_id * 8 + 1)::int;
    end if;
  end if;
  hub_tokens := '{}';
  if 'hub_manager' = any (m.roles) and m.hub_id is null then
    select coalesce(array_agg(h.id * 8), '{}') into hub_tokens from hubs_hub h;
  elsif m.hub_id is not null and m.roles && array['hub_manager', 'hub_coordinator']::varchar[] then
    hub_tokens := array[m.hub_id * 8];
  end if;
  -- A name on a restriction and an emergency count while the agency's signature is live, like everything else; hub staff
  -- have their duty.
  own_tokens := '{}';
  if categories is not null or hub_tokens <> '{}' then
    own_tokens := array[m.id * 8 + 4];
  end if;
  user_id := m.user_id;
  membership_id := m.id;
  agency_id := m.agency_id;
  roles := m.roles;
  group_id := m.group_id;
  return next;
end $$;

-- What ran out at midnight is taken out of the projection before anything is read.
-- (The second condition lets the partial index case_acl_ends be used.)
create or replace function app.forget_what_ran_out() returns void
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if exists (select 1 from cases_case where acl_until < app.today() and acl_until < date '9999-12-31') then
    perform app.project_cases(array(
      select c.id from cases_case c where c.acl_until < app.today() and c.acl_until < date '9999-12-31' limit 500 for update skip locked));
  end if;
end $$;

create or replace function app.begin_request(the_user int, the_membership int) returns void
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  s record;
  emergencies int[] := '{}';
  groups int[];
  kept_from uuid[];
  close_to uuid[];
  memberships int[];
  open_tokens int[];
  k int;
begin
  select * into s from app.standing(the_membership) x where x.user_id = the_user;
  if not found then
    raise exception 'membership % is not a live membership of user %', the_membership, the_user using errcode = '42501';
  end if;
  if s.own_tokens <> '{}' then
    select coalesce(array_agg(e.id * 8 + 3), '{}') into emergencies from cases_emergencyaccess e
     where e.membership_id = s.membership_id and e.starts_at <= now() and e.expires_at > now();
  end if;

  -- The agency's own grants are read by those who see all of its families, not by everybody who works there.
  select coalesce(array_agg(h.group_id), '{}') into groups from hubs_hub h where h.id * 8 = any (s.hub_tokens);
  if s.agency_id * 8 + 1 = any (s.agency_tokens) then
    groups := groups || s.group_id;
  end if;

  -- The same person in whatever agency: what is kept from them, and their own or a relative's family, which no token opens.
  select coalesce(array_agg(ms.id), '{}') into memberships from hubs_membership ms where ms.user_id = the_user;
  select coalesce(array_agg(distinct p.family_id), '{}'), coalesce(array_agg(distinct p.id), '{}') into kept_from, close_to
    from cases_staffrelation r join cases_person p on p.id = r.person_id
   where r.membership_id = any (memberships);

  perform set_config('app.kept_from', kept_from::text, true), set_config('app.close_to', close_to::text, true),
          set_config('app.memberships', memberships::text, true), set_config('app.guest', '', true);
  perform set_config('app.user', the_user::text, true), set_config('app.membership', s.membership_id::text, true),
          set_config('app.agency', s.agency_id::text, true), set_config('app.roles', s.roles::text, true),
          set_config('app.groups', groups::text, true),
          set_config('app.tokens', (s.own_tokens || s.agency_tokens || s.hub_tokens || emergencies)::text, true);
  -- A person named on a restriction and one in an emergency see every category; others what the agreement gives their
  -- kind of agency. A hub whose council has not signed still sees names and contact, to do its duty.
  for k in 1..7 loop
    open_tokens := s.own_tokens || emergencies;
    if k = any (s.categories) then
      open_tokens := open_tokens || s.agency_tokens || s.hub_tokens;
    elsif k = 1 then
      open_tokens := open_tokens || s.hub_tokens;
    end if;
    select array_agg(t * 16 + k) into open_tokens from unnest(open_tokens) t;
    perform set_config('app.topic_' || k, open_tokens::text, true);
  end loop;
  perform app.forget_what_ran_out();
end $$;

-- A guest's eyes: one case, some categories, and never more than the person who invited them sees of it at this moment by
-- their hub or by what is shared with their agency. 42501 when there is nothing to see any more, whatever the cause: ended or
-- run out, not confirmed, the case closed or restricted, the one who invited them gone or without sight, their agency
-- without a live signature, the yes of the person who agreed not in force.
create or replace function app.begin_guest(the_guest int) returns void
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  g record;
  s record;
  mine int := the_guest * 8 + 5;
  k int;
begin
  perform app.clear_request();
  perform app.forget_what_ran_out();
  select x.categories, x.invited_by_id, x.agreed_by_id, x.case_id, c.family_id, c.acl, c.topic_acl into g
    from cases_guest x join cases_case c on c.id = x.case_id
   where x.id = the_guest and x.confirmed_at is not null and x.ended_at is null and x.expires_at > now()
     and c.status <> 'closed' and mine = any (c.acl) and c.acl_until >= app.today();
  if found then
    select * into s from app.standing(g.invited_by_id::int) x
     where x.categories is not null and g.acl && (x.agency_tokens || x.hub_tokens)
       and not exists (select from cases_staffrelation r join hubs_membership ms on ms.id = r.membership_id
                         join cases_person p on p.id = r.person_id
                        where ms.user_id = x.user_id and p.family_id = g.family_id)
       and exists (select from app.answers_that_count() a
                    where a.case_id = g.case_id and a.person_id = g.agreed_by_id and a.agency_id = x.agency_id
                      and a.answer = 'given');
  end if;
  if not found then
    raise exception 'guest % may not look', the_guest using errcode = '42501';
  end if;
  perform set_config('app.guest', the_guest::text, true), set_config('app.tokens', array[mine]::text, true),
          set_config('app.kept_from', '{}', true), set_config('app.close_to', '{}', true),
          set_config('app.memberships', '{}', true);
  foreach k in array g.categories loop
    if k = any (s.categories)
       and g.topic_acl && array(select t * 16 + k from unnest(s.agency_tokens || s.hub_tokens) t) then
      perform set_config('app.topic_' || k, array[mine * 16 + k]::text, true);
    end if;
  end loop;
end $$;

-- Nobody gives themselves anything: the application changes no membership of the person it acts for, and never whose or of
-- which agency a membership is.
create or replace function app.guard_membership() returns trigger language plpgsql volatile as $$
begin
  if current_user <> 'eh_app' then return coalesce(new, old); end if;
  if app.guest_id() is not null
     or tg_op <> 'DELETE' and new.user_id = app.user_id() or tg_op <> 'INSERT' and old.user_id = app.user_id() then
    raise exception 'nobody changes where they themselves work' using errcode = '42501';
  end if;
  if tg_op = 'UPDATE' and (new.user_id <> old.user_id or new.agency_id <> old.agency_id) then
    raise exception 'a membership stays one person''s in one agency' using errcode = '42501';
  end if;
  return coalesce(new, old);
end $$;

-- Somebody who acts for no agency (signing in, enrolling) is in an event as a user alone; a guest as a guest.
create or replace function app.stamp_event() returns trigger language plpgsql volatile as $$
begin
  new.at := now();
  if app.membership_id() is not null then
    new.user_id := app.user_id();
    new.membership_id := app.membership_id();
    new.agency_id := app.agency_id();
    new.guest_id := null;
  elsif current_user = 'eh_app' then
    new.membership_id := null;
    new.agency_id := null;
    new.guest_id := app.guest_id();
    if new.guest_id is not null then new.user_id := null; end if;
  end if;
  return new;
end $$;

-- Emergency access is for reading, and so is a guest's. A row of a family that the application's role sees by an emergency
-- alone is not written, whatever its policy says. TG_ARGV[0]: how the row hangs on its family.
create or replace function app.refuse_emergency_write() returns trigger
language plpgsql volatile as $$
declare
  their_acl int[];
  of_row jsonb;
begin
  if current_user = 'eh_app' and app.guest_id() is not null then
    raise exception 'a guest reads only' using errcode = '42501';
  end if;
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
