-- Whom to write to about emergencies and restrictions: ids of memberships and nothing else. The e-mails say nothing either.

-- Live memberships of people who may look after protected records of a case, whoever is asking now.
create or replace function app.told_about(the_case uuid, and_ig_leads boolean) returns setof int
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select m.id::int
    from cases_case c
    join hubs_membership m on m.starts_on <= app.today() and (m.ends_on is null or m.ends_on >= app.today())
    join hubs_agency a on a.id = m.agency_id and a.is_active
    join accounts_user u on u.id = m.user_id and u.is_active
   where c.id = the_case
     and ('hub_manager' = any (m.roles) and (m.hub_id is null or m.hub_id = c.hub_id) or and_ig_leads and 'ig_lead' = any (m.roles))
     and not exists (select from cases_staffrelation r join hubs_membership theirs on theirs.id = r.membership_id
                       join cases_person p on p.id = r.person_id
                      where theirs.user_id = m.user_id and p.family_id = c.family_id)
$$;

-- Who is told at once of an emergency access: those who may sign it off (app.checks_emergency). Asked by its own user.
create or replace function app.who_checks_emergency(the_emergency int) returns setof int
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select m.id::int
    from cases_emergencyaccess e
    join hubs_membership m on m.id in (
           select app.told_about(e.case_id, true)
           union
           select r.restricted_by_id::int from cases_restriction r where r.case_id = e.case_id and r.lifted_at is null)
   where e.id = the_emergency and e.membership_id = app.membership_id() and m.user_id <> app.user_id()
$$;

-- Restrictions to be reviewed within some days, each with those who look after it (app.looks_after).
create or replace function app.restrictions_to_review(days int)
returns table (restriction_id uuid, review_on date, membership_id int)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select r.id, r.review_on, w.id
    from cases_restriction r
   cross join lateral (
           select app.told_about(r.case_id, false)
           union
           select m.id::int from cases_restrictionname n join hubs_membership m on m.id = n.membership_id
            where n.restriction_id = r.id and 'agency_lead' = any (m.roles)) w (id)
   where r.lifted_at is null and r.review_on <= app.today() + days
$$;
