-- Rows of a family as before, with those of whoever was merged into it (decision 29).
-- Every row that belongs to a family, by table: it says so itself (case_id, family_id), or it hangs on a row that does.
create or replace function app.rows_of_family(the_family uuid) returns table (name text, keys text[])
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  each record;
  -- A family that was merged into this one, or made to hold somebody who was recorded twice, goes with it.
  families uuid[] := array(
    with recursive merged as (
      select the_family as id union select f.id from cases_family f join merged on f.merged_into_id = merged.id)
    select id from merged);
  found jsonb := jsonb_build_object('cases_family', to_jsonb(families));
  cases uuid[] := array(select c.id from cases_case c where c.family_id = any (families));
  more text[];
  had text[];
  grown boolean := true;
begin
  for each in
    select c.relname::text as name, bool_or(a.attname = 'case_id') as by_case
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname in ('case_id', 'family_id')
                                         and a.atttypid = 'uuid'::regtype and not a.attisdropped
     where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname <> 'audit_event' group by 1
  loop
    execute format('select array_agg(t.id::text) from %I t where %s', each.name,
                   case when each.by_case then 't.case_id = any ($1)' else 't.family_id = any ($2)' end)
       into more using cases, families;
    if each.name = 'cases_case' then more := cases::text[]; end if;
    if more is not null then found := found || jsonb_build_object(each.name, to_jsonb(more)); end if;
  end loop;
  while grown loop
    grown := false;
    for each in
      select c.relname::text as name, a.attname::text as hangs_by, o.relname::text as of_table, format_type(a.atttypid, null) as kind,
             exists (select from pg_attribute x where x.attrelid = c.oid and x.attname = 'case_id') as has_case,
             exists (select from pg_attribute x where x.attrelid = c.oid and x.attname = 'family_id') as has_family
        from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_class o on o.oid = k.confrelid
        join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
       where k.contype = 'f' and c.relnamespace = 'public'::regnamespace and found ? o.relname::text
    loop
      -- A row that names a case or family belongs there, whatever else it names.
      continue when each.has_family;
      had := array(select jsonb_array_elements_text(coalesce(found -> each.name, '[]')));
      execute format('select array_agg(t.id::text) from %I t where t.%I = any ($1::%s[]) and not t.id::text = any ($2) %s',
                     each.name, each.hangs_by, each.kind, case when each.has_case then 'and t.case_id is null' else '' end)
         into more using array(select jsonb_array_elements_text(found -> each.of_table)), had;
      if more is not null then
        found := found || jsonb_build_object(each.name, to_jsonb(had || more));
        grown := true;
      end if;
    end loop;
  end loop;
  return query select f.key, array(select jsonb_array_elements_text(f.value)) from jsonb_each(found) f;
end $$;
