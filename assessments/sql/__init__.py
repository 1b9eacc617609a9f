"""SQL of assessments: what a migration runs."""

REFERENCE = """
create or replace function app.next_assessment_reference(prefix text) returns text
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  this_year int := extract(year from app.today());
  number int;
  found_one text;
begin
  if app.membership_id() is null then
    raise exception 'a reference is given out to somebody' using errcode = '42501';
  end if;
  loop
    insert into assessments_referencecounter as c (year, last) values (this_year, 1)
      on conflict (year) do update set last = c.last + 1 returning c.last into number;
    found_one := prefix || '/' || this_year || '/' || lpad(number::text, 4, '0');
    -- A register brought in may already hold this number.
    exit when not exists (select 1 from assessments_assessment a where a.reference = found_one);
  end loop;
  return found_one;
end $$
"""

# The typed details of old checks go, whoever typed them. Called by the nightly job, which acts for nobody.
FORGET_CHECKS = """
create or replace function app.forget_match_checks() returns int
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  forgotten int;
begin
  update assessments_matchcheck set asked = '{}', candidates = '{}'
   where made_at < now() - interval '1 day' and (asked <> '{}' or candidates <> '{}');
  get diagnostics forgotten = row_count;
  return forgotten;
end $$
"""

# Whether the plan is being carried out. Says yes or no about a case that the reader may see, whatever its
# categories.
PLAN_STARTED = """
create or replace function app.plan_has_started(the_case uuid) returns boolean
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  return exists (select 1 from cases_case c where c.id = the_case and c.acl && app.tokens())
     and exists (select 1 from cases_action a where a.case_id = the_case and a.started_at is not null);
end $$
"""

# Which hub to ring when a family that the reader may see is being helped in a record that they may not see: no more
# than the match check tells. Null when there is none, and for a family that they may not see.
HELPED_ELSEWHERE = """
create or replace function app.helped_elsewhere(the_family uuid) returns int
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select c.hub_id::int from cases_family f join cases_case c on c.family_id = f.id
   where f.id = the_family and f.acl && app.tokens() and not app.is_kept_from(f.id)
     and c.status <> 'closed' and not c.acl && app.tokens()
   order by c.opened_on desc, c.id limit 1
$$
"""
