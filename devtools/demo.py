"""``./dev demo``: web server, live process, worker and scheduler on the invented county, until Ctrl-C."""

import http.client
import json
import os
import signal
import time

from devtools import database, frontend, processes, services, state, system
from devtools.console import PYTHON, ROOT, VAR, die, say
from devtools.postgres import Cluster

SIGN_INS = VAR / "demo-signins.json"


def run(port=8000, seconds=None):
    """Set everything up, serve until Ctrl-C (or for ``seconds``), and stop all that was started.

    ``port``: the first to try; when it is taken, the next free one is used.
    """
    system.require_pdf_libraries()
    frontend.set_up()
    with services.running() as environment:
        cluster = Cluster(state.load())
        with state.only_one("migrate"):
            database.migrate(environment, cluster.folder / "migrated")
            database.load_demo(environment)
        own = processes.free_port(port)
        ports = {"PORT": str(own), "EH_LIVE_PORT": str(processes.free_port(own + 1))}
        serve({**environment, **ports}, wanted=port, seconds=seconds)
    say("stopped")


def commands(port):
    """Return what is started, by name."""
    celery = [PYTHON, "-m", "celery", "--app", "earlyhelp"]
    return {
        "web": [PYTHON, "-m", "gunicorn", "earlyhelp.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2"]
        + ["--threads", "4", "--preload", "--log-level", "warning", "--no-control-socket"],
        "worker": [*celery, "worker", "--concurrency", "2", "--loglevel", "WARNING", "--without-gossip"]
        + ["--without-mingle", "--hostname", f"demo-{os.getpid()}@localhost"],
        "beat": [*celery, "beat", "--loglevel", "WARNING", "--schedule", VAR / "beat-schedule", "--pidfile="],
    }


def live_command(port):
    """Return what answers live connections. It is started when pages are ready, so that nobody waits for it."""
    limits = [
        "--ws-max-size",
        "65536",
        "--ws-per-message-deflate",
        "false",
        "--timeout-graceful-shutdown",
        "3",
    ]
    # No access log: addresses and people together say who looked at whom.
    quiet = ["--no-access-log", "--no-server-header", "--log-level", "warning"]
    program = [PYTHON, "-m", "uvicorn", "earlyhelp.asgi:application", "--host", "127.0.0.1", "--port", port]
    return [*program, *limits, *quiet]


def serve(environment, *, wanted, seconds):
    """Start the processes, tell the person where to look, wait, and stop them again."""
    port = int(environment["PORT"])
    if port != wanted:
        say(f"port {wanted} is taken, using {port}")
    running = {}
    try:
        for name, command in commands(port).items():
            running[name] = processes.start(command, log=VAR / f"{name}.log", env=environment, cwd=ROOT)
        wait_until_ready(running, port)
        live = live_command(environment["EH_LIVE_PORT"])
        running["live"] = processes.start(live, log=VAR / "live.log", env=environment, cwd=ROOT)
        print_welcome(port)
        until = time.monotonic() + seconds if seconds else None
        while until is None or time.monotonic() < until:
            complain_about_the_dead(running)
            time.sleep(0.2)
    except KeyboardInterrupt:
        say("stopping")
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not interrupt the tidying up
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        for process in running.values():
            if process.poll() is None:
                process.terminate()
        for process in running.values():
            processes.stop(process)


def wait_until_ready(running, port, seconds=60):
    """Wait until the web server answers."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        complain_about_the_dead(running)
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.05)
    die(f"the web server did not answer for {seconds} seconds; see {VAR / 'web.log'}")


def complain_about_the_dead(running):
    """End the command when one of the processes has ended by itself."""
    for name, process in running.items():
        if process.poll() is not None:
            log = VAR / f"{name}.log"
            die(f"the {name} process ended by itself ({process.returncode}). The end of {log}:\n" + tail(log))


def tail(path, characters=2000):
    """Return the end of a log."""
    return path.read_text(errors="replace")[-characters:] if path.exists() else ""


def print_welcome(port):
    """Print the address and the people to sign in as."""
    say("ready")
    print(f"\nEarly Help: http://127.0.0.1:{port}/", flush=True)
    if SIGN_INS.exists():
        people = json.loads(SIGN_INS.read_text())
        print("\n" + people_table(people) + "\n\n" + how_to_sign_in(people, port), flush=True)
    print("\nCtrl-C stops everything\n", flush=True)


def how_to_sign_in(people, port):
    """Return the words under the table of people."""
    passwords = {person["password"] for person in people}
    words = f"One click: http://127.0.0.1:{port}/demo/sign-in/"
    if len(passwords) == 1:
        words += f"\nBy hand: the password of all is {passwords.pop()}, codes follow from totp_secret in {SIGN_INS}"
    return words


def people_table(people):
    """Return the invented people to sign in as, as lines of text under headings."""
    headings = {"name": "Name", "role": "Role", "agency": "Agency", "email": "E-mail"}
    if len({person.get("password") for person in people}) > 1:
        headings["password"] = "Password"
    rows = [headings, *people]
    widths = {key: max(len(str(row.get(key, ""))) for row in rows) for key in headings}
    lines = ["  ".join(str(row.get(key, "")).ljust(widths[key]) for key in headings) for row in rows]
    return "\n".join(line.rstrip() for line in lines)
