-- What a version of the agreement, or the withdrawal of a signature, does to sight: counts, and no case. For those who run
-- or confirm the agreement. A grant gives sight while the agreement opens its category (0: the case itself) to its agency;
-- one that opens nothing is not counted. Grants of hubs to names and contact are a statutory duty: no agreement ends them.
--   change  `ends` or `begins`;  reason  `matrix`: the version's words; `signature`: the agency has not signed it, or not yet
--   a row without agency, category or reason is the total over all of them; people are accounts that see less, or more
create or replace function app.sight_changes(before int, after int, the_day date, without_agency int)
returns table (change text, reason text, agency_id int, category int, grants bigint, cases bigint, people bigint)
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  return query
  with cells as (  -- what each version opens to each kind of agency; 0, the case itself, goes with anything
    select c.agreement_id, c.agency_kind, k.category
      from hubs_agreementcategory c cross join lateral (values (0), (c.category::int)) as k (category)
     where c.agreement_id in (before, after) and 'support' = any (c.purposes) group by 1, 2, 3
  ),
  signed as (
    select s.agreement_id, s.agency_id from hubs_signature s
     where s.agreement_id in (before, after) and s.signed_on <= the_day and s.suspended_at is null and s.withdrawn_at is null
  ),
  states as (
    select a.id::int as agency_id, k.category, b_cell.category is not null and b_signed.agency_id is not null as had,
           a_cell.category is not null as gives, b_signed.agency_id is not null as had_signed,
           a_signed.agency_id is not null and a.id is distinct from without_agency as has_signed
      from hubs_agency a cross join generate_series(0, 7) as k (category)
      left join cells b_cell on b_cell.agreement_id = before and b_cell.agency_kind = a.kind and b_cell.category = k.category
      left join cells a_cell on a_cell.agreement_id = after and a_cell.agency_kind = a.kind and a_cell.category = k.category
      left join signed b_signed on b_signed.agreement_id = before and b_signed.agency_id = a.id
      left join signed a_signed on a_signed.agreement_id = after and a_signed.agency_id = a.id
     where a.is_active
  ),
  changed as (
    select s.agency_id, s.category,
           case when s.had then 'ends' else 'begins' end as change,
           case when s.had and s.gives or not s.had and not s.has_signed then 'signature' else 'matrix' end as reason
      from states s
     where (s.had and not (s.gives and s.has_signed)) or (not s.had and s.gives and (s.has_signed or s.had_signed))
  ),
  staff as (  -- who runs which hub, and for which agency
    select m.id::int as membership_id, m.user_id::int as user_id, m.agency_id::int as agency_id, h.id::int as hub_id, h.group_id
      from hubs_membership m join accounts_user u on u.id = m.user_id and u.is_active
      join hubs_hub h on (h.id = m.hub_id and m.roles && array['hub_manager', 'hub_coordinator']::varchar[])
                      or (m.hub_id is null and 'hub_manager' = any (m.roles))
     where m.starts_on <= app.today() and (m.ends_on is null or m.ends_on >= app.today())
  ),
  codes as (
    select p.id as permission_id, k.category from auth_permission p
      join django_content_type ct on ct.id = p.content_type_id and ct.app_label = 'cases' and ct.model = 'case'
      join generate_series(0, 7) as k (category) on p.codename = app.codename(k.category)
  ),
  named as (  -- grants to a person by name, those of hub staff apart: their duty needs no signature
    select u.content_object_id as case_id, m.agency_id::int as agency_id, u.user_id::int as user_id
      from cases_caseuserpermission u join hubs_membership m on m.id = u.membership_id
     where (u.valid_until is null or u.valid_until >= the_day)
       and (u.basis in ('consent', 'lawful') or u.membership_id not in (select s.membership_id from staff s))
  ),
  hit as materialized (  -- each grant whose sight changes; `user_id` where it is one person's alone
    select c.change, c.reason, c.agency_id, c.category, g.content_object_id as case_id, null::int as user_id, 'agency' as kind,
           null::int as hub_id
      from changed c join hubs_agency a on a.id = c.agency_id
      join codes on codes.category = c.category
      join cases_casegrouppermission g on g.group_id = a.group_id and g.permission_id = codes.permission_id
     where g.valid_until is null or g.valid_until >= the_day
    union all
    select c.change, c.reason, c.agency_id, 0, n.case_id, n.user_id, 'named', null
      from changed c join named n on n.agency_id = c.agency_id where c.category = 0
    union all
    select c.change, c.reason, c.agency_id, c.category, g.content_object_id, null, 'hub', s.hub_id
      from changed c join (select distinct x.agency_id, x.hub_id, x.group_id from staff x) s on s.agency_id = c.agency_id
      join codes on codes.category = c.category
      join cases_casegrouppermission g on g.group_id = s.group_id and g.permission_id = codes.permission_id
     where c.category >= 2 and (g.valid_until is null or g.valid_until >= the_day)
  ),
  eyes as (  -- whose sight it is
    select distinct h.change, h.reason, h.agency_id, h.category, h.user_id from hit h where h.kind = 'named'
    union
    select h.change, h.reason, h.agency_id, h.category, n.user_id
      from hit h join named n on n.case_id = h.case_id and n.agency_id = h.agency_id where h.kind = 'agency'
    union
    select h.change, h.reason, h.agency_id, h.category, m.user_id::int
      from (select distinct x.change, x.reason, x.agency_id, x.category from hit x where x.kind = 'agency') h
      join hubs_agency a on a.id = h.agency_id
      join hubs_membership m on m.agency_id = a.id and (a.everyone_sees_team_cases or 'agency_lead' = any (m.roles))
      join accounts_user u on u.id = m.user_id and u.is_active
     where m.starts_on <= app.today() and (m.ends_on is null or m.ends_on >= app.today())
    union
    select h.change, h.reason, h.agency_id, h.category, s.user_id
      from (select distinct x.change, x.reason, x.agency_id, x.category, x.hub_id from hit x where x.kind = 'hub') h
      join staff s on s.agency_id = h.agency_id and s.hub_id = h.hub_id
  ),
  counted as (
    select h.change, h.reason, h.agency_id, h.category, grouping(h.reason, h.agency_id, h.category) as level,
           count(*) as grants, count(distinct h.case_id) as cases
      from hit h
     group by grouping sets ((h.change, h.reason, h.agency_id, h.category), (h.change, h.reason, h.agency_id),
                             (h.change, h.reason), (h.change, h.agency_id), (h.change))
  ),
  looking as (
    select e.change, e.reason, e.agency_id, e.category, grouping(e.reason, e.agency_id, e.category) as level,
           count(distinct e.user_id) as people
      from eyes e
     group by grouping sets ((e.change, e.reason, e.agency_id, e.category), (e.change, e.reason, e.agency_id),
                             (e.change, e.reason), (e.change, e.agency_id), (e.change))
  )
  select c.change, c.reason, c.agency_id, c.category, c.grants, c.cases, coalesce(l.people, 0)
    from counted c
    left join looking l on l.level = c.level and l.change = c.change and l.reason is not distinct from c.reason
          and l.agency_id is not distinct from c.agency_id and l.category is not distinct from c.category;
