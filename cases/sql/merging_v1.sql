-- Records of the same people that become one: proposed by one person, done by another, undone completely. Nothing else writes
-- cases_merge, cases_mergepair or cases_mergechange, and the machine proposes nothing. docs/decisions/0029.
--
-- A merge is worked out by doing it: the preview does all of it in a subtransaction that is undone again, with the same
-- rule that writes the grants, so that what two people read is what happens.

-- Whether somebody with the right sees all of a family lastingly: every case, open or not, and everybody in it.
create or replace function app.sees_whole_family(the_family uuid) returns boolean
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select coalesce(
    app.membership_id() is not null and app.guest_id() is null
    and app.roles() && array['hub_coordinator', 'hub_manager']
    and not app.is_kept_from(the_family)
    and exists (select from cases_case c where c.family_id = the_family)
    and not exists (select from cases_case c where c.family_id = the_family
                       and not (app.sees_lastingly(c.acl) and c.acl_until >= app.today()))
    and not exists (select from cases_person p where p.family_id = the_family and not app.sees_lastingly(p.acl)), false)
$$;

-- Why two records may not be merged, as a code; null when they may. `hidden` is said of everything that the asker may
-- not know of, so that nothing is learnt from it. pairs: [{"kept": person, "gone": person}]; other: null within one family.
create or replace function app.merge_refusal(family uuid, other uuid, pairs jsonb) returns text
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  these uuid[] := array_remove(array[family, other], null);
  kept uuid[] := array(select (x ->> 'kept')::uuid from jsonb_array_elements(pairs) x);
  gone uuid[] := array(select (x ->> 'gone')::uuid from jsonb_array_elements(pairs) x);
begin
  if family is null or family = other
     or not app.sees_whole_family(family) or other is not null and not app.sees_whole_family(other) then
    return 'hidden';
  end if;
  if exists (select from cases_restriction r join cases_case c on c.id = r.case_id
              where c.family_id = any (these) and r.lifted_at is null) then
    return 'restricted';
  end if;
  -- Each kept person is of the family that stays, each that goes of the other; nobody twice.
  if cardinality(kept) = 0 and other is null
     or (select count(distinct x) from unnest(kept || gone) x) <> 2 * cardinality(kept)
     or (select count(*) from cases_person p where p.id = any (kept) and p.family_id = family) <> cardinality(kept)
     or (select count(*) from cases_person p where p.id = any (gone) and p.family_id = coalesce(other, family)) <> cardinality(gone) then
    return 'hidden';
  end if;
  -- A protected address says why two families live apart, or would come to those who do not have it.
  if exists (select from cases_address a
              where a.family_id = any (these) and (a.is_confidential or a.hidden_from_id is not null)
                and (other is not null or a.person_id = any (kept || gone) or a.hidden_from_id = any (kept || gone))) then
    return 'address';
  end if;
  if exists (select from jsonb_to_recordset(pairs) as x (kept uuid, gone uuid)
               join cases_consent a on a.person_id = x.kept and a.ended_at is null
               join cases_consent b on b.person_id = x.gone and b.ended_at is null and b.agency_id = a.agency_id
              where a.answer <> b.answer) then
    return 'consent';
  end if;
  if exists (select from jsonb_to_recordset(pairs) as x (kept uuid, gone uuid)
              where (select d.able from cases_decidesforself d where d.person_id = x.kept and d.ended_at is null)
                    is distinct from
                    (select d.able from cases_decidesforself d where d.person_id = x.gone and d.ended_at is null)) then
    return 'decides';
  end if;
  if exists (select from reporting_subjectrequest s where s.families && these and s.status not in ('sent', 'refused')) then
    return 'request';
  end if;
  return null;
end $$;

-- Who sees a family, its people and the topics of its cases, by name of thing: {"person:…": ["hub:1", "agency:2"]}.
create or replace function app.sight_of(families uuid[]) returns jsonb
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  with tokens as (
    select 'family:' || f.id as thing, t from cases_family f, unnest(f.acl) t where f.id = any (families)
    union all
    select 'person:' || p.id, t from cases_person p, unnest(p.acl) t where p.family_id = any (families)
    union all
    select 'case:' || c.id || ':' || (t & 15), t >> 4 from cases_case c, unnest(c.topic_acl) t where c.family_id = any (families)
  ),
  named as (
    select distinct thing, case t & 7 when 0 then 'hub:' when 1 then 'agency:' when 2 then 'member:' when 3 then 'emergency:'
                                      when 4 then 'member:' else 'guest:' end || (t >> 3) as who from tokens
  ),
  folded as (select thing, jsonb_agg(who order by who) as who from named group by 1)
  select coalesce(jsonb_object_agg(thing, who), '{}') from folded
