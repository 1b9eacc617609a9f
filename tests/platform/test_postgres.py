"""The machine's own PostgreSQL: it starts again whatever became of the server before it (devtools.postgres)."""

import os
import signal
import threading
from pathlib import Path

import pytest

from devtools import state
from devtools.postgres import THROWAWAY, Cluster

LINGERS = 1.0  # seconds that a process of the killed server takes to end


@pytest.fixture
def cluster():
    cluster = Cluster(
        state.new_state(), name=f"test-{os.getpid()}-again", options={**THROWAWAY, "shared_buffers": "16MB"}
    )
    try:
        yield cluster.start(tied=True)
    finally:
        cluster.stop()
        cluster.remove()
        cluster.log.unlink(missing_ok=True)


def test_it_waits_for_what_is_left_of_a_server_that_was_killed(cluster):
    children = Path(f"/proc/{cluster.process.pid}/task/{cluster.process.pid}/children").read_text().split()
    left = int(children[0])
    os.kill(left, signal.SIGSTOP)  # so that it cannot notice its server's end
    cluster.process.kill()
    cluster.process.wait()
    later = threading.Timer(LINGERS, os.kill, (left, signal.SIGCONT))
    later.start()
    cluster.start(tied=True)
    later.join()
    assert cluster.is_running()
    assert "shared memory block" in cluster.log.read_text()  # it was held, as on a busy machine
