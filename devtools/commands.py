"""The commands of ``./dev``, one small function each."""

import argparse
import os
import signal
import sys

from devtools import services
from devtools.console import PYTHON, ROOT, say

# Commands that need more than the application's own rights: they change structure, or build a whole county at once.
OWNER_COMMANDS = {"migrate", "makemigrations", "sqlmigrate", "squashmigrations", "load_demo", "load_county", "dbshell"}


def manage_environment(environment, arguments):
    """Return the environment for one manage.py command: as the owner for the few that need it, else as the application."""
    command = next((argument for argument in arguments if not argument.startswith("-")), "")
    if command in OWNER_COMMANDS:
        return {**environment, "DATABASE_URL": environment["OWNER_DATABASE_URL"]}
    return environment


def up(_options, _rest):
    """Start PostgreSQL and Valkey in the background and write var/env."""
    services.start(tied=False)
    say("services are up.  set -a; . var/env; set +a   gives a shell their addresses; ./dev stop ends them")


def manage(_options, rest):
    """Run manage.py against the demo's database."""
    values, _started = services.start(tied=False)
    environment = manage_environment({**os.environ, **values}, rest)
    os.chdir(ROOT)
    os.execve(PYTHON, [PYTHON, "manage.py", *rest], environment)


def stop(_options, _rest):
    """Stop this checkout's services."""
    stopped = services.stop()
    say("stopped " + " and ".join(stopped) if stopped else "nothing was running")


COMMANDS = {"up": up, "manage": manage, "stop": stop}


def parser():
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(prog="./dev", description="Early Help on a developer's machine.")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, function in COMMANDS.items():
        commands.add_parser(name, help=function.__doc__.strip().splitlines()[0])
    return top


def main():
    """Run one command. SIGTERM ends it as Ctrl-C does, so that everything it started is stopped."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if sys.argv[1:2] == ["manage"]:
        options, rest = None, sys.argv[2:]
        return manage(options, rest)
    options, rest = parser().parse_known_args()
    try:
        return COMMANDS[options.command](options, rest)
    except KeyboardInterrupt:
        sys.exit(130)
