-- A colleague's own family is kept from them on the ways that do not lead through the case's own policy too.

-- Whether a case is of a family that is kept from this person. For rows that people see without seeing the case.
create or replace function app.is_kept_from_case(the_case uuid) returns boolean
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select exists (select from cases_case c where c.id = the_case and app.is_kept_from(c.family_id))
$$;

-- Who sees a case today and why, for the page that explains it and the preview before consent is withdrawn. Shown only
-- to somebody who sees the case.
create or replace function app.who_can_see(the_case uuid)
returns table (group_id int, membership_id int, category int, basis text, valid_until date)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select d.group_id, d.membership_id, d.category, d.basis, d.valid_until from app.derive_grants(array[the_case]) d
   where exists (
     select 1 from cases_case c where c.id = the_case and c.acl && app.tokens() and not app.is_kept_from(c.family_id))
$$;

-- Who would still see the case if these answers ended: tried in a subtransaction that is undone again. For the page that
-- names, before a withdrawal is saved, who will lose sight.
create or replace function app.who_would_see(the_case uuid, ending uuid[])
returns table (group_id int, membership_id int, category int, basis text, valid_until date)
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  left_over jsonb;
begin
  if not exists (select 1 from cases_case c
                  where c.id = the_case and c.acl && app.tokens() and not app.is_kept_from(c.family_id)) then return; end if;
  begin
    update cases_consent cs set ended_at = now(), end_reason = 'withdrawn'
     where cs.id = any (ending) and cs.case_id = the_case and cs.ended_at is null;
    select coalesce(jsonb_agg(to_jsonb(d)), '[]') into left_over from app.derive_grants(array[the_case]) d;
    raise exception using errcode = 'EH001';
  exception when sqlstate 'EH001' then null;
  end;
  return query select r.group_id, r.membership_id, r.category, r.basis, r.valid_until
    from jsonb_to_recordset(left_over) as r (group_id int, membership_id int, category int, basis text, valid_until date);
end $$;
