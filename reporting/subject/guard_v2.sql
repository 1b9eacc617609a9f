-- What a trigger forbids is a rule of the row, not a right that is missing: it has the code of such a rule.
create or replace function app.guard_subject_request() returns trigger language plpgsql volatile as $$
begin
  if current_user = 'eh_app' and (new.status = 'sent') is distinct from (old.status = 'sent') then
    raise exception 'a second person sends what was asked for' using errcode = '23001';
  end if;
  if current_user = 'eh_app' and old.status in ('sent', 'refused') then
    raise exception 'a request that was answered stays as it was answered' using errcode = '23001';
  end if;
  return new;
end $$;
