-- A request finds its person as before, and whoever was merged with them (decision 29).
-- Everybody recorded with exactly the names and birth date that the request gives. There is nothing to browse: the
-- details are the request's own, and changing them is an event. Refused when the officer is close to one of them.
create or replace function app.link_subject(the_request uuid) returns table (link_id uuid, hub_id bigint, records int, left_out int)
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  asked record;
  found uuid[];
begin
  if not app.has_subject_in_hand(the_request) then
    raise exception 'this request is not in your hands' using errcode = '42501';
  end if;
  select r.first_name, r.last_name, r.born_on into asked from reporting_subjectrequest r where r.id = the_request for update;
  if app.plain(asked.first_name) = '' or app.plain(asked.last_name) = '' or asked.born_on is null then
    raise exception 'a person is found by both names and the date of birth' using errcode = '22023';
  end if;
  select array_agg(p.id) into found from cases_person p
   where p.born_on = asked.born_on and app.plain(p.last_name) = app.plain(asked.last_name)
     and app.plain(asked.first_name) in (app.plain(p.first_name), app.plain(p.known_as));
  -- Who was recorded twice is found by either record's details, and both are given.
  found := array(select p.id from cases_person p where p.id = any (found)
                 union select p.merged_into_id from cases_person p where p.id = any (found) and p.merged_into_id is not null);
  found := array(select p.id from cases_person p where p.id = any (found) or p.merged_into_id = any (found));
  if exists (select from cases_person p where p.id = any (found) and app.is_kept_from(p.family_id)) then
    raise exception 'somebody else must answer this request' using errcode = '42501';
  end if;
  perform app.clear_subject(the_request, 'all');
  insert into reporting_subjectlink (id, request_id, person_id, linked_by_id, linked_at)
    select gen_random_uuid(), the_request, id, app.membership_id(), now() from unnest(found) id;
  update reporting_subjectrequest r
     set families = array(select distinct p.family_id from cases_person p where p.id = any (found))
   where r.id = the_request;
  return query
    select l.id, f.hub_id, count(c.case_id)::int, (count(*) filter (where c.is_left_out))::int
      from reporting_subjectlink l join cases_person p on p.id = l.person_id join cases_family f on f.id = p.family_id
      left join lateral app.subject_cases(p.family_id) c on true
     where l.request_id = the_request group by l.id, f.hub_id;
end $$;
