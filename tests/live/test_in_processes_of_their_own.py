"""Live processes that are forked, measured and killed: run by a pytest of their own.

A fork of a process in which other tests have had threads and loops inherits what no live process ever has.
"""

import os
import subprocess
import sys

import pytest
from django.conf import settings

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.mark.parametrize("name", ["test_minutes_killed", "test_rooms_load"])
def test_passes_in_a_process_of_its_own(name, request):
    environment = {**os.environ, "EH_OWN_PROCESS": "1", "EH_TEST_DB": f"test_own_{os.getpid()}_{name[5:]}"}
    environment = {key: value for key, value in environment.items() if not key.startswith("PYTEST_")}
    command = [
        sys.executable,
        "-m",
        "pytest",
        f"tests/live/{name}.py",
        "-n0",
        "-q",
        "-s",
        "--create-db",
        "-p",
        "no:cacheprovider",
    ]
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True)
    request.config.get_terminal_writer().line(done.stdout[-600:])
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