$$;

-- Move what one column of one table says from one record to another, and write down each row. A row that the kept record
-- has already stays where it is. Gives a hash of the rows as they were.
create or replace function app.merge_move(the_merge uuid, in_table text, by_column text, old uuid, new uuid, spared text[])
returns text
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  rows text[];
  row_id text;
  how text;
  hash text;
  place int := (select count(*) from cases_mergechange where merge_id = the_merge);
begin
  execute format($q$
    select coalesce(md5(string_agg(x.said::text, '' order by x.id)), ''), array_agg(x.id order by x.id)
      from (select t.id::text as id, to_jsonb(t) - array['acl', 'topic_acl', 'acl_until', 'updated_at', 'latest', 'next_review_on'] as said
              from %I t where t.%I = $1 and not t.id::text = any ($2)) x
  $q$, in_table, by_column) into hash, rows using old, spared;
  if rows is null then return ''; end if;
  begin
    execute format('update %I t set %I = $2 where t.%I = $1 and t.id::text = any ($3)', in_table, by_column, by_column)
      using old, new, rows;
    insert into cases_mergechange (id, merge_id, position, table_name, row_id, before, after, outcome)
      select gen_random_uuid(), the_merge, place + n, in_table, r, jsonb_build_object(by_column, old), jsonb_build_object(by_column, new), ''
        from unnest(rows) with ordinality as x (r, n);
    return hash;
  exception when unique_violation or check_violation then null;
  end;
  foreach row_id in array rows loop
    place := place + 1;
    how := '';
    begin
      execute format('update %I t set %I = $1 where t.id::text = $2', in_table, by_column) using new, row_id;
    exception when unique_violation or check_violation then how := 'stays';
    end;
    insert into cases_mergechange (id, merge_id, position, table_name, row_id, before, after, outcome)
      values (gen_random_uuid(), the_merge, place, in_table, row_id, jsonb_build_object(by_column, old),
              jsonb_build_object(by_column, case how when '' then new else old end), how);
  end loop;
  return hash;
end $$;

-- Write down and make one change of a row that is not a move.
create or replace function app.merge_set(the_merge uuid, in_table text, the_row uuid, by_column text, value text) returns void
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  was jsonb;
  now_is jsonb;
begin
  execute format('select to_jsonb(t) -> %L from %I t where t.id = $1', by_column, in_table) into was using the_row;
  execute format('update %I t set %I = (jsonb_populate_record(t, jsonb_build_object(%L, $2::text))).%I where t.id = $1',
                 in_table, by_column, by_column, by_column) using the_row, value;
  execute format('select to_jsonb(t) -> %L from %I t where t.id = $1', by_column, in_table) into now_is using the_row;
  insert into cases_mergechange (id, merge_id, position, table_name, row_id, before, after, outcome)
    select gen_random_uuid(), the_merge, count(*) + 1, in_table, the_row::text, jsonb_build_object(by_column, was),
           jsonb_build_object(by_column, now_is), '' from cases_mergechange where merge_id = the_merge;
end $$;

-- Columns that name a person or a family, found in the catalogue so that none is forgotten. Those that tell how records
-- were merged, and requests that were answered, stay as they are.
create or replace function app.merge_columns(target text) returns table (in_table text, by_column text)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select c.relname::text, a.attname::text
    from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_class o on o.oid = k.confrelid
    join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
   where k.contype = 'f' and c.relnamespace = 'public'::regnamespace and o.relname = target
     and c.relname not in ('cases_merge', 'cases_mergepair', 'reporting_subjectlink')
   order by 1, 2
$$;

