-- Looks of one day that somebody should ask about. For information governance leads and auditors; the family's name is
-- compared here and not shown. `many`: records in an hour; `opens`, `closes`: hours of the day in England.
create or replace function app.unusual_looks(the_day date, many int, opens int, closes int)
returns table (kind text, membership_id int, reference varchar, at timestamptz, looks int)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  with seen as (
    select e.membership_id, e.user_id, e.case_id, e.at, e.at at time zone 'Europe/London' as clock
      from audit_event e
     where app.roles() && array['ig_lead', 'auditor']
       and e.at >= the_day::timestamp at time zone 'Europe/London'
       and e.at < (the_day + 1)::timestamp at time zone 'Europe/London'
       and e.level in ('record', 'section') and e.case_id is not null and e.membership_id is not null
  ),
  pairs as (
    select s.membership_id, s.user_id, s.case_id, min(s.at) as at, count(*)::int as looks,
           bool_or(extract(hour from s.clock) < opens or extract(hour from s.clock) >= closes) as is_late,
           min(s.at) filter (where extract(hour from s.clock) < opens or extract(hour from s.clock) >= closes) as late_at
      from seen s group by 1, 2, 3
  )
  select 'own_surname', p.membership_id, c.reference, p.at, p.looks
    from pairs p join accounts_user u on u.id = p.user_id join cases_case c on c.id = p.case_id
   where app.plain(u.last_name) <> '' and exists (
     select from cases_person x where x.family_id = c.family_id and app.plain(x.last_name) = app.plain(u.last_name))
  union all
  select 'many', s.membership_id, null, min(s.at), count(distinct s.case_id)::int
    from seen s group by s.membership_id, date_trunc('hour', s.clock) having count(distinct s.case_id) > many
  union all
  select 'out_of_hours', p.membership_id, null, min(p.late_at), count(*)::int
    from pairs p where p.is_late group by p.membership_id
  order by 1, 4, 2
$$;
