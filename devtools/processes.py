"""Child processes that never outlive us, also when we are killed with signal 9."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

PR_SET_PDEATHSIG = 1


def end_with_parent(signal_number):
    """Return a function for ``preexec_fn``: Linux sends ``signal_number`` to the child when this process dies.

    It runs after the change of user, which would otherwise undo it. Other systems have no such thing: None.
    """
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    parent = os.getpid()

    def ask_kernel():
        libc.prctl(PR_SET_PDEATHSIG, int(signal_number))
        if os.getppid() != parent:  # the parent died in between
            os._exit(1)

    return ask_kernel


def start(command, *, log, tied=True, death_signal=signal.SIGTERM, **options):
    """Start ``command`` in a session of its own, with its output in the file ``log``.

    ``tied``: it ends when this process ends. Otherwise it lives on until ``./dev stop``.
    """
    with open(os.devnull) as nothing, open(log, "ab") as output:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=nothing,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=end_with_parent(death_signal) if tied else None,
            **options,
        )


def stop(process, *, with_signal=signal.SIGTERM, seconds=20):
    """Ask a child to end, wait, and kill it if it does not."""
    if process is None or process.poll() is not None:
        return
    process.send_signal(with_signal)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)


def free_port(first=None):
    """Return a port nobody listens on: ``first`` or the next free one after it; any, when ``first`` is None."""
    for port in [0] if first is None else range(first, first + 200):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return probe.getsockname()[1]
    raise OSError(f"no free port from {first} on")


def answers(port):
    """Say whether something listens on this machine's ``port``."""
    with socket.socket() as probe:
        probe.settimeout(0.3)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until_it_answers(process, port, *, log, seconds=30):
    """Wait until something listens on this machine's ``port``.

    Raises RuntimeError with the words of the file ``log`` when ``process`` ends before, or after so many ``seconds``.
    """
    until = time.monotonic() + seconds
    while not answers(port):
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError(log.read_text())
        time.sleep(0.05)


def is_running(pid):
    """Say whether a process with this number runs; one that has ended and waits to be collected does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return not Path("/proc/self").exists()  # no /proc on this system, or gone a moment ago
    return status.rpartition(")")[2].split()[0] != "Z"
