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
  files := array(select d.storage_key from cases_document d where d.case_id = any (cases)
                 union all select p.storage_key from cases_documentpage p where p.case_id = any (cases));
  fingerprints := array(select r.fingerprint from reporting_registerrow r where r.case_id = any (cases));
  -- What somebody typed to look for them; samples of the register that they came in with, and its other lines of them.
  delete from assessments_matchcheck m
   where exists (select from unnest(people || cases::text[] || due.refs::text[]) x where (m.candidates::text || m.asked::text) like '%' || x || '%')
      or exists (select from cases_person p where p.family_id = proposal.family_id
                    and app.plain(p.last_name) = app.plain(m.asked ->> 'last_name')
                    and app.plain(p.first_name) = app.plain(m.asked ->> 'first_name'));
  -- What waits to be sent about them, or was: links and facts hold references and numbers.
  delete from outbox_message o
   where exists (select from unnest(people || cases::text[] || due.refs::text[]) x
                  where to_jsonb(o)::text like '%' || x || '%');
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
