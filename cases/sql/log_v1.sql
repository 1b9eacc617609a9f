-- The access log names records by their reference, for information governance leads and auditors: they see no family.
create or replace function app.reads_the_log() returns boolean language sql stable parallel safe as $$
  select coalesce(app.roles() && array['ig_lead', 'auditor'], false)
$$;

create or replace function app.log_references(ids uuid[]) returns table (case_id uuid, reference varchar)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select c.id, c.reference from cases_case c where c.id = any (ids) and app.reads_the_log()
$$;

create or replace function app.log_case(the_reference text) returns uuid
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select c.id from cases_case c where c.reference = upper(btrim(the_reference)) and app.reads_the_log()
$$;

-- Lists and searches in which a record was shown, the newest first. Here and not in a query of the application: under
-- row-level security the index would not be used.
create or replace function app.log_lists_with(the_case uuid, at_most int) returns setof uuid
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select e.id from audit_event e
   where e.facts ? 'cases' and e.facts -> 'cases' @> to_jsonb(array[the_case::text]) and app.reads_the_log()
   order by e.at desc limit at_most
$$;
