-- Whether this person may add a version to the document whose first version is `the_first`: they see one of its versions,
-- which lies in this case and has this category. A policy cannot ask its own table, so it asks here.
create or replace function app.may_follow(the_first uuid, the_case uuid, the_category int) returns boolean
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select app.guest_id() is null and exists (
    select from cases_document d join cases_case c on c.id = d.case_id
     where coalesce(d.first_id, d.id) = the_first and d.case_id = the_case and d.category = the_category
       and app.sees_lastingly(c.acl) and not app.is_kept_from(c.family_id)
       and (d.agency_id = app.agency_id() or c.topic_acl && app.topic(d.category)))
$$;