-- The merge itself, for both the preview and the deed. Nobody sees a family without cases, so the row of a person or family
-- that goes is kept in one, and leads to the record that stays.
create or replace function app.merge_work(the_merge uuid, family uuid, other uuid, pairs jsonb, taken jsonb) returns text
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  each record;
  pair record;
  field text;
  holder uuid := other;
  gone uuid[] := array(select (x ->> 'gone')::uuid from jsonb_array_elements(pairs) x);
  hashes text := '';
  may_take constant text[] := array['first_name', 'last_name', 'known_as', 'born_on', 'born_on_is_estimate', 'due_on', 'sex', 'ethnicity',
    'language', 'interpreter_needed', 'nhs_number', 'nhs_number_warning', 'upn', 'upn_warning', 'is_child', 'lives_with_family',
    'role_in_household', 'phone', 'contact_advice', 'school'];
begin
  select md5(coalesce(string_agg((to_jsonb(p) - array['acl', 'updated_at'])::text, '' order by p.id), '')) into hashes
    from cases_person p where p.family_id in (family, other);
  select hashes || md5(coalesce(string_agg((to_jsonb(f) - array['acl', 'updated_at'])::text, '' order by f.id), '')) into hashes
    from cases_family f where f.id in (family, other);
  if holder is null then
    holder := gen_random_uuid();
    insert into cases_family (id, name, hub_id, strengths, created_at, updated_at, acl, merged_into_id)
      select holder, f.name, f.hub_id, '', now(), now(), '{}', f.id from cases_family f where f.id = family;
    update cases_merge m set made_family = holder where m.id = the_merge;
    insert into cases_mergechange (id, merge_id, position, table_name, row_id, before, after, outcome)
      values (gen_random_uuid(), the_merge, 1, 'cases_family', holder::text, '{}', '{}', 'made');
  end if;
  for pair in select x.kept, x.gone from jsonb_to_recordset(pairs) as x (kept uuid, gone uuid) order by 1 loop
    -- What becomes empty first: a person is born or due, never both.
    for field in
      select x from jsonb_array_elements_text(coalesce(taken -> pair.gone::text, '[]')) x
       order by (select to_jsonb(g) ->> x from cases_person g where g.id = pair.gone) is not null, x
    loop
      if not field = any (may_take) then
        raise exception 'this is not taken from another record' using errcode = '22023';
      end if;
      execute format('select app.merge_set($1, ''cases_person'', $2, %L, p.%I::text) from cases_person p where p.id = $3', field, field)
        using the_merge, pair.kept, pair.gone;
    end loop;
    for each in select * from app.merge_columns('cases_person') loop
      hashes := hashes || app.merge_move(the_merge, each.in_table, each.by_column, pair.gone, pair.kept, '{}');
    end loop;
    perform app.merge_set(the_merge, 'cases_person', pair.gone, 'merged_into_id', pair.kept::text);
  end loop;
  if other is null then
    for pair in select x.gone from unnest(gone) x (gone) loop
      perform app.merge_set(the_merge, 'cases_person', pair.gone, 'family_id', holder::text);
    end loop;
  else
    for field in select jsonb_array_elements_text(coalesce(taken -> 'family', '[]')) order by 1 loop
      if field not in ('name', 'strengths') then
        raise exception 'this is not taken from another record' using errcode = '22023';
      end if;
      execute format('select app.merge_set($1, ''cases_family'', $2, %L, f.%I::text) from cases_family f where f.id = $3', field, field)
        using the_merge, family, other;
    end loop;
    for each in select * from app.merge_columns('cases_family') loop
      hashes := hashes || app.merge_move(the_merge, each.in_table, each.by_column, other, family,
                                         case each.in_table when 'cases_person' then gone::text[] else '{}' end);
    end loop;
    perform app.merge_set(the_merge, 'cases_family', other, 'merged_into_id', family::text);
  end if;
  perform app.merge_settle(array[family, holder]);
  return hashes;
end $$;

-- Grants of the families' cases are worked out anew; a family without cases, and whoever is in it, is seen by nobody.
create or replace function app.merge_settle(families uuid[]) returns void
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform app.project_cases(array(select c.id from cases_case c where c.family_id = any (families)));
  perform set_config('app.projecting', 'on', true);
  update cases_family f set acl = '{}'
   where f.id = any (families) and f.acl <> '{}' and not exists (select from cases_case c where c.family_id = f.id);
  update cases_person p set acl = '{}'
   where p.family_id = any (families) and p.acl <> '{}' and not exists (select from cases_case c where c.family_id = p.family_id);
  perform set_config('app.projecting', '', true);
