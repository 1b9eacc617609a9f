-- Whether an invitation holds at this moment, for the door and for the list of guests: what app.begin_guest asks, the
-- confirming apart, which the door is there for.
create or replace function app.guest_may_look(the_guest int) returns boolean
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select exists (
    select from cases_guest g
      join cases_case c on c.id = g.case_id and c.status <> 'closed' and g.id * 8 + 5 = any (c.acl)
     cross join lateral app.standing(g.invited_by_id::int) s
     where g.id = the_guest and g.ended_at is null and g.expires_at > now()
       and s.categories is not null and c.acl && (s.agency_tokens || s.hub_tokens)
       and not exists (select from cases_staffrelation r join hubs_membership m on m.id = r.membership_id
                         join cases_person p on p.id = r.person_id
                        where m.user_id = s.user_id and p.family_id = c.family_id)
       -- Whoever agreed to the guest still agrees that the agency which invited them sees the record.
       and exists (select from app.answers_that_count() a
                    where a.case_id = g.case_id and a.person_id = g.agreed_by_id and a.agency_id = s.agency_id
                      and a.answer = 'given'))
$$;

-- The guests of a visible case whose invitations hold, for the page that lists them: it says what the database does.
create or replace function app.guests_who_may_look(the_case uuid) returns setof int
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select g.id from cases_guest g
   where g.case_id = the_case and app.guest_may_look(g.id) and app.guest_id() is null
     and exists (select from cases_case c where c.id = the_case and c.acl && app.tokens() and not app.is_kept_from(c.family_id))
$$;
