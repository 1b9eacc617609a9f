-- Files kept with records: what jobs do about them, as nobody, and what a person does past the sight of single rows.
-- A job has no person's eyes, so it is given ids, keys and sizes here, never a title, and changes only what it names.

-- Whether this transaction is a job's: nobody signed in, no guest.
create or replace function app.is_a_job() returns boolean language sql stable parallel safe as $$
  select app.user_id() is null and app.membership_id() is null and app.guest_id() is null
$$;

-- Documents that a job should look at now. With a scanner, also those kept before there was one.
create or replace function app.papers_due(with_scanner boolean, most int) returns setof uuid
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select d.id from cases_document d
   where app.is_a_job() and (d.work_due_at <= now() or with_scanner and d.status = 'not_scanned' and d.work_due_at is null)
   order by d.work_due_at nulls last, d.id limit most
$$;

-- Take one document in hand for some seconds, so that no other job does. No row when it is not due.
create or replace function app.claim_paper(the_document uuid, with_scanner boolean, seconds int)
returns table (case_id uuid, reference varchar, storage_key varchar, content_type varchar, size int, sha256 varchar,
               status varchar, preview varchar, tries int, uploaded_by_id int)
language sql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  with taken as (
    update cases_document d
       set work_due_at = now() + make_interval(secs => seconds), work_tries = least(d.work_tries + 1, 1000)
     where d.id = the_document and app.is_a_job()
       and (d.work_due_at <= now() or with_scanner and d.status = 'not_scanned' and d.work_due_at is null)
     returning d.*)
  select t.case_id, c.reference, t.storage_key, t.content_type, t.size, t.sha256, t.status, t.preview, t.work_tries::int,
         t.uploaded_by_id::int
    from taken t join cases_case c on c.id = t.case_id
$$;

-- The scanner's answer about a file that waits for one: clean, or refused. Gives the keys of files that must go, and null
-- when the answer counts for nothing (any more). cases.states says the same of the change.
create or replace function app.settle_scan(the_document uuid, verdict text, why text) returns text[]
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  gone text[] := '{}';
  the_case uuid;
begin
  if not app.is_a_job() or verdict is null or verdict not in ('clean', 'refused') then
    raise exception 'the scanner answers clean or refused, to a job' using errcode = '42501';
  end if;
  select d.case_id into the_case from cases_document d where d.id = the_document;
  perform 1 from cases_case c where c.id = the_case for update;
  update cases_document d
     set status = verdict, checked_at = now(), refused_why = case when verdict = 'refused' then why else '' end,
         scanner_away_since = null, work_tries = 0,
         preview = case when verdict = 'refused' then 'none' else d.preview end,
         work_due_at = case when verdict = 'clean' and d.preview = 'waiting' then now() end
   where d.id = the_document and d.status in ('quarantined', 'not_scanned');
  if not found then return null; end if;
  if verdict = 'refused' then
    with pages as (delete from cases_documentpage p where p.document_id = the_document returning p.storage_key)
    select coalesce(array_agg(p.storage_key::text), '{}') into gone from pages p;
    select gone || d.storage_key::text into gone from cases_document d where d.id = the_document;
  end if;
  return gone;
end $$;

-- Look at a document again in some seconds: the scanner did not answer, or a page could not be made yet.
create or replace function app.put_off_paper(the_document uuid, seconds int, scanner_is_away boolean) returns boolean
language sql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  update cases_document d
     set work_due_at = now() + make_interval(secs => seconds),
         scanner_away_since = case when scanner_is_away then coalesce(d.scanner_away_since, now()) else d.scanner_away_since end
   where d.id = the_document and app.is_a_job() and (d.status in ('quarantined', 'not_scanned') or d.preview = 'waiting')
  returning true
$$;

