-- Where somebody without an account is told: a guest where they were invited, a family member where their newest link went,
-- to whichever meeting of the record it was.
create or replace function app.invited_address(the_invitation uuid) returns varchar
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select coalesce(
    (select g.email from cases_guest g where g.id = i.guest_id and g.email <> ''),
    (select l.email from cases_invitationlink l join cases_invitation o on o.id = l.invitation_id and o.person_id = i.person_id
      where l.case_id = i.case_id and l.ended_at is null order by l.made_at desc limit 1))
    from cases_invitation i where i.id = the_invitation
$$;

-- Whether somebody who is on a team may still be told about its meetings: they work there and see the case today. Volunteers
-- see no meetings.
create or replace function app.may_be_told(the_membership int, the_case uuid) returns boolean
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select exists (
    select from cases_case c cross join lateral app.standing(the_membership) s
     where c.id = the_case and c.status <> 'closed' and not 'volunteer' = any (s.roles)
       and c.acl && (coalesce(s.hub_tokens, '{}') || coalesce(s.agency_tokens, '{}') || coalesce(s.own_tokens, '{}')))
$$;
