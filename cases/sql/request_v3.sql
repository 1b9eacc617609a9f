-- The request of request_v2 with two more whose eyes are narrower: somebody with a place for reading only, and a volunteer.
--   membership x 8 + 6  somebody who led the family and may still read, until a last day
-- docs/decisions/0030.

create or replace function app.is_volunteer() returns boolean language sql stable parallel safe
    as $$ select coalesce('volunteer' = any (app.roles()), false) $$;

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
    -- Issued to the few who have such a place, so that everybody else's writes are not looked at twice.
    if exists (select from cases_teammember t where t.membership_id = m.id and t.reads_only and t.ends_on >= app.today()) then
      agency_tokens := agency_tokens || (m.id * 8 + 6)::int;
    end if;
    -- A volunteer sees the families they are named on, even where everybody of the agency sees all.
    if (m.everyone_sees_team_cases or 'agency_lead' = any (m.roles)) and not 'volunteer' = any (m.roles) then
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
  -- kind of agency. A hub whose council has not signed still sees names and contact, to do its duty. A volunteer sees no
  -- more than names and contact.
  for k in 1..7 loop
    open_tokens := s.own_tokens || emergencies;
    if k = any (s.categories) and (k = 1 or not 'volunteer' = any (s.roles)) then
      open_tokens := open_tokens || s.agency_tokens || s.hub_tokens;
    elsif k = 1 then
      open_tokens := open_tokens || s.hub_tokens;
    end if;
    select array_agg(t * 16 + k) into open_tokens from unnest(open_tokens) t;
    perform set_config('app.topic_' || k, open_tokens::text, true);
  end loop;
  perform app.forget_what_ran_out();
end $$;

