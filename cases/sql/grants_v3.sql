-- The rule of grants_v2 with places for reading only: somebody who led and has handed over sees the record for some weeks
-- and writes nothing in it. Their grants are their own, category by category; they keep nobody else of their agency in.
-- Whole functions; docs/decisions/0030.

-- The grants that follow from the facts: the only place where the sharing rule is written as SQL.
-- `ids` names the cases; null means all. One row per grantee and category (0: may see the case at all).
create or replace function app.derive_grants(ids uuid[])
returns table (case_id uuid, group_id int, membership_id int, emergency_id int, category int, basis text, valid_until date)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
with wanted as (
  select c.id, c.hub_id, exists (
           select 1 from cases_restriction r where r.case_id = c.id and r.lifted_at is null) as is_restricted
    from cases_case c where ids is null or c.id = any (ids)
),
answers as (
  select a.case_id, a.agency_id, a.category, a.answer, a.valid_until
    from app.answers_that_count() a join wanted w on w.id = a.case_id and not w.is_restricted
),
cover as (  -- which categories of a case an agency may have: agreed to and not refused, or shared on a lawful basis
  select x.case_id, x.agency_id, x.category, min(x.basis) as basis, nullif(max(x.until), '9999-12-31') as until
    from (
      select a.case_id, a.agency_id, k.category, 'consent' as basis, coalesce(a.valid_until, '9999-12-31') as until
        from answers a cross join generate_series(0, 7) as k (category)
       where a.answer = 'given' and (k.category = 0 or a.category is null or a.category = k.category)
         and not exists (select 1 from answers no where no.case_id = a.case_id and no.agency_id = a.agency_id
                            and no.answer = 'refused' and no.category = k.category)
      union all
      select l.case_id, l.agency_id, k.category, 'lawful', coalesce(l.ends_on, '9999-12-31')
        from cases_lawfulshare l join wanted w on w.id = l.case_id and not w.is_restricted
       cross join generate_series(0, 7) as k (category)
       where l.starts_on <= app.today() and (l.ends_on is null or l.ends_on >= app.today())
         and (k.category = 0 or l.categories = '{}' or k.category = any (l.categories))
    ) x group by 1, 2, 3
),
team as (  -- least() passes over an open end
  select t.case_id, t.membership_id, m.agency_id, t.reads_only, least(t.ends_on, m.ends_on) as until
    from cases_teammember t join wanted w on w.id = t.case_id join hubs_membership m on m.id = t.membership_id
   where t.starts_on <= app.today() and (t.ends_on is null or t.ends_on >= app.today())
     and m.starts_on <= app.today() and (m.ends_on is null or m.ends_on >= app.today())
),
places as (  -- somebody may have two: on the team, and covering for the lead
  select case_id, membership_id, agency_id, reads_only, nullif(max(coalesce(until, '9999-12-31')), '9999-12-31') as until
    from team group by 1, 2, 3, 4
),
agencies as (  -- a place for reading only is its holder's alone
  select case_id, agency_id, nullif(max(coalesce(until, '9999-12-31')), '9999-12-31') as until from team
   where not reads_only group by 1, 2
)
select w.id, h.group_id, null::int, null::int, k.category, 'hub', null::date
  from wanted w join hubs_hub h on h.id = w.hub_id cross join generate_series(0, 7) as k (category)
 where not w.is_restricted
union all
select a.case_id, ag.group_id, null, null, c.category, c.basis, least(a.until, c.until)
  from agencies a join cover c on c.case_id = a.case_id and c.agency_id = a.agency_id
  join hubs_agency ag on ag.id = a.agency_id
union all
select t.case_id, null, t.membership_id, null, 0, c.basis, least(t.until, c.until)
  from places t join cover c on c.case_id = t.case_id and c.agency_id = t.agency_id and c.category = 0
 where not t.reads_only
union all
select t.case_id, null, t.membership_id, null, c.category, 'reads', least(t.until, c.until)
  from places t join cover c on c.case_id = t.case_id and c.agency_id = t.agency_id
 where t.reads_only
union all
select n.case_id, null, n.membership_id, null, 0, 'named', null
  from cases_restrictionname n join wanted w on w.id = n.case_id and w.is_restricted
  join cases_restriction r on r.id = n.restriction_id and r.lifted_at is null
union all
select e.case_id, null, e.membership_id, e.id, 0, 'emergency', null
  from cases_emergencyaccess e join wanted w on w.id = e.case_id
 where e.expires_at > now()
$$;

