-- The drift alarm (Shropshire: review as drift when open over a year or after three reviews; users-ask.md, Ofsted 2015).
-- Counted from every fact of a case, whoever asks: an alarm drawn from what one reader may see would ring for a reader of
-- another agency although the family was visited yesterday. What comes back are a kind, a day and a number, no word of it.

-- One row for each alarm of these cases (null: of all open ones). `since`: the day from which it counts. `occurrence`: what
-- makes this alarm itself, so that somebody is told of it once. Not for the application.
create or replace function app.drift(ids uuid[], silent_days int, open_months int, same_reviews int)
returns table (case_id uuid, kind text, since date, occurrence text, quiet_until date)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  with watched as (
    select c.id, c.opened_on from cases_case c where c.status = 'open' and (ids is null or c.id = any (ids))
  ),
  seen as (
    select w.id, w.opened_on, greatest(w.opened_on,
             (select max(m.starts_at at time zone 'Europe/London')::date from cases_meeting m
               where m.case_id = w.id and m.status in ('held', 'signed_off')),
             (select max(n.happened_at at time zone 'Europe/London')::date from cases_casenote n
               where n.case_id = w.id and n.kind <> 'event' and n.happened_at <= now()),
             (select max(t.last_contact_on) from cases_teammember t where t.case_id = w.id and t.last_contact_on <= app.today()),
             (select max(p.happened_on) from cases_actionnote p where p.case_id = w.id and p.happened_on <= app.today())) as last_on
      from watched w
  ),
  same as (
    select w.id, r.last_id, r.first_on from watched w
     cross join lateral (
       select (array_agg(x.id order by x.recorded_at desc))[1] as last_id, min(x.reviewed_on) as first_on, count(*) as n,
              count(distinct coalesce(x.snapshot -> 'outcomes', '{}')) as pictures
         from (select v.id, v.recorded_at, v.reviewed_on, v.snapshot from cases_planreview v
                where v.case_id = w.id order by v.recorded_at desc limit same_reviews) x) r
     where r.n = same_reviews and r.pictures = 1
  ),
  rung as (
    select s.id, 'silent' as kind, s.last_on as since, 'silent:' || s.last_on as occurrence from seen s
     where s.last_on < app.today() - silent_days
    union all
    select s.id, 'long', s.opened_on, 'long:' || s.opened_on from seen s
     where s.opened_on < app.today() - make_interval(months => open_months)
    union all
    select s.id, 'same', s.first_on, 'same:' || s.last_id from same s
  )
  select r.id, r.kind, r.since, r.occurrence || coalesce(':' || q.quiet_until, ''), q.quiet_until
    from rung r
    left join lateral (select d.quiet_until from cases_driftanswer d where d.case_id = r.id and d.kind = r.kind
                        order by d.answered_at desc limit 1) q on true
$$;

-- Alarms of one record, for somebody who sees it.
create or replace function app.drift_of(the_case uuid, silent_days int, open_months int, same_reviews int)
returns table (kind text, since date, quiet_until date)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select d.kind, d.since, d.quiet_until from app.drift(array[the_case], silent_days, open_months, same_reviews) d
   where exists (select from cases_case c where c.id = the_case and c.acl && app.tokens() and c.acl_until >= app.today()
                    and not app.is_kept_from(c.family_id))
$$;

-- Alarms that ring today in families that this person leads, and in the hubs they run; restricted ones only where they see them.
create or replace function app.drift_to_see_to(silent_days int, open_months int, same_reviews int)
returns table (case_id uuid, reference varchar, kind text, since date, is_led boolean)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  with mine as (
    select c.id, c.reference, exists (
             select from cases_leadprofessional l
              where l.case_id = c.id and l.until_at is null and l.membership_id = app.membership_id()) as is_led
      from cases_case c
     where c.status = 'open' and c.acl && app.tokens() and c.acl_until >= app.today() and not app.is_kept_from(c.family_id)
       and (c.hub_id = any (array(select t >> 3 from unnest(app.tokens()) t where t & 7 = 0))
            or exists (select from cases_leadprofessional l
                        where l.case_id = c.id and l.until_at is null and l.membership_id = app.membership_id()))
  )
  select m.id, m.reference, d.kind, d.since, m.is_led
    from app.drift(array(select id from mine), silent_days, open_months, same_reviews) d join mine m on m.id = d.case_id
   where d.quiet_until is null or d.quiet_until < app.today()
   order by d.since, m.id
$$;

-- Whom to tell of a case: who leads it and who coordinates its hub, while they see it today. Not for the application.
create or replace function app.leads_and_hub_of(the_case uuid) returns table (membership_id int, is_lead boolean)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select m.id::int, bool_or(m.is_lead)
    from (select l.membership_id as id, true as is_lead from cases_leadprofessional l where l.case_id = the_case and l.until_at is null
          union all
          select h.id, false from cases_case c join hubs_membership h on h.hub_id = c.hub_id and 'hub_coordinator' = any (h.roles)
           where c.id = the_case) m
    join cases_case c on c.id = the_case
    cross join lateral app.standing(m.id::int) s
   where c.acl && (s.hub_tokens || s.agency_tokens || s.own_tokens) and c.acl_until >= app.today()
     and not exists (select from cases_staffrelation r join hubs_membership theirs on theirs.id = r.membership_id
                       join cases_person p on p.id = r.person_id
                      where theirs.user_id = s.user_id and p.family_id = c.family_id)
   group by m.id
$$;

-- For the morning's job: alarms that ring today, and plans whose review is overdue, each with whom to tell. References and
-- numbers, no word.
create or replace function app.drift_to_tell(silent_days int, open_months int, same_reviews int)
returns table (reference varchar, case_id uuid, kind text, occurrence text, since date, membership_id int, is_lead boolean)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select c.reference, c.id, x.kind, x.occurrence, x.since, w.membership_id, w.is_lead
    from (select d.case_id, d.kind, d.occurrence, d.since from app.drift(null, silent_days, open_months, same_reviews) d
           where d.quiet_until is null or d.quiet_until < app.today()
          union all
          select c.id, 'review', 'review:' || c.next_review_on, c.next_review_on from cases_case c
           where c.status = 'open' and c.next_review_on < app.today()) x
    join cases_case c on c.id = x.case_id
   cross join lateral app.leads_and_hub_of(c.id) w
$$;

-- Whom to tell that signed minutes can be read: professionals who were asked to the meeting and see the record today.
create or replace function app.minutes_to_tell(hours int)
returns table (meeting_id uuid, reference varchar, membership_id int)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select m.id, c.reference, i.membership_id::int
    from cases_meeting m join cases_case c on c.id = m.case_id
    join cases_invitation i on i.meeting_id = m.id and i.membership_id is not null and i.membership_id <> m.signed_off_by_id
   cross join lateral app.standing(i.membership_id::int) s
   where m.status = 'signed_off' and m.signed_off_at > now() - make_interval(hours => hours)
     and c.acl && (s.hub_tokens || s.agency_tokens || s.own_tokens) and c.acl_until >= app.today()
     and not exists (select from cases_staffrelation r join hubs_membership theirs on theirs.id = r.membership_id
                       join cases_person p on p.id = r.person_id
                      where theirs.user_id = s.user_id and p.family_id = c.family_id)
$$;
