-- Prepares one database that eh_owner owns. Safe to run again. Run by its owner or by an administrator, before migrations.
-- What the roles may do with tables that migrations will make: the application works with rows, never with structure.
-- Tables that must be narrower (grants, audit events, columns written by triggers) take rights away in their own migration.
ALTER DEFAULT PRIVILEGES FOR ROLE eh_owner IN SCHEMA public GRANT ALL ON TABLES TO eh_system;
ALTER DEFAULT PRIVILEGES FOR ROLE eh_owner IN SCHEMA public GRANT ALL ON SEQUENCES TO eh_system;
ALTER DEFAULT PRIVILEGES FOR ROLE eh_owner IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO eh_app;
ALTER DEFAULT PRIVILEGES FOR ROLE eh_owner IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO eh_app;

-- Nobody else on the server may look in, and nobody makes temporary tables (they could stand in for real ones).
DO $$
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO eh_app', current_database());
END $$;

CREATE SCHEMA IF NOT EXISTS app AUTHORIZATION eh_owner;
GRANT USAGE ON SCHEMA app TO eh_app, eh_report;
GRANT USAGE, CREATE ON SCHEMA app TO eh_system;

-- Extensions that come with PostgreSQL and that a database's owner may add
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS btree_gin;
CREATE EXTENSION IF NOT EXISTS fuzzystrmatch;
CREATE EXTENSION IF NOT EXISTS unaccent;