end $$;

-- What a merge would do, without doing it: {"refused": code}, or who sees what before and after, how many rows move in
-- which table, which stay, and the fingerprint of all of it. Rows of these tables may stay: the kept record says the same.
create or replace function app.merge_preview(family uuid, other uuid, pairs jsonb, taken jsonb) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  trial uuid := gen_random_uuid();
  these uuid[] := array_remove(array[family, other], null);
  refused text := app.merge_refusal(family, other, pairs);
  before jsonb;
  result jsonb;
  hashes text;
  may_stay constant text[] := array['cases_relationship', 'cases_staffrelation', 'cases_consent', 'cases_decidesforself',
    'cases_invitation', 'cases_recordlink', 'assessments_need', 'assessments_noneeds', 'reporting_possibleduplicate'];
begin
  if refused is not null then return jsonb_build_object('refused', refused); end if;
  perform 1 from cases_family f where f.id = any (these) order by f.id for update;
  before := app.sight_of(these);
  begin
    insert into cases_merge (id, kept_family_id, gone_family_id, taken, reason, effect, fingerprint, status, proposed_by_id, proposed_at,
                             decision_note, undo_reason)
      values (trial, family, other, '{}', 'preview', '{}', '', 'proposed', app.membership_id(), now(), '', '');
    hashes := app.merge_work(trial, family, other, pairs, taken);
    select jsonb_build_object(
             'before', before, 'after', app.sight_of(these),
             'moved', (select coalesce(jsonb_object_agg(x.t, x.n), '{}') from (
                         select c.table_name as t, count(*) as n from cases_mergechange c
                          where c.merge_id = trial and c.outcome = '' group by 1) x),
             'stays', (select coalesce(jsonb_object_agg(x.t, x.n), '{}') from (
                         select c.table_name as t, count(*) as n from cases_mergechange c
                          where c.merge_id = trial and c.outcome = 'stays' group by 1) x)) into result;
    raise exception using errcode = 'EH001';
  exception when sqlstate 'EH001' then null;
  end;
  if exists (select from jsonb_object_keys(result -> 'stays') t where not t = any (may_stay)) then
    return jsonb_build_object('refused', 'both');
  end if;
  return result || jsonb_build_object('fingerprint', md5(hashes || (result -> 'before')::text || (result -> 'after')::text
                                                         || (result -> 'stays')::text || pairs::text || taken::text));
end $$;

-- Propose what was previewed. Gives its id, or null when the records are not what the fingerprint was made of.
create or replace function app.propose_merge(family uuid, other uuid, pairs jsonb, taken jsonb, why text, seen text) returns uuid
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  told jsonb := app.merge_preview(family, other, pairs, taken);
  made uuid := gen_random_uuid();
begin
  if told ? 'refused' or btrim(coalesce(why, '')) = '' or told ->> 'fingerprint' is distinct from seen then return null; end if;
  if exists (select from cases_merge m where m.status = 'proposed' and array_remove(array[m.kept_family_id, m.gone_family_id], null)
                                                                      && array_remove(array[family, other], null)) then
    return null;
  end if;
  insert into cases_merge (id, kept_family_id, gone_family_id, taken, reason, effect, fingerprint, status, proposed_by_id, proposed_at,
                           decision_note, undo_reason)
    values (made, family, other, taken, left(btrim(why), 300), told - 'fingerprint', told ->> 'fingerprint', 'proposed', app.membership_id(),
            now(), '', '');
  insert into cases_mergepair (id, merge_id, kept_id, gone_id)
    select gen_random_uuid(), made, x.kept, x.gone from jsonb_to_recordset(pairs) as x (kept uuid, gone uuid);
  return made;
end $$;

create or replace function app.merge_pairs(the_merge uuid) returns jsonb
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select coalesce(jsonb_agg(jsonb_build_object('kept', p.kept_id, 'gone', p.gone_id) order by p.kept_id), '[]')
    from cases_mergepair p where p.merge_id = the_merge
$$;

-- Answer a proposal. Merging takes another user than whoever proposed it; either may say no. Gives "done", "declined",
-- "own" (their own proposal), "changed" (the records are not what they were) or a reason of app.merge_refusal; null when
-- there is nothing for them to answer.
create or replace function app.decide_merge(the_merge uuid, is_yes boolean, note text) returns text
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  m record;
  told jsonb;
