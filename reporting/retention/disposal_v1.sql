-- Retention: which records are due, and disposal. The application deletes no row of a family by itself.

create or replace function app.manages_retention() returns boolean language sql stable as $$
  select coalesce(app.roles() && array['ig_lead', 'disclosure_officer'], false)
$$;

-- Whether some words hold both names of a person, as the match check compares names.
create or replace function app.names_both(words text, first_name text, last_name text) returns boolean language sql stable as $$
  select app.plain(first_name) <> '' and app.plain(last_name) <> ''
     and ' ' || app.plain(words) || ' ' like '% ' || app.plain(first_name) || ' %'
     and ' ' || app.plain(words) || ' ' like '% ' || app.plain(last_name) || ' %'
$$;

-- When each family's record is due, by the rule that fits it. `years`: from the youngest child's birth; from the last
-- closure; from birth when it was stepped up; from birth when it was restricted because of an adoption; from closure when
-- no child is recorded. Whatever the settings say: at least 18 years from birth and 6 from closure.
create or replace function app.retention_dates(years int[]) returns
  table (family_id uuid, refs varchar[], hub_id bigint, is_open boolean, opened_on date, closed_on date, due_on date, rule text)
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if cardinality(years) <> 5 or years[1] < 18 or years[2] < 6 or years[3] < years[1] or years[4] < years[1] or years[5] < 6 then
    raise exception 'records are kept for at least 18 years from birth and 6 from closure' using errcode = '22023';
  end if;
  return query
  with families as (
    select c.family_id, array_agg(c.reference order by c.opened_on desc, c.reference desc) as refs,
           (array_agg(c.hub_id order by c.opened_on desc))[1] as hub_id, bool_or(c.status <> 'closed') as is_open,
           min(c.opened_on) as opened_on, max(c.closed_on) as closed_on,
           bool_or(c.closure_reason = 'stepped_up' or exists (
             select from cases_stepup s where s.case_id = c.id and s.status = 'accepted')) as stepped_up,
           bool_or(exists (select from cases_restriction r where r.case_id = c.id and r.reason = 'adoption')) as adoption
      from cases_case c group by c.family_id
  ),
  dated as (
    select f.*, (select max(coalesce(p.born_on, p.due_on)) from cases_person p where p.family_id = f.family_id and p.is_child) as youngest
      from families f
  ),
  ruled as (
    select d.*, case when d.adoption then 'adoption' when d.stepped_up then 'stepped_up' else 'birthday' end as code,
           (d.youngest + make_interval(years => case when d.adoption then years[4] when d.stepped_up then years[3] else years[1] end))::date as by_birth,
           (d.closed_on + make_interval(years => case when d.youngest is null then years[5] else years[2] end))::date as by_closure
      from dated d
  )
  select r.family_id, r.refs, r.hub_id, r.is_open, r.opened_on, r.closed_on, greatest(r.by_birth, r.by_closure),
         case when r.youngest is null then 'adult' when r.by_birth >= r.by_closure then r.code else 'closed' end
    from ruled r;
end $$;

-- Records due by a day, or one record by a reference (open ones too), with what stands in the way. Nothing of the
-- family itself. A record whose family is close to the person who asks is not in it.
create or replace function app.retention_records(years int[], by_day date, one_reference text) returns
  table (family_id uuid, refs varchar[], hub_id bigint, is_open boolean, opened_on date, closed_on date, due_on date, rule text,
         keep_until date, hold_id uuid, proposal_id uuid, is_asked_for boolean)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select d.family_id, d.refs, d.hub_id, d.is_open, d.opened_on, d.closed_on, d.due_on, d.rule, k.until, h.id, p.id, q.is_asked_for
    from app.retention_dates(years) d
    left join reporting_retentionhold h on h.family_id = d.family_id and h.ended_at is null
    left join reporting_retentionreview p on p.family_id = d.family_id and p.choice = 'dispose' and p.sent_back_at is null
   cross join lateral (select max(v.keep_until) as until from reporting_retentionreview v
                        where v.family_id = d.family_id and v.choice = 'keep') k
   cross join lateral (select exists (select from reporting_subjectrequest s where d.family_id = any (s.families)
                                         and s.status not in ('sent', 'refused')) as is_asked_for) q
   where app.manages_retention() and not app.is_kept_from(d.family_id)
     and case when one_reference is null
              then not d.is_open and d.due_on <= by_day and coalesce(k.until, d.due_on) <= by_day
              else upper(btrim(one_reference)) = any (d.refs) end
   order by d.due_on, d.refs[1]
$$;

-- Every row that belongs to a family, by table: it says so itself (case_id, family_id), or it hangs on a row that does.
create or replace function app.rows_of_family(the_family uuid) returns table (name text, keys text[])
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  each record;
  found jsonb := jsonb_build_object('cases_family', jsonb_build_array(the_family));
  cases uuid[] := array(select c.id from cases_case c where c.family_id = the_family);
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
                   case when each.by_case then 't.case_id = any ($1)' else 't.family_id = $2' end)
       into more using cases, the_family;
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

