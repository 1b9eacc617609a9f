-- When each family's record is due, by the rule that fits it. `years`: from the youngest child's birth; from the last
-- closure; from birth when it was stepped up; from birth when it was restricted because of an adoption; from closure when
-- no child is recorded. A birthday counts as the last day of its month, so that no date tells of a birth. Whatever the settings say: at least 18 years from birth and 6 from closure.
create or replace function app.retention_dates(years int[]) returns
  table (family_id uuid, refs varchar[], hub_id bigint, is_open boolean, opened_on date, closed_on date, due_on date, rule text)
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if cardinality(years) <> 5 or years[1] < 18 or years[2] < 6 or years[3] < years[1] or years[4] < years[1] or years[5] < 6 then
    raise exception 'records are kept for at least 18 years from birth and 6 from closure' using errcode = '22023';
  end if;
  return query
  with families as (
    select c.family_id, array_agg(c.reference order by c.opened_on desc, c.reference desc) as refs,
           (array_agg(c.hub_id order by c.opened_on desc))[1] as hub_id, bool_or(c.status <> 'closed') as is_open,
           min(c.opened_on) as opened_on, max(c.closed_on) as closed_on,
           bool_or(c.closure_reason = 'stepped_up' or exists (
             select from cases_stepup s where s.case_id = c.id and s.status = 'accepted')) as stepped_up,
           bool_or(exists (select from cases_restriction r where r.case_id = c.id and r.reason = 'adoption')) as adoption
      from cases_case c group by c.family_id
  ),
  dated as (
    select f.*, (select max(coalesce(p.born_on, p.due_on)) from cases_person p where p.family_id = f.family_id and p.is_child) as youngest
      from families f
  ),
  ruled as (
    select d.*, case when d.adoption then 'adoption' when d.stepped_up then 'stepped_up' else 'birthday' end as code,
           (date_trunc('month', d.youngest + make_interval(years => case when d.adoption then years[4] when d.stepped_up then years[3]
                                                                     else years[1] end)) + interval '1 month - 1 day')::date as by_birth,
           (d.closed_on + make_interval(years => case when d.youngest is null then years[5] else years[2] end))::date as by_closure
      from dated d
  )
  select r.family_id, r.refs, r.hub_id, r.is_open, r.opened_on, r.closed_on, greatest(r.by_birth, r.by_closure),
         case when r.youngest is null then 'adult' when r.by_birth >= r.by_closure then r.code else 'closed' end
    from ruled r;
end $$;
