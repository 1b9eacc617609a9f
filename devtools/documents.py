"""``./dev docs``: pages that are made from the code and from tables, so that they cannot say what is not so.

``docs/asvs.toml`` is written by hand: each requirement of OWASP ASVS 5.0 that we took on, what is looked at, and the
tests that prove it. ``docs/asvs.md`` and ``docs/roles.md`` are made from it and from earlyhelp/access/permissions.py.
"""

import ast
import tomllib

from devtools.console import ROOT, say

ASVS = ROOT / "docs/asvs.toml"
STATES = {
    "proved": "Proved by the tests named",
    "partly": "Partly: what is missing is said",
    "not applicable": "Does not apply; a test keeps it so",
    "operator": "For whoever runs the system",
}


def requirements():
    """Return the rows of docs/asvs.toml: group, ids (id, level), words, state, tests and what is missing."""
    return tomllib.loads(ASVS.read_text())["check"]


def missing_tests(rows):
    """Return every test that a row names and that is not there."""
    known = {}
    for row in rows:
        for name in row["tests"]:
            file = name.split("::")[0]
            if file not in known and (ROOT / file).exists():
                tree = ast.parse((ROOT / file).read_text())
                known[file] = {
                    n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)
                }
                known[file] |= {n.name for n in ast.walk(tree) if isinstance(n, ast.ClassDef)}
    return [
        name
        for row in rows
        for name in row["tests"]
        if name.split("::")[-1] not in known.get(name.split("::")[0], ())
    ]


def asvs_page():
    """Return docs/asvs.md."""
    rows = requirements()
    count = {state: sum(len(row["ids"]) for row in rows if row["state"] == state) for state in STATES}
    lines = [
        "# Which tests prove which requirement",
        "",
        "Made by `./dev docs` from `docs/asvs.toml`; a test compares the two and looks up every test named. The",
        "numbers are those of the OWASP Application Security Verification Standard 5.0, with the level in brackets.",
        "",
        f"**{sum(count.values())} requirements taken on**: "
        + ", ".join(f"{number} {state}" for state, number in count.items())
        + ".",
    ]
    group = None
    for row in rows:
        if row["group"] != group:
            group = row["group"]
            lines += ["", f"## {group}", ""]
            lines += ["| Requirement | What is looked at | State | Proved by |", "|---|---|---|---|"]
        ids = ", ".join(f"{number} ({level})" for number, level in row["ids"])
        state = row["state"].capitalize() + (f". {row['missing']}" if row["missing"] else "")
        tests = "<br>".join(f"`{name.removeprefix('tests/')}`" for name in row["tests"])
        lines.append(f"| {ids} | {row['words']} | {state} | {tests} |")
    return "\n".join(lines) + "\n"


def roles_page():
    """Return docs/roles.md: what each role may do at all, as the code has it."""
    from earlyhelp.access.permissions import ROLE_PERMISSIONS, Permission, Role

    lines = [
        "# Roles",
        "",
        "Made by `./dev docs` from `earlyhelp/access/permissions.py`. What a role may do at all; which families",
        "somebody sees is another matter, and follows from the agreement, consent and the team (security-model.md).",
        "",
        "| Role | What it is for |",
        "|---|---|",
        *(f"| {role.label} | {role.description} |" for role in Role),
        "",
        "| May… | " + " | ".join(role.label for role in Role) + " |",
        "|---|" + "---|" * len(Role),
    ]
    for permission in Permission:
        marks = ["yes" if permission in ROLE_PERMISSIONS[role] else "" for role in Role]
        lines.append(f"| {permission.value} | " + " | ".join(marks) + " |")
    return "\n".join(lines) + "\n"


PAGES = {"docs/asvs.md": asvs_page, "docs/roles.md": roles_page}


def write():
    """Write the pages anew."""
    for name, page in PAGES.items():
        (ROOT / name).write_text(page())
        say(f"{name} is up to date")
