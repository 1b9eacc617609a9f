-- One month at a time, and who could answer is asked only while nobody has.

-- What this person may know of each drawn look. `part`: lead (of the agency), hub (its manager, where no lead can answer) or
-- log (information governance leads and auditors). Who looked and at what is given to a lead who sees the record, and to the
-- others; a lead who does not sees the day and the fact. Of one month, or, without one, all that waits for an answer.
create or replace function app.sampled_looks(the_month date)
returns table (id uuid, month date, answer_by date, agency_id int, membership_id int, reference varchar, day date, verb varchar,
               pages int, answer varchar, words text, answered_by int, answered_at timestamptz, follow_up text,
               followed_up_by int, followed_up_at timestamptz, part text, may_answer boolean, is_own boolean)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  with known as (
    select l.*, a.month, a.answer_by, c.reference, c.hub_id, who.user_id = app.user_id() as is_own,
           c.acl && app.tokens() and c.acl_until >= app.today() and not app.is_kept_from(c.family_id) as sees,
           app.is_kept_from(c.family_id) as is_kept
      from cases_sampledlook l join cases_accesssample a on a.id = l.sample_id join cases_case c on c.id = l.case_id
      join hubs_membership who on who.id = l.membership_id
     where app.membership_id() is not null and (a.month = the_month or the_month is null and l.answer = '')
  ),
  mine as (
    select k.*, case
             when app.reads_the_log() then 'log'
             when 'agency_lead' = any (app.roles()) and k.agency_id = app.agency_id() then 'lead'
             when app.manages_hub(k.hub_id) and not k.is_kept and not k.is_own
              and case when k.answer = '' then not app.lead_answers(k.id) else k.answered_by_id = app.membership_id() end then 'hub'
           end as part
      from known k
  )
  select m.id, m.month, m.answer_by, m.agency_id::int,
         case when m.part <> 'lead' or m.sees or m.is_own then m.membership_id::int end,
         case when m.part <> 'lead' or m.sees or m.is_own then m.reference end,
         m.day, m.verb, m.pages, m.answer, case when m.part <> 'lead' or m.sees then m.words else '' end,
         m.answered_by_id::int, m.answered_at, case when m.part <> 'lead' then m.follow_up else '' end,
         m.followed_up_by_id::int, m.followed_up_at, m.part,
         case when m.answer <> '' or m.is_own or m.is_kept then false
              when m.part = 'lead' then m.sees
              when m.part = 'hub' then true
              else 'ig_lead' = any (app.roles()) and not app.lead_answers(m.id) end,
         m.is_own
    from mine m where m.part is not null
   order by m.month desc, m.day, m.id
$$;

-- Answer for one look, once. Gives the case for the event, or null when it is not theirs or was answered.
create or replace function app.answer_sampled(the_look uuid, the_answer text, the_words text) returns uuid
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  the_case uuid;
begin
  if the_answer not in ('part_of_work', 'not_explained') or btrim(coalesce(the_words, '')) = '' then
    raise exception 'an answer needs one of two codes and words' using errcode = '22023';
  end if;
  if not exists (select from app.sampled_looks(null) s where s.id = the_look and s.may_answer) then return null; end if;
  update cases_sampledlook l
     set answer = the_answer, words = the_words, answered_by_id = app.membership_id(), answered_at = now()
   where l.id = the_look and l.answer = '' returning l.case_id into the_case;
  return the_case;
end $$;

