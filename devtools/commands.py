"""The commands of ``./dev``, one small function each."""

import argparse
import os
import shutil
import signal
import subprocess
import sys

from devtools import bench, checks, demo, doctor, documents, packages, proving, services, state, testing
from devtools.console import PYTHON, ROOT, VAR, say
from devtools.postgres import Cluster
from devtools.valkey import Valkey

# Commands that need more than the application's own rights: they change structure, or build a whole county at once.
OWNER_COMMANDS = {
    "migrate",
    "makemigrations",
    "sqlmigrate",
    "squashmigrations",
    "load_demo",
    "load_county",
    "dbshell",
    "verify_audit",
    "check_consistency",
}


def manage_environment(environment, arguments):
    """Return the environment for one manage.py command: as the owner for OWNER_COMMANDS, else as the application."""
    command = next((argument for argument in arguments if not argument.startswith("-")), "")
    if command in OWNER_COMMANDS:
        return {**environment, "DATABASE_URL": environment["OWNER_DATABASE_URL"]}
    return environment


def up(_options, _rest):
    """Start PostgreSQL and Valkey in the background and write var/env."""
    services.start(tied=False)
    say("services are up.  set -a; . var/env; set +a   gives a shell their addresses; ./dev stop ends them")


def run_demo(options, _rest):
    """Set everything up and serve the invented county until Ctrl-C."""
    demo.run(options.port, options.seconds)


def run_tests(_options, rest):
    """Run all tests, or pytest with the arguments given."""
    return testing.run(rest)


def manage(_options, rest):
    """Run manage.py ARGS against the demo's database."""
    values, _started = services.start(tied=False)
    environment = manage_environment({**os.environ, **values}, rest)
    os.chdir(ROOT)
    os.execve(PYTHON, [PYTHON, "manage.py", *rest], environment)


def run_bench(_options, rest):
    """Measure pages against a page that does nothing, on a county of its own (--children N)."""
    bench.run(rest)


def rooms(_options, rest):
    """Measure how soon a keystroke is on the others' screens (--rooms N, --people N, --seconds N)."""
    return proving.rooms(rest)


def prove(_options, rest):
    """Compare random histories of sharing with the oracle (--minutes N, --seed S)."""
    return proving.run(rest)


def shots(_options, rest):
    """Take the README's pictures from a running demo (--site http://127.0.0.1:8000)."""
    return subprocess.run([PYTHON, ROOT / "tests" / "browser" / "shots.py", *rest], check=False).returncode


def check(_options, rest):
    """Run every lint and static check."""
    return checks.run(rest)


def lock(_options, rest):
    """Pin every Python package with its hash (--upgrade for newer ones)."""
    packages.lock(rest)


def docs(_options, _rest):
    """Make the pages of docs/ that follow from the code and from tables."""
    documents.write()


def look(_options, _rest):
    """Say what this machine has and what it lacks."""
    return doctor.run()


def stop(_options, _rest):
    """Stop PostgreSQL and Valkey of this checkout."""
    stopped = services.stop()
    say("stopped " + " and ".join(stopped) if stopped else "nothing was running")


def reset(options, _rest):
    """Stop everything and delete the demo's database, files and messages (--database: only empty the database)."""
    if options.database:
        with services.running():
            Cluster(state.load()).drop_database()
        say("the demo's database is empty")
        return
    if not options.yes and input("Delete the demo's data for good? Type yes: ").strip() != "yes":
        sys.exit("nothing was deleted")
    services.stop()
    settings = state.load()
    Cluster(settings).remove()
    Valkey(settings).remove()
    for name in ("media", "mail"):
        shutil.rmtree(VAR / name, ignore_errors=True)
    for name in ("env", "state.json", "demo-signins.json", "beat-schedule"):
        (VAR / name).unlink(missing_ok=True)
    say("the demo's data is deleted")


COMMANDS = {
    "demo": run_demo,
    "test": run_tests,
    "check": check,
    "up": up,
    "manage": manage,
    "bench": run_bench,
    "prove": prove,
    "rooms": rooms,
    "shots": shots,
    "docs": docs,
    "lock": lock,
    "doctor": look,
    "stop": stop,
    "reset": reset,
}
# Their arguments are other programs': nothing of them is ours to parse.
PASS_ARGUMENTS_ON = {"test", "manage", "bench", "prove", "rooms", "check", "shots", "lock"}


def parser():
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(prog="./dev", description="Early Help on a developer's machine.")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, function in COMMANDS.items():
        command = commands.add_parser(name, help=function.__doc__)
        if name == "demo":
            command.add_argument("--port", type=int, default=8000, help="the first port to try (8000)")
            command.add_argument("--seconds", type=float, help="stop by itself after so long")
        if name == "reset":
            command.add_argument("--yes", action="store_true", help="do not ask")
            command.add_argument("--database", action="store_true", help="empty the database, keep all else")
    return top


def main():
    """Run one command. SIGTERM ends it as Ctrl-C does, so that everything it started is stopped.

    Both are set here, because a shell that starts us in the background has Ctrl-C ignored.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    VAR.mkdir(exist_ok=True)
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name in PASS_ARGUMENTS_ON:
        options, rest = None, sys.argv[2:]
    else:
        options, rest = parser().parse_args(), []
    try:
        sys.exit(COMMANDS[name](options, rest))
    except KeyboardInterrupt:
        sys.exit(130)