begin
  select x.* into m from cases_merge x where x.id = the_merge and x.status = 'proposed' for update;
  if not found or not app.sees_whole_family(m.kept_family_id)
     or m.gone_family_id is not null and not app.sees_whole_family(m.gone_family_id) then
    return null;
  end if;
  if not is_yes then
    update cases_merge x set status = 'declined', decided_by_id = app.membership_id(), decided_at = clock_timestamp(), decision_note = left(note, 300)
     where x.id = the_merge;
    return 'declined';
  end if;
  if (select b.user_id from hubs_membership b where b.id = m.proposed_by_id) = app.user_id() then return 'own'; end if;
  told := app.merge_preview(m.kept_family_id, m.gone_family_id, app.merge_pairs(the_merge), m.taken);
  if told ? 'refused' then return told ->> 'refused'; end if;
  if told ->> 'fingerprint' <> m.fingerprint then return 'changed'; end if;
  update cases_merge x set status = 'done', decided_by_id = app.membership_id(), decided_at = clock_timestamp(), decision_note = left(note, 300)
   where x.id = the_merge;
  perform app.merge_work(the_merge, m.kept_family_id, m.gone_family_id, app.merge_pairs(the_merge), m.taken);
  return 'done';
end $$;

-- Undo a merge: every column that it changed is put back, unless somebody changed it since; rows that name the kept person
-- in a case that goes back, written since, follow it. Gives {"restored", "later": [...], "followed": [...]}, {"refused": code},
-- or null when there is nothing for them to undo.
create or replace function app.undo_merge(the_merge uuid, why text) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  m record;
  each record;
  pair record;
  field record;
  now_is jsonb;
  back uuid[];
  moved text[];
  restored int := 0;
  later jsonb := '[]';
  followed jsonb := '[]';
  was_later boolean;
