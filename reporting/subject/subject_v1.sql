-- Subject access: the only way by which anybody reads across families what is held about one person.

-- Whether this person may read the working copy of a request: the officer who has it in hand, or who sent it; while it is
-- with a second person, everybody who may be that person. Nobody who is, or is close to, somebody of the family.
-- Statuses from in_hand on exist only after identity, authority and the child's agreement were seen (a constraint).
create or replace function app.reads_subject(the_request uuid) returns boolean
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select coalesce(app.roles() && array['disclosure_officer', 'ig_lead'], false) and exists (
    select from reporting_subjectrequest r
     where r.id = the_request
       and (r.status = 'second_look' or r.status in ('in_hand', 'sent') and r.officer_id = app.membership_id())
       and not exists (select from unnest(r.families) f where app.is_kept_from(f)))
$$;

-- Whether this person may change it: the officer, while it is in hand.
create or replace function app.has_subject_in_hand(the_request uuid) returns boolean
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select app.reads_subject(the_request) and exists (
    select from reporting_subjectrequest r
     where r.id = the_request and r.status = 'in_hand' and r.officer_id = app.membership_id())
$$;

-- The cases of a family that this person may gather: a restricted one only when they are named on its restriction.
create or replace function app.subject_cases(the_family uuid) returns table (case_id uuid, is_left_out boolean)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select c.id, exists (
           select from cases_restriction r where r.case_id = c.id and r.lifted_at is null
              and not exists (select from cases_restrictionname n
                               where n.restriction_id = r.id and n.membership_id = app.membership_id()))
    from cases_case c where c.family_id = the_family
$$;

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

-- Every row of the linked persons' records, table by table, for reporting.subject.gathering to sort.
-- Never in it: grants, restrictions and who is close to whom, other people's rows and addresses, and an address that is
-- kept from the person. `names` and `protected` are there to be looked for in what was written, and are not copied.
create or replace function app.subject_rows(the_request uuid) returns table (link_id uuid, source text, fields jsonb)
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  person record;
  each record;
  cases uuid[];
begin
  if not app.has_subject_in_hand(the_request) then
    raise exception 'this request is not in your hands' using errcode = '42501';
  end if;
  for person in select l.id as link_id, p.* from reporting_subjectlink l join cases_person p on p.id = l.person_id
                 where l.request_id = the_request loop
    cases := array(select c.case_id from app.subject_cases(person.family_id) c where not c.is_left_out);
    return query select person.link_id, 'cases_person', to_jsonb(p) - 'acl' from cases_person p where p.id = person.id;
    return query select person.link_id, 'names',
                        jsonb_build_object('id', p.id, 'names', array[p.first_name, p.known_as], 'last_name', p.last_name)
                   from cases_person p where p.family_id = person.family_id and p.id <> person.id;
    return query select person.link_id, 'cases_family', to_jsonb(f) - 'acl' from cases_family f where f.id = person.family_id;
    return query select person.link_id, 'cases_case', to_jsonb(c) - 'acl' - 'topic_acl' from cases_case c where c.id = any (cases);
    return query select person.link_id,
                        case when a.person_id = person.id or a.person_id is null and person.lives_with_family
                                  and not exists (select from cases_address b where b.id = a.id and b.hidden_from_id = person.id)
                             then 'cases_address' else 'protected' end,
                        case when a.person_id = person.id or a.person_id is null and person.lives_with_family
                             then to_jsonb(a) else jsonb_build_object('words', array[a.lines, a.postcode]) end
                   from cases_address a
                  where a.family_id = person.family_id and a.hidden_from_id is distinct from person.id;
    return query select person.link_id, 'protected', jsonb_build_object('words', array[a.lines, a.postcode])
                   from cases_address a where a.family_id = person.family_id and a.hidden_from_id = person.id;
    return query select person.link_id, 'cases_relationship', to_jsonb(r) from cases_relationship r
                  where person.id in (r.person_id, r.to_person_id);
    return query select person.link_id, 'cases_outcomescore', to_jsonb(s) from cases_outcomescore s
                   join cases_outcome o on o.id = s.outcome_id where o.case_id = any (cases);
    return query select person.link_id, 'audit_event',
                        jsonb_build_object('id', min(e.id::text), 'at', e.at::date, 'membership_id', e.membership_id, 'looks', count(*))
                   from audit_event e where e.case_id = any (cases) and e.level in ('record', 'section')
                  group by e.at::date, e.membership_id;
    for each in
      select c.relname::text as name, bool_or(a.attname = 'case_id') as by_case
        from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname in ('case_id', 'person_id') and not a.attisdropped
       where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relrowsecurity
         and c.relname not in ('audit_event', 'cases_relationship', 'cases_restriction', 'cases_restrictionname',
                               'cases_staffrelation', 'cases_guest')
         and c.relname not like 'reporting\_subject%' and c.relname not like 'reporting\_retention%'
       group by c.relname order by c.relname
    loop
      return query execute format(
        'select $1, %L, to_jsonb(t) from %I t where %s', each.name, each.name,
        case when each.by_case then 't.case_id = any ($2)' else 't.person_id = $3' end)
        using person.link_id, cases, person.id;
    end loop;
  end loop;
