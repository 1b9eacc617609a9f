-- Panels: who sits on one, who runs one, what may be asked for a family, and items that go on to another date.

-- Who runs a panel: its chair, the staff of its hub, the lead of the school whose panel it is.
create or replace function app.runs_panel(the_panel uuid) returns boolean
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select coalesce(exists (
    select from cases_panel p
     where p.id = the_panel
       and (p.chair_id = app.membership_id() or (p.hub_id * 8)::int = any (app.tokens())
            or p.agency_id = app.agency_id() and 'agency_lead' = any (app.roles()))), false)
$$;

-- Who may know of a panel's dates and notes: who runs it and who sits on it today.
create or replace function app.on_panel(the_panel uuid) returns boolean
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select coalesce(app.runs_panel(the_panel) or exists (
    select from cases_panelmember m
     where m.panel_id = the_panel and m.membership_id = app.membership_id()
       and m.starts_on <= app.today() and (m.ends_on is null or m.ends_on >= app.today())), false)
$$;

-- The panels of the district of a case that the asker sees, with their agencies and next date: what somebody must know
-- before they can ask a panel they do not sit on. Nothing for a case that the asker does not see.
create or replace function app.panels_to_ask(the_case uuid)
returns table (panel uuid, name varchar, kind varchar, rhythm varchar, needs_assessment boolean, has_assessment boolean, agencies bigint[],
               sitting uuid, sits_at timestamptz)
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  the_hub bigint;
begin
  select c.hub_id into the_hub from cases_case c
   where c.id = the_case and c.acl && app.tokens() and c.acl_until >= app.today() and not app.is_kept_from(c.family_id);
  if not found or app.guest_id() is not null then return; end if;
  return query
    select p.id, p.name, p.kind, p.rhythm, p.needs_assessment,
           exists (select from assessments_assessment a where a.case_id = the_case and a.status <> 'withdrawn'),
           coalesce((select array_agg(distinct ms.agency_id) from cases_panelmember m join hubs_membership ms on ms.id = m.membership_id
                      where m.panel_id = p.id and m.starts_on <= app.today() and (m.ends_on is null or m.ends_on >= app.today())
                        and (ms.ends_on is null or ms.ends_on >= app.today())), '{}'),
           s.id, s.starts_at
      from cases_panel p
      left join lateral (select x.id, x.starts_at from cases_sitting x
                          where x.panel_id = p.id and x.status = 'planned' and x.ends_at >= now()
                          order by x.starts_at limit 1) s on true
     where p.hub_id = the_hub and p.closed_on is null
     order by p.name, p.id;
end $$;

-- Items that wait go from one sitting to another date of the same panel (or to none, until somebody chooses one), also those
-- that whoever runs the panel may not see; so nothing is returned. Places of panel members who could read them last until
-- `until`, and no longer than their signature under the confidentiality agreement.
create or replace function app.carry_panel_items(from_sitting uuid, to_sitting uuid, until date) returns void
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  the_panel uuid;
  these uuid[];
begin
  select s.panel_id into the_panel from cases_sitting s where s.id = from_sitting;
  if not found or not app.runs_panel(the_panel) then
    raise exception 'not somebody who runs this panel' using errcode = '42501';
  end if;
  if to_sitting is not null and not exists (
       select from cases_sitting s where s.id = to_sitting and s.panel_id = the_panel and s.status = 'planned'
          and until between (s.starts_at at time zone 'Europe/London')::date and (s.starts_at at time zone 'Europe/London')::date + 92) then
    raise exception 'items go to a planned date of the same panel' using errcode = '22023';
  end if;
  these := array(select r.case_id from cases_panelrequest r where r.sitting_id = from_sitting and r.status = 'waiting' order by 1);
  perform 1 from cases_case c where c.id = any (these) order by c.id for update;
  update cases_panelrequest r set sitting_id = to_sitting
   where r.sitting_id = from_sitting and r.status = 'waiting' and r.sitting_id is distinct from to_sitting;
  if to_sitting is null then return; end if;
  update cases_teammember t
     set ends_on = greatest(t.ends_on, least(until, g.valid_until))
    from cases_panelmember m
    join lateral (select max(x.valid_until) as valid_until from cases_panelsignature x
                   where x.panel_id = m.panel_id and x.membership_id = m.membership_id) g on true
   where t.case_id = any (these) and t.place = 'panel' and t.ends_on >= app.today() and t.membership_id = m.membership_id
     and m.panel_id = the_panel and (m.ends_on is null or m.ends_on >= app.today());
end $$;

-- Somebody leaves a panel: places that they were given for its items end yesterday, also in records that whoever runs the panel
-- may not see; so nothing is returned. A record that another panel of theirs was asked for stays in their sight.
create or replace function app.end_panel_places(the_panel uuid, the_membership int) returns void
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  these uuid[];
begin
  if not app.runs_panel(the_panel) then
    raise exception 'not somebody who runs this panel' using errcode = '42501';
  end if;
  these := array(select distinct r.case_id from cases_panelrequest r where r.panel_id = the_panel order by 1);
  perform 1 from cases_case c where c.id = any (these) order by c.id for update;
  update cases_teammember t set starts_on = least(t.starts_on, app.today() - 1), ends_on = app.today() - 1,
                                end_reason = 'Left the panel'
   where t.case_id = any (these) and t.membership_id = the_membership and t.place = 'panel' and t.ends_on >= app.today()
     and not exists (select from cases_panelrequest r join cases_panelmember m on m.panel_id = r.panel_id
                      where r.case_id = t.case_id and r.status in ('waiting', 'offered') and r.panel_id <> the_panel
                        and m.membership_id = the_membership and (m.ends_on is null or m.ends_on >= app.today()));
end $$;
