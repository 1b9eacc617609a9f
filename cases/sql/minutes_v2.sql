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
          -- Of a new entry its meeting is told too: who has that open looks for what there is.
          stored := stored || ' ' || minutes[i] || '=' || number || case when number = 1 then (select '=' || e.meeting_id from cases_minute e where e.id = minutes[i]) else '' end;
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

-- What kind of entry it is and who said it: its author says so while it is written.
create or replace function app.describe_minute(the_minute uuid, the_kind text, the_said_by text) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  update cases_minute e set kind = the_kind, said_by = the_said_by
   where e.id = the_minute and e.author_id = app.membership_id() and the_kind in ('fact', 'said', 'view') and length(the_said_by) <= 120
     and exists (select from cases_meeting g where g.id = e.meeting_id and g.status in ('planned', 'held'));
  return found;
end $$;