end $$;

-- A version against the one that would be in force on that day without it.
create or replace function app.agreement_effect(the_agreement int, the_day date)
returns table (change text, reason text, agency_id int, category int, grants bigint, cases bigint, people bigint)
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  before int;
begin
  if not coalesce(app.roles() && array['ig_lead', 'board_chair'], false) then
    raise exception 'the effect of the agreement is counted for those who run it' using errcode = '42501';
  end if;
  select ag.id into before from hubs_agreement ag
   where ag.id <> the_agreement and ag.starts_on <= the_day and (ag.ends_on is null or ag.ends_on >= the_day)
     and ag.activated_at <= now()
   order by ag.version desc limit 1;
  return query select * from app.sight_changes(before, the_agreement, the_day, null);
end $$;

-- The version in force today against itself without one agency.
create or replace function app.agency_effect(the_agency int)
returns table (change text, reason text, agency_id int, category int, grants bigint, cases bigint, people bigint)
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  live int;
begin
  if not coalesce(app.roles() && array['ig_lead', 'board_chair'], false) then
    raise exception 'the effect of the agreement is counted for those who run it' using errcode = '42501';
  end if;
  select ag.id into live from hubs_agreement ag
   where ag.starts_on <= app.today() and (ag.ends_on is null or ag.ends_on >= app.today()) and ag.activated_at <= now()
   order by ag.version desc limit 1;
  return query select * from app.sight_changes(live, live, app.today(), the_agency);
end $$;