-- Keep the pictures of a document's pages, once: [{"number", "storage_key", "width", "height", "text"}]. Nothing for a file
-- that has not passed, or was refused meanwhile: the caller then removes what it stored.
create or replace function app.keep_preview(the_document uuid, how text, in_all int, pages jsonb) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  the_case uuid;
begin
  if not app.is_a_job() or how is null or how not in ('ready', 'failed', 'none') then
    raise exception 'a preview is kept by a job' using errcode = '42501';
  end if;
  update cases_document d
     set preview = how, pages = in_all, work_tries = 0, work_due_at = null
   where d.id = the_document and d.status in ('clean', 'not_scanned') and d.preview = 'waiting'
   returning d.case_id into the_case;
  if not found then return false; end if;
  insert into cases_documentpage (id, case_id, document_id, number, storage_key, width, height, text)
    select gen_random_uuid(), the_case, the_document, p.number, p.storage_key, p.width, p.height, p.text
      from jsonb_to_recordset(pages) as p (number int, storage_key text, width int, height int, text text);
  return true;
end $$;

-- Those of some keys in the store that no row needs (any more).
create or replace function app.unknown_files(keys text[]) returns setof text
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select k from unnest(keys) k
   where app.is_a_job()
     and not exists (select from cases_document d where d.storage_key = k and d.status <> 'refused')
     and not exists (select from cases_documentpage p where p.storage_key = k)
$$;

-- Whether so many more bytes may be kept: '' for yes, else 'family' or 'agency', whose measure is full. Asked by somebody who
-- sees the case; the answer counts files that they may not see, and says no more than that. Uploads take turns here.
create or replace function app.room_for_paper(the_case uuid, bytes bigint, of_family bigint, of_agency_a_day bigint) returns text
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  the_family uuid;
begin
  select c.family_id into the_family from cases_case c where c.id = the_case and app.sees_lastingly(c.acl);
  if not found then
    raise exception 'not a record that this person works in' using errcode = '42501';
  end if;
  perform pg_advisory_xact_lock(hashtext('papers of a family'), hashtext(the_family::text));
  perform pg_advisory_xact_lock(hashtext('papers of an agency'), app.agency_id()::int);
  if bytes + (select coalesce(sum(d.size), 0) from cases_document d join cases_case c on c.id = d.case_id
               where c.family_id = the_family and d.status <> 'refused') > of_family then
    return 'family';
  end if;
  if bytes + (select coalesce(sum(d.size), 0) from cases_document d
               where d.agency_id = app.agency_id()
                 and d.uploaded_at >= app.today()::timestamp at time zone 'Europe/London') > of_agency_a_day then
    return 'agency';
  end if;
  return '';
end $$;

-- Whether this person decides what kind of information a document holds: whoever added its first version; a lead of their
-- agency; the hub's manager. Nobody whose sight of the record is an emergency's.
create or replace function app.may_recategorise(the_document uuid) returns boolean
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select coalesce((
    select first.uploaded_by_id = app.membership_id()
           or first.agency_id = app.agency_id() and 'agency_lead' = any (app.roles())
           or app.manages_hub(c.hub_id)
      from cases_document d join cases_document first on first.id = coalesce(d.first_id, d.id)
      join cases_case c on c.id = d.case_id
     where d.id = the_document and app.guest_id() is null and app.sees_lastingly(c.acl) and not app.is_kept_from(c.family_id)
       and (d.agency_id = app.agency_id() or c.topic_acl && app.topic(d.category))), false)
$$;

-- Give all versions of a document another category. Gives how many versions changed.
create or replace function app.recategorise(the_document uuid, new_category int) returns int
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  changed int;
begin
  if not app.may_recategorise(the_document) then
    raise exception 'not a person who decides on the category of this document' using errcode = '42501';
  end if;
  if new_category is null or new_category not between 1 and 7 then
    raise exception 'not a category' using errcode = '22023';
  end if;
  perform 1 from cases_case c join cases_document d on d.case_id = c.id where d.id = the_document for update of c;
  update cases_document d set category = new_category
    from cases_document asked
   where asked.id = the_document and d.case_id = asked.case_id
     and coalesce(d.first_id, d.id) = coalesce(asked.first_id, asked.id) and d.category <> new_category;
  get diagnostics changed = row_count;
  return changed;
end $$;
