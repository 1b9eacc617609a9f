"""SQL of drafts and quick notes: what the nightly jobs ask. They act for nobody, so nobody in a request can ask it."""

# Whether a person sees a case today by their membership: for jobs, as the tokens of a request would say it.
SEES_CASE = """
create or replace function app.sees_case(the_membership int, the_case uuid) returns boolean
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select exists (
    select from cases_case c cross join lateral app.standing(the_membership) s
     where c.id = the_case and c.acl && (s.hub_tokens || s.agency_tokens || s.own_tokens) and c.acl_until >= app.today()
       and not exists (select from cases_staffrelation r join hubs_membership theirs on theirs.id = r.membership_id
                         join cases_person p on p.id = r.person_id
                        where theirs.user_id = s.user_id and p.family_id = c.family_id))
$$
"""

# Registered assessments that are near their due date or past it: who is their assessor, and who looks after that
# person. The assessor is empty when they have left or do not see the family any more.
DRAFTS_TO_NUDGE = """
create or replace function app.drafts_to_nudge(until date)
returns table (assessment_id uuid, due_on date, nudged_step int, assessor_id int, manager_ids int[])
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if app.membership_id() is not null or app.guest_id() is not null then
    raise exception 'reminders are the nightly job''s' using errcode = '42501';
  end if;
  return query
  select a.id, a.due_on, a.nudged_step::int,
         case when app.sees_case(a.assessor_id::int, a.case_id) then a.assessor_id::int end,
         array(select m.id::int from hubs_membership m
                where m.id is distinct from a.assessor_id
                  and (m.roles && array['agency_lead']::varchar[]
                         and m.agency_id = coalesce(
                           (select w.agency_id from hubs_membership w where w.id = a.assessor_id), a.agency_id)
                       or m.roles && array['hub_coordinator', 'hub_manager']::varchar[] and m.hub_id = c.hub_id)
                  and app.sees_case(m.id::int, a.case_id)
                order by m.id)
    from assessments_assessment a join cases_case c on c.id = a.case_id
   where a.status = 'initiated' and a.signed_off_at is null and c.status <> 'closed' and a.due_on <= until;
end $$
"""

NOTE_NUDGES = """
create or replace function app.note_draft_nudges(ids uuid[], steps int[]) returns int
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  noted int;
begin
  if app.membership_id() is not null or app.guest_id() is not null then
    raise exception 'reminders are the nightly job''s' using errcode = '42501';
  end if;
  update assessments_assessment a set nudged_step = n.step
    from unnest(ids, steps) as n (id, step) where a.id = n.id and a.nudged_step < n.step;
  get diagnostics noted = row_count;
  return noted;
end $$
"""

# Whose quick notes go within some days, and how many; they count as told from now on.
QUICK_NOTES_TO_REMIND = """
create or replace function app.quick_notes_to_remind(days int, step int)
returns table (membership_id int, notes int)
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if app.membership_id() is not null or app.guest_id() is not null then
    raise exception 'reminders are the nightly job''s' using errcode = '42501';
  end if;
  return query
  with told as (
    update assessments_quicknote q set reminded = step
     where q.used_at is null and q.reminded < step and q.keep_until <= app.today() + days
       and (q.case_id is null or app.sees_case(q.membership_id::int, q.case_id))
    returning q.membership_id::int as who)
  select t.who, count(*)::int from told t group by t.who;
end $$
"""

# Notes whose day is over go; so do the rows of those that became something, and notes of families that their writer has
# not seen for as long.
FORGET_QUICK_NOTES = """
create or replace function app.forget_quick_notes(days int) returns int
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  forgotten int;
begin
  if app.membership_id() is not null or app.guest_id() is not null then
    raise exception 'forgetting is the nightly job''s' using errcode = '42501';
  end if;
  delete from assessments_quicknote q
   where q.used_at is null and q.keep_until < app.today()
      or q.used_at is not null and q.used_at < now() - make_interval(days => days);
  get diagnostics forgotten = row_count;
  return forgotten;
end $$
"""
