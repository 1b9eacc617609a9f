-- Minutes that several people type at once. A live process hands over what all its connections typed in a moment, in one
-- question; the rule of the tables decides about each writer, and what is stored is final until the minutes are signed off.

-- The rows on which somebody's right to write in an entry rests, by their versions, and the time, coarsely: while this is
-- the same the rule would say the same. What is not in it (relatives, the agreement's categories) is asked again by the time.
create or replace function app.minute_passes(memberships int[], minutes uuid[]) returns text[]
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select array_agg(concat_ws('.', x.minute, m.xmin, u.xmin, a.xmin, c.xmin, i.xmin, g.xmin,
                             (select string_agg(s.xmin::text, ',' order by s.id) from hubs_signature s where s.agency_id = a.id),
                             floor(extract(epoch from now()) / 2)) order by x.place)
    from unnest(memberships, minutes) with ordinality as x (membership, minute, place)
    left join hubs_membership m on m.id = x.membership
    left join accounts_user u on u.id = m.user_id
    left join hubs_agency a on a.id = m.agency_id
    left join cases_minute e on e.id = x.minute
    left join cases_case c on c.id = e.case_id
    left join cases_meeting g on g.id = e.meeting_id
    left join cases_agendaitem i on i.id = e.item_id
$$;

-- Whether whoever acts now may write in an entry: by the tables' own policies. Runs as whoever calls it.
create or replace function app.may_type_in(the_minute uuid) returns boolean language sql stable as $$
  select app.guest_id() is null
     and app.roles() && array['practitioner', 'agency_lead', 'hub_coordinator', 'hub_manager']
     and exists (select 1 from cases_minute e join cases_case c on c.id = e.case_id
                  where e.id = the_minute and app.sees_lastingly(c.acl)
                    and (c.status <> 'closed' or c.hub_id * 8 = any (app.tokens())))
$$;

-- Stores updates of entries, each once by its key, and gives each the entry's next number. `client`: Yjs's name for the page
-- that typed; it belongs to whoever used it first, so that nobody writes under another's. Refused: 'gone' no such entry,
-- 'closed' signed off or cancelled, 'foreign' another's client, 'full' too much for one entry, 'later' somebody holds the
-- case or the entry at this moment: try again (a slow page must not stop all rooms). After a refusal nothing more of that
-- client is taken from this batch, so that an entry never holds a piece whose beginning is missing.
create or replace function app.store_minute_updates(sender text, writers int[], minutes uuid[], keys uuid[], clients bigint[], datas bytea[])
returns table (place int, number int, refusal text)
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  free uuid[];
  there uuid[];
  open uuid[];
  refused text[] := '{}';
  stored text := '';
  of_client text;
  last record;
  found_row record;
begin
  if app.guest_id() is not null or app.membership_id() is not null and app.membership_id() <> all (writers) then
    raise exception 'everybody types in their own name' using errcode = '42501';
  end if;
  select coalesce(array_agg(e.id), '{}'), coalesce(array_agg(e.id) filter (where g.status in ('planned', 'held')), '{}')
    into there, open
    from cases_minute e join cases_meeting g on g.id = e.meeting_id where e.id = any (minutes);
  -- In the order in which everybody locks: the case, the meeting, the entry. Nothing here waits.
  with c as materialized (
    select x.id from cases_case x where x.id in (select e.case_id from cases_minute e where e.id = any (minutes))
     order by x.id for key share skip locked),
  g as materialized (
    select x.id from cases_meeting x
     where x.case_id in (select c.id from c) and x.id in (select e.meeting_id from cases_minute e where e.id = any (minutes))
     order by x.id for share skip locked),
  e as materialized (
    select x.id from cases_minute x where x.id = any (minutes) and x.meeting_id in (select g.id from g)
     order by x.id for no key update skip locked)
  select coalesce(array_agg(e.id), '{}') into free from e;
  for i in 1 .. coalesce(array_length(minutes, 1), 0) loop
    place := i;
    number := null;
    of_client := minutes[i] || coalesce(clients[i]::text, 'w' || writers[i]);
    refusal := case when not minutes[i] = any (there) then 'gone' when not minutes[i] = any (open) then 'closed'
                    when not minutes[i] = any (free) then 'later'
                    when of_client = any (refused) then 'later' end;
    if refusal is null then
      select u.number, u.writer_id into found_row from cases_minuteupdate u where u.minute_id = minutes[i] and u.key = keys[i];
      if found then
        if found_row.writer_id = writers[i] then number := found_row.number; else refusal := 'foreign'; end if;
      else
        select u.number, u.total into last from cases_minuteupdate u where u.minute_id = minutes[i] order by u.number desc limit 1;
        if exists (select from cases_minuteupdate u where u.minute_id = minutes[i] and u.client = clients[i] and u.writer_id <> writers[i]) then
          refusal := 'foreign';
        elsif octet_length(datas[i]) not between 1 and 32768 or coalesce(last.number, 0) >= 30000
              or coalesce(last.total, 0) + octet_length(datas[i]) > 2097152 then
          refusal := 'full';
        else
          number := coalesce(last.number, 0) + 1;
          insert into cases_minuteupdate (minute_id, number, writer_id, key, client, data, total, written_at)
            values (minutes[i], number, writers[i], keys[i], clients[i], datas[i],
                    coalesce(last.total, 0) + octet_length(datas[i]), clock_timestamp());
          stored := stored || ' ' || minutes[i] || '=' || number;
          if length(stored) > 7000 then
            perform pg_notify('earlyhelp_minutes', sender || stored);
            stored := '';
          end if;
        end if;
      end if;
    end if;
    if refusal is not null then refused := refused || of_client; end if;
    return next;
  end loop;
  if stored <> '' then perform pg_notify('earlyhelp_minutes', sender || stored); end if;
end $$;

-- What many people typed in a moment: who still may is stored, each in their own name. `passes`: what an earlier answer
-- gave for the same person and entry. Runs as whoever calls it, so the tables' policies hold; the transaction is nobody's
-- afterwards. Refused besides: 'not_seen' for whatever they may not write in, in the same way as what is not there.
create or replace function app.write_minutes(sender text, users int[], memberships int[], minutes uuid[], keys uuid[], clients bigint[],
                                  datas bytea[], passes text[])
returns table (place int, number int, refusal text, pass text)
language plpgsql volatile as $$
declare
  known text[];
  asked jsonb := '{}';
  who text;
  may boolean;
  places int[] := '{}';
begin
  perform app.clear_request();
  known := app.minute_passes(memberships, minutes);
  for i in 1 .. coalesce(array_length(minutes, 1), 0) loop
    who := memberships[i] || ' ' || minutes[i];
    may := passes[i] = known[i] or (asked ->> who)::boolean;
    if may is null or not may and not asked ? who then
      begin
        perform app.begin_request(users[i], memberships[i]);
        may := app.may_type_in(minutes[i]);
      exception when insufficient_privilege then
        may := false;
      end;
      asked := asked || jsonb_build_object(who, may);
    end if;
    if may then
      places := places || i;
    else
      place := i;
      number := null;
      refusal := 'not_seen';
      pass := null;
      return next;
    end if;
  end loop;
  perform app.clear_request();
  return query
    select places[s.place], s.number, s.refusal, known[places[s.place]]
      from app.store_minute_updates(sender,
             array(select memberships[p] from unnest(places) p), array(select minutes[p] from unnest(places) p),
             array(select keys[p] from unnest(places) p), array(select clients[p] from unnest(places) p),
             array(select datas[p] from unnest(places) p)) s;
end $$;

-- Which of these people see which of these entries, by the tables' own policies: for telling them what others type.
create or replace function app.who_sees_minutes(users int[], memberships int[], minutes uuid[]) returns table (place int, minute uuid)
language plpgsql volatile as $$
begin
  for i in 1 .. coalesce(array_length(users, 1), 0) loop
    place := i;
    begin
      perform app.begin_request(users[i], memberships[i]);
      for minute in select e.id from cases_minute e where e.id = any (minutes) loop
        return next;
      end loop;
    exception when insufficient_privilege then null;
    end;
  end loop;
  perform app.clear_request();
end $$;

-- The text that the updates come to, worked out by the application, as far as a number. An older text takes no newer's place.
create or replace function app.settle_minutes(minutes uuid[], numbers int[], texts text[], whose jsonb[]) returns int
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  settled int;
begin
  update cases_minute e set text = x.text, runs = x.runs, text_number = x.number
    from unnest(minutes, numbers, texts, whose) as x (id, number, text, runs)
   where e.id = x.id and e.text_number < x.number
     and exists (select from cases_minuteupdate u where u.minute_id = x.id and u.number = x.number)
     and exists (select from cases_meeting g where g.id = e.meeting_id and g.status in ('planned', 'held'));
  get diagnostics settled = row_count;
  return settled;
end $$;

-- Entries that were emptied and left: nothing of them is kept.
create or replace function app.drop_empty_minutes(the_meeting uuid, quiet_for interval) returns setof uuid
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  each uuid;
begin
  for each in
    select e.id from cases_minute e
     where e.meeting_id = the_meeting and btrim(e.text, E' \t\r\n') = '' and e.text_number > 0
       and e.text_number = (select max(u.number) from cases_minuteupdate u where u.minute_id = e.id)
       and not exists (select from cases_minuteupdate u where u.minute_id = e.id and u.written_at > now() - quiet_for)
       and exists (select from cases_meeting g where g.id = e.meeting_id and g.status in ('planned', 'held'))
     for update of e skip locked
  loop
    delete from cases_minuteupdate u where u.minute_id = each;
    delete from cases_minute e where e.id = each;
    return next each;
  end loop;
end $$;

-- For whoever signs a meeting's minutes off: updates of entries whose text does not hold all of them yet, whoever may read
-- the entry, so that what is signed off is complete.
create or replace function app.unsettled_minutes(the_meeting uuid) returns table (minute uuid, number int, writer int, data bytea)
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if not exists (select from cases_meeting g where g.id = the_meeting and g.status in ('planned', 'held') and g.chair_id = app.membership_id()) then
    raise exception 'only the chair of an open meeting finishes its minutes' using errcode = '42501';
  end if;
  return query
    select u.minute_id, u.number, u.writer_id::int, u.data
      from cases_minuteupdate u join cases_minute e on e.id = u.minute_id
     where e.meeting_id = the_meeting
       and e.text_number < (select max(l.number) from cases_minuteupdate l where l.minute_id = e.id)
     order by u.minute_id, u.number;
end $$;

-- Takes the strokes away, and with them what was deleted. The text and whose words it is stay.
create or replace function app.finish_minutes(the_meeting uuid) returns int
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  gone int;
begin
  if not exists (select from cases_meeting g where g.id = the_meeting and g.status in ('planned', 'held') and g.chair_id = app.membership_id()) then
    raise exception 'only the chair of an open meeting finishes its minutes' using errcode = '42501';
  end if;
  if exists (select from app.unsettled_minutes(the_meeting)) then
    raise exception 'an entry does not hold everything that was typed in it' using errcode = '22023';
  end if;
  perform app.drop_empty_minutes(the_meeting, interval '0');
  delete from cases_minuteupdate u using cases_minute e where e.id = u.minute_id and e.meeting_id = the_meeting;
  get diagnostics gone = row_count;
  return gone;
end $$;

-- Signed off, an entry says for ever what it says, whoever asks: also past row-level security.
create or replace function app.keep_signed_minutes() returns trigger language plpgsql volatile as $$
begin
  if exists (select from cases_minute e join cases_meeting g on g.id = e.meeting_id
              where e.id = case tg_table_name when 'cases_minute' then (to_jsonb(new) ->> 'id')::uuid
                                              else (to_jsonb(new) ->> 'minute_id')::uuid end
                and g.status not in ('planned', 'held')) then
    raise exception 'the minutes are signed off' using errcode = '42501';
  end if;
  return new;
end $$;
create trigger signed_minutes_stay before update of text, runs, text_number, kind, said_by, author_id, agency_id, item_id, meeting_id, written_at
  on cases_minute for each row execute function app.keep_signed_minutes();
create trigger signed_minutes_take_nothing before insert on cases_minuteupdate for each row execute function app.keep_signed_minutes();
