-- The database roles, made or put right. Safe to run again. Run by an administrator of the server, once per server.
-- Passwords are set by whoever runs it; earlyhelp/access/database.sql then prepares each database.
--
--   eh_system  owns the functions that decide who may see what; nobody signs in as it
--   eh_owner   owns the tables and runs migrations; used by the migrate job only
--   eh_app     what web servers and workers sign in as: sees only what row-level security shows it
--   eh_report  may read de-identified report views only; taken on for one transaction with SET LOCAL ROLE
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['eh_system', 'eh_owner', 'eh_app', 'eh_report'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I', wanted);
        END IF;
    END LOOP;
END $$;

ALTER ROLE eh_system NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION BYPASSRLS INHERIT;
ALTER ROLE eh_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS INHERIT;
-- NOINHERIT comes before the grant below: being a member of eh_report must not widen what eh_app reads.
ALTER ROLE eh_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT;
ALTER ROLE eh_report NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT;

GRANT eh_system TO eh_owner;
GRANT eh_report TO eh_app;

-- A request that hangs must not hold locks for ever. The owner has no such limits: migrations may be long.
ALTER ROLE eh_app SET statement_timeout = '60s';
ALTER ROLE eh_app SET lock_timeout = '10s';
ALTER ROLE eh_app SET idle_in_transaction_session_timeout = '5min';
-- Compiling a query costs more than our short queries take.
ALTER ROLE eh_app SET jit = off;