-- The acl columns of cases, their families and people, as the grants say. Kept apart so that a check can compare.
-- A guest's invitation is its own grant: one row, one case, its categories.
create or replace function app.wanted_acl(ids uuid[])
returns table (case_id uuid, acl int[], topic_acl int[], acl_until date)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
with categories as (
  select p.id as permission_id, k.category from auth_permission p
    join django_content_type ct on ct.id = p.content_type_id and ct.app_label = 'cases' and ct.model = 'case'
    join generate_series(0, 7) as k (category) on p.codename = app.codename(k.category)
),
by_group as (
  select g.content_object_id as case_id, coalesce(h.id * 8, a.id * 8 + 1) as token, a.id as agency_id, c.category
    from cases_casegrouppermission g join categories c on c.permission_id = g.permission_id
    left join hubs_hub h on h.group_id = g.group_id left join hubs_agency a on a.group_id = g.group_id
   where ids is null or g.content_object_id = any (ids)
),
by_name as (
  select u.content_object_id as case_id, m.agency_id, c.category, u.basis,
         case u.basis when 'named' then m.id * 8 + 4 when 'emergency' then u.emergency_id * 8 + 3
                      when 'reads' then m.id * 8 + 6 else m.id * 8 + 2 end as token
    from cases_caseuserpermission u join categories c on c.permission_id = u.permission_id
    join hubs_membership m on m.id = u.membership_id
   where ids is null or u.content_object_id = any (ids)
),
guests as (
  select g.case_id, g.id * 8 + 5 as token, g.categories from cases_guest g
   where g.ended_at is null and (ids is null or g.case_id = any (ids))
     and not exists (select from cases_restriction r where r.case_id = g.case_id and r.lifted_at is null)
),
tokens as (
  select case_id, token, category from by_group
  union all
  select case_id, token, category from by_name
  union all
  select n.case_id, n.token, k.category from by_name n cross join generate_series(1, 7) as k (category)
   where n.basis in ('named', 'emergency')
  union all
  select n.case_id, n.token, g.category from by_name n
    join by_group g on g.case_id = n.case_id and g.agency_id = n.agency_id and g.category > 0
   where n.basis in ('consent', 'lawful')
  union all
  select g.case_id, g.token, k.category from guests g
   cross join generate_series(0, 7) as k (category) where k.category = 0 or k.category = any (g.categories)
),
ends as (  -- the day after which some fact no longer holds, or before which one does not hold yet
  select x.case_id, min(x.day) as day from (
    select case_id, valid_until as day from cases_consent
     where ended_at is null and valid_until >= app.today() and (ids is null or case_id = any (ids))
    union all
    select case_id, ends_on from cases_lawfulshare where ends_on >= app.today() and (ids is null or case_id = any (ids))
    union all
    select case_id, ends_on from cases_teammember where ends_on >= app.today() and (ids is null or case_id = any (ids))
    union all
    select case_id, given_on - 1 from cases_consent
     where ended_at is null and given_on > app.today() and (ids is null or case_id = any (ids))
    union all
    select case_id, starts_on - 1 from cases_lawfulshare where starts_on > app.today() and (ids is null or case_id = any (ids))
    union all
    select case_id, starts_on - 1 from cases_teammember where starts_on > app.today() and (ids is null or case_id = any (ids))
    union all
    select t.case_id, case when m.starts_on > app.today() then m.starts_on - 1 else m.ends_on end
      from hubs_membership m join cases_teammember t on t.membership_id = m.id
     where (m.ends_on >= app.today() or m.starts_on > app.today())
       and (t.ends_on is null or t.ends_on >= app.today()) and (ids is null or t.case_id = any (ids))
  ) x group by 1
),
folded as (
  select t.case_id, array_agg(distinct t.token order by t.token) filter (where t.category = 0) as acl,
         array_agg(distinct t.token * 16 + t.category order by t.token * 16 + t.category) filter (where t.category > 0) as topics
    from tokens t group by 1
)
select c.id, coalesce(f.acl, '{}'), coalesce(f.topics, '{}'), coalesce(e.day, '9999-12-31')
  from cases_case c left join folded f on f.case_id = c.id left join ends e on e.case_id = c.id
 where ids is null or c.id = any (ids)
$$;

-- A person is visible to an agency that sees a case of the family when an answer about that person says so, when a lawful
-- basis covers the case, or when the agency recorded the person itself. Consent is each person's own (access.md, "Per
-- person"). A guest sees those who agreed to the agency that invited them, and nobody else.
create or replace function app.wanted_person_acl(families uuid[])
returns table (person_id uuid, acl int[])
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
with tokens as (
  select c.family_id, c.id as case_id, t.token, t.token & 7 as kind,
         case when t.token & 7 = 1 then t.token >> 3 when t.token & 7 in (2, 6) then m.agency_id when t.token & 7 = 5 then i.agency_id end as agency_id
    from cases_case c cross join unnest(c.acl) as t (token)
    left join hubs_membership m on t.token & 7 in (2, 6) and m.id = t.token >> 3
    left join cases_guest g on t.token & 7 = 5 and g.id = t.token >> 3
    left join hubs_membership i on i.id = g.invited_by_id
   where families is null or c.family_id = any (families)
),
seen as (
  select p.id, t.token from cases_person p join tokens t on t.family_id = p.family_id
   where t.kind in (0, 3, 4) or (t.kind <> 5 and p.recorded_by_agency_id = t.agency_id)
  union
  select p.id, t.token from app.answers_that_count() cs join tokens t on t.case_id = cs.case_id and t.agency_id = cs.agency_id
    -- An answer opens somebody of the case's own family, whatever else it names.
    join cases_person p on p.id = cs.person_id and p.family_id = t.family_id
   where cs.answer = 'given'
  union
  select p.id, t.token from cases_lawfulshare l join tokens t on t.case_id = l.case_id and t.agency_id = l.agency_id
    join cases_person p on p.family_id = t.family_id
   where t.kind <> 5 and l.starts_on <= app.today() and (l.ends_on is null or l.ends_on >= app.today())
)
select p.id, coalesce(array_agg(s.token order by s.token) filter (where s.token is not null), '{}')
  from cases_person p left join seen s on s.id = p.id
 where families is null or p.family_id = any (families)
 group by p.id
$$;
