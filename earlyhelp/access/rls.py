"""Row-level security as migration operations, so that a table and its policies arrive together.

    operations = [
        migrations.CreateModel("CaseNote", ...),
        protect("cases_casenote", select=VISIBLE_CASE, insert=..., update=...),
    ]

A table without `protect` is ordinary: the application may read and write it (sessions, agencies, form definitions).
Every table that holds anything about a family is protected; a test compares the models with pg_class.
"""

from __future__ import annotations

from django.db import migrations

APP = "eh_app"

# The row's case is one that this person may see. `case_id` is the usual column; give another for the odd table.
VISIBLE_CASE = "exists (select 1 from cases_case c where c.id = {table}.case_id)"

# The row's case is visible, its category is open to this person in that case (or their agency wrote the row), and it is
# not marked "not for" their agency or them.
VISIBLE_TOPIC = """exists (
    select 1 from cases_case c where c.id = {table}.case_id
       and ({table}.agency_id = app.agency_id() or c.topic_acl && app.topic({table}.category)))"""

# Rows are written in the writer's own name, in a case they can see.
WRITTEN_BY_ME = (
    "exists (select 1 from cases_case c where c.id = {table}.case_id) and {table}.agency_id = app.agency_id()"
)


def protect(
    table: str,
    *,
    select: str,
    insert: str | None = None,
    update: str | None = None,
    delete: str | None = None,
    update_columns: list[str] | None = None,
) -> migrations.RunSQL:
    """Force row-level security on `table` and give the application exactly the commands named.

    Args:
        table: the table, which must have no rights granted to PUBLIC.
        select, insert, update, delete: SQL conditions; `{table}` stands for the table. A command that is None is
            neither granted nor given a policy. An update may neither reach nor leave behind a row outside `update`.
        update_columns: when given, only these columns may be updated (acl columns never are).
    """
    sql = [
        f"alter table {table} enable row level security",
        f"alter table {table} force row level security",
        f"revoke all on {table} from {APP}",
        f"grant all on {table} to eh_system",
    ]
    conditions = {"select": select, "insert": insert, "update": update, "delete": delete}
    for command, condition in conditions.items():
        if condition is None:
            continue
        condition = condition.format(table=table)
        columns = f" ({', '.join(update_columns)})" if command == "update" and update_columns else ""
        sql.append(f"grant {command}{columns} on {table} to {APP}")
        clause = {
            "select": f"using ({condition})",
            "insert": f"with check ({condition})",
            "update": f"using ({condition}) with check ({condition})",
            "delete": f"using ({condition})",
        }[command]
        sql.append(f"create policy {table}_{command} on {table} for {command} to {APP} {clause}")
    undo = [
        *(f"drop policy if exists {table}_{command} on {table}" for command in conditions),
        f"grant select, insert, update, delete on {table} to {APP}",
        f"alter table {table} no force row level security",
        f"alter table {table} disable row level security",
    ]
    return migrations.RunSQL([*sql], [*undo])


def read_only(table: str) -> migrations.RunSQL:
    """Let the application read an ordinary table and never write it (reference data)."""
    return migrations.RunSQL(
        f"revoke insert, update, delete on {table} from {APP}",
        f"grant insert, update, delete on {table} to {APP}",
    )


def definer_function(name: str, sql: str) -> migrations.RunSQL:
    """Create a SECURITY DEFINER function owned by eh_system, closed to everybody but the application.

    Args:
        name: the signature, such as `app.begin_request(int, int)`.
        sql: `create or replace function ...`; it must fix its search_path.
    """
    if "search_path" not in sql or "security definer" not in sql:
        raise ValueError(f"{name}: a security definer function must say so and fix its search_path")
    return migrations.RunSQL(
        [
            sql,
            f"alter function {name} owner to eh_system",
            f"revoke all on function {name} from public",
            f"grant execute on function {name} to {APP}",
        ],
        f"drop function if exists {name} cascade",
    )
