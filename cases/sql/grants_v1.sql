-- A category's permission, as django-guardian stores it.
create or replace function app.codename(category int) returns text language sql immutable parallel safe as $$
  select (array['view_case', 'topic_family', 'topic_education', 'topic_health', 'topic_police', 'topic_housing',
                'topic_finance', 'topic_safeguarding'])[category + 1]
$$;

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
answers as (  -- consent in force today
  select cs.case_id, cs.agency_id, cs.category, cs.answer, cs.valid_until
    from cases_consent cs join wanted w on w.id = cs.case_id and not w.is_restricted
   where cs.ended_at is null and cs.given_on <= app.today()
     and (cs.valid_until is null or cs.valid_until >= app.today())
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
    ) x group by 1, 2, 3
),
team as (
  select t.case_id, t.membership_id, m.agency_id, t.ends_on as until
    from cases_teammember t join wanted w on w.id = t.case_id join hubs_membership m on m.id = t.membership_id
   where t.starts_on <= app.today() and (t.ends_on is null or t.ends_on >= app.today())
     and m.starts_on <= app.today() and (m.ends_on is null or m.ends_on >= app.today())
),
agencies as (
  select case_id, agency_id, nullif(max(coalesce(until, '9999-12-31')), '9999-12-31') as until from team group by 1, 2
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
  from team t join cover c on c.case_id = t.case_id and c.agency_id = t.agency_id and c.category = 0
union all
select n.case_id, null, n.membership_id, null, 0, 'named', null
  from cases_restrictionname n join wanted w on w.id = n.case_id and w.is_restricted
  join cases_restriction r on r.id = n.restriction_id and r.lifted_at is null
union all
select e.case_id, null, e.membership_id, e.id, 0, 'emergency', null
  from cases_emergencyaccess e join wanted w on w.id = e.case_id
 where e.expires_at > now()
$$;

-- Write the grants of these cases afresh, then the acl columns that row-level security reads.
-- The cases are locked first: two facts changing at once would otherwise lose one (access.md, trap 8).
create or replace function app.project_cases(ids uuid[]) returns void
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  content_type int;
begin
  if coalesce(cardinality(ids), 0) = 0 then return; end if;
  perform 1 from cases_case c where c.id = any (ids) order by c.id for update;
  select ct.id into strict content_type from django_content_type ct where ct.app_label = 'cases' and ct.model = 'case';

  delete from cases_casegrouppermission where content_object_id = any (ids);
  delete from cases_caseuserpermission where content_object_id = any (ids);
  with derived as materialized (select * from app.derive_grants(ids)),
  groups as (
    insert into cases_casegrouppermission (content_object_id, group_id, permission_id, basis, valid_until)
      select d.case_id, d.group_id, p.id, d.basis, d.valid_until
        from derived d join auth_permission p on p.content_type_id = content_type and p.codename = app.codename(d.category)
       where d.group_id is not null
  )
  insert into cases_caseuserpermission
         (content_object_id, user_id, membership_id, emergency_id, permission_id, basis, valid_until)
    select d.case_id, m.user_id, m.id, d.emergency_id, p.id, d.basis, d.valid_until
      from derived d join hubs_membership m on m.id = d.membership_id
      join auth_permission p on p.content_type_id = content_type and p.codename = app.codename(d.category);
  perform app.project_acl(ids);
end $$;

-- The acl columns of cases, their families and people, as the grants say. Kept apart so that a check can compare.
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
  select u.content_object_id as case_id, m.agency_id, u.basis in ('named', 'emergency') as sees_all,
         case u.basis when 'named' then m.id * 8 + 4 when 'emergency' then u.emergency_id * 8 + 3 else m.id * 8 + 2 end as token
    from cases_caseuserpermission u join hubs_membership m on m.id = u.membership_id
   where ids is null or u.content_object_id = any (ids)
),
tokens as (
  select case_id, token, category from by_group
  union all
  select case_id, token, 0 from by_name
  union all
  select n.case_id, n.token, k.category from by_name n cross join generate_series(1, 7) as k (category) where n.sees_all
  union all
  select n.case_id, n.token, g.category from by_name n
    join by_group g on g.case_id = n.case_id and g.agency_id = n.agency_id and g.category > 0
   where not n.sees_all
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

-- A person is visible to an agency that sees a case of the family when that person agreed, when a lawful basis covers
-- the case, or when the agency recorded the person itself. Consent is each person's own (access.md, "Per person").
create or replace function app.wanted_person_acl(families uuid[])
returns table (person_id uuid, acl int[])
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
with tokens as (
  select c.family_id, c.id as case_id, t.token, t.token & 7 as kind,
         case t.token & 7 when 1 then t.token >> 3 when 2 then m.agency_id end as agency_id
    from cases_case c cross join unnest(c.acl) as t (token)
    left join hubs_membership m on t.token & 7 = 2 and m.id = t.token >> 3
   where families is null or c.family_id = any (families)
),
seen as (
  select p.id, t.token from cases_person p join tokens t on t.family_id = p.family_id
   where t.kind in (0, 3, 4) or p.recorded_by_agency_id = t.agency_id
  union
  select p.id, t.token from cases_consent cs join tokens t on t.case_id = cs.case_id and t.agency_id = cs.agency_id
    -- An answer opens somebody of the case's own family, whatever else it names.
    join cases_person p on p.id = cs.person_id and p.family_id = t.family_id
   where cs.answer = 'given' and cs.ended_at is null and cs.given_on <= app.today()
     and (cs.valid_until is null or cs.valid_until >= app.today())
  union
  select p.id, t.token from cases_lawfulshare l join tokens t on t.case_id = l.case_id and t.agency_id = l.agency_id
    join cases_person p on p.family_id = t.family_id
   where l.starts_on <= app.today() and (l.ends_on is null or l.ends_on >= app.today())
)
select p.id, coalesce(array_agg(s.token order by s.token) filter (where s.token is not null), '{}')
  from cases_person p left join seen s on s.id = p.id
 where families is null or p.family_id = any (families)
 group by p.id
$$;

create or replace function app.project_acl(ids uuid[]) returns void
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  families uuid[];
begin
  perform set_config('app.projecting', 'on', true);
  update cases_case c set acl = w.acl, topic_acl = w.topic_acl, acl_until = w.acl_until
    from app.wanted_acl(ids) w
   where w.case_id = c.id and (c.acl, c.topic_acl, c.acl_until) is distinct from (w.acl, w.topic_acl, w.acl_until);
  select array_agg(distinct c.family_id) into families from cases_case c where ids is null or c.id = any (ids);
  perform 1 from cases_family f where f.id = any (families) order by f.id for update;
  update cases_family f set acl = n.acl
    from (select c.family_id, coalesce(array_agg(distinct t.token order by t.token) filter (where t.token is not null), '{}') as acl
            from cases_case c left join lateral unnest(c.acl) as t (token) on true
           where c.family_id = any (families) group by 1) n
   where n.family_id = f.id and f.acl is distinct from n.acl;
  update cases_person p set acl = w.acl from app.wanted_person_acl(families) w
   where w.person_id = p.id and p.acl is distinct from w.acl;
  perform set_config('app.projecting', '', true);
end $$;

-- Every case, set by set: after a bulk load, and for repair.
create or replace function app.project_all() returns bigint
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  ids uuid[];
begin
  select array_agg(c.id) into ids from cases_case c;
  perform app.project_cases(ids);
  return coalesce(cardinality(ids), 0);
end $$;

-- Rows whose projection is not what the grants say, or whose grants are not what the facts say. None, or something is wrong.
create or replace function app.projection_faults() returns table (what text, id uuid)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select 'case', c.id from cases_case c join app.wanted_acl(null) w on w.case_id = c.id
   where (c.acl, c.topic_acl, c.acl_until) is distinct from (w.acl, w.topic_acl, w.acl_until)
  union all
  select 'person', p.id from cases_person p join app.wanted_person_acl(null) w on w.person_id = p.id
   where p.acl is distinct from w.acl
     and exists (select 1 from cases_case c where c.family_id = p.family_id)
  union all
  select 'family', f.id from cases_family f
    join (select c.family_id, coalesce(array_agg(distinct t.token order by t.token) filter (where t.token is not null), '{}') as acl
            from cases_case c left join lateral unnest(c.acl) as t (token) on true group by 1) n on n.family_id = f.id
   where f.acl is distinct from n.acl
  union all
  select 'grant', x.case_id from (
    (select d.case_id, d.group_id, d.category, d.basis, d.valid_until from app.derive_grants(null) d where d.group_id is not null
     except
     select g.content_object_id, g.group_id, k.category, g.basis, g.valid_until from cases_casegrouppermission g
       join auth_permission p on p.id = g.permission_id
       join generate_series(0, 7) as k (category) on app.codename(k.category) = p.codename)
    union all
    (select g.content_object_id, g.group_id, k.category, g.basis, g.valid_until from cases_casegrouppermission g
       join auth_permission p on p.id = g.permission_id
       join generate_series(0, 7) as k (category) on app.codename(k.category) = p.codename
     except
     select d.case_id, d.group_id, d.category, d.basis, d.valid_until from app.derive_grants(null) d where d.group_id is not null)
  ) x
$$;

-- Who sees a case today and why, for the page that explains it and the preview before consent is withdrawn. Shown only
-- to somebody who sees the case.
create or replace function app.who_can_see(the_case uuid)
returns table (group_id int, membership_id int, category int, basis text, valid_until date)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select d.group_id, d.membership_id, d.category, d.basis, d.valid_until from app.derive_grants(array[the_case]) d
   where exists (select 1 from cases_case c where c.id = the_case and c.acl && app.tokens())
$$;

-- Who would still see the case if these answers ended: tried in a subtransaction that is undone again. For the page that
-- names, before a withdrawal is saved, who will lose sight.
create or replace function app.who_would_see(the_case uuid, ending uuid[])
returns table (group_id int, membership_id int, category int, basis text, valid_until date)
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  left_over jsonb;
begin
  if not exists (select 1 from cases_case c where c.id = the_case and c.acl && app.tokens()) then return; end if;
  begin
    update cases_consent cs set ended_at = now(), end_reason = 'withdrawn'
     where cs.id = any (ending) and cs.case_id = the_case and cs.ended_at is null;
    select coalesce(jsonb_agg(to_jsonb(d)), '[]') into left_over from app.derive_grants(array[the_case]) d;
    raise exception using errcode = 'EH001';
  exception when sqlstate 'EH001' then null;
  end;
  return query select r.group_id, r.membership_id, r.category, r.basis, r.valid_until
    from jsonb_to_recordset(left_over) as r (group_id int, membership_id int, category int, basis text, valid_until date);
end $$;
