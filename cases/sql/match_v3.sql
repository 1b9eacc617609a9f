-- The match check looks beyond what the searcher may see and tells only which hub to ring (access.md, "Search").
-- Rows with a person are visible to the searcher; a row without one says: a likely match elsewhere, ask this hub.
-- A confidential address matches nothing: a postcode could be tried until the match check gave it away.
-- A colleague's own family is to them like any record they do not see.
create or replace function app.match_people(
  names text, born date, postcode text, nhs text, pupil text, at_most int default 50)
returns table (person_id uuid, hub_id int, likeness real)
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  wanted text := app.plain(names);
  code text := upper(replace(coalesce(postcode, ''), ' ', ''));
  swapped date;
begin
  if app.tokens() is null then return; end if;
  if born is not null and extract(day from born) <= 12 then
    swapped := make_date(extract(year from born)::int, extract(day from born)::int, extract(month from born)::int);
  end if;
  perform set_config('pg_trgm.similarity_threshold', '0.35', true);
  return query execute $q$
    with candidates as (
      select p.id from cases_person p where $1 <> '' and p.search_name % $1
      union
      select p.id from cases_person p where p.born_on = any (array_remove(array[$2, $6], null))
         and similarity(p.search_name, $1) > 0.2
      union
      select p.id from cases_person p where $4 <> '' and p.nhs_number = $4
      union
      select p.id from cases_person p where $5 <> '' and p.upn = $5
      union
      select p.id from cases_person p join cases_address a on a.family_id = p.family_id
       where $3 <> '' and not a.is_confidential and replace(upper(a.postcode), ' ', '') = $3
         and similarity(p.search_name, $1) > 0.25
    ),
    scored as (
      select p.id, p.acl && app.tokens() and not app.is_kept_from(p.family_id) as is_seen, f.hub_id,
             similarity(p.search_name, $1) as name_like,
             ($4 <> '' and p.nhs_number = $4) or ($5 <> '' and p.upn = $5) as same_number,
             p.born_on = $2 or p.born_on = $6 or abs(p.born_on - $2) in (1, 10, 30, 31, 365, 366) as born_like,
             exists (select 1 from cases_address a where a.family_id = p.family_id and $3 <> '' and not a.is_confidential
                        and replace(upper(a.postcode), ' ', '') = $3) as same_postcode
        from candidates c join cases_person p on p.id = c.id join cases_family f on f.id = p.family_id
    ),
    ranked as (
      select s.*, (case when s.same_number then 1.0 else 0 end + s.name_like
                   + case when s.born_like then 0.5 else 0 end + case when s.same_postcode then 0.2 else 0 end)::real as score
        from scored s
    )
    select r.id, r.hub_id::int, r.score from (
      select r.* from ranked r where r.is_seen order by r.score desc limit $7) r
    union all
    (select null::uuid, r.hub_id::int, max(r.score)::real from ranked r
      where not r.is_seen
        and (r.same_number or (r.name_like >= 0.4 and r.born_like) or (r.name_like >= 0.6 and r.same_postcode)
             or ($2 is null and $3 = '' and r.name_like >= 0.85))
      group by r.hub_id)
    order by 3 desc
  $q$ using wanted, born, code, coalesce(nhs, ''), coalesce(pupil, ''), swapped, at_most;
end $$;

-- Find a family by words: ids of people the searcher may see, best first. The visibility test stands inside so that the
-- limit is right; the caller's own query is still under row-level security.
create or replace function app.search_people(words text, at_most int default 25)
returns table (person_id uuid, likeness real)
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  wanted text := app.plain(words);
begin
  if app.tokens() is null or wanted = '' then return; end if;
  perform set_config('pg_trgm.word_similarity_threshold', '0.45', true);
  return query execute $q$
    select p.id, word_similarity($1, p.search_name)::real from cases_person p
     where $1 <% p.search_name and p.acl && app.tokens() and not app.is_kept_from(p.family_id)
     order by 2 desc, p.id limit $2
  $q$ using wanted, at_most;
end $$;
