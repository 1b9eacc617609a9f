-- Asking to join a team, and covering for a lead. docs/decisions/0030.

-- What the match check finds, seen or not: for the two functions below alone. (The body of match_v4.)
create or replace function app.match_rows(
  names text, born date, postcode text, nhs text, pupil text, at_most int, wide boolean)
returns table (person_id uuid, hub_id int, likeness real, is_seen boolean)
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  wanted text := app.plain(names);
  code text := upper(replace(coalesce(postcode, ''), ' ', ''));
  swapped date;
  near date[] := '{}';
begin
  if app.tokens() is null then return; end if;
  if born is not null and extract(day from born) <= 12 then
    swapped := make_date(extract(year from born)::int, extract(day from born)::int, extract(month from born)::int);
  end if;
  if wide and born is not null then near := app.births_like(born); end if;
  perform set_config('pg_trgm.similarity_threshold', '0.35', true);
  return query execute $q$
    with candidates as (
      select p.id from cases_person p where $1 <> '' and p.search_name % $1
      union
      select p.id from cases_person p where p.born_on = any (array_remove(array[$2, $6], null))
         and ($8 or similarity(p.search_name, $1) > 0.2)
      union
      select p.id from cases_person p where p.born_on = any ($9) and similarity(p.search_name, $1) > 0.15
      union
      select p.id from cases_person p where $4 <> '' and p.nhs_number = $4
      union
      select p.id from cases_person p where $5 <> '' and p.upn = $5
      union
      select p.id from cases_person p join cases_address a on a.family_id = p.family_id
       where $3 <> '' and not a.is_confidential and replace(upper(a.postcode), ' ', '') = $3
         and ($8 or similarity(p.search_name, $1) > 0.25)
    ),
    scored as (
      select p.id, p.acl && app.tokens() and not app.is_kept_from(p.family_id) as is_seen, f.hub_id,
             similarity(p.search_name, $1) as name_like,
             ($4 <> '' and p.nhs_number = $4) or ($5 <> '' and p.upn = $5) as same_number,
             p.born_on = $2 or p.born_on = $6 or abs(p.born_on - $2) in (1, 10, 30, 31, 365, 366) as born_like,
             case when p.born_on = $2 then 1.0 when p.born_on = $6 then 0.9 when p.born_on = any ($9) then 0.6 else 0 end as born_near,
             exists (select 1 from cases_address a where a.family_id = p.family_id and $3 <> '' and not a.is_confidential
                        and replace(upper(a.postcode), ' ', '') = $3) as same_postcode
        from candidates c join cases_person p on p.id = c.id join cases_family f on f.id = p.family_id
       where p.merged_into_id is null
    ),
    ranked as (
      select s.*, (case when s.same_number then 2.0 else 0 end + s.name_like
                   + case when $8 then s.born_near when s.born_like then 0.5 else 0 end
                   + case when s.same_postcode then case when $8 then 0.5 else 0.2 end else 0 end)::real as score
        from scored s
    )
    select r.id, r.hub_id::int, r.score, true from (
      select r.* from ranked r where r.is_seen order by r.score desc limit $7) r
    union all
    (select r.id, r.hub_id::int, r.score, false from ranked r
      where not r.is_seen
        and (r.same_number or (r.name_like >= 0.4 and r.born_like) or (r.name_like >= 0.6 and r.same_postcode)
             or ($2 is null and $3 = '' and r.name_like >= 0.85)))
    order by 3 desc
  $q$ using wanted, born, code, coalesce(nhs, ''), coalesce(pupil, ''), swapped, at_most, wide, near;
end $$;

-- The match check looks beyond what the searcher may see and tells only which hub to ring (access.md, "Search").
-- Rows with a person are visible to the searcher; a row without one says: a likely match elsewhere, ask this hub.
-- A confidential address matches nothing: a postcode could be tried until the match check gave it away.
-- A colleague's own family is to them like any record they do not see. A record that was merged into another is not met.
create or replace function app.match_people(
  names text, born date, postcode text, nhs text, pupil text, at_most int default 50, wide boolean default false)
returns table (person_id uuid, hub_id int, likeness real)
language sql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  with found as materialized (select * from app.match_rows(names, born, postcode, nhs, pupil, at_most, wide))
  select f.person_id, f.hub_id, f.likeness from found f where f.is_seen
  union all
  (select null::uuid, f.hub_id, max(f.likeness) from found f where not f.is_seen group by f.hub_id)
  order by 3 desc
$$;

-- Somebody met "a record may exist" and asks its team to take them in. What was searched for is searched for again, so that
-- no page and no address ever holds what was found. Gives back whom to tell, for the outbox alone: the lead while they work
-- here and whoever covers for them; the hub as well when it is urgent, when nobody leads, or when only it can answer.
-- Nothing is written, and nobody told, when there is no such record any more or it is the asker's own family's: the page says
-- the same.
create or replace function app.ask_to_join(
  names text, born date, postcode text, nhs text, pupil text, the_hub int, why text, urgent boolean, answer_by timestamptz)
