-- The monthly sample: looks drawn at random, for which somebody of the agency answers. Written by these functions alone.

-- One look: one person at one record on one day in England, however many pages. The first `n` of each agency in the order of
-- a hash of the seed and the look: whoever has the seed draws the same again.
create or replace function app.sample_units(the_month date, n int, the_seed text)
returns table (agency_id int, membership_id int, case_id uuid, day date, event_id uuid, verb varchar, pages int, looks_at int)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  with looks as (
    select e.agency_id, e.membership_id, e.case_id, (e.at at time zone 'Europe/London')::date as day,
           (array_agg(e.id order by e.at, e.id))[1] as event_id, (array_agg(e.verb order by e.at, e.id))[1] as verb,
           count(*)::int as pages
      from audit_event e
     where e.at >= the_month::timestamp at time zone 'Europe/London'
       and e.at < (the_month + interval '1 month')::timestamp at time zone 'Europe/London'
       and e.level in ('record', 'section') and e.case_id is not null and e.membership_id is not null
     group by 1, 2, 3, 4
  ),
  placed as (
    select l.*, count(*) over ()::int as looks_at,
           row_number() over (partition by l.agency_id order by sha256(convert_to(
             the_seed || ' ' || l.membership_id || ' ' || l.case_id || ' ' || l.day, 'UTF8'))) as place
      from looks l
  )
  select p.agency_id, p.membership_id, p.case_id, p.day, p.event_id, p.verb, p.pages, p.looks_at from placed p where p.place <= n
$$;

-- Draw a month that is over, once. The seed is made here: nobody chooses it. Gives how many looks were drawn; 0 when the month
-- was drawn before.
create or replace function app.draw_sample(the_month date, n int, answer_by date) returns int
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  the_sample uuid := gen_random_uuid();
  the_seed text := encode(sha256(convert_to(gen_random_uuid()::text || clock_timestamp()::text, 'UTF8')), 'hex');
  found_looks int;
begin
  if the_month <> date_trunc('month', the_month)::date or the_month + interval '1 month' > app.today() then
    raise exception 'a sample is drawn of a month that is over' using errcode = '22023';
  end if;
  if n is null or n not between 1 and 100 then
    raise exception 'a sample holds 1 to 100 looks of each agency' using errcode = '22023';
  end if;
  insert into cases_accesssample (id, month, seed, per_agency, looks_at, drawn, answer_by, drawn_at, note)
    values (the_sample, the_month, the_seed, n, 0, 0, answer_by, now(), '') on conflict (month) do nothing;
  if not found then return 0; end if;
  with units as (
    insert into cases_sampledlook (id, sample_id, case_id, agency_id, membership_id, day, event_id, verb, pages, answer, words,
                                   follow_up)
      select gen_random_uuid(), the_sample, u.case_id, u.agency_id, u.membership_id, u.day, u.event_id, u.verb, u.pages, '', '', ''
        from app.sample_units(the_month, n, the_seed) u returning 1
  )
  select count(*) into found_looks from units;
  update cases_accesssample a
     set drawn = found_looks,
         looks_at = coalesce((select max(u.looks_at) from app.sample_units(the_month, n, the_seed) u), 0)
   where a.id = the_sample;
  return found_looks;
end $$;

-- The same draw worked out again from its seed: how many were drawn, and how many of them come again.
create or replace function app.draw_sample_again(the_month date) returns table (drawn int, same int)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select a.drawn::int, (select count(*)::int from app.sample_units(a.month, a.per_agency, a.seed) u
                          join cases_sampledlook l on l.sample_id = a.id and l.event_id = u.event_id)
    from cases_accesssample a where a.month = the_month
$$;

-- Whether a live lead of the agency, somebody other than the person who looked, sees the record and can answer.
create or replace function app.lead_answers(the_look uuid) returns boolean
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select exists (
    select from cases_sampledlook l join cases_case c on c.id = l.case_id
      join hubs_membership who on who.id = l.membership_id
      join hubs_membership m on m.agency_id = l.agency_id and m.user_id <> who.user_id and 'agency_lead' = any (m.roles)
     cross join lateral app.standing(m.id::int) s
     where l.id = the_look and c.acl && (s.hub_tokens || s.agency_tokens || s.own_tokens)
       and not exists (select from cases_staffrelation r join hubs_membership theirs on theirs.id = r.membership_id
                         join cases_person p on p.id = r.person_id
                        where theirs.user_id = m.user_id and p.family_id = c.family_id))
