-- What may happen to the county's forms. A published definition never changes, whoever asks: assessments were made with it.
-- For the application: practice leads alone write, one draft of a form at a time, each in their own name.
create or replace function app.guard_form_version() returns trigger
language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
declare
  is_bound boolean := current_user not in ('eh_system', 'eh_owner');
begin
  if tg_op = 'UPDATE' and old.status <> 'draft' then
    if to_jsonb(new) - 'status' is distinct from to_jsonb(old) - 'status' then
      raise exception 'version % of form % has been published: draft a new one', old.version, old.code using errcode = '42501';
    end if;
    if new.status is distinct from old.status and (old.status, new.status) <> ('published', 'retired') then
      raise exception 'a form that is no longer started is not started again: publish a new version' using errcode = '42501';
    end if;
  end if;
  if not is_bound then return coalesce(new, old); end if;

  if not coalesce('practice_lead' = any (app.roles()), false) then
    raise exception 'practice leads write the forms' using errcode = '42501';
  end if;
  if tg_op = 'DELETE' then
    if old.status <> 'draft' then
      raise exception 'a published form is kept' using errcode = '42501';
    end if;
    return old;
  end if;
  if tg_op = 'INSERT' then
    if new.status <> 'draft' then
      raise exception 'a version begins as a draft' using errcode = '42501';
    end if;
    if new.version <> (select coalesce(max(f.version), 0) + 1 from assessments_formversion f where f.code = new.code) then
      raise exception 'version numbers follow on' using errcode = '42501';
    end if;
  elsif old.status <> 'draft' then
    return new;
  elsif (new.code, new.version) is distinct from (old.code, old.version) then
    raise exception 'a draft keeps its number' using errcode = '42501';
  end if;
  if new.status = 'draft' and new.edited_by_id is distinct from app.membership_id() then
    raise exception 'somebody writes a draft in their own name' using errcode = '42501';
  end if;
  if new.status = 'published' then
    if new.published_by_id is distinct from app.membership_id() or btrim(new.note) = '' then
      raise exception 'somebody publishes a form in their own name and says what changed' using errcode = '42501';
    end if;
    if new.spec is distinct from old.spec then
      raise exception 'what is published is what was drafted' using errcode = '42501';
    end if;
  elsif new.status <> 'draft' then
    raise exception 'a draft is published or thrown away' using errcode = '42501';
  end if;
  return new;
end $$;

alter function app.guard_form_version() owner to eh_system;

create trigger form_version_guard before insert or update or delete on assessments_formversion
  for each row execute function app.guard_form_version();

grant insert, update, delete on assessments_formversion to eh_app;