begin
  select x.* into m from cases_merge x where x.id = the_merge and x.status = 'done' for update;
  if not found or btrim(coalesce(why, '')) = '' or not app.sees_whole_family(m.kept_family_id)
     or app.is_kept_from(coalesce(m.gone_family_id, m.kept_family_id)) then
    return null;
  end if;
  -- What was merged on top of it is undone first.
  if exists (select from cases_merge x
              where x.status = 'done' and x.id <> the_merge and x.decided_at >= m.decided_at
                and (x.kept_family_id in (m.kept_family_id, m.gone_family_id) or x.gone_family_id in (m.kept_family_id, m.gone_family_id))) then
    return jsonb_build_object('refused', 'later_merge');
  end if;
  if exists (select from reporting_subjectrequest s
              where s.families && array_remove(array[m.kept_family_id, m.gone_family_id], null) and s.status not in ('sent', 'refused')) then
    return jsonb_build_object('refused', 'request');
  end if;
  perform 1 from cases_family f where f.id in (m.kept_family_id, m.gone_family_id) order by f.id for update;
  for each in select c.* from cases_mergechange c where c.merge_id = the_merge and c.outcome = '' order by c.position desc loop
    was_later := false;
    execute format('select to_jsonb(t) from %I t where t.id::text = $1', each.table_name) into now_is using each.row_id;
    for field in select x.key, x.value from jsonb_each(each.after) x loop
      if now_is is null or now_is -> field.key is distinct from field.value then
        was_later := true;
        later := later || jsonb_build_object('table', each.table_name, 'row', each.row_id, 'field', field.key);
      else
        execute format('update %I t set %I = (jsonb_populate_record(t, $2)).%I where t.id::text = $1', each.table_name, field.key, field.key)
          using each.row_id, each.before;
        restored := restored + 1;
      end if;
    end loop;
    update cases_mergechange c set outcome = case when was_later then 'later' else 'restored' end where c.id = each.id;
  end loop;
  if m.gone_family_id is not null then
    back := array(select c.id from cases_case c where c.family_id = m.gone_family_id);
    for pair in select p.kept_id, p.gone_id from cases_mergepair p where p.merge_id = the_merge loop
      for each in
        select x.* from app.merge_columns('cases_person') x
         where exists (select from pg_attribute a where a.attrelid = x.in_table::regclass and a.attname = 'case_id' and not a.attisdropped)
      loop
        begin
          execute format('with f as (update %I t set %I = $1 where t.%I = $2 and t.case_id = any ($3) returning t.id)
                          select array_agg(f.id::text) from f', each.in_table, each.by_column, each.by_column)
             into moved using pair.gone_id, pair.kept_id, back;
          if moved is not null then
            followed := followed || jsonb_build_object('table', each.in_table, 'field', each.by_column, 'rows', to_jsonb(moved));
          end if;
        exception when unique_violation or check_violation then
          later := later || jsonb_build_object('table', each.in_table, 'row', '', 'field', each.by_column);
        end;
      end loop;
    end loop;
  end if;
  update cases_merge x set status = 'undone', undone_by_id = app.membership_id(), undone_at = now(), undo_reason = left(btrim(why), 300)
   where x.id = the_merge;
  perform app.merge_settle(array_remove(array[m.kept_family_id, m.gone_family_id, m.made_family], null));
  if m.made_family is not null then
    delete from cases_family f where f.id = m.made_family and not exists (select from cases_person p where p.family_id = f.id);
  end if;
  update cases_merge x
     set effect = x.effect || jsonb_build_object('undo', jsonb_build_object('restored', restored, 'later', later, 'followed', followed))
   where x.id = the_merge;
  return jsonb_build_object('restored', restored, 'later', later, 'followed', followed);
end $$;

-- Where an old link leads: the person into whom this one was merged, when the reader sees them.
create or replace function app.merged_to(old uuid) returns uuid
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select k.id from cases_person p join cases_person k on k.id = p.merged_into_id
   where p.id = old and k.acl && app.tokens() and not app.is_kept_from(k.family_id)
$$;

-- Pairs of people who may be one, among those whom the asker sees: to be compared and shown to a person, who decides.
-- Blocked by what duplicates share: a number, or a birth date (day and month swapped, too), an initial and something of the name, or
-- nearly the whole name and the year or postcode. Pairs that somebody has linked, or said are different, are left out.
create or replace function app.alike_pairs(at_most int) returns table (one uuid, other uuid)
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if app.tokens() is null or not app.roles() && array['hub_coordinator', 'hub_manager'] then return; end if;
  perform set_config('pg_trgm.similarity_threshold', '0.6', true);
  return query
    with mine as materialized (
      select p.id, p.born_on, p.nhs_number, p.upn, p.search_name, lower(left(p.first_name, 1)) as f, lower(left(p.last_name, 1)) as l
        from cases_person p where p.acl && app.tokens() and not app.is_kept_from(p.family_id)
    ),
    pairs as (
      select a.id as a, b.id as b, 3.0 as score from mine a join mine b on b.nhs_number = a.nhs_number and a.nhs_number <> '' and a.id < b.id
      union all
      select a.id, b.id, 3.0 from mine a join mine b on b.upn = a.upn and a.upn <> '' and a.id < b.id
      union all
      select a.id, b.id, 1 + similarity(a.search_name, b.search_name) from mine a join mine b on b.born_on = a.born_on and a.id < b.id
       where (a.f = b.f or a.l = b.l) and similarity(a.search_name, b.search_name) > 0.3
      union all
      select least(a.id, b.id), greatest(a.id, b.id), similarity(a.search_name, b.search_name)
        from mine a join mine b on extract(year from b.born_on) = extract(year from a.born_on)
                               and extract(month from b.born_on) = extract(day from a.born_on)
                               and extract(day from b.born_on) = extract(month from a.born_on)
       where a.id < b.id and extract(day from a.born_on) <> extract(month from a.born_on)
         and similarity(a.search_name, b.search_name) > 0.4
      union all
      select a.id, b.id, similarity(a.search_name, b.search_name)
        from mine a join mine b on b.search_name = a.search_name and a.id < b.id
       where a.born_on is null or b.born_on is null or extract(year from b.born_on) = extract(year from a.born_on)
    )
    select p.a, p.b from pairs p
     where not exists (select from cases_recordlink l
                        where l.ended_at is null and (l.one_person_id, l.other_person_id) in ((p.a, p.b), (p.b, p.a)))
     group by 1, 2 order by max(p.score) desc, 1, 2 limit at_most;
end $$;
