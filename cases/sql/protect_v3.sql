-- Volunteers see families they are named on and no others: nobody opens a record in an emergency as one. Whoever becomes one
-- while an emergency runs reads their own line of it, so that grants and row-level security go on saying the same.
create or replace function app.guard_emergency() returns trigger
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if exists (select from hubs_membership m where m.id = new.membership_id and 'volunteer' = any (m.roles)) then
    raise exception 'a volunteer has no emergency access' using errcode = '23514';
  end if;
  return new;
end $$;
create trigger emergency_guard before insert or update of membership_id on cases_emergencyaccess
  for each row execute function app.guard_emergency();

alter policy cases_emergencyaccess_volunteers on cases_emergencyaccess
  using (not (select app.is_volunteer()) or membership_id = app.membership_id());
