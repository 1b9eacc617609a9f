"""``./dev test``: every test, in suites that do not disturb each other, against servers of this run's own."""

import signal
import subprocess
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter

from devtools import frontend, processes, services, system
from devtools.console import PYTHON, ROOT, VAR, say

NO_TESTS = 5  # pytest's exit code
# What the tests of a file share (a browser, a county, servers) is started once, by the worker that has the file. Files
# come in their random order, those that take minutes first (tests/conftest.py).
WORKERS = ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]
SUITES = {
    "fast": [*WORKERS, "-m", "not browser and not fuzz and not slow"],
    "browser": [*WORKERS, "-m", "browser"],
    "slow": [*WORKERS, "-m", "slow and not browser and not fuzz"],
    "fuzz": [*WORKERS, "-m", "fuzz and not browser"],
}


def run(arguments):
    """Run all suites, or pytest once with ``arguments``. Ends with pytest's exit code, 1 when any suite failed."""
    system.require_pdf_libraries()
    system.require_browser()
    frontend.set_up()
    with services.throwaway() as environment:
        if arguments:
            return run_pytest(arguments, environment)
        return run_suites(environment)


def run_pytest(arguments, environment):
    """Run pytest in the checkout and return its exit code."""
    command = [PYTHON, "-m", "pytest", *arguments]
    tied = processes.end_with_parent(signal.SIGTERM)
    return subprocess.run(command, cwd=ROOT, env=environment, preexec_fn=tied).returncode


def run_suites(environment):
    """Run every suite, also when an earlier one failed, and print one line that sums them up as pytest does."""
    started = time.monotonic()
    total, codes = Counter(), []
    for name, arguments in SUITES.items():
        say(f"suite: {name}")
        report = VAR / f"test-{name}.xml"
        report.unlink(missing_ok=True)
        code = run_pytest([*arguments, f"--junitxml={report}"], environment)
        codes.append(0 if code == NO_TESTS and name != "fast" else code)
        total += counts(report)
    print(summary_line(total, time.monotonic() - started), flush=True)
    return 1 if any(codes) else 0


def counts(report):
    """Return how many tests passed, failed, had errors and were skipped, from pytest's XML report."""
    if not report.exists():
        return Counter(error=1)
    found = Counter()
    for suite in ElementTree.parse(report).getroot().iter("testsuite"):
        number = {key: int(suite.get(key, 0)) for key in ("tests", "failures", "errors", "skipped")}
        found["failed"] += number["failures"]
        found["error"] += number["errors"]
        found["skipped"] += number["skipped"]
        found["passed"] += number["tests"] - number["failures"] - number["errors"] - number["skipped"]
    return found


def summary_line(total, seconds):
    """Return the closing line in pytest's own words."""
    parts = [f"{total[word]} {word}" for word in ("failed", "passed", "skipped", "error") if total[word]]
    return f"{', '.join(parts) or 'no tests ran'} in {seconds:.2f}s".join(("=" * 10 + " ", " " + "=" * 10))
