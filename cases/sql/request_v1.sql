-- Whose eyes a transaction sees through. A token is one reason why somebody may see a case:
--   hub x 8 + 0         the hub coordinates the family (statutory: needs no signature)
--   agency x 8 + 1      the whole agency, for its leads or where the agency chose "everyone here"
--   membership x 8 + 2  a practitioner named on the team
--   emergency x 8 + 3   one emergency access, while it lasts
--   membership x 8 + 4  a person named on a restriction
-- Kinds 1 to 4 are issued only while the agency's signature is live (3 and 4 to hub staff too): suspend it and every case it
-- saw goes dark on the next click, with no row rewritten. For a category the same tokens are issued x 16 + category.
create or replace function app.begin_request(the_user int, the_membership int) returns void
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  m record;
  agreement int;
  categories int[];
  agency_tokens int[] := '{}';
  hub_tokens int[] := '{}';
  own_tokens int[];
  emergencies int[];
  groups int[];
  kept_from uuid[];
  open_tokens int[];
  k int;
begin
  select ms.id, ms.agency_id, ms.roles, ms.hub_id, a.kind, a.everyone_sees_team_cases, a.group_id
    into m
    from hubs_membership ms
    join hubs_agency a on a.id = ms.agency_id and a.is_active
    join accounts_user u on u.id = ms.user_id and u.is_active
   where ms.id = the_membership and ms.user_id = the_user
     and ms.starts_on <= app.today() and (ms.ends_on is null or ms.ends_on >= app.today());
  if not found then
    raise exception 'membership % is not a live membership of user %', the_membership, the_user using errcode = '42501';
  end if;

  select ag.id into agreement from hubs_agreement ag
   where ag.starts_on <= app.today() and (ag.ends_on is null or ag.ends_on >= app.today()) and ag.activated_at <= now()
   order by ag.version desc limit 1;
  select array_agg(c.category) into categories
    from hubs_agreementcategory c
    join hubs_signature s on s.agreement_id = c.agreement_id and s.agency_id = m.agency_id
   where c.agreement_id = agreement and c.agency_kind = m.kind
     and s.signed_on <= app.today() and s.suspended_at is null and s.withdrawn_at is null;

  if categories is not null then
    agency_tokens := array[m.id * 8 + 2];
    if m.everyone_sees_team_cases or 'agency_lead' = any (m.roles) then
      agency_tokens := agency_tokens || (m.agency_id * 8 + 1);
    end if;
  end if;
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
    select coalesce(array_agg(e.id * 8 + 3), '{}') into emergencies from cases_emergencyaccess e
     where e.membership_id = m.id and e.starts_at <= now() and e.expires_at > now();
  end if;

  -- The agency's own grants are read by those who see all of its families, not by everybody who works there.
  select coalesce(array_agg(h.group_id), '{}') into groups from hubs_hub h where h.id * 8 = any (hub_tokens);
  if m.agency_id * 8 + 1 = any (agency_tokens) then
    groups := groups || m.group_id;
  end if;

  -- Families of which this person, in whatever agency, is one or a relative: no token opens them.
  select coalesce(array_agg(distinct p.family_id), '{}') into kept_from
    from cases_staffrelation r join hubs_membership ms on ms.id = r.membership_id join cases_person p on p.id = r.person_id
   where ms.user_id = the_user;

  perform set_config('app.kept_from', kept_from::text, true);
  perform set_config('app.user', the_user::text, true), set_config('app.membership', m.id::text, true),
          set_config('app.agency', m.agency_id::text, true), set_config('app.roles', m.roles::text, true),
          set_config('app.groups', groups::text, true),
          set_config('app.tokens', (own_tokens || agency_tokens || hub_tokens || emergencies)::text, true);
  -- A person named on a restriction and one in an emergency see every category; others what the agreement gives their
  -- kind of agency. A hub whose council has not signed still sees names and contact, to do its duty.
  for k in 1..7 loop
    open_tokens := own_tokens || emergencies;
    if k = any (categories) then
      open_tokens := open_tokens || agency_tokens || hub_tokens;
    elsif k = 1 then
      open_tokens := open_tokens || hub_tokens;
    end if;
    select array_agg(t * 16 + k) into open_tokens from unnest(open_tokens) t;
    perform set_config('app.topic_' || k, open_tokens::text, true);
  end loop;

  -- (The second condition lets the partial index case_acl_ends be used.)
  -- What ran out at midnight is taken out of the projection before anything is read.
  if exists (select 1 from cases_case where acl_until < app.today() and acl_until < date '9999-12-31') then
    perform app.project_cases(array(
      select c.id from cases_case c where c.acl_until < app.today() and c.acl_until < date '9999-12-31' limit 500 for update skip locked));
  end if;
end $$;