$$;

-- What this person may know of each drawn look. `part`: lead (of the agency), hub (its manager, where no lead can answer) or
-- log (information governance leads and auditors). Who looked and at what is given to a lead who sees the record, and to the
-- others; a lead who does not sees the day and the fact.
create or replace function app.sampled_looks()
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
     where app.membership_id() is not null
  ),
  mine as (
    select k.*, case
             when app.reads_the_log() then 'log'
             when 'agency_lead' = any (app.roles()) and k.agency_id = app.agency_id() then 'lead'
             when app.manages_hub(k.hub_id) and not k.is_kept and not k.is_own and not app.lead_answers(k.id) then 'hub'
           end as part
      from known k
  )
  select m.id, m.month, m.answer_by, m.agency_id::int,
         case when m.part <> 'lead' or m.sees or m.is_own then m.membership_id::int end,
         case when m.part <> 'lead' or m.sees or m.is_own then m.reference end,
         m.day, m.verb, m.pages, m.answer, case when m.part <> 'lead' or m.sees then m.words else '' end,
         m.answered_by_id::int, m.answered_at, case when m.part <> 'lead' then m.follow_up else '' end,
         m.followed_up_by_id::int, m.followed_up_at, m.part,
         m.answer = '' and not m.is_own and not m.is_kept
           and (m.part = 'lead' and m.sees or m.part = 'hub'
                or 'ig_lead' = any (app.roles()) and not app.lead_answers(m.id)),
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
  if not exists (select from app.sampled_looks() s where s.id = the_look and s.may_answer) then return null; end if;
  update cases_sampledlook l
     set answer = the_answer, words = the_words, answered_by_id = app.membership_id(), answered_at = now()
   where l.id = the_look and l.answer = '' returning l.case_id into the_case;
  return the_case;
end $$;

-- What followed from a look that nobody could explain, by an information governance lead other than the person who looked.
create or replace function app.follow_up_sampled(the_look uuid, the_words text) returns uuid
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  the_case uuid;
begin
  if btrim(coalesce(the_words, '')) = '' then
    raise exception 'say what was done' using errcode = '22023';
  end if;
  update cases_sampledlook l set follow_up = the_words, followed_up_by_id = app.membership_id(), followed_up_at = now()
    from hubs_membership who
   where l.id = the_look and l.answer = 'not_explained' and l.followed_up_at is null and 'ig_lead' = any (app.roles())
     and who.id = l.membership_id and who.user_id <> app.user_id() returning l.case_id into the_case;
  return the_case;
end $$;

-- Sign a month off: every look is answered, each that was not explained is followed up. Gives whether it was signed now.
create or replace function app.sign_off_sample(the_month date, the_note text) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if not 'ig_lead' = any (app.roles()) then return false; end if;
  update cases_accesssample a set signed_off_by_id = app.membership_id(), signed_off_at = now(), note = coalesce(the_note, '')
   where a.month = the_month and a.signed_off_at is null
     and not exists (select from cases_sampledlook l join hubs_membership who on who.id = l.membership_id
                      where l.sample_id = a.id
                        and (l.answer = '' or l.answer = 'not_explained' and l.followed_up_at is null
                             or who.user_id = app.user_id()));
  return found;
end $$;

-- Memberships to tell that looks wait for them: leads who can answer; where none can, the managers of the hub.
create or replace function app.sample_told(the_month date) returns table (membership_id int, looks int)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  with waiting as (
    select l.id, l.agency_id, l.case_id, who.user_id, app.lead_answers(l.id) as by_lead
      from cases_sampledlook l join cases_accesssample a on a.id = l.sample_id
      join hubs_membership who on who.id = l.membership_id where a.month = the_month and l.answer = ''
  )
  select m.id::int, count(*)::int
    from waiting w join cases_case c on c.id = w.case_id
    join hubs_membership m on m.user_id <> w.user_id
     and (w.by_lead and m.agency_id = w.agency_id and 'agency_lead' = any (m.roles)
          or not w.by_lead and 'hub_manager' = any (m.roles) and (m.hub_id is null or m.hub_id = c.hub_id))
    join lateral app.standing(m.id::int) s on true
   group by m.id
$$;
