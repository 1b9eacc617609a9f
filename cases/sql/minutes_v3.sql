-- The rows on which somebody's right to write in an entry rests, by their versions, and the time, coarsely: while this is
-- the same the rule would say the same. Of the entry itself only what the rule asks: its text is written every second, and
-- nobody's right changes by that. What is not in it (relatives) is asked again every ten seconds, at another moment for
-- each person, so that not all are asked at once; what is told (consent, agreement, team) is asked again at once.
create or replace function app.minute_passes(memberships int[], minutes uuid[]) returns text[]
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select array_agg(concat_ws('.', x.minute, m.xmin, u.xmin, a.xmin, c.xmin, i.xmin, g.xmin,
                             e.case_id, e.category, e.agency_id, e.author_id, e.item_id,
                             (select string_agg(s.xmin::text, ',' order by s.id) from hubs_signature s where s.agency_id = a.id),
                             floor((extract(epoch from now()) + x.membership % 10) / 10)) order by x.place)
    from unnest(memberships, minutes) with ordinality as x (membership, minute, place)
    left join hubs_membership m on m.id = x.membership
    left join accounts_user u on u.id = m.user_id
    left join hubs_agency a on a.id = m.agency_id
    left join cases_minute e on e.id = x.minute
    left join cases_case c on c.id = e.case_id
    left join cases_meeting g on g.id = e.meeting_id
    left join cases_agendaitem i on i.id = e.item_id
$$;

-- Strokes are deleted when minutes are signed off, so their table is often empty, and a plan made then would read all of it
-- for each stroke when rooms fill up.
alter function app.store_minute_updates(text, int[], uuid[], uuid[], bigint[], bytea[]) set enable_seqscan = off;
alter function app.settle_minutes(uuid[], int[], text[], jsonb[]) set enable_seqscan = off;
