-- How a guest comes in: by a link and a code, both once. Nobody is signed in here, so that functions of the database answer,
-- each only to somebody who holds the secret whose hash is asked about. Numbers: 5 wrong codes shut a link; a session ends
-- after 30 minutes without a click and 4 hours in all.

-- Whether an invitation holds at this moment, the agreement of the partnership apart, which app.begin_guest asks about.
create or replace function app.guest_may_look(the_guest int) returns boolean
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select exists (
    select from cases_guest g
      join cases_case c on c.id = g.case_id and c.status <> 'closed'
      join hubs_membership m on m.id = g.invited_by_id
       and m.starts_on <= app.today() and (m.ends_on is null or m.ends_on >= app.today())
      join hubs_agency a on a.id = m.agency_id and a.is_active
      join accounts_user u on u.id = m.user_id and u.is_active
     where g.id = the_guest and g.ended_at is null and g.expires_at > now()
       and not exists (select from cases_restriction r where r.case_id = g.case_id and r.lifted_at is null)
       -- Whoever agreed to the guest still agrees that the agency which invited them sees the record.
       and exists (
         select from cases_consent cs
          where cs.case_id = g.case_id and cs.person_id = g.agreed_by_id and cs.agency_id = m.agency_id
            and cs.answer = 'given' and cs.ended_at is null and cs.given_on <= app.today()
            and (cs.valid_until is null or cs.valid_until >= app.today())))
$$;

-- Whether a link still waits for its code.
create or replace function app.guest_link_waits(the_link text) returns boolean
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select exists (select from cases_guest g where g.secret_hash = the_link and the_link <> '' and g.code_hash <> ''
                    and g.tries < 5 and app.guest_may_look(g.id))
$$;

-- Count one try at the code of a link, then give the hash to compare with. Counted first: two tries at once are two.
create or replace function app.try_guest(the_link text)
returns table (guest_id int, case_id uuid, invited_by int, code_hash varchar, tries int)
language sql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  update cases_guest g set tries = g.tries + 1
   where g.secret_hash = the_link and the_link <> '' and g.code_hash <> '' and g.tries < 5 and app.guest_may_look(g.id)
  returning g.id, g.case_id, g.invited_by_id::int, g.code_hash, g.tries::int
$$;

-- The code was right: it and the link are used up, and one session begins. An earlier one of the same guest ends.
create or replace function app.admit_guest(the_link text, the_session text) returns int
language sql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  update cases_guest g set session_hash = the_session, confirmed_at = now(), used_at = now(), tries = 0, code_hash = ''
   where g.secret_hash = the_link and the_link <> '' and g.code_hash <> '' and the_session <> '' and app.guest_may_look(g.id)
  returning g.id
$$;

-- Take on the eyes of the guest whose session this is, for the rest of the transaction; null and no eyes when it is over.
create or replace function app.begin_guest_session(the_session text) returns int
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  g record;
begin
  perform app.clear_request();
  select x.id, x.case_id, x.used_at into g from cases_guest x
   where x.session_hash = the_session and the_session <> ''
     and x.used_at > now() - interval '30 minutes' and x.confirmed_at > now() - interval '4 hours'
     and app.guest_may_look(x.id);
  if not found then return null; end if;
  begin
    perform app.begin_guest(g.id);
  exception when insufficient_privilege then
    perform app.clear_request();
    return null;
  end;
  if not exists (select from cases_case c
                  where c.id = g.case_id and c.acl && app.tokens() and c.acl_until >= app.today()) then
    perform app.clear_request();
    return null;
  end if;
  -- Once a minute is enough to know when they looked last.
  if g.used_at < now() - interval '1 minute' then
    update cases_guest set used_at = now() where id = g.id;
  end if;
  return g.id;
end $$;

create or replace function app.end_guest_session(the_session text) returns int
language sql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  update cases_guest g set session_hash = '' where g.session_hash = the_session and the_session <> '' returning g.id
$$;
