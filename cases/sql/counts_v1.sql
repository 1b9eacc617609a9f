-- What a coordinator watches over in the hubs they run. A function of its own because counting who leads nobody under
-- row-level security asks the policy of the leads once for each case: 165 ms for a county instead of 7 for a hub.
-- Counts what the same person's lists show, restricted cases and a colleague's own family left out, and gives back three
-- numbers and no row. A lead who has left their agency leads nobody. Without the setting the planner, who expects few rows, looks leads up one by one.
create or replace function app.hub_counts() returns table (open_cases bigint, review_late bigint, no_lead bigint)
language sql stable security definer set search_path = pg_catalog, public, pg_temp set enable_nestloop = off as $$
  select count(*), count(*) filter (where c.next_review_on < app.today()), count(*) - count(l.case_id)
    from cases_case c
    left join (select lead.case_id from cases_leadprofessional lead join hubs_membership m on m.id = lead.membership_id
                where lead.until_at is null and (m.ends_on is null or m.ends_on >= app.today())) l on l.case_id = c.id
   where c.status <> 'closed' and c.acl_until >= app.today()
     and not app.is_kept_from(c.family_id)
     and c.hub_id = any (array(select t >> 3 from unnest(app.tokens()) as t where t & 7 = 0))
     and c.acl && array(select t from unnest(app.tokens()) as t where t & 7 = 0)
$$;