-- What the board's figures need of a record that is about to go, under numbers drawn with a key that nobody keeps.
create or replace function app.keep_twins(the_family uuid) returns int
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  secret bigint := (select s.value from app.report_secret s);
  key bigint := ('x' || left(md5(gen_random_uuid()::text), 16))::bit(64)::bigint;
  family bigint := hashtextextended(the_family::text, secret);
  cases bigint[] := array(select hashtextextended(c.id::text, secret) from cases_case c where c.family_id = the_family);
  people bigint[] := array(select hashtextextended(p.id::text, secret) from cases_person p where p.family_id = the_family);
  assessments bigint[] := array(select hashtextextended(a.id::text, secret) from assessments_assessment a
                                  join cases_case c on c.id = a.case_id where c.family_id = the_family);
  kept int;
begin
  insert into reporting_statisticstwin
         (id, view, case_ref, family_ref, assessment_ref, person_ref, hub_id, status, kind, code, from_on, until_on, in_time)
  select gen_random_uuid(), x.view, hashtextextended(x.case_ref::text, key), hashtextextended(x.family_ref::text, key),
         hashtextextended(x.assessment_ref::text, key), hashtextextended(x.person_ref::text, key),
         x.hub_id, x.status, x.kind, x.code, x.from_on, x.until_on, x.in_time
    from (
      select 'case' as view, c.case_ref, c.family_ref, null::bigint as assessment_ref, null::bigint as person_ref, c.hub_id,
             c.status, c.register_lead_kind as kind, c.closure_reason as code, c.opened_on as from_on, c.closed_on as until_on,
             null::boolean as in_time
        from report_case c where c.family_ref = family
      union all
      select 'assessment', a.case_ref, a.family_ref, a.assessment_ref, null, a.hub_id, a.status, a.agency_kind, null,
             a.initiated_on, a.completed_on, null
        from report_assessment a where a.family_ref = family
      union all
      select 'need', null, null, n.assessment_ref, null, null, null, null, n.code, null, null, null
        from report_need n where n.assessment_ref = any (assessments)
      union all
      select 'lead', l.case_ref, null, null, null, null, null, l.agency_kind, null, l.from_on, l.until_on, null
        from report_lead l where l.case_ref = any (cases)
      union all
      select 'consent', null, null, null, k.person_ref, null, null, null, k.answer, k.answered_on, null, null
        from report_consent k where k.person_ref = any (people || cases)
      union all
      select 'step_up', s.case_ref, null, null, null, s.hub_id, s.status, null, null, s.sent_on, null, s.is_decided_in_time
        from report_step_up s where s.case_ref = any (cases)
      union all
      select 'step_down', s.case_ref, null, null, null, s.hub_id, s.status, null, null, s.sent_on, null, null
        from report_step_down s where s.case_ref = any (cases)
    ) x;
  get diagnostics kept = row_count;
  return kept;
end $$;

-- Dispose of a record that another person proposed. One transaction: twins are made, every row goes, a tombstone stays.
-- Gives the tombstone and the cases for the log; null when it may not be (any more).
create or replace function app.dispose(the_review uuid, years int[]) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  proposal record;
  due record;
  each record;
  cases uuid[];
  deleted jsonb := '{}';
  the_tombstone uuid := gen_random_uuid();
  files text[];
  fingerprints text[];
  people text[];
  gone int;
