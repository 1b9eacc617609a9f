"""``./dev bench``: pages measured on an invented county of its own, so that the demo stays as it is."""

import argparse
import os

from devtools import database, frontend, services, state, system
from devtools.console import PYTHON, ROOT, say
from devtools.postgres import Cluster

COUNTY = 110_000  # children of a county such as Somerset


def database_name(children):
    """Return the database that holds a county of this size."""
    return f"earlyhelp_bench_{children}"


def county_environment(environment, cluster, name):
    """Return the environment in which programs find the county instead of the demo."""
    return {
        **environment,
        "DATABASE_URL": cluster.url("app", name),
        "OWNER_DATABASE_URL": cluster.url("owner", name),
        "TEST_DATABASE_URL": cluster.url("test", name),
    }


def run(arguments):
    """Load the county when there is none of this size, then run ``manage.py bench`` with the other arguments."""
    parser = argparse.ArgumentParser(prog="./dev bench", add_help=False)
    parser.add_argument("--children", type=int, default=COUNTY)
    options, rest = parser.parse_known_args(arguments)
    system.require_pdf_libraries()
    frontend.set_up()
    values, _started = services.start(tied=False)
    cluster = Cluster(state.load())
    name = database_name(options.children)
    cluster.make_database(name)
    environment = county_environment({**os.environ, **values}, cluster, name)
    with state.only_one("migrate"):
        database.migrate(environment, cluster.folder / f"migrated-{name}")
        if not database.has_agencies(environment["OWNER_DATABASE_URL"]):
            say(f"loading a county of {options.children:,} children (once; a full one takes some minutes)")
            database.manage_as_owner(environment, "load_county", "--children", str(options.children))
    os.chdir(ROOT)
    os.execve(PYTHON, [PYTHON, "manage.py", "bench", *rest], environment)
