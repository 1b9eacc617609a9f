-- Facts change, grants follow, in the same statement's transaction: nobody can forget to call anything.
-- While `app.opening` names a case, its facts are still being written one after the other; app.settle() projects it then.
-- A login that may become eh_system may set it to 'bulk' for a load, and calls app.project_all() at the end.
create or replace function app.is_settling(the_case uuid) returns boolean language sql stable as $$
  select current_setting('app.opening', true) = the_case::text
      or (current_setting('app.opening', true) = 'bulk' and pg_has_role(session_user, 'eh_system', 'member'))
$$;

create or replace function app.project_changed() returns trigger
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform app.project_cases(array(select distinct x.case_id from changed x where app.is_settling(x.case_id) is not true));
  return null;
end $$;

create or replace function app.project_case_row() returns trigger
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if app.is_settling(new.id) is not true then perform app.project_cases(array[new.id]); end if;
  return null;
end $$;

create or replace function app.project_family_of_person() returns trigger
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform app.project_cases(array(
    select c.id from cases_case c where c.family_id = new.family_id and app.is_settling(c.id) is not true));
  return null;
end $$;

-- The case is complete: its grants are worked out now. Called by cases.actions at the end of opening one.
create or replace function app.settle(the_case uuid) returns void
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform set_config('app.opening', '', true);
  if exists (select 1 from cases_case c where c.id = the_case and c.acl && app.tokens()) then
    perform app.project_cases(array[the_case]);
  end if;
end $$;

-- Nobody writes an acl: a new row is its writer's until the facts are known, and later only the projection changes it.
create or replace function app.guard_acl() returns trigger
language plpgsql volatile as $$
declare
  is_projection boolean := current_user = 'eh_system' and current_setting('app.projecting', true) = 'on';
begin
  if tg_op = 'INSERT' then
    if app.membership_id() is not null then
      new.acl := array(select t from unnest(app.tokens()) t where t & 7 in (0, 2) order by t);
    elsif current_user <> 'eh_system' then
      new.acl := '{}';
    end if;
  elsif not is_projection then
    new.acl := old.acl;
  end if;
  if tg_table_name = 'cases_case' then
    if tg_op = 'INSERT' then
      new.topic_acl := array(select t * 16 + k from unnest(new.acl) t, generate_series(1, 7) k order by 1);
      new.acl_until := '9999-12-31';
    elsif not is_projection then
      new.topic_acl := old.topic_acl;
      new.acl_until := old.acl_until;
    end if;
  end if;
  return new;
end $$;

-- Names as the match check compares them.
create or replace function app.plain(words text) returns text
language sql stable as $$ select trim(regexp_replace(lower(public.unaccent(coalesce(words, ''))), '[^a-z0-9]+', ' ', 'g')) $$;
create or replace function app.set_search_name() returns trigger
language plpgsql volatile as $$
begin
  new.search_name := app.plain(concat_ws(' ', new.first_name, new.last_name, new.known_as));
  return new;
end $$;
create trigger person_search_name before insert or update of first_name, last_name, known_as on cases_person
  for each row execute function app.set_search_name();

create trigger case_acl_guard before insert or update on cases_case for each row execute function app.guard_acl();
create trigger family_acl_guard before insert or update on cases_family for each row execute function app.guard_acl();
create trigger person_acl_guard before insert or update on cases_person for each row execute function app.guard_acl();

create trigger case_projects after insert on cases_case for each row execute function app.project_case_row();
create trigger case_hub_projects after update of hub_id, family_id on cases_case for each row
  when (old.hub_id is distinct from new.hub_id or old.family_id is distinct from new.family_id)
  execute function app.project_case_row();
create trigger person_projects after insert on cases_person for each row execute function app.project_family_of_person();
create trigger person_moves_projects after update of family_id, recorded_by_agency_id on cases_person for each row
  when (old.family_id is distinct from new.family_id or old.recorded_by_agency_id is distinct from new.recorded_by_agency_id)
  execute function app.project_family_of_person();

do $$
declare
  fact text;
begin
  foreach fact in array array['cases_consent', 'cases_lawfulshare', 'cases_teammember', 'cases_restriction',
                              'cases_restrictionname', 'cases_emergencyaccess'] loop
    execute format('create trigger %s_insert_projects after insert on %s referencing new table as changed
                    for each statement execute function app.project_changed()', fact, fact);
    execute format('create trigger %s_update_projects after update on %s referencing new table as changed
                    for each statement execute function app.project_changed()', fact, fact);
    execute format('create trigger %s_delete_projects after delete on %s referencing old table as changed
                    for each statement execute function app.project_changed()', fact, fact);
  end loop;
end $$;

-- Somebody leaves their agency, or comes back: the cases they are named on follow.
create or replace function app.project_membership() returns trigger
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform app.project_cases(array(
    select distinct t.case_id from cases_teammember t where t.membership_id = new.id and t.ends_on is null));
  return null;
end $$;
create trigger membership_dates_project after update of starts_on, ends_on on hubs_membership for each row
  when (old.ends_on is distinct from new.ends_on or old.starts_on is distinct from new.starts_on)
  execute function app.project_membership();
