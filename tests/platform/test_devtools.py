"""The parts of ./dev that decide something."""

import os
import socket
import subprocess
import sys
import time
from collections import Counter

import pytest

from devtools import checks, commands, database, demo, frontend, processes, services, testing
from devtools.console import ROOT


def test_manage_acts_as_the_application():
    environment = {"DATABASE_URL": "app", "OWNER_DATABASE_URL": "owner"}
    assert commands.manage_environment(environment, ["check"])["DATABASE_URL"] == "app"
    assert commands.manage_environment(environment, [])["DATABASE_URL"] == "app"


def test_manage_acts_as_the_owner_for_migrations():
    environment = {"DATABASE_URL": "app", "OWNER_DATABASE_URL": "owner"}
    assert commands.manage_environment(environment, ["--traceback", "migrate"])["DATABASE_URL"] == "owner"


def test_taken_port_moves_on():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert processes.free_port(port) != port
        assert processes.answers(port)


def test_child_ends_with_a_parent_that_is_killed(tmp_path):
    program = (
        "import sys, time; from devtools import processes;"
        "child = processes.start([sys.executable, '-c', 'import time; time.sleep(60)'], log=sys.argv[1]);"
        "print(child.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program, tmp_path / "log"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    child = int(parent.stdout.readline())
    assert processes.is_running(child)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    until = time.monotonic() + 10
    while processes.is_running(child) and time.monotonic() < until:
        time.sleep(0.05)
    assert not processes.is_running(child)


def test_fingerprint_changes_with_a_migration(monkeypatch, tmp_path):
    monkeypatch.setattr(database, "ROOT", tmp_path)
    (tmp_path / "cases/migrations").mkdir(parents=True)
    (tmp_path / "cases/migrations/0001_initial.py").write_text("one")
    before = database.fingerprint()
    assert database.fingerprint() == before
    (tmp_path / "cases/migrations/0001_initial.py").write_text("two")
    assert database.fingerprint() != before


def test_people_table_lines_up():
    person = {"name": "Priya Nandra", "role": "practitioner", "agency": "A school", "email": "p@example.org"}
    heading, row = demo.people_table([person]).splitlines()
    assert heading.index("Role") == row.index("practitioner")
    assert heading.index("E-mail") == row.index("p@example.org")


def test_style_sheet_is_cleaned():
    source = (
        "@font-face{font-family:GDS Transport;src:x}a{b:url(/assets/a.png)}\n/*# sourceMappingURL=a.map */"
    )
    assert frontend.cleaned(source, is_style=True) == "a{b:url(./assets/a.png)}"


def test_script_keeps_its_addresses():
    assert (
        frontend.cleaned("f('url(/assets/')\n//# sourceMappingURL=a.map", is_style=False)
        == "f('url(/assets/')"
    )


@pytest.mark.parametrize(
    ("total", "line"),
    [
        (Counter(passed=3), "========== 3 passed in 1.50s =========="),
        (Counter(passed=3, failed=1, error=2), "========== 1 failed, 3 passed, 2 error in 1.50s =========="),
        (Counter(), "========== no tests ran in 1.50s =========="),
    ],
)
def test_summary_line_is_pytests(total, line):
    assert testing.summary_line(total, 1.5) == line


def test_counts_from_a_report(tmp_path):
    report = tmp_path / "report.xml"
    report.write_text('<testsuites><testsuite tests="9" failures="1" errors="2" skipped="3"/></testsuites>')
    assert testing.counts(report) == Counter(passed=3, failed=1, error=2, skipped=3)


def test_suite_without_a_report_counts_as_an_error(tmp_path):
    assert testing.counts(tmp_path / "missing.xml") == Counter(error=1)


def test_env_file_survives_a_shell(monkeypatch, tmp_path):
    monkeypatch.setattr(services, "ENV_FILE", tmp_path / "env")
    services.write_env_file({"SECRET_KEY": "a b'c$d"})
    shown = subprocess.run(
        ["sh", "-c", f'set -a; . {tmp_path}/env; printf %s "$SECRET_KEY"'], capture_output=True, text=True
    )
    assert shown.stdout == "a b'c$d"
    assert os.stat(tmp_path / "env").st_mode & 0o077 == 0


def test_every_command_is_described():
    for name, function in commands.COMMANDS.items():
        assert function.__doc__, name


def test_types_are_checked_where_access_is_decided():
    assert {"earlyhelp/access", "earlyhelp/audit"} <= set(checks.typed_files())
