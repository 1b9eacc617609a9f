-- How many families each of these memberships could open today: for the access review. For leads, about their own agency; for
-- administrators and information governance leads, who see none of them.
create or replace function app.families_in_sight(ids int[]) returns table (membership_id int, families int)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select m.id::int, (select count(distinct c.family_id)::int from cases_case c
                      where c.acl && (s.hub_tokens || s.agency_tokens || s.own_tokens) and c.acl_until >= app.today()
                        and not exists (select from cases_staffrelation r join hubs_membership theirs on theirs.id = r.membership_id
                                          join cases_person p on p.id = r.person_id
                                         where theirs.user_id = m.user_id and p.family_id = c.family_id))
    from hubs_membership m cross join lateral app.standing(m.id::int) s
   where m.id = any (ids)
     and (app.roles() && array['system_administrator', 'ig_lead']
          or 'agency_lead' = any (app.roles()) and m.agency_id = app.agency_id())
$$;
