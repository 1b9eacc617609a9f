-- Finding a time and telling people. Who answers by a link is signed in as nobody, and the relay and the daily jobs have
-- nobody's eyes, so functions of the database answer: times, states and one reference, and never a name, place or title.

-- Whether somebody who is on a team may still be told about its meetings: they work there and see the case today.
create or replace function app.may_be_told(the_membership int, the_case uuid) returns boolean
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select exists (
    select from cases_case c cross join lateral app.standing(the_membership) s
     where c.id = the_case and c.status <> 'closed'
       and c.acl && (coalesce(s.hub_tokens, '{}') || coalesce(s.agency_tokens, '{}') || coalesce(s.own_tokens, '{}')))
$$;

-- Those invited to a visible meeting who may be told about it today, as ids of invitations. A family member or guest is
-- told by a link, as long as a guest's invitation to the record holds.
create or replace function app.invited_to_tell(the_meeting uuid) returns setof uuid
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select i.id from cases_invitation i
   where i.meeting_id = the_meeting
     and exists (select from cases_case c where c.id = i.case_id and c.acl && app.tokens() and not app.is_kept_from(c.family_id))
     and case when i.membership_id is not null then app.may_be_told(i.membership_id::int, i.case_id)
              when i.guest_id is not null then app.guest_may_look(i.guest_id)
              else true end
$$;

-- What a link is to: one invitation to a meeting that looks for its time or is still to come.
create or replace function app.invited_by_link(the_link text)
returns table (invitation_id uuid, case_id uuid, meeting_id uuid, status varchar, starts_at timestamptz, ends_at timestamptz,
               sequence int, answer varchar, has_place boolean, has_call boolean)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select i.id, m.case_id, m.id, m.status, m.starts_at, m.ends_at, m.sequence, i.answer, m.place <> '', m.call_link <> ''
    from cases_invitationlink l
    join cases_invitation i on i.id = l.invitation_id
    join cases_meeting m on m.id = i.meeting_id and m.status in ('proposed', 'planned')
    join cases_case c on c.id = m.case_id and c.status <> 'closed'
   where l.secret_hash = the_link and the_link <> '' and l.ended_at is null and l.expires_at > now()
     and (m.status = 'proposed' or m.ends_at > now())
     and (i.guest_id is null or app.guest_may_look(i.guest_id))
$$;

create or replace function app.times_by_link(the_link text)
returns table (time_id uuid, starts_at timestamptz, ends_at timestamptz, answer varchar)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select t.id, t.starts_at, t.ends_at, a.answer
    from app.invited_by_link(the_link) v
    join cases_proposedtime t on t.meeting_id = v.meeting_id and t.starts_at > now()
    left join cases_timeanswer a on a.proposed_id = t.id and a.invitation_id = v.invitation_id
   where v.status = 'proposed'
   order by t.starts_at
$$;

-- Write down when somebody can come. Times that are not this meeting's, are over, or come after one was chosen, are left out.
create or replace function app.answer_times_by_link(the_link text, the_times uuid[], the_answers text[]) returns int
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v record;
  written int;
begin
  select * into v from app.invited_by_link(the_link);
  if not found then return 0; end if;
  -- Choosing a time locks the meeting: an answer counts before it or not at all.
  perform from cases_meeting m where m.id = v.meeting_id and m.status = 'proposed' for share;
  if not found then return 0; end if;
  insert into cases_timeanswer (id, case_id, proposed_id, invitation_id, answer, answered_at)
  select gen_random_uuid(), v.case_id, t.id, v.invitation_id, said.answer, now()
    from unnest(the_times, the_answers) as said (time_id, answer)
    join cases_proposedtime t on t.id = said.time_id and t.meeting_id = v.meeting_id and t.starts_at > now()
   where said.answer in ('can', 'if_needed', 'cannot')
  on conflict (proposed_id, invitation_id) do update
     set answer = excluded.answer, answered_at = excluded.answered_at, recorded_by_id = null;
  get diagnostics written = row_count;
  return written;
end $$;

create or replace function app.answer_meeting_by_link(the_link text, the_answer text) returns int
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  v record;
  written int;
begin
  select * into v from app.invited_by_link(the_link);
  if not found or the_answer not in ('accepted', 'declined') then return 0; end if;
  perform from cases_meeting m where m.id = v.meeting_id and m.status = 'planned' for share;
  if not found then return 0; end if;
  update cases_invitation set answer = the_answer, answered_at = now(), answer_note = '' where id = v.invitation_id;
  get diagnostics written = row_count;
  return written;
end $$;

