-- Which of these people do not see these cases any more: one answer for many open connections, each through its own eyes and
-- the table's own policy. Runs as whoever calls it; the transaction is nobody's afterwards.
create or replace function app.lost_sight(users int[], memberships int[], cases uuid[]) returns setof int
language plpgsql volatile as $$
declare
  sees boolean;
begin
  for i in 1 .. coalesce(array_length(cases, 1), 0) loop
    begin
      perform app.begin_request(users[i], memberships[i]);
      sees := exists (select 1 from cases_case c where c.id = cases[i]);
    exception when insufficient_privilege then
      sees := false;
    end;
    if not sees then return next i; end if;
  end loop;
  perform app.clear_request();
end $$;
