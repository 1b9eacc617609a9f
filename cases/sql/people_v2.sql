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
