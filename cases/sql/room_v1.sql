-- Whom a part of a meeting's agenda is for. Both ask only about the item: whether the family's record is seen at all, and
-- its category, are asked by the policies beside them.

-- Whether this person, or their agency, was chosen for an item that is for chosen people only.
create or replace function app.is_chosen(the_item uuid) returns boolean
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select exists (select from cases_agendaaudience a
                  where a.item_id = the_item
                    and (a.membership_id = app.membership_id() or a.agency_id = app.agency_id()))
$$;

-- Whether an item is for this person. An item that is not there is for nobody.
create or replace function app.hears(the_item uuid) returns boolean
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select coalesce((select i.audience = 'all' or i.audience = 'professionals' and app.guest_id() is null
                          or i.audience = 'chosen' and app.is_chosen(i.id)
                     from cases_agendaitem i where i.id = the_item), false)
$$;
