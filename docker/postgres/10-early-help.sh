#!/bin/bash
# Runs once, when the database server starts on an empty volume: roles with their passwords, the database, its rights.
# For a server you run yourself do the same by hand, as an administrator.
set -euo pipefail
: "${EH_OWNER_PASSWORD:?Set EH_OWNER_PASSWORD: the password of the role that runs migrations}"
: "${EH_APP_PASSWORD:?Set EH_APP_PASSWORD: the password of the role that web and workers use}"
sql=${EH_SQL:-/early-help}
as_administrator() { psql --quiet --no-psqlrc -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" "$@"; }

as_administrator --dbname postgres --file "$sql/roles.sql"
# Passwords travel in the environment, not on a command line that others could list.
as_administrator --dbname postgres <<'SQL'
\getenv owner_password EH_OWNER_PASSWORD
\getenv app_password EH_APP_PASSWORD
ALTER ROLE eh_owner PASSWORD :'owner_password';
ALTER ROLE eh_app PASSWORD :'app_password';
CREATE DATABASE earlyhelp OWNER eh_owner ENCODING 'UTF8' TEMPLATE template0;
SQL
as_administrator --dbname earlyhelp --file "$sql/database.sql"
