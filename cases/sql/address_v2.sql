-- A protected address is not to be found out by trying, nor given away by writing it down.

-- Whether words somebody is about to write hold an address that is kept secret in this family, or kept from somebody of it:
-- its postcode, or its first line. Asked only by somebody who sees the case; it tells no more than yes.
create or replace function app.mentions_protected_address(the_case uuid, words text) returns boolean
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  with said as (
    select ' ' || app.plain(words) || ' ' as plain, replace(app.plain(words), ' ', '') as tight
  ),
  kept as (
    select a.lines, replace(app.plain(a.postcode), ' ', '') as code
      from cases_case c join cases_address a
        on a.is_confidential
       and (a.family_id = c.family_id
            or a.hidden_from_id in (select p.id from cases_person p where p.family_id = c.family_id))
     where c.id = the_case and c.acl && app.tokens() and not app.is_kept_from(c.family_id)
  )
  select exists (
    select from kept k cross join said s
     where (length(k.code) >= 5 and position(k.code in s.tight) > 0)
        or exists (
          select from regexp_split_to_table(k.lines, '[,\n]') with ordinality as part (words, place)
           -- "12 Orchard Lane" wherever it stands; "Rose Cottage" as the first line; never a town by itself.
           where (app.plain(part.words) ~ '^[0-9]+[a-z]? [a-z]' or part.place = 1 and app.plain(part.words) ~ ' ')
             and app.plain(part.words) !~ '^(flat|room|unit) [0-9]+[a-z]?$'
             and position(' ' || app.plain(part.words) || ' ' in s.plain) > 0))
$$;
