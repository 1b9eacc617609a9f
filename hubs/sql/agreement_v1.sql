-- What may happen to the information sharing agreement, for the application: two people activate a version, from then on
-- its words stand, and a signature is never rewritten. The tables' owner and eh_system (fixtures, migrations) are not bound,
-- except that nobody activates a version that they asked for themselves.
create or replace function app.guard_agreement() returns trigger
language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
declare
  is_bound boolean := current_user not in ('eh_system', 'eh_owner');
begin
  if tg_op <> 'DELETE' and new.activated_by_id is not null and (
       select count(distinct m.user_id) from hubs_membership m where m.id in (new.asked_by_id, new.activated_by_id)) < 2 then
    raise exception 'the person who asked for this version cannot activate it' using errcode = '42501';
  end if;
  if not is_bound then return coalesce(new, old); end if;

  if tg_op = 'INSERT' then
    if new.asked_at is not null or new.activated_at is not null then
      raise exception 'a version begins as a draft' using errcode = '42501';
    end if;
    return new;
  end if;
  if old.activated_at is not null then
    raise exception 'version % has been activated: draft a new one', old.version using errcode = '42501';
  end if;
  if tg_op = 'DELETE' then
    if old.asked_at is not null then
      raise exception 'version % waits for activation: take the request back first', old.version using errcode = '42501';
    end if;
    return old;
  end if;
  if old.asked_at is not null and new.asked_at is not null
     and to_jsonb(new) - 'activated_at' - 'activated_by_id' is distinct from to_jsonb(old) - 'activated_at' - 'activated_by_id' then
    raise exception 'version % waits for activation: take the request back first', old.version using errcode = '42501';
  end if;
  if old.asked_at is null and new.asked_at is not null and new.asked_by_id is distinct from app.membership_id() then
    raise exception 'somebody asks for a version in their own name' using errcode = '42501';
  end if;
  if new.activated_at is not null
     and (old.asked_at is null or new.asked_at is null or new.activated_by_id is distinct from app.membership_id()) then
    raise exception 'a version is activated on request, by somebody in their own name' using errcode = '42501';
  end if;
  return new;
end $$;

-- Purposes, lawful bases and the matrix belong to a version's words.
create or replace function app.guard_agreement_part() returns trigger
language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
begin
  if current_user not in ('eh_system', 'eh_owner') then
    -- Locked, so that a version cannot be activated while a part of it is being written.
    perform 1 from hubs_agreement a
      where a.id in (case when tg_op <> 'INSERT' then old.agreement_id end, case when tg_op <> 'DELETE' then new.agreement_id end)
      order by a.id for share;
    if exists (select 1 from hubs_agreement a
                where a.id in (case when tg_op <> 'INSERT' then old.agreement_id end,
                               case when tg_op <> 'DELETE' then new.agreement_id end)
                  and (a.asked_at is not null or a.activated_at is not null)) then
      raise exception 'only a draft of the agreement changes' using errcode = '42501';
    end if;
  end if;
  return coalesce(new, old);
end $$;

create or replace function app.guard_signature() returns trigger
language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
begin
  if current_user in ('eh_system', 'eh_owner') then return coalesce(new, old); end if;
  if tg_op = 'DELETE' then
    raise exception 'a signature is withdrawn, never deleted' using errcode = '42501';
  end if;
  if tg_op = 'INSERT' then
    if not exists (select 1 from hubs_agreement a where a.id = new.agreement_id and a.activated_at <= now()) then
      raise exception 'only an activated version is signed' using errcode = '42501';
    end if;
    if new.suspended_at is not null or new.withdrawn_at is not null then
      raise exception 'a signature begins in force' using errcode = '42501';
    end if;
    if new.signed_by_id is not null and (new.signed_by_id is distinct from app.membership_id() or not exists (
         select 1 from hubs_membership m where m.id = new.signed_by_id and m.agency_id = new.agency_id
            and 'signatory' = any (m.roles))) then
      raise exception 'an agency signs through its own signatory' using errcode = '42501';
    end if;
    return new;
  end if;
  if old.withdrawn_at is not null then
    raise exception 'a withdrawal is final' using errcode = '42501';
  end if;
  if to_jsonb(new) - '{suspended_at,suspended_reason,withdrawn_at,withdrawn_reason}'::text[]
     is distinct from to_jsonb(old) - '{suspended_at,suspended_reason,withdrawn_at,withdrawn_reason}'::text[] then
    raise exception 'a signature is never rewritten' using errcode = '42501';
  end if;
  if new.withdrawn_at is not null and trim(new.withdrawn_reason) = '' then
    raise exception 'a withdrawal has a reason' using errcode = '42501';
  end if;
  return new;
end $$;

alter function app.guard_agreement() owner to eh_system;
alter function app.guard_agreement_part() owner to eh_system;
alter function app.guard_signature() owner to eh_system;

create trigger agreement_guard before insert or update or delete on hubs_agreement
  for each row execute function app.guard_agreement();
create trigger agreement_purpose_guard before insert or update or delete on hubs_agreementpurpose
  for each row execute function app.guard_agreement_part();
create trigger agreement_party_guard before insert or update or delete on hubs_agreementparty
  for each row execute function app.guard_agreement_part();
create trigger agreement_category_guard before insert or update or delete on hubs_agreementcategory
  for each row execute function app.guard_agreement_part();
create trigger signature_guard before insert or update or delete on hubs_signature
  for each row execute function app.guard_signature();