-- How many of those asked to a meeting have not said when they can come: for the message to whoever asked.
create or replace function app.times_unanswered(the_meeting uuid)
returns table (unanswered int, times int, arranged_by int)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select (select count(*)::int from cases_invitation i
           where i.meeting_id = m.id
             and not exists (select from cases_timeanswer a where a.invitation_id = i.id)),
         (select count(*)::int from cases_proposedtime t where t.meeting_id = m.id), m.arranged_by_id::int
    from cases_meeting m where m.id = the_meeting and m.status = 'proposed'
$$;

-- What a calendar file is made of, when its message is handed over: the meeting as it is then, or with `and_following` it
-- and the later ones of its series to which the same person is asked.
create or replace function app.calendar_facts(the_invitation uuid, and_following boolean)
returns table (meeting_id uuid, reference varchar, starts_at timestamptz, ends_at timestamptz, status varchar, sequence int)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select m.id, case when i.membership_id is not null then c.reference end, m.starts_at, m.ends_at, m.status, m.sequence
    from cases_invitation i
    join cases_meeting of_this on of_this.id = i.meeting_id
    join cases_invitation every_one
      on every_one.id = i.id
      or and_following and every_one.case_id = i.case_id
         and (every_one.membership_id = i.membership_id or every_one.person_id = i.person_id or every_one.guest_id = i.guest_id)
    join cases_meeting m on m.id = every_one.meeting_id
     and (m.id = of_this.id or m.series_id = of_this.series_id and m.starts_at >= of_this.starts_at)
    join cases_case c on c.id = m.case_id
   where i.id = the_invitation and m.status in ('planned', 'cancelled')
   order by m.starts_at
$$;

-- Where the link of somebody without an account went last.
create or replace function app.invited_address(the_invitation uuid) returns varchar
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select l.email from cases_invitationlink l where l.invitation_id = the_invitation and l.ended_at is null
   order by l.made_at desc limit 1
$$;

-- Those to remind of a meeting on a day after today, up to `until`. Who declined is left alone.
create or replace function app.meetings_to_remind(until date)
returns table (invitation_id uuid, meeting_id uuid, membership_id int, address varchar, starts_at timestamptz)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select i.id, m.id, i.membership_id::int, app.invited_address(i.id), m.starts_at
    from cases_meeting m
    join cases_case c on c.id = m.case_id and c.status <> 'closed'
    join cases_invitation i on i.meeting_id = m.id and i.answer <> 'declined'
   where m.status = 'planned' and (m.starts_at at time zone 'Europe/London')::date between app.today() + 1 and until
     and case when i.membership_id is not null then app.may_be_told(i.membership_id::int, m.case_id)
              when i.guest_id is not null then app.guest_may_look(i.guest_id)
              else true end
     and (i.membership_id is not null or app.invited_address(i.id) is not null)
   order by m.starts_at, i.id
$$;

-- Those who were asked before a moment and have said nothing: whether they come, or when they can.
create or replace function app.answers_missing(asked_before timestamptz)
returns table (invitation_id uuid, meeting_id uuid, membership_id int, address varchar, status varchar, starts_at timestamptz,
               until_at timestamptz)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select i.id, m.id, i.membership_id::int, app.invited_address(i.id), m.status, m.starts_at,
         case when m.status = 'planned' then m.ends_at else t.last_at end
    from cases_meeting m
    join cases_case c on c.id = m.case_id and c.status <> 'closed'
    join cases_invitation i on i.meeting_id = m.id and i.answer = 'invited'
   cross join lateral (select max(p.proposed_at) as asked_at, max(p.ends_at) as last_at, max(p.starts_at) as last_start
                         from cases_proposedtime p where p.meeting_id = m.id) t
   where (m.status = 'planned' and m.starts_at > now() and greatest(i.invited_at, m.arranged_at, t.asked_at) < asked_before
          or m.status = 'proposed' and t.last_start > now() and greatest(i.invited_at, t.asked_at) < asked_before
             and not exists (select from cases_timeanswer a where a.invitation_id = i.id))
     and case when i.membership_id is not null then app.may_be_told(i.membership_id::int, m.case_id)
              when i.guest_id is not null then app.guest_may_look(i.guest_id)
              else true end
     and (i.membership_id is not null or app.invited_address(i.id) is not null)
   order by m.starts_at, i.id
$$;

-- A link of its own for a reminder, to where the last one went. Gives the address, or null when there is none.
create or replace function app.renew_link(the_invitation uuid, the_hash text, until timestamptz) returns varchar
language sql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
  insert into cases_invitationlink (id, case_id, invitation_id, email, secret_hash, expires_at, made_at)
  select gen_random_uuid(), i.case_id, i.id, app.invited_address(i.id), the_hash, until, now()
    from cases_invitation i
   where i.id = the_invitation and the_hash <> '' and app.invited_address(i.id) is not null
  returning email
$$;