end $$;

-- Take away what was copied (`copies`: the files made; `all`: everything), so that it is made anew.
create or replace function app.clear_subject(the_request uuid, what text) returns void
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if not app.has_subject_in_hand(the_request) then
    raise exception 'this request is not in your hands' using errcode = '42501';
  end if;
  delete from reporting_subjectcopy where request_id = the_request;
  if what = 'all' then
    delete from reporting_redaction where request_id = the_request;
    delete from reporting_subjectitem where request_id = the_request;
    delete from reporting_subjectlink where request_id = the_request;
  end if;
end $$;

-- The second person lets it go out. Another user than the officer and than whoever passed it on, nothing undecided, and
-- the files as they were looked at. The only way to the status "sent" (a trigger).
create or replace function app.release_subject(the_request uuid, how text) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  asked record;
begin
  if not app.reads_subject(the_request) or btrim(coalesce(how, '')) = '' then return false; end if;
  select r.* into asked from reporting_subjectrequest r where r.id = the_request and r.status = 'second_look' for update;
  if not found or exists (select from hubs_membership m where m.user_id = app.user_id()
                             and m.id in (asked.officer_id, asked.passed_by_id))
     or exists (select from reporting_redaction d where d.request_id = the_request and d.status = 'proposed')
     or (select count(*) from reporting_subjectcopy c where c.request_id = the_request) <> 2 then
    return false;
  end if;
  update reporting_subjectrequest r
     set status = 'sent', sent_at = now(), sent_by_id = app.membership_id(), sent_how = how,
         digests = (select jsonb_object_agg(c.format, jsonb_build_object('sha256', c.sha256, 'bytes', length(c.content)))
                      from reporting_subjectcopy c where c.request_id = the_request)
   where r.id = the_request;
  return true;
end $$;

create or replace function app.guard_subject_request() returns trigger language plpgsql volatile as $$
begin
  if current_user = 'eh_app' and (new.status = 'sent') is distinct from (old.status = 'sent') then
    raise exception 'a second person sends what was asked for' using errcode = '42501';
  end if;
  if current_user = 'eh_app' and old.status in ('sent', 'refused') then
    raise exception 'a request that was answered stays as it was answered' using errcode = '42501';
  end if;
  return new;
end $$;

-- Working copies of requests answered more than so many days ago go. The log and the hashes stay.
create or replace function app.forget_subject_copies(days int) returns int
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  old uuid[] := array(select r.id from reporting_subjectrequest r
                       where r.forgotten_at is null
                         and coalesce(r.sent_at, r.refused_at) < now() - make_interval(days => greatest(days, 1)));
begin
  delete from reporting_subjectcopy where request_id = any (old);
  delete from reporting_redaction where request_id = any (old);
  delete from reporting_subjectitem where request_id = any (old);
  delete from reporting_subjectlink where request_id = any (old);
  update reporting_subjectrequest set forgotten_at = now() where id = any (old);
  return cardinality(old);
end $$;
