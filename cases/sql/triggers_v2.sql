-- New facts, and their grants in the same statement: notes on who decides for themself, and guests.
create or replace function app.project_person_changed() returns trigger
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform app.project_cases(array(
    select distinct c.id from changed x join cases_person p on p.id = x.person_id join cases_case c on c.family_id = p.family_id
     where app.is_settling(c.id) is not true));
  return null;
end $$;
create trigger decides_insert_projects after insert on cases_decidesforself referencing new table as changed
  for each statement execute function app.project_person_changed();
create trigger decides_update_projects after update on cases_decidesforself referencing new table as changed
  for each statement execute function app.project_person_changed();
create trigger decides_delete_projects after delete on cases_decidesforself referencing old table as changed
  for each statement execute function app.project_person_changed();

-- A guest's tries, codes and looks change on their clicks and are no fact of the rule.
create or replace function app.project_guest() returns trigger
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform app.project_cases(array(
    select x from unnest(array[(to_jsonb(old) ->> 'case_id')::uuid, (to_jsonb(new) ->> 'case_id')::uuid]) x
     where x is not null and app.is_settling(x) is not true));
  return null;
end $$;
create trigger guest_projects after insert or delete on cases_guest for each row execute function app.project_guest();
create trigger guest_changes_project after update of case_id, categories, invited_by_id, ended_at on cases_guest for each row
  when (old.ended_at is distinct from new.ended_at or old.categories <> new.categories or old.case_id <> new.case_id
        or old.invited_by_id <> new.invited_by_id)
  execute function app.project_guest();

-- Somebody leaves their agency, or comes back: the cases they are named on follow, those with an agreed last day too.
create or replace function app.project_membership() returns trigger
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform app.project_cases(array(
    select distinct t.case_id from cases_teammember t
     where t.membership_id = new.id and (t.ends_on is null or t.ends_on >= app.today())));
  return null;
end $$;

create trigger membership_guard before insert or update or delete on hubs_membership
  for each row execute function app.guard_membership();
