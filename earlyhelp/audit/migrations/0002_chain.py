"""A chain of hashes beside the events, and a guard that keeps them: what is altered, missing or slipped in is named.

The chain is made a moment after the events, in batches, so that adding an event takes no lock and waits for nobody
(docs/decisions/0010-audit-chain.md). earlyhelp/audit/chain.py works the same hashes out again, outside the database.
"""

from django.db import migrations

from earlyhelp.access.rls import APP

LINKS = """
create table audit_link (
    n bigint primary key,
    event_id uuid not null unique,
    event_at timestamptz not null,
    digest bytea not null,
    sealed_at timestamptz not null
);
create index audit_link_at on audit_link (event_at);
revoke all on audit_link from eh_app;
grant all on audit_link to eh_system;
"""

# One event as bytes: each field with its length before it, so that no two events read the same.
WORDS = """
create or replace function app.audit_word(words text) returns text language sql immutable parallel safe as $$
  select case when words is null then '~' else octet_length(convert_to(words, 'UTF8')) || ':' || words end
$$;
create or replace function app.audit_words(e audit_event) returns bytea language sql stable parallel safe as $$
  select convert_to(
    app.audit_word(e.id::text) || app.audit_word((extract(epoch from e.at) * 1000000)::bigint::text)
    || app.audit_word(e.level) || app.audit_word(e.verb) || app.audit_word(e.user_id::text)
    || app.audit_word(e.membership_id::text) || app.audit_word(e.agency_id::text) || app.audit_word(e.case_id::text)
    || app.audit_word(e.object_type) || app.audit_word(e.object_id) || app.audit_word(e.facts::text), 'UTF8')
$$;
"""

# Events that became visible since the last batch. An event is stamped with its transaction's beginning and is seen at
# its end, so the search goes an hour back; no transaction of the application lasts as long (roles.sql).
SEAL = """
create or replace function app.seal_events(at_most int default 20000) returns int
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  last_n bigint;
  last_digest bytea;
  since timestamptz;
  each record;
  sealed int := 0;
begin
  if not pg_try_advisory_xact_lock(hashtext('audit_link')) then return 0; end if;
  select l.n, l.digest into last_n, last_digest from audit_link l order by l.n desc limit 1;
  if not found then
    last_n := 0;
    last_digest := decode(repeat('00', 32), 'hex');
  end if;
  select max(l.event_at) - interval '1 hour' into since from audit_link l;
  for each in
    select e.id, e.at, app.audit_words(e) as words from audit_event e
     where e.at >= coalesce(since, '-infinity')
       and not exists (select from audit_link l where l.event_id = e.id)
     order by e.at, e.id limit at_most
  loop
    last_n := last_n + 1;
    last_digest := sha256(last_digest || each.words);
    insert into audit_link (n, event_id, event_at, digest, sealed_at)
      values (last_n, each.id, each.at, last_digest, clock_timestamp());
    sealed := sealed + 1;
  end loop;
  return sealed;
end $$;
"""

HEAD = """
create or replace function app.audit_head() returns table (n bigint, digest text)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
  select l.n, encode(l.digest, 'hex') from audit_link l order by l.n desc limit 1
$$;
"""


def _definer(name: str, sql: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"{sql} alter function {name} owner to eh_system; revoke all on function {name} from public;"
        f" grant execute on function {name} to {APP};",
        f"drop function {name}",
    )


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial"), ("access", "0001_schema")]
    operations = [
        migrations.RunSQL(LINKS, "drop table audit_link"),
        migrations.RunSQL(
            WORDS, "drop function app.audit_words(audit_event); drop function app.audit_word(text)"
        ),
        _definer("app.seal_events(int)", SEAL),
        _definer("app.audit_head()", HEAD),
    ]