returns table (request_id uuid, membership_id int)
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  the_case uuid;
  the_request uuid := gen_random_uuid();
begin
  if app.membership_id() is null
     or not app.roles() && array['practitioner', 'agency_lead', 'hub_coordinator', 'hub_manager'] then
    raise exception 'asking to join is for people who work with families' using errcode = '42501';
  end if;
  if btrim(coalesce(why, '')) = '' then
    raise exception 'say why you ask to join' using errcode = '22023';
  end if;
  select c.id into the_case
    from app.match_rows(names, born, postcode, nhs, pupil, 1, false) m
    join cases_person p on p.id = m.person_id
    join cases_case c on c.family_id = p.family_id
   where not m.is_seen and m.hub_id = the_hub and not app.is_kept_from(p.family_id)
     and not (c.acl && app.tokens() and c.acl_until >= app.today())
   order by m.likeness desc, c.status = 'closed', c.opened_on desc, c.id limit 1;
  if the_case is null then return; end if;
  insert into cases_joinrequest (id, case_id, asked_by_id, reason, is_urgent, sent_at, decide_by, status, decision_reason)
    values (the_request, the_case, app.membership_id(), btrim(why), urgent, now(), answer_by, 'waiting', '')
    -- Asked again while it waits: the newer reason, and the shorter clock.
    on conflict (case_id, asked_by_id) where status = 'waiting' do update
      set reason = excluded.reason, is_urgent = cases_joinrequest.is_urgent or excluded.is_urgent,
          decide_by = least(cases_joinrequest.decide_by, excluded.decide_by)
    returning id into the_request;
  return query
    with in_charge as (
      select l.membership_id::int as id from cases_leadprofessional l
        join hubs_membership m on m.id = l.membership_id and (m.ends_on is null or m.ends_on >= app.today())
       where l.case_id = the_case and l.until_at is null
      union
      select t.membership_id::int from cases_teammember t
       where t.case_id = the_case and t.place = 'cover' and app.today() between t.starts_on and t.ends_on
    )
    select the_request, l.id from in_charge l
    union
    select the_request, m.id::int from cases_case c
      join hubs_membership m on m.hub_id = c.hub_id and m.roles && array['hub_coordinator', 'hub_manager']::varchar[]
       and m.starts_on <= app.today() and (m.ends_on is null or m.ends_on >= app.today())
     where c.id = the_case and (urgent or not exists (select from in_charge))
       and not exists (select from cases_restriction r where r.case_id = c.id and r.lifted_at is null);
end $$;

-- What an asker is told: whether a request waits and how it was answered. Never of which record, until they see it.
create or replace function app.my_join_requests()
returns table (id uuid, hub_id int, reason text, is_urgent boolean, sent_at timestamptz, decide_by timestamptz,
               status varchar, decided_at timestamptz, reference varchar)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select j.id, c.hub_id::int, j.reason, j.is_urgent, j.sent_at, j.decide_by, j.status, j.decided_at,
         case when j.status = 'accepted' and c.acl && app.tokens() and c.acl_until >= app.today()
                   and not app.is_kept_from(c.family_id) then c.reference end
    from cases_joinrequest j join cases_case c on c.id = j.case_id
   where j.asked_by_id = app.membership_id()
   order by j.sent_at desc limit 50
$$;

-- Its asker takes a request back before it is answered.
create or replace function app.take_back_join(the_request uuid) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform 1 from cases_case c join cases_joinrequest j on j.case_id = c.id
    where j.id = the_request and j.asked_by_id = app.membership_id() for update of c;
  update cases_joinrequest j set status = 'cancelled', decided_at = now()
   where j.id = the_request and j.asked_by_id = app.membership_id() and j.status = 'waiting';
  return found;
end $$;

-- Whether an agency may be on a team: a yes that counts or a lawful basis, and a live signature.
create or replace function app.is_agency_covered(the_case uuid, the_membership int) returns boolean
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select exists (
    select from app.standing(the_membership) s
     where s.categories is not null
       and (exists (select from app.answers_that_count() a
                     where a.case_id = the_case and a.agency_id = s.agency_id and a.answer = 'given')
            or exists (select from cases_lawfulshare l
                        where l.case_id = the_case and l.agency_id = s.agency_id
                          and l.starts_on <= app.today() and (l.ends_on is null or l.ends_on >= app.today()))))
$$;

