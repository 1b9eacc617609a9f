"""SQL of the register: what its migration runs."""

# Lines of a register become records. The lines tell of other agencies' assessments, which nobody may write in
# their own name, so this runs as eh_system; it can only add new cases, in hubs of the person who loads, from lines
# that were taken.
# `made` holds rows by table, each complete, as the application prepared them.
LOAD = """
create or replace function app.load_register(the_import uuid, made jsonb) returns void
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  cases uuid[] := array(select (c ->> 'id')::uuid from jsonb_array_elements(made -> 'cases') c);
  families uuid[] := array(select (f ->> 'id')::uuid from jsonb_array_elements(made -> 'families') f);
  one cases_case;
  assessment assessments_assessment;
  wanted text;
  times int;
  part text;
begin
  if not exists (select 1 from reporting_registerimport i where i.id = the_import and i.status = 'loading'
                    and i.membership_id = app.membership_id())
     or not coalesce(app.roles() && array['hub_manager', 'hub_coordinator'], false) then
    raise exception 'this register may not be loaded by this person now' using errcode = '42501';
  end if;
  if exists (select 1 from jsonb_array_elements(made -> 'cases') c
              where not (c ->> 'hub_id')::int * 8 = any (app.tokens())
                 or not (c ->> 'family_id')::uuid = any (families)) then
    raise exception 'a line belongs to another hub' using errcode = '42501';
  end if;
  if (select count(*) from jsonb_array_elements(made -> 'lines') l
        join reporting_registerrow r on r.id = (l ->> 'row_id')::uuid
       where r.register_import_id = the_import and r.outcome = 'taken' and r.loaded_at is null
         and (l ->> 'case_id')::uuid = any (cases)) <> cardinality(cases) then
    raise exception 'a case needs a line that was taken' using errcode = '42501';
  end if;
  foreach part in array array['assessments', 'needs', 'consents', 'shares', 'notes'] loop
    if exists (select 1 from jsonb_array_elements(made -> part) x where not (x ->> 'case_id')::uuid = any (cases)) then
      raise exception 'only new cases are written' using errcode = '42501';
    end if;
  end loop;
  foreach part in array array['people', 'addresses'] loop
    if exists (select 1 from jsonb_array_elements(made -> part) x
                where not (x ->> 'family_id')::uuid = any (families)) then
      raise exception 'only new families are written' using errcode = '42501';
    end if;
  end loop;

  insert into cases_family select * from jsonb_populate_recordset(null::cases_family, made -> 'families');
  insert into cases_person select * from jsonb_populate_recordset(null::cases_person, made -> 'people');
  insert into cases_address select * from jsonb_populate_recordset(null::cases_address, made -> 'addresses');
  -- Grants are worked out once for all cases, not after each of their facts.
  for one in select * from jsonb_populate_recordset(null::cases_case, made -> 'cases') loop
    perform set_config('app.opening', one.id::text, true);
    insert into cases_case select one.*;
  end loop;
  perform set_config('app.opening', '', true);
  insert into cases_lawfulshare select * from jsonb_populate_recordset(null::cases_lawfulshare, made -> 'shares');
  insert into cases_consent select * from jsonb_populate_recordset(null::cases_consent, made -> 'consents');
  perform app.project_cases(array(
    select c from unnest(cases) c where not exists (select 1 from cases_consent k where k.case_id = c)));
  -- A reference may be taken by another register: the second one gets a number behind it.
  for assessment in select * from jsonb_populate_recordset(null::assessments_assessment, made -> 'assessments') loop
    wanted := assessment.reference;
    times := 1;
    while exists (select 1 from assessments_assessment a where a.reference = assessment.reference) loop
      times := times + 1;
      assessment.reference := wanted || '-' || times;
    end loop;
    insert into assessments_assessment select assessment.*;
  end loop;
  insert into assessments_need select * from jsonb_populate_recordset(null::assessments_need, made -> 'needs');
  insert into cases_casenote select * from jsonb_populate_recordset(null::cases_casenote, made -> 'notes');
  update reporting_registerrow r
     set case_id = (l ->> 'case_id')::uuid, person_id = (l ->> 'person_id')::uuid, loaded_at = now()
    from jsonb_array_elements(made -> 'lines') l where r.id = (l ->> 'row_id')::uuid;
end $$
"""

# A family that did not agree is not registered, so what its line says is not kept either. Whoever brought the file
# has 30 days to take the findings away; then lines that became no case go, and files that nobody loaded.
FORGET = """
create or replace function app.forget_register_lines() returns int
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  old uuid[] := array(select r.id from reporting_registerrow r
                        join reporting_registerimport i on i.id = r.register_import_id
                       where r.loaded_at is null
                         and coalesce(i.finished_at, i.created_at) < now() - interval '30 days');
begin
  update reporting_registerimport
     set status = 'cancelled', finished_at = now(), content = null, guesses = '[]', columns = '{}'
   where status in ('received', 'checked') and created_at < now() - interval '30 days';
  delete from reporting_possibleduplicate where row_id = any (old) or other_row_id = any (old);
  delete from reporting_registerrow where id = any (old);
  return cardinality(old);
end $$
"""