begin
  if not app.manages_retention() then
    raise exception 'not a person who disposes of records' using errcode = '42501';
  end if;
  select v.* into proposal from reporting_retentionreview v join hubs_membership m on m.id = v.decided_by_id
   where v.id = the_review and v.choice = 'dispose' and v.sent_back_at is null and m.user_id <> app.user_id() for update of v;
  if not found then return null; end if;
  perform 1 from cases_family f where f.id = proposal.family_id for update;
  cases := array(select c.id from cases_case c where c.family_id = proposal.family_id for update);
  select d.* into due from app.retention_dates(years) d where d.family_id = proposal.family_id;
  if due.is_open or due.due_on > app.today() or app.is_kept_from(proposal.family_id)
     or exists (select from reporting_retentionhold h where h.family_id = proposal.family_id and h.ended_at is null)
     or exists (select from reporting_retentionreview v where v.family_id = proposal.family_id and v.choice = 'keep' and v.keep_until > app.today())
     or exists (select from reporting_subjectrequest s where proposal.family_id = any (s.families) and s.status not in ('sent', 'refused')) then
    return null;
  end if;

  people := array(select p.id::text from cases_person p where p.family_id = proposal.family_id);
  files := array(select d.storage_key from cases_document d where d.case_id = any (cases));
  fingerprints := array(select r.fingerprint from reporting_registerrow r where r.case_id = any (cases));
  -- What somebody typed to look for them; samples of the register that they came in with, and its other lines of them.
  delete from assessments_matchcheck m
   where exists (select from unnest(people || cases::text[] || due.refs::text[]) x where (m.candidates::text || m.asked::text) like '%' || x || '%')
      or exists (select from cases_person p where p.family_id = proposal.family_id
                    and app.plain(p.last_name) = app.plain(m.asked ->> 'last_name')
                    and app.plain(p.first_name) = app.plain(m.asked ->> 'first_name'));
  update reporting_registerimport i set guesses = '[]'
   where exists (select from reporting_registerrow r where r.register_import_id = i.id and r.case_id = any (cases));
  delete from reporting_possibleduplicate d using reporting_registerrow r
   where r.id in (d.row_id, d.other_row_id) and r.loaded_at is null and r.fingerprint = any (fingerprints);
  delete from reporting_possibleduplicate d using reporting_registerrow r, cases_person p
   where r.id in (d.row_id, d.other_row_id) and r.loaded_at is null and p.family_id = proposal.family_id
     and app.names_both(r.original::text, p.first_name, p.last_name);
  delete from reporting_registerrow r
   where r.loaded_at is null and (r.fingerprint = any (fingerprints) or exists (
           select from cases_person p where p.family_id = proposal.family_id
              and app.names_both(r.original::text, p.first_name, p.last_name)));
  -- Requests that were answered: the log stays without the names, the copies go.
  delete from reporting_subjectcopy c using reporting_subjectrequest s
   where s.id = c.request_id and proposal.family_id = any (s.families);
  update reporting_subjectrequest s
     set asker_name = '', contact = '', first_name = '', last_name = '', born_on = null, wants = '', identity_seen = '',
         authority_seen = '', child_able_note = '', left_out_reason = '', back_note = '', sent_how = '',
         refusal_words = case when refusal_words = '' then '' else 'Removed' end,
         extension_reason = case when extension_reason = '' then '' else 'Removed' end,
         families = array_remove(families, proposal.family_id), forgotten_at = coalesce(forgotten_at, now())
   where proposal.family_id = any (s.families);
  -- A record of another family that keeps its address from somebody of this one: the address stays protected.
  update cases_address a set hidden_from_id = null, is_confidential = true
    from cases_person p where p.id = a.hidden_from_id and p.family_id = proposal.family_id and a.family_id <> proposal.family_id;
  update cases_case c set previous_case_id = null where c.previous_case_id = any (cases) and c.family_id <> proposal.family_id;

  perform app.keep_twins(proposal.family_id);
  insert into reporting_tombstone (id, "references", opened_on, closed_on, due_on, rule, reason, proposed_by_id, proposed_at,
                                   confirmed_by_id, disposed_at, counts, digest)
    values (the_tombstone, due.refs, due.opened_on, due.closed_on, due.due_on, due.rule, proposal.reason, proposal.decided_by_id,
            proposal.decided_at, app.membership_id(), now(), '{}', '');
  insert into reporting_filetoremove (id, tombstone_id, storage_key, tries)
    select gen_random_uuid(), the_tombstone, f, 0 from unnest(files) f;

  -- Facts before the case they are about, so that grants are worked out for one family and not for all of them.
  for each in
    select r.name, r.keys, format_type(a.atttypid, null) as kind
      from app.rows_of_family(proposal.family_id) r
      join pg_attribute a on a.attrelid = r.name::regclass and a.attname = 'id'
     order by case r.name when 'cases_family' then 4 when 'cases_person' then 3 when 'cases_case' then 2
                          when 'cases_casegrouppermission' then 1 when 'cases_caseuserpermission' then 1 else 0 end, r.name
  loop
    -- Grants are worked out anew while facts go, so they are not the rows that were counted.
    if each.name in ('cases_casegrouppermission', 'cases_caseuserpermission') then
      execute format('delete from %I where content_object_id = any ($1)', each.name) using cases;
    else
      execute format('delete from %I where id = any ($1::%s[])', each.name, each.kind) using each.keys;
    end if;
    get diagnostics gone = row_count;
    if gone > 0 then deleted := deleted || jsonb_build_object(each.name, gone); end if;
  end loop;
  delete from cases_casegrouppermission where content_object_id = any (cases);
  delete from cases_caseuserpermission where content_object_id = any (cases);
  update reporting_tombstone t
     set counts = deleted,
         digest = encode(sha256(convert_to(jsonb_build_array(t."references", t.opened_on, t.closed_on, t.due_on, t.rule, t.reason,
                    t.proposed_by_id, t.confirmed_by_id, deleted)::text, 'utf8')), 'hex')
   where t.id = the_tombstone;
  -- Anything that still hangs on the record is found here, inside the function, and everything is undone.
  set constraints all immediate;
  set constraints all deferred;
  return jsonb_build_object('tombstone', the_tombstone, 'references', due.refs, 'cases', cases, 'counts', deleted,
                            'files', cardinality(files));
end $$;
