-- Facts that end somebody's sight tell the live processes at once, when they commit: ids and nothing else. A live process
-- then asks the rule itself again; a message that is lost or forged opens nothing.
--   case:<uuid>  agency:<id>  membership:<id>  user:<id>  session:<sha256 of its key>  all

-- During a load of many rows one word stands for all of them.
create or replace function app.tell_live(what text) returns void language sql volatile as $$
  select pg_notify('earlyhelp_sight', case when current_setting('app.opening', true) = 'bulk' then 'all' else what end)
$$;

-- TG_ARGV: what kind of id, and the column that holds it.
create or replace function app.tell_live_of_row() returns trigger language plpgsql volatile as $$
begin
  perform app.tell_live(tg_argv[0] || ':' || (to_jsonb(coalesce(old, new)) ->> tg_argv[1]));
  return null;
end $$;

create or replace function app.tell_live_of_all() returns trigger language plpgsql volatile as $$
begin
  perform app.tell_live('all');
  return null;
end $$;

-- A relative is kept from a family in whatever agency they work.
create or replace function app.tell_live_of_relation() returns trigger language plpgsql volatile as $$
begin
  perform app.tell_live('user:' || m.user_id) from hubs_membership m where m.id = coalesce(new.membership_id, old.membership_id);
  return null;
end $$;

-- The key of a session is a secret: its fingerprint tells which one ended.
create or replace function app.tell_live_of_session() returns trigger language plpgsql volatile as $$
begin
  perform app.tell_live('session:' || encode(sha256(convert_to(old.session_key, 'UTF8')), 'hex'));
  return null;
end $$;

-- Whatever changes who sees a case changes its projection: consent, team, lawful basis, restriction, hub, who decides,
-- memberships' dates, guests. (A condition on both columns, because the guard may keep the old value.)
create trigger case_sight_tells after update on cases_case for each row
  when (old.acl is distinct from new.acl or old.topic_acl is distinct from new.topic_acl)
  execute function app.tell_live_of_row('case', 'id');
-- What is not projected: tokens that are not issued any more.
create trigger emergency_end_tells after update on cases_emergencyaccess for each row
  when (old.expires_at is distinct from new.expires_at) execute function app.tell_live_of_row('case', 'case_id');
create trigger relation_tells after insert or update or delete on cases_staffrelation for each row
  execute function app.tell_live_of_relation();
create trigger signature_tells after insert or update or delete on hubs_signature for each row
  execute function app.tell_live_of_row('agency', 'agency_id');
create trigger agreement_tells after insert or update or delete on hubs_agreement for each statement
  execute function app.tell_live_of_all();
create trigger agreement_matrix_tells after insert or update or delete on hubs_agreementcategory for each statement
  execute function app.tell_live_of_all();
create trigger agency_tells after update on hubs_agency for each row
  when ((old.is_active, old.kind, old.everyone_sees_team_cases) is distinct from (new.is_active, new.kind, new.everyone_sees_team_cases))
  execute function app.tell_live_of_row('agency', 'id');
create trigger membership_tells after update on hubs_membership for each row
  when ((old.starts_on, old.ends_on, old.roles, old.hub_id, old.agency_id) is distinct from
        (new.starts_on, new.ends_on, new.roles, new.hub_id, new.agency_id))
  execute function app.tell_live_of_row('membership', 'id');
create trigger membership_end_tells after delete on hubs_membership for each row
  execute function app.tell_live_of_row('membership', 'id');
create trigger account_tells after update on accounts_user for each row
  when ((old.is_active, old.password, old.session_generation, old.asleep_since) is distinct from
        (new.is_active, new.password, new.session_generation, new.asleep_since))
  execute function app.tell_live_of_row('user', 'id');
create trigger session_tells after delete on django_session for each row execute function app.tell_live_of_session();
