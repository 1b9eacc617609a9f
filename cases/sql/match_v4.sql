-- The match check of match_v3, which finds more of what the searcher may see, and tells of the rest exactly what it told.
-- `wide`: for the check before a record is started, whose caller compares each person given back and shows the likely
-- ones alone. Without it, for a search by words, a birth date or postcode finds only names that are near.

-- Birth dates that somebody types who means this one: day and month swapped, one figure wrong, two neighbours swapped, a
-- month out. The date itself is the first.
create or replace function app.births_like(born date) returns date[]
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  with typed as (
    select overlay(to_char(born, 'YYYYMMDD') placing d::text from p for 1) as figures
      from generate_series(3, 8) p cross join generate_series(0, 9) d
    union
    select overlay(t placing substr(t, p + 1, 1) || substr(t, p, 1) from p for 2)
      from to_char(born, 'YYYYMMDD') t cross join generate_series(3, 7) p
    union
    select to_char(born, 'YYYYDDMM')
    union
    -- Day and month swapped, and one figure of them wrong as well.
    select overlay(to_char(born, 'YYYYDDMM') placing d::text from p for 1)
      from generate_series(3, 8) p cross join generate_series(0, 9) d
    union
    select to_char(born + make_interval(months => m), 'YYYYMMDD') from unnest(array[-1, 1]) m
  ),
  days as (
    select substr(figures, 1, 4)::int as y, substr(figures, 5, 2)::int as m, substr(figures, 7, 2)::int as d from typed
  )
  select array_prepend(born, array_agg(make_date(y, m, d)))
    from days
   where m between 1 and 12 and y between 1900 and 2199
     and d between 1 and extract(day from make_date(y, greatest(least(m, 12), 1), 1) + interval '1 month - 1 day')
     and (y, m, d) <> (extract(year from born)::int, extract(month from born)::int, extract(day from born)::int)
$$;

-- The match check looks beyond what the searcher may see and tells only which hub to ring (access.md, "Search").
-- Rows with a person are visible to the searcher; a row without one says: a likely match elsewhere, ask this hub.
-- A confidential address matches nothing: a postcode could be tried until the match check gave it away.
-- A colleague's own family is to them like any record they do not see. A record that was merged into another is not met.
create or replace function app.match_people(
  names text, born date, postcode text, nhs text, pupil text, at_most int default 50, wide boolean default false)
returns table (person_id uuid, hub_id int, likeness real)
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  wanted text := app.plain(names);
  code text := upper(replace(coalesce(postcode, ''), ' ', ''));
  swapped date;
  near date[] := '{}';
begin
  if app.tokens() is null then return; end if;
  if born is not null and extract(day from born) <= 12 then
    swapped := make_date(extract(year from born)::int, extract(day from born)::int, extract(month from born)::int);
  end if;
  if wide and born is not null then near := app.births_like(born); end if;
  perform set_config('pg_trgm.similarity_threshold', '0.35', true);
  return query execute $q$
    with candidates as (
      select p.id from cases_person p where $1 <> '' and p.search_name % $1
      union
      select p.id from cases_person p where p.born_on = any (array_remove(array[$2, $6], null))
         and ($8 or similarity(p.search_name, $1) > 0.2)
      union
      select p.id from cases_person p where p.born_on = any ($9) and similarity(p.search_name, $1) > 0.15
      union
      select p.id from cases_person p where $4 <> '' and p.nhs_number = $4
      union
      select p.id from cases_person p where $5 <> '' and p.upn = $5
      union
      select p.id from cases_person p join cases_address a on a.family_id = p.family_id
       where $3 <> '' and not a.is_confidential and replace(upper(a.postcode), ' ', '') = $3
         and ($8 or similarity(p.search_name, $1) > 0.25)
    ),
    scored as (
      select p.id, p.acl && app.tokens() and not app.is_kept_from(p.family_id) as is_seen, f.hub_id,
             similarity(p.search_name, $1) as name_like,
             ($4 <> '' and p.nhs_number = $4) or ($5 <> '' and p.upn = $5) as same_number,
             p.born_on = $2 or p.born_on = $6 or abs(p.born_on - $2) in (1, 10, 30, 31, 365, 366) as born_like,
             case when p.born_on = $2 then 1.0 when p.born_on = $6 then 0.9 when p.born_on = any ($9) then 0.6 else 0 end as born_near,
             exists (select 1 from cases_address a where a.family_id = p.family_id and $3 <> '' and not a.is_confidential
                        and replace(upper(a.postcode), ' ', '') = $3) as same_postcode
        from candidates c join cases_person p on p.id = c.id join cases_family f on f.id = p.family_id
       where p.merged_into_id is null
    ),
    ranked as (
      select s.*, (case when s.same_number then 2.0 else 0 end + s.name_like
                   + case when $8 then s.born_near when s.born_like then 0.5 else 0 end
                   + case when s.same_postcode then case when $8 then 0.5 else 0.2 end else 0 end)::real as score
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
  $q$ using wanted, born, code, coalesce(nhs, ''), coalesce(pupil, ''), swapped, at_most, wide, near;
end $$;
