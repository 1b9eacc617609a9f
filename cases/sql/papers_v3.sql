-- By the clock, and not by when the transaction began: what was added a moment ago is due.

-- Documents that a job should look at now. With a scanner, also those kept before there was one.
create or replace function app.papers_due(with_scanner boolean, most int) returns setof uuid
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select d.id from cases_document d
   where app.is_a_job() and (d.work_due_at <= clock_timestamp() or with_scanner and d.status = 'not_scanned' and d.work_due_at is null)
   order by d.work_due_at nulls last, d.id limit most
$$;

-- Take one document in hand for some seconds, so that no other job does. No row when it is not due.
create or replace function app.claim_paper(the_document uuid, with_scanner boolean, seconds int)
returns table (case_id uuid, reference varchar, storage_key varchar, content_type varchar, size int, sha256 varchar,
               status varchar, preview varchar, tries int, uploaded_by_id int)
language sql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  with taken as (
    update cases_document d
       set work_due_at = clock_timestamp() + make_interval(secs => seconds), work_tries = least(d.work_tries + 1, 1000)
     where d.id = the_document and app.is_a_job()
       and (d.work_due_at <= clock_timestamp() or with_scanner and d.status = 'not_scanned' and d.work_due_at is null)
     returning d.*)
  select t.case_id, c.reference, t.storage_key, t.content_type, t.size, t.sha256, t.status, t.preview, t.work_tries::int,
         t.uploaded_by_id::int
    from taken t join cases_case c on c.id = t.case_id
$$;

-- Look at a document again in some seconds: the scanner did not answer, or a page could not be made yet.
create or replace function app.put_off_paper(the_document uuid, seconds int, scanner_is_away boolean) returns boolean
language sql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  update cases_document d
     set work_due_at = clock_timestamp() + make_interval(secs => seconds),
         scanner_away_since = case when scanner_is_away then coalesce(d.scanner_away_since, clock_timestamp()) else d.scanner_away_since end
   where d.id = the_document and app.is_a_job() and (d.status in ('quarantined', 'not_scanned') or d.preview = 'waiting')
  returning true
$$;
