"""A deployment in miniature: what docker-compose.yml starts, by hand, against a database server of its own."""

import contextlib
import os
import secrets
import subprocess

from devtools import processes, state
from devtools.console import PYTHON, ROOT, VAR
from devtools.postgres import THROWAWAY, Cluster
from devtools.valkey import Valkey

HOST = "earlyhelp.county.example"


def plain_environment():
    """Return this process's environment without anything that settings read."""
    kept = ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "TMPDIR")
    return {name: os.environ[name] for name in kept if name in os.environ}


def settings_environment(database_url, redis_url):
    """Return the environment that docker-compose.yml gives to web, worker and beat."""
    return {
        **plain_environment(),
        "DJANGO_SETTINGS_MODULE": "earlyhelp.settings.base",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "ALLOWED_HOSTS": HOST,
        "SITE_URL": f"https://{HOST}",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "EMAIL_HOST": "mail.county.example",
        "DEFAULT_FROM_EMAIL": "early-help@county.example",
        "EH_PARTNERSHIP_NAME": "Westmoor partnership",
        "EH_COUNTY": "Westmoor",
        "EH_HUB_PHONE": "01632 960 100",
        "EH_REFERENCE_PREFIX": "WM",
    }


def manage(environment, *arguments):
    """Run manage.py and return the finished process with what it printed."""
    command = [PYTHON, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


@contextlib.contextmanager
def servers():
    """Give a database server prepared by docker/postgres/10-early-help.sh, and a queue; remove both afterwards."""
    name = f"test-{os.getpid()}-deployment"
    passwords = state.new_state()
    cluster = Cluster(passwords, name=name, options={**THROWAWAY, "shared_buffers": "64MB"})
    queue = Valkey(passwords, name=name, keep=False)
    try:
        cluster.start(tied=True)
        run_init_script(cluster)
        queue.start(tied=True)
        yield cluster, queue
    finally:
        for server in (queue, cluster):
            server.stop()
            server.remove()
            server.log.unlink(missing_ok=True)


def run_init_script(cluster):
    """Run what the postgres image runs on an empty volume."""
    subprocess.run(
        ["bash", ROOT / "docker/postgres/10-early-help.sh"],
        check=True,
        env={
            **plain_environment(),
            "PATH": f"{cluster.binaries}:{os.environ['PATH']}",
            "PGHOST": "127.0.0.1",
            "PGPORT": str(cluster.port),
            "PGPASSWORD": cluster.state["admin_password"],
            "POSTGRES_USER": "postgres",
            "EH_OWNER_PASSWORD": cluster.state["owner_password"],
            "EH_APP_PASSWORD": cluster.state["app_password"],
            "EH_SQL": str(ROOT / "earlyhelp/access"),
        },
    )


@contextlib.contextmanager
def web_server(environment):
    """Give the port of a production web server, started as the image starts it."""
    port = processes.free_port()
    log = VAR / f"deployment-{os.getpid()}.log"
    command = [PYTHON, "-m", "gunicorn", "earlyhelp.wsgi", "--bind", f"127.0.0.1:{port}", "--preload"]
    command += ["--workers", "1", "--threads", "4", "--no-control-socket", "--log-level", "warning"]
    server = processes.start(command, log=log, env=environment, cwd=ROOT)
    try:
        processes.wait_until_it_answers(server, port, log=log)
        yield port
    finally:
        processes.stop(server)
        log.unlink(missing_ok=True)
