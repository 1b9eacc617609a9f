-- Somebody leaves their agency, or comes back: the cases they are named on follow, those with an agreed last day too. A
-- load that projects at its end is not held up.
create or replace function app.project_membership() returns trigger
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform app.project_cases(array(
    select distinct t.case_id from cases_teammember t
     where t.membership_id = new.id and (t.ends_on is null or t.ends_on >= app.today())
       and app.is_settling(t.case_id) is not true));
  return null;
end $$;