-- Give the places of one accepted cover in some cases (null: all) that its person leads: open ones, where no restriction
-- stands and the other's agency is covered.
create or replace function app.place_cover(the_cover uuid, only_case uuid) returns setof uuid
language sql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  insert into cases_teammember (id, case_id, membership_id, place, covers_for_id, reads_only, helps_with, starts_on, ends_on,
                                end_reason, added_by_id)
    select gen_random_uuid(), c.id, v.by_id, 'cover', v.away_id, false, '', greatest(v.starts_on, app.today()), v.ends_on,
           '', v.asked_by_id
      from cases_cover v
      join cases_leadprofessional l on l.membership_id = v.away_id and l.until_at is null
      join cases_case c on c.id = l.case_id and c.status <> 'closed'
     where v.id = the_cover and v.status = 'accepted' and v.ends_on >= app.today()
       and (only_case is null or c.id = only_case)
       and not exists (select from cases_restriction r where r.case_id = c.id and r.lifted_at is null)
       and not exists (select from cases_teammember t where t.case_id = c.id and t.membership_id = v.by_id
                          and t.place = 'cover' and t.covers_for_id = v.away_id and t.ends_on >= app.today())
       and app.is_agency_covered(c.id, v.by_id::int)
  returning case_id
$$;

-- The person asked covers from now on, or from its first day. Two answers at once: one wins.
create or replace function app.begin_cover(the_cover uuid) returns setof uuid
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform 1 from cases_cover v where v.id = the_cover for update;
  update cases_cover v set status = 'accepted', answered_at = now()
   where v.id = the_cover and v.by_id = app.membership_id() and v.status = 'waiting' and v.ends_on >= app.today()
     and app.guest_id() is null;
  if not found then
    raise exception 'this cover does not wait for the caller' using errcode = '42501';
  end if;
  return query select * from app.place_cover(the_cover, null);
end $$;

-- End a place now: its holder sees nothing by it any more. One that began today counts as ended before it began.
create or replace function app.end_cover_places(the_case uuid, the_away bigint, the_other bigint) returns setof uuid
language sql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  update cases_teammember t
     set starts_on = least(t.starts_on, app.today() - 1), ends_on = app.today() - 1, end_reason = 'Cover ended'
   where t.place = 'cover' and t.ends_on >= app.today() and (the_case is null or t.case_id = the_case)
     and (the_away is null or t.covers_for_id = the_away) and (the_other is null or t.membership_id = the_other)
  returning t.case_id
$$;

-- End a cover before its last day: whoever is away, whoever covers, whoever asked, or the manager of the one who is away.
create or replace function app.end_cover(the_cover uuid) returns setof uuid
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v record;
begin
  update cases_cover x set status = 'ended'
    from hubs_membership m
   where x.id = the_cover and m.id = x.away_id and x.status = 'accepted' and x.ends_on >= app.today()
     and (app.membership_id() in (x.away_id, x.by_id, x.asked_by_id)
          or 'agency_lead' = any (app.roles()) and m.agency_id = app.agency_id())
  returning x.away_id, x.by_id into v;
  if not found then
    raise exception 'this cover is not the caller''s to end' using errcode = '42501';
  end if;
  return query select * from app.end_cover_places(null, v.away_id, v.by_id);
end $$;

-- Cover follows the lead: who leads a family from now on brings their cover, and who hands over takes theirs away.
create or replace function app.cover_follows() returns trigger
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if new.until_at is null then
    perform app.place_cover(v.id, new.case_id) from cases_cover v
      where v.away_id = new.membership_id and v.status = 'accepted' and v.ends_on >= app.today();
  else
    perform app.end_cover_places(new.case_id, new.membership_id, null);
  end if;
  return null;
end $$;
create trigger cover_follows_lead after insert or update of until_at on cases_leadprofessional
  for each row execute function app.cover_follows();

-- A record that becomes restricted is nobody's to cover.
create or replace function app.cover_stops() returns trigger
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform app.end_cover_places(new.case_id, null, null);
  return null;
end $$;
create trigger cover_stops_at_restriction after insert on cases_restriction
  for each row execute function app.cover_stops();

-- Who leads keeps a place on the team: hand over first.
create or replace function app.keep_leads_place() returns trigger
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if exists (select from cases_leadprofessional l join cases_case c on c.id = l.case_id
              where l.case_id = new.case_id and l.membership_id = new.membership_id and l.until_at is null and c.status <> 'closed')
     and not exists (select from cases_teammember t
                      where t.case_id = new.case_id and t.membership_id = new.membership_id and t.id <> new.id
                        and t.ends_on is null) then
    raise exception 'who leads a family keeps a place on its team' using errcode = '23514';
  end if;
  return new;
end $$;
create trigger lead_keeps_place before update of ends_on, reads_only on cases_teammember for each row
  when (old.ends_on is null and new.ends_on is not null and old.place <> 'cover')
  execute function app.keep_leads_place();
