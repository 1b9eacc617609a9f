-- What a change of the family's answers would do, before it is saved: made in a subtransaction that is undone again, with
-- the same rule that writes the grants. For the pages that name who gains and who loses sight.
--
-- change: {"end": [answers], "add": [answers to be], "decides": [{"person", "able"}], "end_lawful": [shares],
--          "lawful": [{"agency", "categories", "ends_on"}]}; all of them of this case and of people whom the asker sees.
-- Gives {"grants": [...], "people": {person: acl}}, or null to somebody who does not see the case.
create or replace function app.sharing_if(the_case uuid, change jsonb) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  the_family uuid;
  seen uuid[];
  result jsonb;
begin
  select c.family_id into the_family from cases_case c
   where c.id = the_case and c.acl && app.tokens() and not app.is_kept_from(c.family_id);
  if not found then return null; end if;
  select coalesce(array_agg(p.id), '{}') into seen from cases_person p
   where p.family_id = the_family and p.acl && app.tokens();
  begin
    perform set_config('app.opening', the_case::text, true);
    update cases_consent cs set ended_at = now(), end_reason = 'replaced'
     where cs.case_id = the_case and cs.ended_at is null
       and cs.id in (select x::uuid from jsonb_array_elements_text(change -> 'end') x);
    insert into cases_consent (id, case_id, person_id, agency_id, category, answer, given_by_id, method, given_on,
                               valid_until, words, recorded_at, end_reason, end_words)
      select gen_random_uuid(), the_case, a.person, a.agency, a.category, a.answer, a.given_by, 'face_to_face',
             coalesce(a.given_on, app.today()), a.valid_until, '', now(), '', ''
        from jsonb_to_recordset(change -> 'add') as a (person uuid, agency int, category int, answer text, given_by uuid,
                                                       given_on date, valid_until date)
       where a.person = any (seen) and (a.given_by is null or a.given_by = any (seen));
    update cases_decidesforself d set ended_at = now() from jsonb_to_recordset(change -> 'decides') as n (person uuid)
     where d.person_id = n.person and n.person = any (seen) and d.ended_at is null;
    insert into cases_decidesforself (id, person_id, able, note, assessed_on, recorded_at)
      select gen_random_uuid(), n.person, n.able, 'preview', app.today(), now()
        from jsonb_to_recordset(change -> 'decides') as n (person uuid, able boolean)
       where n.person = any (seen) and n.able is not null;
    update cases_lawfulshare l set starts_on = app.today() - 1, ends_on = app.today() - 1
     where l.case_id = the_case and l.id in (select x::uuid from jsonb_array_elements_text(change -> 'end_lawful') x);
    insert into cases_lawfulshare (id, case_id, agency_id, basis, reason, family_told, manager_consulted, starts_on, ends_on,
                                   recorded_at, categories)
      select gen_random_uuid(), the_case, n.agency, 'risk_of_harm', 'preview', false, '', app.today(), n.ends_on, now(),
             coalesce(n.categories, '{}')
        from jsonb_to_recordset(change -> 'lawful') as n (agency int, categories int[], ends_on date);
    perform set_config('app.opening', '', true);
    perform app.project_cases(array[the_case]);
    select jsonb_build_object(
             'grants', (select coalesce(jsonb_agg(to_jsonb(d)), '[]') from app.derive_grants(array[the_case]) d),
             'people', (select coalesce(jsonb_object_agg(p.id, p.acl), '{}') from cases_person p where p.id = any (seen)))
      into result;
    raise exception using errcode = 'EH001';
  exception when sqlstate 'EH001' then null;
  end;
  return result;
end $$;

-- How many families' records are shared with the reader's agency today: what its lead sees.
create or replace function app.cases_shared_with_my_agency() returns bigint language sql stable as $$
  select count(*) from cases_case c where c.acl @> array[app.agency_id() * 8 + 1] and c.status <> 'closed'
$$;
