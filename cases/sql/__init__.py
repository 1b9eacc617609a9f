"""SQL of the access rule, one file a subject and version. A migration runs a version; a change is a new version."""

import pathlib
import re

from django.db import migrations

_DEFINER = re.compile(r"create or replace function (app\.\w+)\(", re.IGNORECASE)


def run(name: str, *, undo: str = "") -> migrations.RunSQL:
    """A migration operation that runs `cases/sql/<name>.sql` and hands its definer functions to eh_system.

    Args:
        name: the file without its ending, such as "grants_v1".
        undo: SQL that takes it back.
    """
    sql = (pathlib.Path(__file__).parent / f"{name}.sql").read_text()
    # A `%` in a comment or a format() is text to the driver too, as no parameters are passed.
    return migrations.RunSQL(sql + ownership(sql), undo or migrations.RunSQL.noop)


def ownership(sql: str) -> str:
    """SQL that gives the functions made by `sql` their owner and their callers: definer ones to eh_system."""
    lines = []
    for statement in re.split(r"(?=create or replace function)", sql)[1:]:
        name = _DEFINER.match(statement).group(1)
        header = statement[: statement.index("$$")]
        lines.append(f"grant execute on function {name} to eh_app, eh_system;")
        if "security definer" in header:
            lines.append(f"alter function {name} owner to eh_system;")
            lines.append(f"revoke all on function {name} from public;")
            lines.append(f"grant execute on function {name} to eh_app;")
    return "\n" + "\n".join(lines) + "\n"
